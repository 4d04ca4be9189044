// The demo page in real browsers: it receives events, is dropped, resumes with nothing lost, and closes.
//
// Wants the test server with the demo as its static folder, at $TIDINGS_SERVER: `cargo xtask test pages` sees to that.
// Nothing sleeps: the page is waited for by its own state, the server by /seen.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { engines, find, launch } from './browsers.mjs';

const server = process.env.TIDINGS_SERVER;
const limit = 30_000;

for (const engine of engines) {
  const { program, missing } = await find(engine);
  if (missing) {
    // A test and not a suite: suites that are skipped are not counted.
    test(`the demo in ${engine.name}`, { skip: missing }, () => {});
    continue;
  }
  describe(`the demo in ${engine.name}`, { timeout: 240_000 }, () => {
    let browser;
    let page;
    let key;
    let errors;
    let count = 0;

    before(async () => {
      assert.ok(server, 'TIDINGS_SERVER has to be the address of the test server that serves the demo; try `cargo xtask test pages`');
      browser = await launch(engine, program);
    });

    after(() => browser?.close());

    beforeEach(async () => {
      // A key of its own: the server drops and tells of this page's connection only.
      count += 1;
      key = `demo-${engine.name}-${process.pid}-${count}`;
      errors = [];
      page = await browser.newPage();
      page.on('pageerror', (error) => errors.push(error));
      await page.goto(`${server}/?page=${key}`);
    });

    afterEach(async () => {
      await page.close();
      assert.deepEqual(errors, [], 'the page threw nothing');
      const seen = await wait(key, 'open=0');
      assert.equal(seen.open, 0, 'a page that is gone leaves no connection');
    });

    test('receives events of both types, newest first', async () => {
      await untilState(page, 'open');
      await untilRows(page, 6);
      const { rows, lost, repeated } = await look(page);
      assertGapless(rows);
      assert.deepEqual([lost, repeated], [0, 0]);
      assert.deepEqual(new Set(rows.map((row) => row.type)), new Set(['message', 'tick']));
      const seen = await wait(key, 'open=1');
      assert.equal(seen.log[0].last_event_id, null, 'a new source knows no last event ID');
    });

    test('resumes after a drop with nothing lost and nothing twice', async (context) => {
      await untilState(page, 'open');
      await untilRows(page, 5);

      await page.click('#drop');
      await untilState(page, 'connecting');
      const dropped = await notice(page, 'dropped');
      assert.match(dropped, /^connection dropped: .+; reconnecting in .+/);
      const waiting = await look(page);
      assert.notEqual(waiting.error, 'none so far');

      await untilState(page, 'open');
      const resumed = await notice(page, 'resumed');
      const { requests, log } = await wait(key, 'requests=2&open=1');
      assert.equal(requests, 2);
      assert.equal(log[0].ended, 'cut');
      assert.equal(resumed, `resumed after id ${log[1].last_event_id}`);

      await untilRows(page, waiting.rows.length + 8);
      const { rows, lost, repeated, reconnections } = await look(page);
      assertGapless(rows);
      assert.deepEqual([lost, repeated, reconnections], [0, 0, 1]);
      assert.ok(rows[0].id >= waiting.rows[0].id + 8);
      context.diagnostic(`screenshot: ${await screenshot(page, `demo-${engine.browser}`)}`);
    });

    test('keeps trying while the server refuses', async () => {
      await untilState(page, 'open');
      await untilRows(page, 2);
      await page.click('#refuse');
      await page.waitForFunction(() => document.querySelectorAll('#events [data-kind="dropped"]').length >= 2, {
        timeout: limit,
      });
      await page.waitForSelector('#events [data-kind="resumed"]', { timeout: limit });
      const before = (await look(page)).rows.length;
      await untilRows(page, before + 4);
      const { rows, lost, repeated, reconnections } = await look(page);
      assertGapless(rows);
      assert.deepEqual([lost, repeated, reconnections], [0, 0, 1]);
    });

    test('closes by keyboard, stays closed, and opens again', async () => {
      await untilState(page, 'open');
      await untilRows(page, 2);
      await page.focus('#toggle');
      await page.keyboard.press('Enter');
      await untilState(page, 'closed');
      const seen = await wait(key, 'open=0&closed=1');
      assert.equal(seen.log[0].ended, 'client-gone');
      assert.equal(seen.requests, 1);

      // Nothing can come any more: the server has no connection left to send it on.
      const closed = await look(page);
      assert.equal(closed.toggle, 'Open');
      await page.keyboard.press('Enter');
      await untilState(page, 'open');
      await untilRows(page, closed.rows.length + 3);
      const again = await wait(key, 'open=1&requests=2');
      assert.equal(again.log[1].last_event_id, null, 'a source that is opened anew starts anew');
      const { lost, repeated, rows } = await look(page);
      assert.deepEqual([lost, repeated], [0, 0]);
      assert.ok(rows.length >= closed.rows.length + 3);
    });

    test('fits a phone', async (context) => {
      await page.setViewport({ width: 360, height: 740 });
      await untilRows(page, 14);
      const { wide, narrow } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        narrow: window.innerWidth,
      }));
      assert.ok(wide <= narrow, `${wide} px of page on ${narrow} px of screen`);
      context.diagnostic(`screenshot: ${await screenshot(page, `demo-${engine.browser}-phone`)}`);
    });
  });
}

/** What is on the page, in one look. */
function look(page) {
  return page.evaluate(() => {
    const text = (id) => document.getElementById(id).textContent;
    return {
      rows: [...document.querySelectorAll('#events [data-kind="event"]')].map((row) => ({
        id: Number(row.dataset.id),
        type: row.dataset.type,
      })),
      lost: Number(text('count-lost')),
      repeated: Number(text('count-repeated')),
      reconnections: Number(text('count-reconnections')),
      error: text('last-error'),
      toggle: text('toggle'),
    };
  });
}

function untilState(page, state) {
  return page.waitForSelector(`#state[data-state="${state}"]`, { timeout: limit });
}

function untilRows(page, rows) {
  return page.waitForFunction(
    (rows) => document.querySelectorAll('#events [data-kind="event"]').length >= rows,
    { timeout: limit },
    rows,
  );
}

/** The words of the newest notice of a kind, once there is one. */
async function notice(page, kind) {
  const words = await page.waitForSelector(`#events [data-kind="${kind}"] .words`, { timeout: limit });
  return words.evaluate((element) => element.textContent);
}

/** The rows are newest first, and each id is one more than the one below it. */
function assertGapless(rows) {
  const ids = rows.map((row) => row.id);
  assert.deepEqual(ids, Array.from(ids, (_, index) => ids[0] - index));
}

/** What the server saw of a key, once it is so. */
async function wait(key, wanted) {
  const response = await fetch(`${server}/seen/${key}/wait?${wanted}`);
  const seen = await response.json();
  assert.equal(response.status, 200, `the server waited in vain for ${wanted}: ${JSON.stringify(seen)}`);
  return seen;
}

async function screenshot(page, name) {
  const folder = process.env.TIDINGS_SCREENSHOTS || (await mkdtemp(join(tmpdir(), 'tidings-')));
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
