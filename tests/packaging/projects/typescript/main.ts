import { EventSource, install, setCore, type EventSourceConstructor, type TidingsEventSourceInit } from 'tidings';
import * as polyfill from 'tidings/polyfill';
import * as legacy from 'tidings/legacy';
import core from 'tidings/core-js';
import { encode, EventStreamDecoder, EventStreamTransform, parseEventStream, type EventStreamMessage, type EventStreamSource } from 'tidings/parser';

// It stands wherever the DOM's own is asked for.
const standsIn: typeof globalThis.EventSource = EventSource;
const polyfills: typeof globalThis.EventSource = polyfill.EventSource;
const forOldBrowsers: typeof globalThis.EventSource = legacy.EventSource;
const same: EventSourceConstructor = polyfills === EventSource ? EventSource : polyfill.EventSource;
setCore(core);
install({ force: standsIn !== same || standsIn === forOldBrowsers });

const init: TidingsEventSourceInit = { withCredentials: false, maxEventSize: 1024 };
const source: globalThis.EventSource = new EventSource('EVENTS', init);
source.onopen = () => console.log('open');
source.onmessage = (event: MessageEvent<string>) => {
  console.log(`${event.data}, id ${event.lastEventId}`);
  if (event.lastEventId === '4') {
    source.close();
    console.log('closed');
  }
};
source.onerror = () => console.log(source.readyState === EventSource.CONNECTING ? 'lost, comes back' : 'failed');

// What bytes may come from; nothing of this is run.
export async function read(response: Response, other: AsyncIterable<Uint8Array>): Promise<EventStreamMessage[]> {
  const all: EventStreamMessage[] = [];
  const sources: EventStreamSource[] = [response, response.body ?? other, { body: other }];
  for (const source of sources) {
    for await (const event of parseEventStream(source, { maxEventSize: null, onComment: (text: string) => text })) all.push(event);
  }
  const events: ReadableStream<EventStreamMessage> | undefined = response.body?.pipeThrough(new EventStreamTransform({ onRetry: (time: number) => time }));
  return events ? all : new EventStreamDecoder().push(new TextEncoder().encode(encode({ data: 'x', id: '1', retry: 5 })));
}

// @ts-expect-error: bytes, not text
export const text = () => parseEventStream('data: x');
// @ts-expect-error: it is called type
export const misnamed = () => encode({ event: 'x', data: '' });

// @ts-expect-error: a number of bytes
export const wrong: TidingsEventSourceInit = { maxEventSize: '1 MB' };
