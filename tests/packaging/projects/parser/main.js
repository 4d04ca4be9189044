import { parseEventStream } from 'tidings/parser';

// The page's console is looked at from the start.
for await (const { data, lastEventId } of parseEventStream(await fetch('EVENTS'))) console.log(`${data}, id ${lastEventId}`);
console.log('closed');
