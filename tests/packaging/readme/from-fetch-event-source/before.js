import { fetchEventSource } from '@microsoft/fetch-event-source';

const stop = new AbortController();
fetchEventSource('/news', {
  headers: { Authorization: 'Bearer abc' },
  signal: stop.signal,
  openWhenHidden: true,
  onmessage(event) {
    console.log(event.data, event.id);
    if (event.data === 'event 4') stop.abort();
  },
});
