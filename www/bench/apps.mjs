// Rust apps beside each other in real browsers, on one server: tidings over fetch and over the browser's own source, raw web-sys, gloo-net.
//
//   cargo xtask bench apps [--quick] [chromium|firefox] [SITUATION]
//
// builds what this needs and starts it. Each round runs every client once, beginning with another one each time, and web-sys twice; a ratio is that
// of two runs of one round, and "web-sys again" is the control: what it is away from 1.00 is noise. "fetch, read alone" is no client: a loop in
// JavaScript reads the body and looks at nothing in it, which no client over fetch can outrun. How many events a client gets is chosen so that
// every run takes about as long. Events per second are counted inside the page, from before the request until the last event; the processor's time is
// that of all of the browser's processes (user and system), until a moment after it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import puppeteer from 'puppeteer-core';

import { engines, find } from '../../tests/js/browsers.mjs';

const BASELINE = 'web-sys';
/** What a client is called here, and which function of the page it is. */
const clients = {
  'tidings, fetch': 'tidings_fetch',
  'tidings, native': 'tidings_native',
  [BASELINE]: 'web_sys',
  'gloo-net': 'gloo_net',
  'web-sys again': 'web_sys',
  'fetch, read alone': 'read_alone',
};
const QUOTES = quotes();
/** @typedef {{ url: string, bytes: number, sum: number }} Stream */
/** @type {Record<string, { parse: boolean, stream: (count: number, streams: string) => Promise<Stream>, most: number }>} */
const situations = {
  'tokens, 20 bytes': { parse: false, stream: burst(20), most: 4_000_000 },
  'JSON, 100 bytes': { parse: false, stream: quoteStream, most: 400_000 },
  'JSON, 100 bytes, parsed by serde_json': { parse: true, stream: quoteStream, most: 400_000 },
  '16 KiB': { parse: false, stream: burst(16 * 1024), most: 40_000 },
};
/** Both small beside what a browser buffers, so that the browser decides what it hands on. */
const CHUNK = 16 * 1024;
/** How long it stays quiet after a run: what the run has left behind is swept up on its own account. */
const SETTLE_MS = 100;
const RUN_LIMIT_MS = 60_000;
const START_LIMIT_MS = 20_000;

/** What a person can mend: told without a stack. */
class Trouble extends Error {}

try {
  await main(readWords());
} catch (error) {
  console.error(error instanceof Trouble ? `\n${error.message}` : error);
  process.exitCode = 1;
}

async function main(words) {
  const found = await findPrograms(words);
  const program = setting('TIDINGS_BENCH_SERVER', 'the test server');
  const page = setting('TIDINGS_BENCH_PAGE', "the page's folder");
  const streams = await mkdtemp(join(tmpdir(), 'tidings-bench-'));
  try {
    const server = await startServer(program, ['--static', page, '--corpus', streams]);
    try {
      await heading(words);
      for (const one of found) {
        await bench(one, { ...words, streams, address: server.address });
      }
    } finally {
      server.stop();
    }
  } finally {
    await rm(streams, { recursive: true, force: true });
  }
}

function readWords() {
  const all = process.argv.slice(2);
  const unknown = all.find((word) => word.startsWith('-') && word !== '--quick');
  if (unknown) {
    throw new Trouble(`${unknown} is no option of this bench. There is one: --quick.`);
  }
  const names = engines.map((engine) => engine.name.toLowerCase());
  const rest = all.filter((word) => word !== '--quick');
  const situation = rest.filter((word) => !names.includes(word)).join(' ');
  if (!Object.keys(situations).some((name) => name.includes(situation))) {
    throw new Trouble(`There is no situation \`${situation}\`. There are: ${Object.keys(situations).join('; ')}.`);
  }
  const browsers = rest.filter((word) => names.includes(word));
  const quick = all.includes('--quick');
  return { situation, browsers: browsers.length ? browsers : names, rounds: quick ? 3 : 7, runMs: quick ? 200 : 400 };
}

async function bench({ engine, program }, plan) {
  const browser = await launch(engine, program);
  try {
    const page = await browser.newPage();
    await page.goto(`${plan.address}/index.html`);
    await page.evaluate(() => globalThis.clients.then(() => undefined));
    const cpuTime = timeOfTree(browser.process()?.pid);

    console.log(`\n### ${engine.name} (${await browser.version()})\n`);
    console.log(`| events | client | events/s | times ${BASELINE} | CPU s per million | of ${BASELINE}'s |`);
    console.log('| --- | --- | ---: | ---: | ---: | ---: |');
    for (const name of Object.keys(situations).filter((name) => name.includes(plan.situation))) {
      const seen = await compare(plan, situations[name].most, async (client, count) =>
        run(page, client, count, { ...situations[name], ...plan, cpuTime }),
      );
      printRows(name, seen);
    }
  } finally {
    await browser.close();
  }
}

