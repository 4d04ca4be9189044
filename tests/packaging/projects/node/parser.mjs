import { encode, EventStreamDecoder, EventStreamTransform, parseEventStream } from 'tidings/parser';

console.log(encode({ type: 'greeting', data: 'hello' }).trimEnd());
for await (const { data, lastEventId } of parseEventStream(await fetch('EVENTS'))) console.log(`${data}, id ${lastEventId}`);
const { body } = await fetch('EVENTS');
for await (const { data, lastEventId } of body.pipeThrough(new EventStreamTransform())) console.log(`${data}, id ${lastEventId}`);
const bytes = new Uint8Array(await (await fetch('EVENTS')).arrayBuffer());
for (const { data, lastEventId } of new EventStreamDecoder().push(bytes)) console.log(`${data}, id ${lastEventId}`);
