// Runs one bench and writes down what it finds, after each row, so that what was found before an end is not lost. `bench.mjs` starts it.
//
//   node www/bench/one.mjs BENCH FILE [words]

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';

import { median } from './report/summary.mjs';
import { versionOf } from './tools/pages.mjs';
import { reason, Trouble } from './tools/trouble.mjs';
import { readWords } from './words.mjs';

const [name, file, ...given] = process.argv.slice(2);
const bench = await import(`./${name}.mjs`);
const words = readWords(given);
const plan = {
  ...words,
  rounds: words.quick ? bench.rounds.quick : bench.rounds.full,
  runMs: words.quick ? 100 : 300,
  choosesPlace: (name) => words.places.length === 0 || words.places.some((place) => name.toLowerCase().includes(place)),
  choosesSituation: (name) => name.includes(words.situation),
};
const result = {
  bench: name,
  taken: new Date().toISOString().slice(0, 10),
  machine: `${availableParallelism()} cores of ${cpus()[0]?.model.trim() || 'an unknown processor'}, ${process.platform}`,
  quick: words.quick,
  rounds: plan.rounds,
  versions: { tidings: versionOf('..') },
  rows: [],
  skipped: [],
  failed: [],
};
let saving = Promise.resolve();
const tell = {
  version(name, version) {
    result.versions[name] = version;
  },
  /** `rates` of each client, one a round, and seconds of the processor, where these are known. */
  row(row, { silent = false } = {}) {
    result.rows.push(row);
    save();
    if (!silent) {
      const medians = Object.entries(row.rates ?? row.sizes).map(([client, rates]) => `${client} ${Math.round(median([rates].flat())).toLocaleString('en')}`);
      console.log(`  ${row.situation}: ${medians.join('; ')}`);
    }
  },
  skipped(place, why) {
    console.log(`  skipped: ${why}`);
    result.skipped.push({ place, why: reason(why) });
    save();
  },
  failed(place, error) {
    console.log(`  FAILED: ${reason(error)}`);
    result.failed.push({ place, why: reason(error) });
    save();
  },
};

try {
  await bench.run(plan, tell);
} catch (error) {
  console.error(error instanceof Trouble ? error.message : error);
  tell.failed('', error);
}
save();
await saving;
// A browser that was lost may leave something that would keep this running.
process.exit(0);

function save() {
  saving = saving.then(async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, JSON.stringify(result));
    await rename(`${file}.new`, file);
  });
}
