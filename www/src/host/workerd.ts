/**
 * workerd, where Cloudflare's Workers run.
 *
 * - The `dispatchEvent` of its `EventTarget` calls, beside the listeners, what it finds in `onmessage` and the like: the class leaves that to it (`CALLS_HANDLERS`).
 * - Its headers are no byte strings, but text that goes out as UTF-8.
 * - It has `MessageChannel` only of late, and ended with a segmentation fault after some ten thousand messages (1.20260426): turns are timers here.
 */

import { send as sendBytes } from '../transport/fetch.js';
import type { Answered, Begins, Happened, Request } from '../transport/transport.js';

// What stands below takes the place of what is there by the same name.
export * from './modern.js';

export function send(request: Request, begins: Begins, answered: Answered, happened: Happened): void {
  sendBytes({ ...request, lastEventId: text(request.lastEventId) }, begins, answered, happened);
}

export function inTurns(turn: () => boolean | void): void {
  setTimeout(() => {
    if (!turn()) {
      inTurns(turn);
    }
  });
}

/** What a byte string says in UTF-8. */
function text(bytes: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}
