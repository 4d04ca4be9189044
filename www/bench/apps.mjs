// Rust apps beside each other in real browsers, on one server: tidings over fetch and over the browser's own source, raw web-sys, gloo-net. What
// each does stands in `apps/src`.
//
// "fetch, read alone" is no client: a loop in JavaScript reads the body and looks at nothing in it, which no client over fetch can outrun. The
// processor's time is that of all of the browser's processes (user and system), until a moment after a run.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { compare } from './tools/compare.mjs';
import { timeOfTree } from './tools/cpu.mjs';
import { lockedVersion } from './tools/pages.mjs';
import { atEach, browsers, inBrowser } from './tools/places.mjs';
import { besideServer, setting } from './tools/server.mjs';
import { situations as streams } from './tools/streams.mjs';
import { within } from './tools/trouble.mjs';

/** What a client is called here, and which function of the page it is. */
const clients = {
  'tidings, fetch': 'tidings_fetch',
  'tidings, native': 'tidings_native',
  'web-sys': 'web_sys',
  'gloo-net': 'gloo_net',
  'web-sys again': 'web_sys',
  'fetch, read alone': 'read_alone',
};
const situations = {
  'tokens, 20 bytes': { ...streams['tokens, 20 bytes'], parse: false },
  'JSON, 100 bytes': { ...streams['JSON, 100 bytes'], parse: false },
  'JSON, 100 bytes, parsed by serde_json': { ...streams['JSON, 100 bytes'], parse: true },
  '16 KiB': { ...streams['16 KiB'], parse: false },
};
/** How long a run's leavings may take of the processor. */
const SETTLE_MS = 50;
const RUN_LIMIT_MS = 60_000;

export const rounds = { full: 7, quick: 3 };

export async function run(plan, tell) {
  for (const name of ['web-sys', 'gloo-net']) {
    tell.version(name, await lockedVersion(name, 'tidings-bench-apps'));
  }
  await besideServer({ page: setting('TIDINGS_BENCH_PAGE', "the page's folder") }, (server) =>
    atEach(browsers, plan, tell, ({ engine }, { program }) =>
      inBrowser(engine, program, async (browser, version) => {
        const page = await browser.newPage();
        await page.goto(`${server.address}/index.html`);
        await page.evaluate(() => globalThis.clients.then(() => undefined));
        const cpuTime = timeOfTree(browser.process()?.pid);
        for (const situation of Object.keys(situations).filter(plan.choosesSituation)) {
          const { make, most, parse } = situations[situation];
          const seen = await compare(plan, Object.keys(clients), most, async (client, count) =>
            measure(page, client, count, parse, await make(count, server), cpuTime),
          );
          tell.row({ place: `${engine.name} ${version}`, situation, ...seen });
        }
      }),
    ),
  );
}

/** One run of one client: events per second, and seconds of the processor for each event. */
async function measure(page, client, count, parse, { url, bytes, sum }, cpuTime) {
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
  if (found.read !== undefined) {
    assert.ok(found.read > bytes, 'every event and what is around it was read');
  } else {
    assert.deepEqual([found.events, found.bytes], [count, bytes], `${client} received every byte`);
    assert.ok(!parse || Math.abs(found.sum / sum - 1) < 1e-6, `${client} parsed every event`);
  }
  return { rate: (count * 1_000) / found.milliseconds, cpu: before === undefined ? undefined : (after - before) / count };
}
