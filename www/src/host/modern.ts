/** Today's browsers, their workers, and Node, Deno and Bun. */

import { findCore } from '../core/find.js';
import { event, message } from '../events.js';
import { probe, send } from '../transport/fetch.js';
import { resolve } from '../url.js';
import { watchHidden } from './hidden.js';
import type { Platform } from './platform.js';
import { inTurns } from './turns.js';
import { now, wait } from './waiting.js';

/** All of it by what these have in common. */
export const modern: Platform = { resolve, findCore, event, message, send, probe, wait, watchHidden, inTurns, now };
