// The script for old browsers around an XHR whose answers a test writes, in Node: what `engines/duktape.js` is in Duktape.

import { readFile } from 'node:fs/promises';
import vm from 'node:vm';

import { legacyScript } from './pages.mjs';

/** A global object with the class, its `requests`, its `timers`, its `intervals` and its `clock`; `settle` does what was put off. The script finds `globals` there. */
export async function standIn(globals = {}) {
  const around = await readFile(new URL('engines/duktape.js', import.meta.url), 'utf8');
  const realm = { console, ...globals };
  vm.createContext(realm);
  vm.runInContext(around.slice(0, around.indexOf('/* THE SCRIPT */')), realm);
  vm.runInContext(await readFile(legacyScript, 'utf8'), realm);
  return realm;
}
