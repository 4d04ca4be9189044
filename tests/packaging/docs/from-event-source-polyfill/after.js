import { EventSource } from 'tidings';

const source = new EventSource('/news', {
  headers: { Authorization: 'Bearer abc' },
  idleTimeout: 60_000,
  lastEventIdParam: 'lastEventId',
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
