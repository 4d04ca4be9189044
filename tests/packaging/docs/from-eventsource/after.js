import { EventSource } from 'tidings';

const source = new EventSource('/news', {
  headers: { Authorization: 'Bearer abc' },
});
source.onmessage = (event) => console.log(event.data, event.lastEventId);
