// The script for old browsers beside event-source-polyfill, which is also for these: in real old engines, over XHR, and in today's Chromium without
// its own EventSource, over whatever each takes there and, without fetch, over XHR. What runs there stands in `legacy/page.js`.

import assert from 'node:assert/strict';
import { cp, mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { openIn, realEngines } from '../../tests/js/legacy/engines.mjs';
import { compare } from './tools/compare.mjs';
import { root, versionOf } from './tools/pages.mjs';
import { atEach, browsers, inBrowser } from './tools/places.mjs';
import { besideServer } from './tools/server.mjs';
import { situations } from './tools/streams.mjs';
import { within } from './tools/trouble.mjs';

const PEER = 'event-source-polyfill';
const NAMES = ['tidings', PEER, `${PEER} again`];
/** Over XHR all that has come stays in memory, and past 4 MB ours would be renewed: no run gets there. */
const MOST_BYTES = 3_500_000;
/** Of an event, beside its data. */
const AROUND = 'data: \n\n'.length;
const RUN_LIMIT_MS = 60_000;

/** More than elsewhere, since the runs are short. */
export const rounds = { full: 11, quick: 3 };

export async function run(plan, tell) {
  tell.version(PEER, versionOf(PEER));
  const page = join(root, 'target/bench/legacy');
  await mkdir(page, { recursive: true });
  for (const file of ['dist/legacy.min.js', 'node_modules/event-source-polyfill/src/eventsource.min.js', 'www/bench/legacy/page.js', 'www/bench/legacy/index.html']) {
    await cp(join(root, file), join(page, file.split('/').at(-1)));
  }
  const chromium = browsers.find(({ name }) => name === 'Chromium');
  const chromiumWithout = (globals) => (found, url, work) =>
    inBrowser(chromium.engine, found.program, async (browser, version) => {
      const tab = await browser.newPage();
      await tab.evaluateOnNewDocument((globals) => globals.forEach((name) => delete self[name]), globals);
      await tab.goto(url);
      await work(`Chromium ${version}`);
    });
  const places = [
    ...realEngines.map(({ name, find }) => ({
      name,
      find,
      over: 'XHR',
      async open(found, url, work, ended) {
        const end = openIn(found, url, ended);
        try {
          await work(name);
        } finally {
          end();
        }
      },
    })),
    { name: 'Chromium, as each picks', find: chromium.find, over: 'fetch', open: chromiumWithout(['EventSource']) },
    { name: 'Chromium, without fetch', find: chromium.find, over: 'XHR', open: chromiumWithout(['EventSource', 'fetch']) },
  ];

  await besideServer({ page }, (server) =>
    atEach(places, plan, tell, async ({ over, open }, found) => {
      const page = await control();
      try {
        const url = `${server.address}/index.html?${encodeURIComponent(page.address)}`;
        await open(found, url, (name) => bench(`${name}, over ${over}`, server, page.run), page.fail);
      } finally {
        await page.close();
      }
    }),
  );

  async function bench(place, server, run) {
    for (const situation of Object.keys(situations).filter(plan.choosesSituation)) {
      const { make } = situations[situation];
      const { bytes } = await make(100, server);
      const most = Math.floor(MOST_BYTES / (bytes + 100 * AROUND)) * 100;
      const seen = await compare(plan, NAMES, most, async (name, count) => {
        const { url, units } = await make(count, server);
        const client = name.replace(/ again$/, '');
        const found = await within(RUN_LIMIT_MS, `${name}, ${count} events`, run({ client, url, count }));
        assert.deepEqual([found.error, found.events, found.units], [undefined, count, units], `${name} received every event`);
        return { rate: (count * 1_000) / found.milliseconds };
      });
      tell.row({ place, situation, ...seen });
    }
  }
}

/** A page in any engine, which is driven by what it asks and what it posts. */
async function control() {
  /** The page's question that waits for something to do. */
  let question;
  let wanted;
  let answer;
  let failure;
  const give = () => {
    if (question && wanted) {
      question.end(JSON.stringify(wanted));
      question = wanted = undefined;
    }
  };
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    // PhantomJS asks even for a plain POST.
    response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
    if (request.method === 'GET') {
      question = response;
      give();
      return;
    }
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      response.end();
      if (request.method === 'POST') {
        answer?.resolve(JSON.parse(Buffer.concat(parts).toString()));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    run: (what) =>
      new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        answer = { resolve, reject };
        wanted = what;
        give();
      }),
    fail(error) {
      failure = error;
      answer?.reject(error);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
