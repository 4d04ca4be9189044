// What `cargo xtask bench` writes of what it found, and that it can begin; no bench is run.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { parse } from 'acorn';

import { benches } from '../../www/bench/report/benches.mjs';
import { section } from '../../www/bench/report/markdown.mjs';
import { benchPlot, COLOURS } from '../../www/bench/report/plot.mjs';
import { docs, documents, known } from '../../www/bench/report/record.mjs';
import { summarise } from '../../www/bench/report/summary.mjs';

const folder = new URL('../../www/bench/', import.meta.url);

const result = {
  bench: 'clients',
  taken: '2026-11-30',
  machine: '2 cores of some processor, linux',
  quick: false,
  rounds: 5,
  versions: { tidings: '0.1.0', eventsource: '5.1.5' },
  rows: [
    {
      place: 'Node 20',
      situation: 'tokens',
      rates: { tidings: [100, 300, 200, 50, 400], eventsource: [100, 100, 100, 100, 1_000], 'eventsource again': [100, 100, 100, 100, 1_010] },
    },
    {
      place: 'Firefox 153',
      situation: 'tokens',
      rates: { tidings: [98, 99, 97, 99, 99], native: [100, 100, 100, 100, 100], eventsource: [100, 100, 100, 100, 100], 'eventsource again': [100, 90, 100, 100, 110] },
    },
  ],
  skipped: [{ place: 'Chromium', why: 'no Chromium: none of chromium, google-chrome is on the PATH' }],
  failed: [{ place: '', why: 'it took longer than 15 minutes' }],
};

test('ratios are those of each round, with median and quartiles', () => {
  const [{ rates, ratios }] = summarise(result).rows;
  assert.deepEqual(rates, { tidings: 200, eventsource: 100, 'eventsource again': 100 });
  assert.deepEqual(ratios, [
    { of: 'tidings', to: 'eventsource', ratio: [1, 0.5, 2] },
    { of: 'eventsource again', to: 'eventsource', ratio: [1, 1, 1] },
  ]);
});

test('the table has what is slower in bold, and says what was left out and why', () => {
  const text = section('clients', summarise(result));
  const [head, , ...rows] = text.split('\n').filter((line) => line.startsWith('|'));
  assert.equal(head, '| where | what | tidings / native | tidings / eventsource | control: eventsource / itself | tidings, events/s |');
  assert.deepEqual(rows, [
    '| Node 20 | tokens |  | 1.00 (0.50–2.00) | 1.00 (1.00–1.00) | 200 |',
    '| Firefox 153 | tokens | **0.99** (0.98–0.99) | **0.99** (0.98–0.99) | 1.00 (1.00–1.00) | 99 |',
  ]);
  assert.match(text, /30 November 2026; 2 cores of some processor, linux; 5 rounds; tidings 0\.1\.0, eventsource 5\.1\.5\./);
  assert.match(text, /- Skipped: Chromium: no Chromium/);
  assert.match(text, /- Failed: it took longer/);
});

test('a bench that found nothing leaves its place, and the others theirs', () => {
  const nothing = summarise({ ...result, bench: 'apps', rows: [] });
  const files = documents({ clients: summarise(result), apps: nothing });
  assert.deepEqual(Object.keys(files), ['benchmarks.md', 'benchmarks/glance.svg', 'benchmarks/clients.svg']);
  assert.match(files['benchmarks.md'], /\| \[Rust apps in browsers\]\(#rust-apps-in-browsers\) \| failed \| \| \|/);
});

test('plots have a shape for each point, and what is on them can be read on white and on black', () => {
  const svg = benchPlot('clients', summarise(result));
  assert.equal(svg.match(/<circle/g).length, 2, 'native: the legend and a point');
  assert.equal(svg.match(/<rect/g).length, 3, 'eventsource: the legend and two points');
  assert.doesNotMatch(svg, /NaN|undefined/);
  for (const colour of [COLOURS.text, ...COLOURS.series]) {
    for (const background of ['#ffffff', '#0d1117']) {
      // What the Web Content Accessibility Guidelines ask of graphics.
      assert.ok(contrast(colour, background) >= 3, `${colour} on ${background}`);
    }
  }
});

test('the docs are what is made of the figures beside them', async () => {
  const figures = await known();
  assert.deepEqual(Object.keys(figures), Object.keys(benches));
  for (const [name, text] of Object.entries(documents(figures))) {
    assert.equal(await readFile(`${docs}${name}`, 'utf8'), text, `${name}: node www/bench/bench.mjs --write`);
  }
});

test('every script of the benches parses, those for old engines as ES5', async () => {
  const scripts = (await readdir(folder, { recursive: true })).filter((name) => /\.m?js$/.test(name));
  for (const bench of Object.keys(benches)) {
    assert.ok(scripts.includes(`${bench}.mjs`), bench);
  }
  for (const name of scripts) {
    const old = name.startsWith('legacy/');
    const text = await readFile(new URL(name, folder), 'utf8');
    assert.doesNotThrow(() => parse(text, old ? { ecmaVersion: 5 } : { ecmaVersion: 2024, sourceType: 'module' }), name);
  }
});

test('a word that no bench understands is answered with those that it does', async () => {
  const script = fileURLToPath(new URL('bench.mjs', folder));
  const { code, stderr } = await promisify(execFile)(process.execPath, [script, 'sizes', '--fast']).catch((error) => error);
  assert.equal(code, 1);
  assert.match(stderr, /--fast is no option of a bench\. There are: --quick/);
});

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
