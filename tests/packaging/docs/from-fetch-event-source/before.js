import { fetchEventSource } from '@microsoft/fetch-event-source';

const stop = new AbortController();
await fetchEventSource('/news', {
  method: 'POST',
  headers: { Authorization: 'Bearer abc', 'Content-Type': 'application/json' },
  body: JSON.stringify({ question: 'What is new?' }),
  signal: stop.signal,
  openWhenHidden: true,
  onmessage(event) {
    console.log(event.data, event.id);
  },
});
