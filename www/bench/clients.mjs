// Whole clients over HTTP, in Node and in browsers: the class beside `eventsource`, `event-source-polyfill`, `@microsoft/fetch-event-source` and
// the platform's own EventSource. What each does stands in `clients/engine.js`.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { compare } from './tools/compare.mjs';
import { bundle, versionOf } from './tools/pages.mjs';
import { atEach, browsers, inBrowser, node } from './tools/places.mjs';
import { besideServer } from './tools/server.mjs';
import { situations } from './tools/streams.mjs';
import { within } from './tools/trouble.mjs';

/** For control: this one against itself. */
const CONTROL = 'eventsource';
const RUN_LIMIT_MS = 60_000;

export const rounds = { full: 7, quick: 3 };

export async function run(plan, tell) {
  for (const name of ['eventsource', 'event-source-polyfill']) {
    tell.version(name, versionOf(name));
  }
  tell.version('@microsoft/fetch-event-source', versionOf('@microsoft/fetch-event-source'));
  const inNode = await bundle('clients/engine.js', 'node', [withoutPage]);
  const inPage = await bundle('clients/engine.js', 'browser');

  await besideServer(inPage, async (server) => {
    await atEach([node], plan, tell, async ({ name }) => {
      const engine = await import(inNode.file);
      await bench(name, engine.names, server, engine.run);
    });
    await atEach(browsers, plan, tell, ({ engine }, { program }) =>
      inBrowser(engine, program, async (browser, version) => {
        const tab = await browser.newPage();
        await tab.goto(`${server.address}/index.html`);
        const names = await tab.evaluate(() => globalThis.engine.names);
        await bench(`${engine.name} ${version}`, names, server, (...given) => tab.evaluate((...given) => globalThis.engine.run(...given), ...given));
      }),
    );
  });

  async function bench(place, names, server, run) {
    for (const situation of Object.keys(situations).filter(plan.choosesSituation)) {
      const { make, most } = situations[situation];
      const seen = await compare(plan, [...names, `${CONTROL} again`], most, async (name, count) => {
        const { url, units } = await make(count, server);
        const client = name.replace(/ again$/, '');
        const found = await within(RUN_LIMIT_MS, `${name}, ${count} events`, run(client, url, count));
        assert.deepEqual([found.events, found.units], [count, units], `${name} received every event`);
        return { rate: (count * 1_000) / found.milliseconds };
      });
      tell.row({ place, situation, ...seen });
    }
  }
}

/** `@microsoft/fetch-event-source` asks for a page, which Node has not: one that is always visible. */
const withoutPage = {
  name: 'without a page',
  setup(build) {
    build.onLoad({ filter: /fetch-event-source[/\\]lib[/\\]esm[/\\]fetch\.js$/ }, async ({ path }) => ({
      contents: `const window = globalThis, document = { hidden: false, removeEventListener() {} };\n${await readFile(path, 'utf8')}`,
    }));
  },
};