/**
 * Starts an engine that does not report its network traffic. Chromium tells whoever listens to that of every event of an EventSource, which then takes
 * ten times as long. Its WebDriver BiDi always listens, so Chromium is driven over its own protocol here.
 */
function launch({ browser, args }, executablePath) {
  const protocol = browser === 'chrome' ? 'cdp' : 'webDriverBiDi';
  return puppeteer.launch({ browser, protocol, headless: true, executablePath, args, networkEnabled: false, timeout: 60_000 });
}

/** Runs all clients in turns; gives the runs of each, one a round. */
async function compare({ rounds, runMs }, most, run) {
  const names = Object.keys(clients);
  const counts = {};
  for (const name of names) {
    // The first run compiles, the second tells how fast it will be.
    await run(name, 2_000);
    const { rate } = await run(name, 10_000);
    counts[name] = Math.max(2_000, Math.min(most, Math.round((rate * runMs) / 1e5) * 100));
  }
  const seen = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(round + place) % names.length];
      seen[name].push(await run(name, counts[name]));
    }
  }
  return seen;
}

function printRows(situation, seen) {
  const baseline = seen[BASELINE];
  const knowsCpu = baseline[0].cpu !== undefined;
  Object.entries(seen).forEach(([name, runs], row) => {
    const ratio = (what) => (name === BASELINE ? '1' : spread(runs.map((run, round) => run[what] / baseline[round][what])));
    const rate = Math.round(median(runs.map((run) => run.rate)) / 100) * 100;
    const cpu = knowsCpu ? [median(runs.map((run) => run.cpu)).toFixed(2), ratio('cpu')] : ['n/a', 'n/a'];
    console.log(`| ${[row === 0 ? situation : '', name, rate.toLocaleString('en'), ratio('rate'), ...cpu].join(' | ')} |`);
  });
}

/** One run of one client: events per second, and seconds of the processor for a million events. */
async function run(page, client, count, { parse, stream, streams, cpuTime }) {
  const { url, bytes, sum } = await stream(count, streams);
  const before = await cpuTime?.();
  const found = await within(
    RUN_LIMIT_MS,
    `${client}, ${count} events`,
    page.evaluate(
      async (name, url, count, parse) => {
        if (name === 'read_alone') {
          const begin = performance.now();
          const reader = (await fetch(url, { cache: 'no-store' })).body.getReader();
          let read = 0;
          for (let chunk; !(chunk = await reader.read()).done; read += chunk.value.length);
          return { read, milliseconds: performance.now() - begin };
        }
        const run = await (await globalThis.clients)[name](url, count, parse);
        return { events: run.events, bytes: run.bytes, sum: run.sum, milliseconds: run.milliseconds };
      },
      clients[client],
      url,
      count,
      parse,
    ),
  );
  await sleep(SETTLE_MS);
  const after = await cpuTime?.();
  const isClient = found.read === undefined;
  if (isClient) {
    assert.deepEqual([found.events, found.bytes], [count, bytes], `${client} received every byte`);
  } else {
    assert.ok(found.read > bytes, 'every event and what is around it was read');
  }
  if (isClient && parse) {
    assert.ok(Math.abs(found.sum / sum - 1) < 1e-6, `${client} parsed every event`);
  }
  return { rate: (count * 1000) / found.milliseconds, cpu: before === undefined ? undefined : (after - before) / (count / 1e6) };
}

/** @returns {(count: number) => Promise<Stream>} */
function burst(size) {
  return async (count) => ({ url: `/burst?count=${count}&size=${size}&chunk=${CHUNK}&end=close`, bytes: count * size, sum: 0 });
}

/** A stream of quotes, written to where the server finds it. @returns {Promise<Stream>} */
async function quoteStream(count, streams) {
  const times = Math.ceil(count / QUOTES.events.length);
  assert.equal(times * QUOTES.events.length, count, 'the quotes are repeated whole');
  const file = `quotes-${count}.sse`;
  const path = join(streams, file);
  if (!(await access(path).then(() => true, () => false))) {
    await writeFile(path, Buffer.alloc(times * QUOTES.block.length, QUOTES.block));
  }
  const url = `/corpus/${file.replace('.sse', '')}?split=${CHUNK}&pause=0&end=close`;
  return { url, bytes: times * QUOTES.bytes, sum: times * QUOTES.sum };
}

