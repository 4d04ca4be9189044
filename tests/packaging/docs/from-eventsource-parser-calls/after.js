import { EventStreamDecoder } from 'tidings/parser';

const parser = new EventStreamDecoder({
  onRetry: (milliseconds) => console.log('retry', milliseconds),
});
const response = await fetch('/news', { method: 'POST', headers: { Authorization: 'Bearer abc' } });
for await (const chunk of response.body) {
  for (const { data, lastEventId } of parser.push(chunk)) console.log(data, lastEventId);
}
