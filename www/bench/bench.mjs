// Runs benches, each in a process of its own, and writes docs/benchmarks.md and its plots of what they found.
//
//   cargo xtask bench [BENCH ...] [--quick] [node|chromium|firefox|phantomjs|qtwebkit] [part of a situation]
//
// builds what they need and starts this. With places or a situation the table is only printed: the docs hold whole runs. So it is with --javascript,
// which gives `strings` its core in JavaScript. What each round found stays in target/bench.
//
//   node www/bench/bench.mjs --write
//
// writes the docs anew from the figures that they hold, after their writer was changed.

import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { benches } from './report/benches.mjs';
import { section } from './report/markdown.mjs';
import { summarise } from './report/summary.mjs';
import { record, write } from './report/record.mjs';
import { root } from './tools/pages.mjs';
import { reason, Trouble } from './tools/trouble.mjs';
import { readWords } from './words.mjs';

/** No bench takes as long. */
const LIMIT_MS = 15 * 60_000;
/** How long a bench may take to close its browsers. */
const STOP_MS = 10_000;

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Trouble ? error.message : error);
  process.exitCode = 1;
}

async function main(words) {
  if (words.join() === '--write') {
    await write();
    return;
  }
  const named = words.filter((word) => word in benches);
  const rest = words.filter((word) => !named.includes(word));
  const { whole } = readWords(rest);
  const failures = [];
  for (const name of named.length ? named : Object.keys(benches)) {
    console.log(`\n=== ${benches[name].title}`);
    const begin = Date.now();
    const result = await runOne(name, rest);
    const figures = summarise(result);
    console.log(`\n${section(name, figures)}\n=== ${benches[name].title}: ${Math.round((Date.now() - begin) / 1_000)} s`);
    failures.push(...figures.failed.map(({ place, why }) => `${[name, place].filter(Boolean).join(', ')}: ${why}`));
    if (whole) {
      await record(name, figures);
    }
  }
  console.log(whole ? '\nWritten: docs/benchmarks.md and what it shows.' : '\nThis was a part: docs/benchmarks.md stays as it was.');
  if (failures.length) {
    throw new Trouble(`\nFailed:\n${failures.join('\n')}`);
  }
}

/** What a bench found, which may be nothing. */
async function runOne(name, words) {
  const file = join(root, 'target/bench', `${name}.json`);
  await rm(file, { force: true });
  const script = fileURLToPath(new URL('one.mjs', import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags(), script, name, file, ...words], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  let why;
  const stop = setTimeout(() => {
    why = `it took longer than ${LIMIT_MS / 60_000} minutes`;
    child.kill();
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  }, LIMIT_MS);
  await new Promise((resolve) => {
    child.once('error', (error) => resolve((why = reason(error))));
    child.once('exit', (code, signal) => resolve((why ??= code === 0 ? undefined : `it ended with ${code ?? signal}`)));
  });
  clearTimeout(stop);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const nothing = { bench: name, taken: new Date().toISOString().slice(0, 10), versions: {}, rows: [], skipped: [], failed: [] };
  const result = text === undefined ? nothing : JSON.parse(text);
  if (why) {
    result.failed.push({ place: '', why });
  }
  return result;
}

/** Node has an EventSource of its own, but hides it. */
function nodeFlags() {
  return ['--experimental-eventsource'].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag));
}
