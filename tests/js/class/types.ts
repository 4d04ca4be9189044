// Checked by sources.test.mjs, never run: the class stands wherever the DOM's own type is asked for.

import { EventSource as Ours, install, messages, stream, type EventSourceConstructor, type TidingsEventSourceInit } from 'tidings';

const standsIn: typeof globalThis.EventSource = Ours;
const same: EventSourceConstructor = Ours;
const source: globalThis.EventSource = new Ours('/events', { withCredentials: true, maxEventSize: null, probe: false, fetch: (url, init) => fetch(url, init) });
const init: TidingsEventSourceInit = { maxEventSize: 1024 };
new Ours(new URL('https://example.com/'), init satisfies EventSourceInit);

source.onmessage = function (event: MessageEvent) {
  const target: globalThis.EventSource = this;
  const data: unknown = event.data;
  return [target, data];
};
source.addEventListener('price', (event) => event.data, { once: true, signal: new AbortController().signal });
class Mine extends Ours {}
new Mine('/events').close();
const states: [0, 1, 2] = [Ours.CONNECTING, Ours.OPEN, Ours.CLOSED];
install({ force: true });

interface Events {
  tick: { count: number };
  note: string;
}
for await (const event of messages<Events>(source, { json: true, until: '[DONE]' })) {
  if (event.type === 'tick') {
    const count: number = event.data.count;
    // @ts-expect-error: a tick is no text
    const text: string = event.data;
    void [count, text];
  } else {
    const note: string = event.data;
    void note;
  }
}
const reader: ReadableStreamDefaultReader<{ readonly type: 'tick'; readonly data: { count: number }; readonly lastEventId: string }> = stream<Pick<Events, 'tick'>>(source, {
  json: true,
}).getReader();
const untyped: AsyncIterable<{ readonly data: string }> = messages(source);

// @ts-expect-error: the URL is required
new Ours();
// @ts-expect-error: a number of bytes
new Ours('/events', { maxEventSize: '1 MB' });
// @ts-expect-error: nobody can set it
source.readyState = 2;

export { reader, same, standsIn, states, untyped };
