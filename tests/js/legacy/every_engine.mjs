// Scenarios with the script for old browsers, in real old engines and in emulated ones.
//
// Wants the test server at $TIDINGS_SERVER and $TIDINGS_SECOND_SERVER, and `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';

import { engines, find, launch } from '../browsers.mjs';
import { LONG, SUITE } from '../limits.mjs';
import { differenceOf } from './differences.mjs';
import { emulations, openIn, realEngines } from './engines.mjs';
import { servePages } from './pages.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;
/** For whoever looks into one case: parts of the names of scenarios and of engines. */
const [only = '', onlyEngine = ''] = (process.env.TIDINGS_ONLY ?? '').split(',');
const chromium = engines.find(({ name }) => name === 'Chromium');

/**
 * One test for each scenario in each engine.
 *
 * @param {object} given
 * @param {string} given.title
 * @param {import('../class/scenarios.mjs').Scenario[]} given.scenarios
 * @param {import('./differences.mjs').Difference[]} given.differences
 * @param {boolean} [given.isOverXhr] Whether they are only for engines without `fetch`.
 * @param {boolean} [given.hasOracle] Whether Chromium's own EventSource goes through them too.
 * @param {(scenario: object, native: any) => any} given.right What has to be told, but for the differences.
 */
export async function testInEveryEngine({ title, scenarios, differences, isOverXhr = false, hasOracle = false, right }) {
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  const found = await find(chromium);
  /** How real engines are begun, or why they are not. */
  const commands = await Promise.all(realEngines.map((engine) => engine.find()));
  if (hasOracle && found.missing) {
    test(title, { skip: found.missing }, () => {});
    return;
  }
  describe(title, { timeout: SUITE }, () => {
    let pages;
    let browser;
    let oracle;
    const endings = [];

    before(async () => {
      assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
      pages = await servePages({ here, there });
      browser = found.missing ? undefined : await launch(chromium, found.program);
      // All at the same time: most of it is waiting.
      await Promise.all([
        hasOracle && openInChromium({ which: 'native', before: [], scenarios: chosen }).then((page) => { oracle = page; }),
        ...cases.map(async (one) => {
          if (!one.missing) {
            one.page = await one.open(chosen.filter(({ name }) => !differenceOf(differences, one.name, name)?.skip));
          }
        }),
      ]);
    });

    after(async () => {
      endings.forEach((end) => end());
      await browser?.close();
      await pages?.close();
    });

    /** Each in a context of its own: connections to the server are counted by context. */
    async function openInChromium(settings) {
      const page = await pages.open(settings);
      const context = await browser.createBrowserContext();
      const tab = await context.newPage();
      await tab.goto(page.url);
      return page;
    }

    const cases = [
      ...emulations.map((emulation) => ({
        ...emulation,
        missing: found.missing,
        open: (scenarios) => openInChromium({ before: emulation.before, scenarios }),
      })),
      ...realEngines.map(({ name }, index) => ({
        name,
        missing: commands[index].missing,
        fetch: false,
        async open(scenarios) {
          const page = await pages.open({ scenarios });
          endings.push(openIn(commands[index], page.url, page.fail));
          return page;
        },
      })),
    ].filter(({ name, fetch }) => name.includes(onlyEngine) && !(isOverXhr && fetch));

    for (const one of cases) {
      const { name: engine, fetch, has } = one;
      describe(engine, () => {
        for (const scenario of chosen) {
          const { name } = scenario;
          const difference = differenceOf(differences, engine, name);
          test(name, { timeout: LONG, skip: one.missing || difference?.skip }, async () => {
            const { value, error, late } = await one.page.result(name);
            assert.ok(!error && !late, error ?? 'it took too long');
            const expected = right(scenario, (await oracle?.result(name))?.value);
            assert.deepEqual(value, difference ? difference.expected(expected) : expected, difference?.why);
          });
        }

        test('it was the class that ran, over the transport that was meant, in what it was meant to run in', { timeout: LONG, skip: one.missing }, async () => {
          const { broken, native, emulated, transports, found } = await one.page.end;
          assert.ok(!broken, broken);
          assert.equal(native, false, 'the global EventSource is ours');
          assert.ok(fetch ? transports.fetch > 0 && transports.xhr === 0 : transports.xhr > 0 && transports.fetch === 0, JSON.stringify(transports));
          if (has) {
            assert.ok(emulated.count > 1000, `${emulated.count} things were removed`);
            // Nobody can remove constants.
            assert.deepEqual(emulated.left.filter((path) => !/^(Symbol|Number)\.\w+$/.test(path)), [], 'all else that the browser lacked is gone');
            assert.deepEqual(Object.keys(found).filter((name) => found[name]).sort(), [...has].sort(), 'what is left is what it had');
          } else {
            assert.ok(!found.EventSource, 'its own EventSource is gone');
          }
        });
      });
    }
  });
}
