// The examples in real browsers: they show what comes, say when the connection is lost, and resume.
//
// Wants the test server with the examples below its static folder, at $TIDINGS_SERVER: `cargo xtask test pages` sees to that.
// Nothing sleeps: the page is waited for by what it shows, the server by /seen.

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { engines, launch } from './browsers.mjs';
import { LIMIT, SUITE } from './limits.mjs';
import { present } from './present.mjs';

const server = process.env.TIDINGS_SERVER;

for (const { engine, program } of await present(engines, 'the examples')) {
  describe(`the examples in ${engine.name}`, { timeout: SUITE }, () => {
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
      // Firefox counts among the errors of a page that its own EventSource failed.
      page.on('pageerror', (error) => /^Firefox can’t establish a connection/.test(error.message) || errors.push(error));
    });

    afterEach(async () => {
      await page.close();
      assert.deepEqual(errors, [], 'the page threw nothing');
    });

    test('vanilla-rust shows each tick', async () => {
      await page.goto(`${server}/examples/vanilla-rust/`);
      const nth = Number((await shown(page, '#ticks', /^tick \d+$/)).slice(5));
      await shown(page, '#ticks', new RegExp(`^tick (?!${nth}$)\\d+$`));
    });

    test('vanilla-rust says that the connection was lost, and that it failed', async () => {
      // The page asks for ticks alone, so another address is put into its request.
      await page.evaluateOnNewDocument(() => {
        const { EventSource } = globalThis;
        globalThis.EventSource = class extends EventSource {
          constructor(_url, init) {
            super(location.hash.slice(1), init);
          }
        };
      });
      for (const [path, said] of [
        [`/sequence?steps=200,no-answer&retry=1&key=vanilla-${engine.name}-${process.pid}`, /^the connection was lost .*; reconnecting$/],
        ['/status/404', /^the connection failed .*; not reconnecting$/],
      ]) {
        await page.goto('about:blank');
        await page.goto(`${server}/examples/vanilla-rust/#${path}`);
        await shown(page, '#ticks', said);
      }
    });

    describe('chat', () => {
      const open = async (about, every) => {
        const key = `chat-${about}-${engine.name}-${process.pid}`;
        await page.goto(`${server}/examples/chat/#every=${every}&key=${key}`);
        return key;
      };

      test('shows the answer to the end; the next question has a token of its own', async () => {
        const key = await open('answer', 1);
        for (const count of [1, 2]) {
          await page.click('form button');
          await shown(page, '[role=status]', /^done$/);
          assert.match(await shown(page, '#answer', /./), /^You ask: Why are there tides\? Let me think\. .* That is all there is to say\.$/);
          const { log } = await wait(key, `open=0&requests=${count}`);
          assert.deepEqual([...new Set(log.map(({ method }) => method))], ['POST']);
          assert.equal(new Set(log.map(({ headers }) => headers.authorization)).size, count);
        }
        assert.equal(await page.$eval('[role=alert]', ({ textContent }) => textContent), '');
      });

      test('stops when it is told to, and the connection is free', async () => {
        // Nobody waits for the second word.
        const key = await open('stop', 600_000);
        await page.click('form button');
        await shown(page, '#answer', /^You/);
        await page.click('#stop');
        await shown(page, '[role=status]', /^stopped$/);
        assert.equal((await wait(key, 'open=0')).requests, 1);
        assert.doesNotMatch(await shown(page, '#answer', /./), /That is all/);
      });

      test('says kindly that the network was lost, or that the answer broke off', async () => {
        for (const [end, said] of [['cut', /^The connection was lost\. .* not asked again by itself/], ['close', /^The answer broke off before its end\. Ask again/]]) {
          const key = await open(end, `1&words=4&end=${end}`);
          await page.reload();
          await page.click('form button');
          await shown(page, '[role=alert]', said);
          // Of a connection that is cut, engines throw away what nobody has read.
          const stays = await shown(page, '#answer', end === 'cut' ? /^/ : /./);
          assert.ok(end === 'cut' ? 'You ask: Why are '.startsWith(stays) : stays === 'You ask: Why are ', `what was received stays: ${stays}`);
          assert.equal((await wait(key, 'open=0')).requests, 1);
          assert.equal(await page.$eval('form button', ({ disabled }) => disabled), false);
        }
      });

      test('says kindly what went wrong, and asks nothing twice', async () => {
        const key = await open('errors', 1);
        await page.$eval('input', (input) => (input.value = '  '));
        await page.click('form button');
        await shown(page, '[role=alert]', /^The server does not answer this: the body has to be JSON with a `question`$/);
        await page.evaluate(() => {
          const real = fetch;
          globalThis.fetch = (url, init) => (url === '/examples/token' ? Promise.resolve(Response.json({ token: 'used' })) : real(url, init));
        });
        await page.click('form button');
        await shown(page, '[role=alert]', /^You are not signed in any more/);
        assert.equal((await wait(key, 'open=0')).requests, 2);
        await page.evaluate(() => {
          globalThis.fetch = () => Promise.resolve(new Response('', { status: 503 }));
        });
        await page.click('form button');
        await shown(page, '[role=alert]', /^The server lets nobody sign in/);
        assert.equal((await wait(key, 'open=0')).requests, 2);
        assert.equal(await page.$eval('form button', ({ disabled }) => disabled), false);
      });
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

      // Nobody is there until it is said otherwise: whatever it takes to look, what is looked for is shown.
      const drop = async (time) => (await fetch(`${server}/demo/drop?of=${key}&for=${time}`, { method: 'POST' })).json();
      assert.deepEqual(await drop(600_000), { dropped: 1 });
      await shown(page, '[role=status]', /^the network failed.*; reconnecting in [\d.]+ s$/);
      // The page, the first connection, and one that was refused.
      await wait(key, 'requests=3');
      await drop(0);
      await shown(page, '[role=status][data-state=open]', /^(live again, and nothing was missed|trading is halted)$/);
      const seen = await wait(key, 'open=1');
      const resumed = Number(seen.log.at(-1).last_event_id);
      assert.ok(resumed >= 13, `it resumed after ${resumed}`);
      // Of 20 events 17 are ticks and one, the 13th, is neither that nor a halt: when the nth of those is shown, all ticks before it are.
      const number = (id) => page.$eval(id, (count) => Number(count.textContent));
      const before = await number('#others');
      await shown(page, '#others', new RegExp(`^(?!${before}$)\\d`));
      const others = await number('#others');
      const ticks = await number('#ticks');
      assert.ok(ticks >= 17 * others - 7, `${ticks} ticks beside ${others} other events: some are missing`);

      await page.click('button');
      await shown(page, '[role=status][data-state=closed]', /^closed$/);
      assert.equal((await wait(key, 'open=0')).open, 0);
    });

    test('leptos-chat asks by POST, once, and each time with another token', async () => {
      const key = `chat-${engine.name}-${process.pid}`;
      await page.goto(`${server}/examples/leptos-chat/?every=5&key=${key}`);
      await shown(page, 'h1', /^Ask$/);
      await page.type('input', 'Why?');
      for (let nth = 1; nth <= 2; nth += 1) {
        await page.click('form button');
        await shown(page, '[role=status]', /^done$/);
        assert.match(await shown(page, '#answer', /./), /^You ask: Why\? Let me think\. .* That is all there is to say\.$/);
        assert.equal(await shown(page, '[role=alert]', /^/), '');
        const { log } = await wait(key, `open=0&requests=${nth + 1}`);
        assert.deepEqual(methods(log), ['GET', 'POST', 'POST'].slice(0, nth + 1));
      }
      const [, ...asked] = (await wait(key, 'requests=3')).log;
      const tokens = asked.map((request) => JSON.stringify(request).match(/Bearer (token-\d+)/)?.[1]);
      assert.ok(tokens[0] && tokens[1] && tokens[0] !== tokens[1], `${tokens}`);
    });

    test('leptos-chat can be stopped', async () => {
      const key = `stopped-${engine.name}-${process.pid}`;
      await page.goto(`${server}/examples/leptos-chat/?every=600000&key=${key}`);
      await shown(page, 'h1', /^Ask$/);
      await page.type('input', 'Why?');
      await page.click('form button');
      await shown(page, '#answer', /^You/);
      await page.click('#stop');
      await shown(page, '[role=status]', /^stopped$/);
      const seen = await wait(key, 'open=0&closed=2');
      assert.deepEqual(methods(seen.log), ['GET', 'POST']);
      assert.equal(seen.log[1].ended, 'client-gone');
      assert.doesNotMatch(await shown(page, '#answer', /./), /to say/);
      assert.equal(await shown(page, '[role=alert]', /^/), '');
    });

    test('leptos-chat says kindly what went wrong, and asks nothing twice', async () => {
      const key = `broken-${engine.name}-${process.pid}`;
      await page.goto(`${server}/examples/leptos-chat/?every=5&words=4&end=cut&key=${key}`);
      await shown(page, 'h1', /^Ask$/);
      await page.type('input', 'Why?');
      await page.click('form button');
      await shown(page, '[role=alert]', /^The connection broke off\. .* not sent twice\.$/);
      assert.deepEqual(methods((await wait(key, 'open=0&requests=2')).log), ['GET', 'POST']);

      // A token that is no longer good, as of a session that has ended.
      await page.evaluate(() => {
        const { fetch } = globalThis;
        globalThis.fetch = (url, init) => (url === '/examples/token' ? Promise.resolve(new Response('{"token":"old"}')) : fetch(url, init));
      });
      await page.click('form button');
      await shown(page, '[role=alert]', /^Your session has ended\. Please sign in, and ask again\.$/);
      assert.deepEqual(methods((await wait(key, 'open=0&requests=3')).log), ['GET', 'POST', 'POST']);
    });

    test('leptos-chat shows of an answer what is meant for people, and says when nobody can sign in', async () => {
      const key = `refused-${engine.name}-${process.pid}`;
      await page.goto(`${server}/examples/leptos-chat/?every=5&key=${key}`);
      await shown(page, 'h1', /^Ask$/);
      await page.type('input', ' ');
      await page.click('form button');
      await shown(page, '[role=alert]', /^The server does not take this question: the body has to be JSON with a `question`$/);

      await page.evaluate(() => {
        globalThis.fetch = () => Promise.resolve(new Response('', { status: 503 }));
      });
      await page.click('form button');
      await shown(page, '[role=alert]', /^Nobody can sign in at the moment\. Trying again \.\.\.$/);
      await shown(page, '[role=status]', /^thinking/);
      await page.click('#stop');
      await shown(page, '[role=status]', /^stopped$/);
      assert.equal(await shown(page, '[role=alert]', /^/), '', 'it does not try again');
      assert.deepEqual(methods((await wait(key, 'open=0&requests=2')).log), ['GET', 'POST']);
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
    { timeout: LIMIT },
    selector,
    pattern.source,
  );
  return handle.evaluate(({ text }) => text);
}

/** Of the page itself, which has the key too, and of what it asked for. */
function methods(log) {
  return log.map(({ method }) => method);
}

/** What the server saw of a key, once it is so. */
async function wait(key, wanted) {
  const response = await fetch(`${server}/seen/${key}/wait?${wanted}`);
  const seen = await response.json();
  assert.equal(response.status, 200, `the server waited in vain for ${wanted}: ${JSON.stringify(seen)}`);
  return seen;
}
