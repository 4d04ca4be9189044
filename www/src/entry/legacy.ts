/**
 * `EventSource` for browsers without it and without WebAssembly: IE 10 and 11, Edge 12 to 18, and whatever else runs ES5 with typed arrays. One script
 * with the core in it: loading it installs the class where there is none.
 *
 * The class is that of `tidings` on an `EventTarget` of its own. What it needs is looked for when a source is made: `fetch` with readable bodies,
 * else `XMLHttpRequest`.
 *
 * All options are here, and of the functions all but `messages` and `stream`, which want async iteration and streams, and `setCore`: the core is in the
 * script. Statuses have to be a list. Where there is no `fetch`, the headers that `prepare` and `details` give are objects with the methods of `Headers` but no iterators,
 * `credentials: 'omit'` is as `same-origin`, a body is what XHR takes, and a redirect is only known to have happened (`redirect: 'error'`, and the URL that
 * `details` gives) where XHR tells its URL; whether it takes `Authorization` along to another origin is up to XHR, which in WebKits of 2016 did. Without
 * `AbortController` a request to `prepare` has no `signal`. XHR also decodes: that of old engines may heed a charset which a server names.
 * `open` comes with the headers where XHR tells of them, and in Chromium and PhantomJS with the first byte of the body. `onComment` gives the first 4,096 characters of a comment,
 * not bytes.
 *
 * After a listener that gives a promise, as an `async` one does, promise reactions run before the next event, as with the browser's own source, and that waits for
 * nothing else; what a listener leaves to promises without giving one may run some events later, 32 at most.
 *
 * @module tidings/legacy
 */

import { defineEventSource, type EventSourceConstructor } from '../event_source.js';
import { installer, type InstallOptions } from '../install.js';

export { onComment, reconnect } from '../consume.js';
export { details, type Answer, type ErrorDetails, type OpenDetails, type Reason } from '../details.js';
export type { EventSourceConstructor } from '../event_source.js';
export type { InstallOptions } from '../install.js';
export type { PreparedRequest, ReconnectionInit, TidingsEventSourceInit } from '../options.js';

/**
 * The [`EventSource`](https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface) class, as in `tidings`. Its events are
 * objects of its own, which pass `instanceof` where the platform has `Event` and `MessageEvent`.
 */
const LegacyEventSource: EventSourceConstructor = defineEventSource();

// By another name, so that the bundler leaves the class its own: where a function's name cannot be set, it has to be right from the start.
export { LegacyEventSource as EventSource };

/** Makes `EventSource` the global one, if there is none, as loading the script does; with `force: true` also if there is one. */
export const install: (options?: InstallOptions) => void = installer(LegacyEventSource);

install();
