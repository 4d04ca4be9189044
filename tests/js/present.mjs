// What every file of tests in browsers begins with: which of them are here.

import { test } from 'node:test';

import { find } from './browsers.mjs';

/** Those of the engines that are here, with their programs; of each that is not, a skipped test says what of it was not done. */
export async function present(engines, what) {
  const here = [];
  for (const engine of engines) {
    const { program, missing } = await find(engine);
    if (missing) {
      // A test and not a suite: suites that are skipped are not counted.
      test(`${what} in ${engine.name}`, { skip: missing }, () => {});
    } else {
      here.push({ engine, program });
    }
  }
  return here;
}
