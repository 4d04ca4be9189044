/**
 * `EventSource` by tidings: the class of the standard, the same wherever there are `fetch` and readable streams.
 *
 * Importing this changes nothing and touches nothing; `tidings/polyfill` installs the class where the platform has none.
 *
 * @module tidings
 */

import { defineEventSource, type EventSourceConstructor } from '../event_source.js';
import { installer, type InstallOptions } from '../install.js';

export * from './functions.js';

/**
 * The [`EventSource`](https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface) class: it receives the events that a
 * server sends, and reconnects by itself. Its prototype is exactly the standard's; what goes beyond is in the init dictionary.
 *
 * ```js
 * import { EventSource } from 'tidings';
 *
 * const source = new EventSource('/events');
 * source.addEventListener('price', (event) => console.log(event.data));
 * ```
 */
export const EventSource: EventSourceConstructor = /* @__PURE__ */ defineEventSource();

/**
 * Makes `EventSource` the global one, if there is none; with `force: true` also if there is one. Sources made before stay what they are.
 *
 * ```js
 * install({ force: true }); // from here on, `new EventSource` is this package's everywhere
 * ```
 */
export const install: (options?: InstallOptions) => void = /* @__PURE__ */ installer(EventSource);
