// What each entry weighs beside its peers: the table of `node www/build.mjs --size`.

import { weigh } from '../build/size.mjs';
import { root } from './tools/pages.mjs';

export const rounds = { full: 1, quick: 1 };

export async function run(plan, tell) {
  for (const { name, raw, gzip, brotli } of await weigh(root)) {
    tell.row({ situation: name, sizes: { raw, gzip, brotli } });
  }
}
