// The whole corpus through the script for old browsers, as it is published, in Duktape: the class over a `fetch` of one's own, whose bytes the script
// decodes, and over XHR, which gives text, in pieces of several sizes.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY); `duk` on the PATH, or named by $TIDINGS_DUKTAPE.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { corpus } from '../corpus.mjs';
import { LONG } from '../limits.mjs';
import { onPath } from './engines.mjs';
import { legacyScript } from './pages.mjs';

const duktape = process.env.TIDINGS_DUKTAPE ?? (await onPath('duk'));
const skip = duktape ? false : 'no Duktape: duk is not on the PATH, and TIDINGS_DUKTAPE is not set';

test('the corpus in Duktape', { skip, timeout: LONG }, async () => {
  // The script counts bytes of the text that it has, in which what was wrong is repaired.
  const cases = corpus().filter(({ name }) => !/^limit_counts_.*as_received$/.test(name));
  assert.ok(cases.length >= 190, `only ${cases.length} cases`);
  const given = cases.map(({ name, body, expected: { limit } }) => ({
    name,
    body: body.toString('latin1'),
    limit,
    sizes: body.length > 500 ? [1e9, 101] : [1e9, 1, 7],
  }));
  const readings = await inDuktape(given);
  const ways = { fetch: 0, XHR: 0 };
  for (const { name, way, size, reading } of readings) {
    const { expected } = cases.find((one) => one.name === name);
    if (reading.lastEventId !== undefined) {
      reading.lastEventId = Buffer.from(reading.lastEventId, 'latin1').toString();
    }
    reading.comments &&= reading.comments.map(cut);
    assert.deepEqual(reading, readingOf(expected, way === 'XHR'), `${name} over ${way} by ${size}: ${expected.about}`);
    ways[way]++;
  }
  assert.equal(ways.fetch, given.flatMap(({ sizes }) => sizes).length);
  assert.ok(ways.XHR > 0.8 * ways.fetch, `only ${ways.XHR} over XHR`);
});

async function inDuktape(cases) {
  const folder = await mkdtemp(join(tmpdir(), 'tidings-duktape-'));
  try {
    const around = await readFile(new URL('engines/duktape.js', import.meta.url), 'utf8');
    const script = await readFile(legacyScript, 'utf8');
    const program = join(folder, 'corpus.js');
    await writeFile(program, `var cases = ${JSON.stringify(cases)};\n${around.replace('/* THE SCRIPT */', () => script)}`);
    const { stdout } = await promisify(execFile)(duktape, [program], { maxBuffer: 256 << 20 });
    return stdout.trim().split('\n').map((line) => JSON.parse(line));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readingOf(expected, hears) {
  const comments = hears && { comments: expected.items.flatMap(({ comment }) => (comment === undefined ? [] : [cut(comment)])) };
  const events = expected.items.flatMap(({ event }) => (event ? [[event.type, event.data, event.id]] : []));
  if (expected.items.some((item) => 'limit_exceeded' in item)) {
    return { events, plain: ['open', 'error'], ...comments };
  }
  const times = expected.items.flatMap((item) => (item.retry === undefined ? [] : [item.retry]));
  return { events, plain: ['open', 'error'], lastEventId: expected.last_event_id, delay: Math.max(100, times.at(-1) ?? 3000), ...comments };
}

/** The script cuts comments after 4,096 characters, not bytes: what comes near that is not looked at where it is not ASCII. */
function cut(comment) {
  return comment.length > 2000 ? comment.replace(/[^\0-\x7f].*/s, '') : comment;
}
