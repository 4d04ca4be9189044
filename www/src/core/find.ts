/**
 * Finds the core: a module handed in, the inlined one compiled at once, the same compiled in the background, the core in JavaScript.
 *
 * Rules: nothing is touched when this file is loaded; a module is validated before it is compiled, and never compiled from a stream, for
 * Chromium 61 ends the tab when that is refused; what was found once is kept for the realm.
 */

import type { Core } from './contract.js';
import type { Exports } from './memory.js';
import coreBytes from 'tidings:core-bytes';
import { createCore } from 'tidings:create-core';
import loadJsCore from 'tidings:load-js-core';

/**
 * What can be handed in: the module in `tidings/core.wasm`, or for `tidings/parser` that in `tidings/parser.wasm`, compiled or as bytes; or for both the default
 * export of `tidings/core-js`.
 */
export type CoreSource = WebAssembly.Module | BufferSource | (() => Exports);

let found: Core | undefined;
let finding: Promise<Core> | undefined;

/**
 * Hands in the core, where it cannot be found otherwise: where compiling from bytes is forbidden and a module is given (workerd), or
 * to use the core in JavaScript from the start. Sources that are open already keep theirs.
 *
 * ```js
 * import { setCore } from 'tidings';
 * import core from 'tidings/core-js';
 *
 * setCore(core);
 * ```
 *
 * @throws {TypeError} If this engine refuses the module, or it is not the core of this version of the package.
 */
export function setCore(source: CoreSource): void {
  found = typeof source === 'function' ? createCore(source as () => Exports) : compiled(source);
}

/** The core at once where possible, else later. It rejects with an error that says what can be done. */
export function findCore(): Core | Promise<Core> {
  if (found || finding) {
    return found || finding!;
  }
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = coreBytes();
    return (found = compiled(bytes));
  } catch (error) {
    // There is no wasm, or a policy forbids it, or this engine wants so large a module compiled in the background.
  }
  finding = new Promise<WebAssembly.Module>((resolve) => resolve(WebAssembly.compile(bytes!)))
    .then(compiled)
    .catch(() => loadJsCore().then(createCore))
    .then(
      (core) => (found = found || core),
      (error) => {
        // Perhaps it can be loaded another time.
        finding = undefined;
        throw new Error(
          "tidings: no WebAssembly here (in a Content-Security-Policy, script-src needs 'wasm-unsafe-eval'), nor did the core in JavaScript load"
            + ' (setCore takes it): ' + error,
        );
      },
    );
  return finding;
}

function compiled(source: WebAssembly.Module | BufferSource): Core {
  if (!(source instanceof WebAssembly.Module)) {
    if (!WebAssembly.validate(source)) {
      throw new TypeError('tidings: this engine refuses the module');
    }
    source = new WebAssembly.Module(source);
  }
  const module = source;
  return createCore(() => new WebAssembly.Instance(module).exports as unknown as Exports);
}
