import { EventStreamTransform } from 'tidings/parser';

const response = await fetch('/news', { method: 'POST', headers: { Authorization: 'Bearer abc' } });
const events = response.body.pipeThrough(new EventStreamTransform());
for await (const { data, lastEventId } of events) {
  console.log(data, lastEventId);
}
