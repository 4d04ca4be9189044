// Our class and the platform's own go through the same, on the same routes: what listeners see and what the server sees is equal, or
// the scenario says where an engine differs and why. In windows and in all workers, in real browsers.
//
// Wants the test server at $TIDINGS_SERVER and $TIDINGS_SECOND_SERVER, and `dist/polyfill.js` built (or named by $TIDINGS_POLYFILL).

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';

import { classEngines, launch } from '../browsers.mjs';
import { LIMIT, SUITE } from '../limits.mjs';
import { present } from '../present.mjs';
import { kinds, openLastingRealm, serveScripts } from './realms.mjs';
import { apart, scenarios } from './scenarios.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;
/** For whoever looks into one case: parts of the names of scenarios, of engines and of realms. */
const [only, onlyEngine, onlyKind] = (process.env.TIDINGS_ONLY ?? '').split(',');

for (const { engine, program } of await present(classEngines.filter(({ name }) => name.includes(onlyEngine ?? '')), 'the class')) {
  describe(`the class in ${engine.name}`, { timeout: SUITE }, () => {
    let browser;
    let scripts;

    before(async () => {
      assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
      scripts = await serveScripts();
      browser = await launch(engine, program);
    });

    after(async () => {
      await browser?.close();
      await scripts?.close();
    });

    /** What the platform's own class tells in a window: the oracle of workers that have none. */
    const natives = new Map();

    for (const kind of kinds.filter((name) => name.includes(onlyKind ?? ''))) {
      describe(`in a ${kind}`, () => {
        let realm;

        before(async () => {
          realm = await openLastingRealm(browser, kind, { scripts: scripts.address, here });
        });

        after(() => realm?.close());

        for (const scenario of scenarios) {
          const { name, run, realms } = scenario;
          if ((only && !name.includes(only)) || (realms && !realms.includes(kind))) continue;
          test(name, { timeout: LIMIT }, async (context) => {
            const note = (text) => context.diagnostic(text);
            const go = (which) => realm.run(run, () => ({ which, here, there, key: key(engine, kind, which, name) }), note);
            const ours = await go('ours');
            const own = apart(scenario, engine.name);
            if (own) {
              assert.deepEqual(ours, own.expected, own.why);
              return;
            }
            let native = await go('native');
            if (native === 'no native EventSource') {
              native = natives.get(name);
            } else if (kind === 'window') {
              natives.set(name, native);
            }
            assert.deepEqual(ours, native, 'ours (actual) is as the native one (expected)');
          });
        }
      });
    }
  });
}

let keys = 0;

function key(engine, kind, which, name) {
  return encodeURIComponent(`class-${engine.name}-${kind}-${which}-${name}-${process.pid}-${++keys}`.replace(/[^\w-]+/g, '-'));
}
