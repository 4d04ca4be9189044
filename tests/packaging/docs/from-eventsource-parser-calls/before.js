import { createParser } from 'eventsource-parser';

const parser = createParser({
  onEvent: ({ data, id }) => console.log(data, id),
  onRetry: (milliseconds) => console.log('retry', milliseconds),
});
const response = await fetch('/news', { method: 'POST', headers: { Authorization: 'Bearer abc' } });
const decoder = new TextDecoder();
for await (const chunk of response.body) {
  parser.feed(decoder.decode(chunk, { stream: true }));
}
