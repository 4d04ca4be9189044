// Every way to a core, in real pages and workers under real policies: with each the class tells what the platform's own does, and it is
// seen from outside which core it was. Where there is none, the source fails and says what to do.
//
// Wants what behaviour.test.mjs wants, and `dist/` built (or named by $TIDINGS_DIST).

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { classEngines, launch } from '../browsers.mjs';
import { LIMIT, LONG, SUITE } from '../limits.mjs';
import { present } from '../present.mjs';
import {
  foundIn, moreWays, noServiceWorkerWays, noWays, noWorkerWays, openPage, openWorker, serveFolders, serviceWorkerWays, ways, workerWays,
} from './core_ways.mjs';
import { apart, scenarios } from './scenarios.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;
/** For whoever looks into one case: parts of the names of engines and of ways. */
const [, onlyEngine, onlyWay] = (process.env.TIDINGS_ONLY ?? '').split(',');

/** In workers a few are enough: the ways end in the same cores. */
const few = ['event-data', 'eventsource-onmessage', 'inside the first of several', 'after the end of the body', 'request-status-error', 'cross-origin: refused'];

for (const { engine, program } of await present(classEngines.filter(({ name }) => name.includes(onlyEngine ?? '')), 'ways to a core')) {
  // Pages mostly wait: so a few go side by side.
  describe(`ways to a core in ${engine.name}`, { timeout: SUITE, concurrency: 6 }, () => {
    let browser;
    let folders;
    let told;

    before(async () => {
      assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
      folders = await serveFolders({ here, there });
      browser = await launch(engine, program);
      told = tellNative(browser, engine);
      // Whoever waits for it will say so.
      told.catch(() => {});
    });

    after(async () => {
      await browser?.close();
      await folders?.close();
    });

    describe('beside its files', { concurrency: 1 }, () => {
      let page;

      before(async () => {
        page = await browser.newPage();
      });

      const open = (way, folder) =>
        folder.workerBeside
          ? openWorker(page, folder.workerBeside, folder.beside, [...serviceWorkerWays, ...noServiceWorkerWays].includes(way))
          : openPage(page, folder.beside);

      for (const way of chosen([...ways, ...moreWays, ...workerWays, ...serviceWorkerWays])) {
        test(`${way.name}: it is found`, { timeout: LIMIT, skip: way.not?.[engine.name] }, async () => {
          const folder = folders.folder(way);
          const realm = await open(way, folder);
          finds(await realm.look(), foundIn(engine.name, way), folder);
        });
      }

      for (const way of chosen([...noWays, ...noWorkerWays, ...noServiceWorkerWays])) {
        test(`${way.name}: it fails and names the remedy`, { timeout: LIMIT }, async () => {
          const folder = folders.folder(way);
          const realm = await open(way, folder);
          fails(await realm.look(), way.remedy, foundIn(engine.name, way), folder);
        });
      }
    });

    for (const way of chosen([...ways, ...workerWays])) {
      test(`${way.name}: it tells what the native one does`, { timeout: LONG }, () =>
        inOwnProfile(browser, async (page) => {
          const folder = folders.folder(way);
          const inWorker = workerWays.includes(way);
          const some = inWorker ? scenarios.filter(({ name }) => few.some((part) => name.includes(part))) : scenarios;
          const realm = await (inWorker ? openWorker(page, folder.workerOnServer, `${here}/routes`) : openPage(page, folder.onServer));
          finds(await realm.look(), foundIn(engine.name, way), folder);
          await tells(realm, some);
          finds(await realm.look(), foundIn(engine.name, way), folder);
        }));
    }

    async function tells(realm, scenarios) {
      const ours = await realm.tell(scenarios.map(({ name, run }) => ({ name, run, given: given(engine, 'ours', name) })));
      const native = await told;
      const expected = scenarios.map((scenario) => {
        const own = apart(scenario, engine.name);
        return [scenario.name, own ? own.expected : native[scenario.name]];
      });
      // Two that fail alike are not what is meant.
      for (const [name, told] of [...Object.entries(ours), ...expected]) {
        assert.ok(Array.isArray(told), `${name}: ${told}`);
      }
      assert.deepEqual(ours, Object.fromEntries(expected), 'ours (actual) is as the native one (expected)');
    }
  });
}

function chosen(list) {
  return list.filter(({ name }) => name.includes(onlyWay ?? ''));
}

/** With a page that others do not slow: a profile has six connections to a server, and tabs behind others have slow timers. */
async function inOwnProfile(browser, work) {
  const context = await browser.createBrowserContext();
  try {
    return await work(await context.newPage({ type: 'window' }));
  } finally {
    await context.close();
  }
}

/** What the platform's own class tells, in a window without a policy. */
function tellNative(browser, engine) {
  return inOwnProfile(browser, async (page) => {
    const { tell } = await openPage(page, `${here}/routes`);
    await page.addScriptTag({ path: fileURLToPath(new URL('./realm_tools.js', import.meta.url)) });
    return tell(scenarios.map(({ name, run }) => ({ name, run, given: given(engine, 'native', name) })));
  });
}

function finds({ calls, ...seen }, { asked, ...found }, folder) {
  assert.deepEqual(seen, {
    ...found,
    right: true,
    log: [0, 'open | 1', 'message | 1 | data'],
    said: [],
  });
  assert.deepEqual(folder.cores(), asked);
  assert.equal(calls > 0, found.instances > 0, 'a core in wasm is one that is called');
}

function fails({ calls, said, ...seen }, remedy, { asked, ...found }, folder) {
  assert.deepEqual(seen, { ...found, right: true, log: [0, 'error | 2'] });
  assert.deepEqual(folder.cores(), asked);
  assert.equal(calls, 0);
  assert.equal(said.length, 1);
  assert.match(said[0], remedy);
}

let keys = 0;

function given(engine, which, name) {
  return { which, here, there, key: `core-${engine.name}-${name.replace(/[^\w]+/g, '-')}-${process.pid}-${++keys}` };
}
