// The options and functions of the package, in Node, and in windows and workers of real browsers. See option_scenarios.mjs.
//
// Wants what behaviour.test.mjs wants.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { runInThisContext } from 'node:vm';

import { classEngines, launch } from '../browsers.mjs';
import { LIMIT, SUITE } from '../limits.mjs';
import { present } from '../present.mjs';
import { openLastingRealm, serveScripts } from './realms.mjs';
import { scenarios } from './option_scenarios.mjs';
import { apart } from './scenarios.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;
assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
/** For whoever looks into one case: parts of the names of scenarios, of engines and of realms. */
const [only = '', onlyEngine = '', onlyKind = ''] = (process.env.TIDINGS_ONLY ?? '').split(',');
let keys = 0;

/** One test for each scenario that is for this kind of realm. */
function testAll(kind, run, engine = '') {
  for (const scenario of scenarios) {
    const { name, run: work, realms } = scenario;
    if (!name.includes(only) || (realms && !realms.includes(kind))) continue;
    test(name, { timeout: LIMIT }, async (context) => {
      const given = () => ({ which: 'ours', here, there, key: `options-${kind.replace(/\W/g, '-')}-${process.pid}-${++keys}` });
      const { expected, why } = apart(scenario, engine) ?? scenario;
      assert.deepEqual(await run(work, given, (text) => context.diagnostic(text)), expected, why);
    });
  }
}

if ('node'.includes(onlyEngine)) {
  describe('options in node', { timeout: SUITE }, () => {
    let tidings;
    before(async () => {
      tidings = await import(new URL('../../../dist/index.mjs', import.meta.url));
      runInThisContext(readFileSync(new URL('./realm_tools.js', import.meta.url), 'utf8'));
    });
    testAll('node', async (work, given) => {
      const tools = globalThis.realmTools({ EventSource: tidings.EventSource, tidings, ...given() });
      return JSON.parse(JSON.stringify(tools.plain(await work(tools))));
    });
  });
}

for (const { engine, program } of await present(classEngines.filter(({ name }) => name.toLowerCase().includes(onlyEngine.toLowerCase())), 'options')) {
  describe(`options in ${engine.name}`, { timeout: SUITE }, () => {
    let browser;
    let scripts;
    before(async () => {
      scripts = await serveScripts();
      browser = await launch(engine, program);
    });
    after(async () => {
      await browser?.close();
      await scripts?.close();
    });
    for (const kind of ['window', 'dedicated worker'].filter((kind) => kind.includes(onlyKind))) {
      describe(`in a ${kind}`, () => {
        let realm;
        before(async () => {
          realm = await openLastingRealm(browser, kind, { scripts: scripts.address, here });
        });
        after(() => realm?.close());
        testAll(kind, (...work) => realm.run(...work), engine.name);
      });
    }
  });
}
