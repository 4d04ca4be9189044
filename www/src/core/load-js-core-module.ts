/** The core in JavaScript, where there are modules: the file beside this one, which is also `tidings/core-js`. */

import type { Exports } from './memory.js';

export default function loadJsCore(): Promise<() => Exports> {
  // The build makes it './core-js.mjs'; bundlers of apps make a chunk of it, which is loaded only where it is needed.
  return import('tidings:core-js-file').then((module) => module.default);
}
