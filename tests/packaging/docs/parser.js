import { parseEventStream } from 'tidings/parser';

const response = await fetch('/news', { method: 'POST', headers: { Authorization: 'Bearer abc' }, body: '{"stream":true}' });
if (!response.ok) throw new Error(`the server said ${response.status}`);
for await (const { data } of parseEventStream(response)) {
  console.log(data);
}
