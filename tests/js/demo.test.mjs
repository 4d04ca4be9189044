// The demo page in real browsers: its three lanes receive the same events, are dropped, resume with nothing lost, and close.
//
// Wants the test server with the demo as its static folder, at $TIDINGS_SERVER: `cargo xtask test pages` sees to that.
// Nothing sleeps: the page is waited for by its own state, the server by /seen.

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { engines, launch } from './browsers.mjs';
import { LIMIT, SUITE } from './limits.mjs';
import { present } from './present.mjs';

const server = process.env.TIDINGS_SERVER;
const LANES = ['native', 'rust', 'npm'];

for (const { engine, program } of await present(engines, 'the demo')) {
  describe(`the demo in ${engine.name}`, { timeout: SUITE }, () => {
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
      // A key of its own: a stage, and connections, that are this page's only.
      count += 1;
      key = `demo-${engine.name}-${process.pid}-${count}`;
      errors = [];
      page = await browser.newPage();
      // Firefox tells of its own source's lost connections in this way.
      page.on('pageerror', (error) => /Firefox can’t establish|was interrupted/.test(error.message) || errors.push(error));
      await page.goto(`${server}/?page=${key}`);
      await untilStates(page, 'open');
    });

    afterEach(async () => {
      await page.close();
      assert.deepEqual(errors, [], 'the page threw nothing');
      const seen = await wait(key, 'open=0');
      assert.equal(seen.open, 0, 'a page that is gone leaves no connection');
    });

    test('all lanes receive the same events, are dropped, and resume with nothing lost and nothing twice', async () => {
      await untilShared(page, 4);
      const before = Math.max(...(await look(page)).rows.map(({ id }) => id));
      await page.click('[data-control="drop"]');
      await page.waitForFunction((lanes) => lanes.every((lane) => document.querySelector(`#events .resumed[data-lane="${lane}"]`)), { timeout: LIMIT }, LANES);
      await page.click('[data-control="say"]');
      await untilShared(page, 8, before);

      const { rows, lanes } = await look(page);
      const ids = rows.map(({ id }) => id);
      assert.deepEqual(ids, Array.from(ids, (_, index) => ids[0] - index), 'newest first, without a gap');
      for (const lane of LANES) {
        assert.deepEqual(lanes[lane], { state: 'open', lost: 0, repeated: 0, reconnections: 1 }, lane);
        // Between the first and the last event that it has, it has them all.
        const has = rows.map((row) => row.lanes.includes(lane));
        assert.ok(has.slice(has.indexOf(true), has.lastIndexOf(true)).every(Boolean), `${lane} has a hole`);
      }
      assert.ok(rows.some(({ type }) => type === 'news'), 'a named event');

      // Three lanes and the wire, each twice: all were cut, and all said how far they had come.
      const { log } = await wait(key, 'requests=8&open=4');
      const lane = ({ path }) => new URLSearchParams(path.split('?')[1]).get('lane');
      for (const name of [...LANES, 'wire']) {
        const [first, second] = log.filter((request) => lane(request) === name);
        assert.equal(first.ended, 'cut', name);
        assert.equal(first.last_event_id, null, name);
        assert.ok(Number(second.last_event_id) > 0, `${name} resumed`);
      }
      const wire = await page.$eval('#wire', (list) => list.textContent);
      assert.match(wire, /connection 2, after id \d+: 200 text\/event-stream/);
      assert.match(wire, /→ tick \d+/);
    });

    test('a burst arrives in every lane, a restart is survived, and a wrong type closes all until they are opened again', async () => {
      await page.click('[data-control="burst"]');
      await page.waitForFunction(
        (lanes) => lanes.every((lane) => Number(document.querySelector(`[data-lane="${lane}"] [data-count="events"]`).textContent.replaceAll(',', '')) > 10_000),
        { timeout: LIMIT },
        LANES,
      );
      await page.click('[data-control="restart"]');
      await page.waitForSelector('#events .dropped', { timeout: LIMIT });
      // Ids count from the next million then.
      await untilShared(page, 2, 1_000_000);
      for (const [lane, { lost, repeated }] of Object.entries((await look(page)).lanes)) assert.deepEqual([lost, repeated], [0, 0], lane);

      await page.click('[data-control="type"]');
      await untilStates(page, 'closed');
      await page.focus('#reopen');
      await page.keyboard.press('Enter');
      await untilStates(page, 'open');
    });

    test('a lane closes and opens by keyboard; the page fits a phone, and all that is pressed has a name', async () => {
      await page.setViewport({ width: 360, height: 740 });
      await page.focus('[data-lane="rust"] .toggle');
      await page.keyboard.press('Enter');
      await page.waitForSelector('[data-lane="rust"] .state[data-state="closed"]', { timeout: LIMIT });
      await wait(key, 'open=3&closed=1');
      await page.keyboard.press('Enter');
      await untilStates(page, 'open');
      const { wide, narrow, nameless } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        narrow: window.innerWidth,
        nameless: [...document.querySelectorAll('button, input')].filter((control) => !(control.textContent || control.labels?.length)).length,
      }));
      assert.ok(wide <= narrow, `${wide} px of page on ${narrow} px of screen`);
      assert.equal(nameless, 0);
    });
  });
}

/** What is on the page, in one look. */
function look(page) {
  return page.evaluate((lanes) => {
    const number = (lane, name) => Number(document.querySelector(`[data-lane="${lane}"] [data-count="${name}"]`).textContent);
    return {
      rows: [...document.querySelectorAll('#events [data-kind="event"]')].map(({ dataset: { id, type, lanes } }) => ({ id: Number(id), type, lanes })),
      lanes: Object.fromEntries(
        lanes.map((lane) => [
          lane,
          {
            state: document.querySelector(`[data-lane="${lane}"] .state`).dataset.state,
            lost: number(lane, 'lost'),
            repeated: number(lane, 'repeated'),
            reconnections: number(lane, 'reconnections'),
          },
        ]),
      ),
    };
  }, LANES);
}

function untilStates(page, state) {
  return page.waitForFunction(
    (lanes, state) => lanes.every((lane) => document.querySelector(`[data-lane="${lane}"] .state[data-state="${state}"]`)),
    { timeout: LIMIT },
    LANES,
    state,
  );
}

/** Waits until so many events past an id are in all lanes. */
function untilShared(page, events, past = 0) {
  return page.waitForFunction(
    (lanes, events, past) =>
      [...document.querySelectorAll('#events [data-kind="event"]')].filter(
        ({ dataset }) => Number(dataset.id) > past && lanes.every((lane) => dataset.lanes.includes(lane)),
      ).length >= events,
    { timeout: LIMIT },
    LANES,
    events,
    past,
  );
}

/** What the server saw of a key, once it is so. */
async function wait(key, wanted) {
  const response = await fetch(`${server}/seen/${key}/wait?${wanted}`);
  const seen = await response.json();
  assert.equal(response.status, 200, `the server waited in vain for ${wanted}: ${JSON.stringify(seen)}`);
  return seen;
}
