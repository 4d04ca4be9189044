// The cases of tests/corpus, as its files have them.

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const folder = new URL('../corpus/', import.meta.url);

/** @returns {{ name: string, expected: any, body: Buffer }[]} */
export function corpus() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const name = basename(file, '.json');
      const expected = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      return { name, expected, body: readFileSync(new URL(`${name}.sse`, folder)) };
    });
}
