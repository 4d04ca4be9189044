import { EventSourcePolyfill } from 'event-source-polyfill';

const source = new EventSourcePolyfill('/news', {
  headers: { Authorization: 'Bearer abc' },
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
