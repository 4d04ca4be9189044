/** Old browsers, and whatever else runs ES5: the fetch transport where `fetch` has readable bodies, else XHR; the core in JavaScript. */

import type { Core } from '../core/contract.js';
import { connect } from '../legacy/core.js';
import { createDecode } from '../legacy/decode.js';
import { wasPromised } from '../legacy/event_target.js';
import { realm } from '../legacy/stand_ins.js';
import { send as sendByFetch } from '../transport/fetch.js';
import { send as sendByXhr } from '../transport/xhr.js';
import type { Answered, Begins, Happened, Request } from '../transport/transport.js';
import { inTurns as inSeveralTurns } from './turns.js';

export { LegacyEventTarget as Base } from '../legacy/event_target.js';
export { event, message } from '../legacy/events.js';
export { resolve } from '../legacy/url.js';
export { probe } from '../transport/fetch.js';
export { wait } from './waiting.js';

export function findCore(): Core {
  return { connect };
}

/** Reports chunks as text. */
export function send(request: Request, begins: Begins, answered: Answered, happened: Happened): void {
  if (request.fetch || hasReadableBody()) {
    const decode = createDecode();
    sendByFetch(request, begins, answered, (input, chunk, error) => happened(input, chunk && decode(chunk as Uint8Array), error));
  } else {
    sendByXhr(request, begins, answered, happened);
  }
}

/**
 * As in `turns.ts`, but several events share a turn, for a turn of its own costs more than an event. A listener that gives a promise, as an `async` one does, ends the turn
 * all the same; what one leaves to promises without giving any is done after the last event of the turn.
 */
export function inTurns(turn: () => boolean | void): void {
  inSeveralTurns(() => {
    let isDone;
    for (let left = EVENTS_PER_TURN; left-- && !isDone && !wasPromised(); ) {
      isDone = turn();
    }
    return isDone;
  });
}

/** Enough that turns cost little, and few enough that tasks end. */
const EVENTS_PER_TURN = 32;

function hasReadableBody(): boolean {
  return typeof realm.fetch === 'function' && typeof realm.Response === 'function' && 'body' in realm.Response.prototype;
}
