import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { argv } from 'node:process';

import { setCore } from 'tidings';
import core from 'tidings/core-js';

if (argv[2] === 'wasm') {
  setCore(await readFile(createRequire(import.meta.url).resolve('tidings/core.wasm')));
  console.log('wasm');
} else {
  setCore(core);
  console.log('core-js');
}
await import('./app.js');
