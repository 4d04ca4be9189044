/** Old browsers, and whatever else runs ES5: the fetch transport where `fetch` has readable bodies, else XHR; the core in JavaScript. */

import instantiate from 'tidings:js-core';

import type { Core } from '../core/contract.js';
import { createCore } from '../core/instance.js';
import { event, message } from '../legacy/events.js';
import { realm } from '../legacy/stand_ins.js';
import { resolve } from '../legacy/url.js';
import { probe, send as sendByFetch } from '../transport/fetch.js';
import { send as sendByXhr } from '../transport/xhr.js';
import { watchHidden } from './hidden.js';
import type { Platform } from './platform.js';
import { inTurns } from './turns.js';
import { now, wait } from './waiting.js';

let core: Core | undefined;

export const legacy: Platform = {
  resolve,
  findCore: () => (core ||= createCore(instantiate)),
  event,
  message,
  send: (request, reports) => (request.fetch || hasReadableBody() ? sendByFetch : sendByXhr)(request, reports),
  probe,
  wait,
  watchHidden,
  inTurns,
  now,
};

function hasReadableBody(): boolean {
  return typeof realm.fetch === 'function' && typeof realm.Response === 'function' && 'body' in Response.prototype;
}