function quotes() {
  const events = Array.from({ length: 100 }, (_, index) => ({
    id: 48_815_100 + index,
    symbol: ['TIDE', 'EBB', 'FLOW', 'SPRING', 'NEAP'][index % 5],
    price: 120 + index * 1.25,
    bid: 119.5 + index,
    ask: 120.75 + index,
    volume: 1_000 + 37 * index,
  }));
  const data = events.map((event) => JSON.stringify(event));
  const sumOf = ({ id, symbol, price, bid, ask, volume }) => id + symbol.length + price + bid + ask + volume;
  return {
    events,
    block: Buffer.from(data.map((text) => `data: ${text}\n\n`).join('')),
    bytes: data.reduce((bytes, text) => bytes + text.length, 0),
    sum: events.reduce((sum, event) => sum + sumOf(event), 0),
  };
}

/**
 * What tells the seconds of user and system time that a process and all it has started have used so far, ended ones included. Only Linux tells it;
 * elsewhere there is none.
 */
function timeOfTree(root) {
  if (process.platform !== 'linux' || root === undefined) {
    return undefined;
  }
  // A hundredth of a second, by the kernel's promise to programs, whatever it counts in itself.
  const TICKS = 100;
  return async () => {
    const processes = new Map();
    for (const name of await readdir('/proc')) {
      if (/^\d+$/.test(name)) {
        // It may end between being listed and being read.
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        // The program's name, in brackets, may hold anything. After it: state, parent, ...; the times are fields 14 to 17 of all.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        processes.set(Number(name), { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) });
      }
    }
    const isOurs = (id) => id === root || (processes.has(id) && isOurs(processes.get(id).parent));
    let ticks = 0;
    for (const [id, found] of processes) {
      if (isOurs(id)) {
        ticks += found.ticks;
      }
    }
    return ticks / TICKS;
  };
}

async function heading({ rounds }) {
  const lock = await readFile(new URL('../../Cargo.lock', import.meta.url), 'utf8');
  const version = (name) => `${name} ${new RegExp(`name = "${name}"\nversion = "(.+)"`).exec(lock)?.[1] ?? '(version unknown)'}`;
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() || 'an unknown processor'}, ${process.platform}`;
  console.log(`## Rust apps in real browsers: ${['tidings', 'web-sys', 'gloo-net'].map(version).join(', ')}\n`);
  console.log(`${new Date().toISOString().slice(0, 10)}, ${machine}. Medians of ${rounds} interleaved rounds; ratios are medians of each round's`);
  console.log('own, with the least and the most; "web-sys again" is the control.');
}

function spread(ratios) {
  const digits = (ratio) => ratio.toFixed(2);
  return `${digits(median(ratios))} (${digits(Math.min(...ratios))}–${digits(Math.max(...ratios))})`;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

async function within(milliseconds, what, promise) {
  const over = new AbortController();
  const limit = sleep(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new Trouble(`${what}: no answer within ${milliseconds / 1000} s`);
  });
  return Promise.race([promise, limit]).finally(() => {
    over.abort();
    limit.catch(() => {});
  });
}

/** Starts the server; it ends with this program, however that ends. */
async function startServer(program, words) {
  const ports = ['--port', '0', '--second-port', '0'];
  const child = spawn(program, [...ports, '--until-stdin-closes', ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await within(
    START_LIMIT_MS,
    'The test server',
    new Promise((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve);
      child.once('error', (error) => reject(new Trouble(`The test server could not be started: ${error.message}.`)));
      child.once('exit', () => reject(new Trouble('The test server ended; its words stand above.')));
    }),
  );
  return { address: line.split(' ')[1], stop: () => child.stdin.end() };
}

function setting(name, what) {
  const value = process.env[name];
  if (!value) {
    throw new Trouble(`${name} has to name ${what}. \`cargo xtask bench apps\` builds it, and starts this bench.`);
  }
  return value;
}

async function findPrograms({ browsers }) {
  const found = [];
  for (const engine of engines.filter(({ name }) => browsers.includes(name.toLowerCase()))) {
    const { program, missing } = await find(engine).catch((error) => {
      throw new Trouble(`${error.message}.`);
    });
    if (missing) {
      console.error(`Leaving out ${engine.name}: ${missing}.`);
    } else {
      found.push({ engine, program });
    }
  }
  if (found.length === 0) {
    throw new Trouble('There is no browser to run in.');
  }
  return found;
}
