/** Old browsers, and whatever else runs ES5: the fetch transport where `fetch` has readable bodies, else XHR; the core in JavaScript. */

import type { Core } from '../core/contract.js';
import { connect } from '../legacy/core.js';
import { textOf } from '../legacy/decode.js';
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
  return request.fetch || hasReadableBody()
    ? sendByFetch(request, begins, answered, (input, chunk, error) => happened(input, chunk && textOf(chunk as Uint8Array), error))
    : sendByXhr(request, begins, answered, happened);
}

/** As in `turns.ts`; where nobody has promises, nobody can tell many turns from one. */
export function inTurns(turn: () => boolean | void): void {
  inSeveralTurns(
    realm.Promise
      ? turn
      : () => {
          while (!turn());
          return true;
        },
  );
}

function hasReadableBody(): boolean {
  return typeof realm.fetch === 'function' && typeof realm.Response === 'function' && 'body' in Response.prototype;
}
