import { EventSource } from 'eventsource';

const source = new EventSource('/news', {
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: 'Bearer abc' } }),
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
