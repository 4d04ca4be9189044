/** `tidings/legacy` as it is loaded: by CommonJS, AMD, or `<script>` and `importScripts`, where it is `tidings` beside what is there already. */

import { details, EventSource, install, onComment, reconnect } from './legacy.js';
import { realm } from '../legacy/stand_ins.js';

type Tidings = Record<string, unknown>;

declare const module: object | undefined;
declare const exports: Tidings;
declare const define: (((modules: string[], factory: () => Tidings) => void) & { amd?: unknown }) | undefined;

function give(to: Tidings): Tidings {
  to.EventSource = EventSource;
  to.install = install;
  to.details = details;
  to.onComment = onComment;
  to.reconnect = reconnect;
  return to;
}

if (typeof module === 'object' && typeof exports === 'object') {
  give(exports);
} else if (typeof define === 'function' && define.amd) {
  define([], () => give({}));
} else {
  const global = realm as { tidings?: Tidings };
  give((global.tidings = global.tidings || {}));
}
