/**
 * The main entry for workerd, where Cloudflare's Workers run. Bundlers choose it by the condition `workerd`.
 *
 * - Compiling from bytes is forbidden there: the core is imported as a module.
 * - The `dispatchEvent` of its `EventTarget` calls, beside the listeners, what it finds in `onmessage` and the like: the class leaves that to it.
 * - Its headers are no byte strings, but text that goes out as UTF-8.
 * - It has `MessageChannel` only of late, and ended with a segmentation fault after some ten thousand messages (1.20260426): turns are timers here.
 */

import module from 'tidings:core-file';

import { setCore } from '../core/find.js';
import { defineEventSource, type EventSourceConstructor } from '../event_source.js';
import { modern } from '../host/modern.js';
import { installer, type InstallOptions } from '../install.js';

export * from './functions.js';

setCore(module);

export const EventSource: EventSourceConstructor = defineEventSource(EventTarget, {
  ...modern,
  callsHandlers: true,
  inTurns,
  send: (request, reports) => modern.send({ ...request, lastEventId: text(request.lastEventId) }, reports),
});

/** Calls `turn` until it returns false, in a task each time. */
function inTurns(turn: () => boolean): void {
  setTimeout(() => {
    if (turn()) {
      inTurns(turn);
    }
  });
}

/** What a byte string says in UTF-8. */
function text(bytes: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

export const install: (options?: InstallOptions) => void = installer(EventSource);
