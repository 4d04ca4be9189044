// Imported on both sides, as components are.
import { EventSource } from 'tidings';

export const page = {
  /** On the server. */
  render: () => '<p id="news">waiting for events</p>',

  /** In the browser. */
  begin() {
    console.log(`rendered on the server: ${document.querySelector('#news').textContent}`);
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
  },
};
