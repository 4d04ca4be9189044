const { EventSource } = require('tidings/legacy');

const source = new EventSource('EVENTS');
source.onopen = () => console.log('open');
source.onmessage = (event) => {
  console.log(`${event.data}, id ${event.lastEventId}`);
  if (event.lastEventId === '4') {
    source.close();
    console.log('closed');
  }
};
source.onerror = () => console.log(source.readyState === EventSource.CONNECTING ? 'lost, comes back' : 'failed');
