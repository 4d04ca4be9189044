// The examples in real browsers: they show what comes, say when the connection is lost, and resume.
//
// Wants the test server with the examples below its static folder, at $TIDINGS_SERVER: `cargo xtask test pages` sees to that.
// Nothing sleeps: the page is waited for by what it shows, the server by /seen.

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { engines, find, launch } from './browsers.mjs';

const server = process.env.TIDINGS_SERVER;
const limit = 30_000;

for (const engine of engines) {
  const { program, missing } = await find(engine);
  if (missing) {
    // A test and not a suite: suites that are skipped are not counted.
    test(`the examples in ${engine.name}`, { skip: missing }, () => {});
    continue;
  }
  describe(`the examples in ${engine.name}`, { timeout: 240_000 }, () => {
    let browser;
    let page;
    let errors;

    before(async () => {
      assert.ok(server, 'TIDINGS_SERVER has to be the address of the test server that serves the examples; try `cargo xtask test pages`');
      browser = await launch(engine, program);
    });

    after(() => browser?.close());

    beforeEach(async () => {
      errors = [];
      page = await browser.newPage();
      page.on('pageerror', (error) => errors.push(error));
    });

    afterEach(async () => {
      await page.close();
      assert.deepEqual(errors, [], 'the page threw nothing');
    });

    test('vanilla-rust shows each tick', async () => {
      await page.goto(`${server}/examples/vanilla-rust/`);
      const nth = Number((await shown(page, '#ticks', /^tick \d+$/)).slice(5));
      await shown(page, '#ticks', new RegExp(`^tick ${nth + 1}$`));
    });

    test('yew-ticker shows prices, a halt, a loss, and that it resumes with nothing lost', async () => {
      const key = `ticker-${engine.name}-${process.pid}`;
      await page.goto(`${server}/examples/yew-ticker/?every=50&key=${key}`);
      await shown(page, '[role=status]', /^live$/);
      await shown(page, '[role=status]', /^trading is halted$/);
      await shown(page, '#others', /^[1-9]/);
      const rows = await page.$$eval('tbody tr', (rows) => rows.map((row) => row.textContent));
      assert.equal(rows.length, 3, `${rows}`);
      for (const row of rows) {
        assert.match(row, /^(TIDE|EBB|FLOW)\d+\.\d\d$/);
      }

      const dropped = await fetch(`${server}/demo/drop?of=${key}&for=700`, { method: 'POST' });
      assert.deepEqual(await dropped.json(), { dropped: 1 });
      await shown(page, '[role=status]', /^the network failed.*; reconnecting in 0\.5 s$/);
      await shown(page, '[role=status][data-state=open]', /^(live again, and nothing was missed|trading is halted)$/);
      const seen = await wait(key, 'open=1&requests=2');
      const resumed = Number(seen.log.at(-1).last_event_id);
      assert.ok(resumed >= 13, `it resumed after ${resumed}`);
      // Of 20 events 17 are ticks and one, the 13th, is neither that nor a halt: when the nth of those is shown, all ticks before it are.
      const others = Number(await page.$eval('#others', (count) => count.textContent)) + 1;
      await shown(page, '#others', new RegExp(`^${others}$`));
      const ticks = await page.$eval('#ticks', (count) => Number(count.textContent));
      assert.ok(ticks >= 17 * others - 7, `${ticks} ticks beside ${others} other events: some are missing`);

      await page.click('button');
      await shown(page, '[role=status][data-state=closed]', /./);
      assert.equal((await wait(key, 'open=0')).open, 0);
    });
  });
}

/** The text of an element, once it is like this. */
async function shown(page, selector, pattern) {
  const handle = await page.waitForFunction(
    (selector, source) => {
      const text = document.querySelector(selector)?.textContent ?? '';
      return new RegExp(source).test(text) ? { text } : null;
    },
    { timeout: limit },
    selector,
    pattern.source,
  );
  return handle.evaluate(({ text }) => text);
}

/** What the server saw of a key, once it is so. */
async function wait(key, wanted) {
  const response = await fetch(`${server}/seen/${key}/wait?${wanted}`);
  const seen = await response.json();
  assert.equal(response.status, 200, `the server waited in vain for ${wanted}: ${JSON.stringify(seen)}`);
  return seen;
}
