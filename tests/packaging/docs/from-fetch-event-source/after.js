import { EventSource, messages } from 'tidings';

const stop = new AbortController();
const source = new EventSource('/news', {
  method: 'POST',
  headers: { Authorization: 'Bearer abc', 'Content-Type': 'application/json' },
  body: JSON.stringify({ question: 'What is new?' }),
  signal: stop.signal,
});
for await (const { data, lastEventId } of messages(source)) {
  console.log(data, lastEventId);
}
