import { readFile } from 'node:fs/promises';

import { page } from './page.js';

const template = await readFile('out/client/index.html', 'utf8');
console.log(template.replace('<!--page-->', page.render()).replaceAll('\n', ' '));
