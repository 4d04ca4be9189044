/** Today's browsers, their workers, and Node, Deno and Bun: all of it by what these have in common. */

export { findCore } from '../core/find.js';
export { event, message } from '../events.js';
export { probe, send } from '../transport/fetch.js';
export { resolve } from '../url.js';
export { inTurns } from './turns.js';
export { wait } from './waiting.js';

/** Servers that only import the class may have no EventTarget; nobody makes a source there. */
export const Base: typeof EventTarget = typeof EventTarget === 'function' ? EventTarget : (Object as never);
