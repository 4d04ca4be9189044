/**
 * Finds the core: a module handed in, the inlined one compiled at once, the same compiled in the background, the core in JavaScript.
 *
 * Rules: nothing is touched when this file is loaded; what was found once is kept for the realm.
 *
 * Danger: the inlined module is validated first, and none is compiled from a stream (`compileStreaming`, `instantiateStreaming`): Chromium 61 ends the
 * tab over a module that it refuses there.
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
 * @throws {WebAssembly.CompileError} The engine's own: if the bytes are no module, or it refuses this one, or a policy forbids to compile.
 * @throws {TypeError} If it is not the core of this version of the package.
 */
export function setCore(source: CoreSource): void {
  found = typeof source === 'function' ? createCore(source as () => Exports) : ofModule(source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source));
}

/** The core at once where possible, else later. It rejects with an error that says what can be done. */
export function findCore(): Core | Promise<Core> {
  if (!found && !finding) {
    let bytes: Uint8Array<ArrayBuffer> | undefined = coreBytes();
    try {
      if (WebAssembly.validate(bytes)) {
        found = ofModule(new WebAssembly.Module(bytes));
      } else {
        // An engine that refuses the module is not given it again.
        bytes = undefined;
      }
    } catch {
      // There is no wasm, or a policy forbids it, or this engine wants so large a module compiled in the background.
    }
    found || (finding = findLater(bytes));
  }
  return found || finding!;
}

/** Compiles the module in the background; where that fails, as without one, it loads the core in JavaScript. */
async function findLater(bytes?: Uint8Array<ArrayBuffer>): Promise<Core> {
  let core;
  try {
    core = ofModule(await WebAssembly.compile(bytes!));
  } catch {
    try {
      core = createCore(await loadJsCore());
    } catch (error) {
      // Perhaps it can be loaded another time.
      finding = undefined;
      throw new Error("tidings: no WebAssembly (script-src needs 'wasm-unsafe-eval') and no tidings/core-js (setCore takes it): " + error);
    }
  }
  return (found ||= core);
}

function ofModule(module: WebAssembly.Module): Core {
  return createCore(() => new WebAssembly.Instance(module).exports as unknown as Exports);
}
