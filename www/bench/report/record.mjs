// The figures that the docs hold, and the docs, which are made of nothing else.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { benches } from './benches.mjs';
import { page } from './markdown.mjs';
import { benchPlot, glancePlot } from './plot.mjs';

export const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const FIGURES = 'benchmarks/figures.json';
const ORDER = Object.keys(benches);

/** Takes a bench's figures into the docs. */
export async function record(name, figures) {
  const all = { ...(await known()), [name]: figures };
  await mkdir(join(docs, 'benchmarks'), { recursive: true });
  await writeFile(join(docs, FIGURES), lines(Object.entries(all).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))));
  await write();
}

/** Writes the docs anew. */
export async function write() {
  for (const [name, text] of Object.entries(documents(await known()))) {
    await writeFile(join(docs, name), text);
  }
}

/** The figures that the docs hold. */
export async function known() {
  return JSON.parse(await readFile(join(docs, FIGURES), 'utf8').catch(() => '{}'));
}

/** All files that are made of figures, by their names in docs. */
export function documents(figures) {
  const plotted = Object.keys(figures).filter((name) => figures[name].rows.some(({ ratios }) => ratios?.length));
  return {
    'benchmarks.md': page(figures),
    'benchmarks/glance.svg': glancePlot(figures),
    ...Object.fromEntries(plotted.map((name) => [`benchmarks/${name}.svg`, benchPlot(name, figures[name])])),
  };
}

/** JSON with a line for each row, so that changes can be read. */
function lines(entries) {
  const one = ([name, { rows, ...rest }]) =>
    `${JSON.stringify(name)}: ${JSON.stringify(rest).slice(0, -1)},"rows":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]}`;
  return `{\n${entries.map(one).join(',\n')}\n}\n`;
}
