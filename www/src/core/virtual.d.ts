/** What the build provides. */

declare module 'tidings:core-bytes' {
  /** The inlined wasm, decoded anew at each call. */
  export default function coreBytes(): Uint8Array<ArrayBuffer>;
}

declare module 'tidings:create-core' {
  /** What the entry makes of instances: that of `instance.ts`; for the parser entry, which says so where it takes it, that of `parser.ts`. */
  export function createCore(instantiate: () => import('./memory.js').Exports): import('./contract.js').Core;
}

declare module 'tidings:load-js-core' {
  /** Loads the core in JavaScript, as fits the entry. */
  export default function loadJsCore(): Promise<() => import('./memory.js').Exports>;
}

declare module 'tidings:js-core' {
  /** Makes an instance of the core in JavaScript: what wasm2js made of the wasm. */
  export default function instantiate(): import('./memory.js').Exports;
}

declare module 'tidings:text-core' {
  /** The same for chunks that are text, for old browsers. What it is given it asks while it reads; the contract is in `www/abi/src/text.rs`. */
  export default function instantiate(
    byte: (at: number) => number,
    endOfLine: (at: number) => number,
    isData: (at: number) => boolean,
    keep: (from: number, to: number) => number,
    keepLine: () => void,
    token: (token: import('./memory.js').Token) => void,
  ): import('../legacy/core.js').Exports;
}

declare module 'tidings:core-js-file' {
  /** `dist/core-js.mjs`, as a file of its own. */
  export { default } from 'tidings:js-core';
}

declare module 'tidings:core-file' {
  /** `dist/core.wasm`, as a file of its own: compiled by whoever loads it. */
  const module: WebAssembly.Module;
  export default module;
}

declare module 'tidings:host' {
  type Platform = import('../host/platform.js').Platform;
  export const Base: Platform['Base'];
  export const resolve: Platform['resolve'];
  export const findCore: Platform['findCore'];
  export const event: Platform['event'];
  export const message: Platform['message'];
  export const send: Platform['send'];
  export const probe: Platform['probe'];
  export const wait: Platform['wait'];
  export const inTurns: Platform['inTurns'];
}
