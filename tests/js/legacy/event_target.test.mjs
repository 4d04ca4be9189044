// The EventTarget of the script for old browsers, where the platform has none: in which order what it is given is read. Node's own reads it in another one, so
// this is no scenario of the class.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

for (const method of ['addEventListener', 'removeEventListener']) {
  test(`${method}: the type is read before the options`, async () => {
    const { source, log, type, options } = await given();
    source[method](type, () => {}, options);
    assert.deepEqual(log, ['type', 'capture', ...(method === 'addEventListener' ? ['once', 'signal'] : [])]);
  });

  test(`${method}: what is no listener is refused before the options are read`, async () => {
    const { source, log, type, options } = await given();
    assert.throws(() => source[method](type, 1, options), { name: 'TypeError' });
    assert.deepEqual(log, ['type']);
  });

  test(`${method}: without a listener all is read`, async () => {
    const { source, log, type, options } = await given();
    source[method](type, null, options);
    assert.deepEqual(log.slice(0, 2), ['type', 'capture']);
  });
}

/** A source, and a type and options that log what is read of them. */
async function given() {
  const { EventSource } = await standIn();
  const source = new EventSource('/stream');
  const log = [];
  const type = {
    toString() {
      log.push('type');
      return 'message';
    },
  };
  const options = {};
  for (const name of ['signal', 'once', 'capture']) {
    Object.defineProperty(options, name, { get: () => void log.push(name) });
  }
  return { source, log, type, options };
}
