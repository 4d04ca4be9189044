import { EventSourcePolyfill } from 'event-source-polyfill';

const source = new EventSourcePolyfill('/news', {
  headers: { Authorization: 'Bearer abc' },
  heartbeatTimeout: 60_000,
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
