import { EventSource, install, setCore, type EventSourceConstructor, type TidingsEventSourceInit } from 'tidings';
import * as polyfill from 'tidings/polyfill';
import core from 'tidings/core-js';

// It stands wherever the DOM's own is asked for.
const standsIn: typeof globalThis.EventSource = EventSource;
const polyfills: typeof globalThis.EventSource = polyfill.EventSource;
const same: EventSourceConstructor = polyfills === EventSource ? EventSource : polyfill.EventSource;
setCore(core);
install({ force: standsIn !== same });

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

// @ts-expect-error: a number of bytes
export const wrong: TidingsEventSourceInit = { maxEventSize: '1 MB' };
