/** `tidings/legacy` as it is loaded: by CommonJS, AMD, or `<script>` and `importScripts`, where it is `tidings` beside what is there already. */

import { details, EventSource, install, onComment, reconnect } from './legacy.js';
import { realm } from '../legacy/stand_ins.js';

type Tidings = Record<string, unknown>;

declare const module: object | undefined;
declare const exports: Tidings;
declare const define: (((modules: string[], factory: () => Tidings) => void) & { amd?: unknown }) | undefined;

const all: Tidings = { EventSource, install, details, onComment, reconnect };

function give(to: Tidings): Tidings {
  for (const name in all) {
    to[name] = all[name];
  }
  return to;
}

if (typeof module === 'object' && typeof exports === 'object') {
  give(exports);
} else if (typeof define === 'function' && define.amd) {
  define([], () => all);
} else {
  const global = realm as { tidings?: Tidings };
  give((global.tidings = global.tidings || {}));
}
