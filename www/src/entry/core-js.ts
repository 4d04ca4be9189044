/**
 * The core in JavaScript, for engines and policies without WebAssembly. The package loads it when it has to; to use it from the start, hand it in:
 *
 * ```js
 * import { setCore } from 'tidings';
 * import core from 'tidings/core-js';
 * setCore(core);
 * ```
 *
 * @module tidings/core-js
 */

import instantiate from 'tidings:js-core';

import type { Exports } from '../core/memory.js';

/** Makes an instance of the core in JavaScript: to be handed to `setCore`, of `tidings` or `tidings/parser`, and of no other use. */
const core: () => Exports = instantiate;
export default core;
