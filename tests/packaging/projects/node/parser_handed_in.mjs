import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { argv } from 'node:process';

import { EventStreamDecoder, setCore } from 'tidings/parser';
import core from 'tidings/core-js';

setCore(argv[2] === 'core-js' ? core : await readFile(createRequire(import.meta.url).resolve(`tidings/${argv[2]}`)));
console.log(new EventStreamDecoder().push(new TextEncoder().encode('data: parsed\n\n'))[0].data);
