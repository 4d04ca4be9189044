import { EventSourceParserStream } from 'eventsource-parser/stream';

const response = await fetch('/news', { method: 'POST', headers: { Authorization: 'Bearer abc' } });
const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
for await (const { data, id } of events) {
  console.log(data, id);
}
