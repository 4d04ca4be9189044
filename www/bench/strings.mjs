// Bytes to strings, in Node and in browsers: `tidings/parser` beside `eventsource-parser`. What is measured stands in `strings/engine.js`.
//
// `--javascript` gives ours its core in JavaScript.

import { bundle, versionOf } from './tools/pages.mjs';
import { atEach, browsers, inBrowser, node } from './tools/places.mjs';
import { besideServer } from './tools/server.mjs';
import { within } from './tools/trouble.mjs';

const NAMES = ['tidings/parser', 'eventsource-parser', 'eventsource-parser again'];
const LIMIT_MS = 60_000;

export const rounds = { full: 21, quick: 5 };

export async function run(plan, tell) {
  tell.version('eventsource-parser', versionOf('eventsource-parser'));
  const settings = { names: NAMES, rounds: plan.rounds, leastMs: plan.quick ? 4 : 10, javaScript: plan.flags.includes('--javascript') };
  const inNode = await bundle('strings/engine.js', 'node');
  const { situations, measure } = await import(inNode.file);
  const chosen = situations.map(({ name }) => name).filter(plan.choosesSituation);

  async function measureAll(place, measure) {
    for (const situation of chosen) {
      tell.row({ place, situation, rates: await within(LIMIT_MS, situation, measure(situation, settings)) });
    }
  }
  await atEach([node], plan, tell, ({ name }) => measureAll(name, async (...given) => measure(...given)));
  await besideServer(await bundle('strings/engine.js', 'browser'), async ({ address }) => {
    await atEach(browsers, plan, tell, ({ engine }, { program }) =>
      inBrowser(engine, program, async (browser, version) => {
        const tab = await browser.newPage();
        await tab.goto(`${address}/index.html`);
        await measureAll(`${engine.name} ${version}`, (...given) => tab.evaluate((...given) => globalThis.engine.measure(...given), ...given));
      }),
    );
  });
}
