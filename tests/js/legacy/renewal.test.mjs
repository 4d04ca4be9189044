// XHR keeps all that came, so a long response is renewed: past 4 MB, at the end of a block, where an id tells the server what comes next. Its text comes from the
// real server, in the engines that have no `fetch`; and, cut where the test wants it, from the stand-in of `engines/duktape.js`, in Node.
//
// Wants what `every_engine.mjs` wants.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';

import { testInEveryEngine } from './every_engine.mjs';
import { standIn } from './stand_in.mjs';

const BLOCK = 'x'.repeat(1 << 20);

await testInEveryEngine({
  title: 'a response past 4 MB from the real server',
  scenarios: [
    {
      name: 'it is renewed by its id, and no event is lost or doubled',
      run: async ({ EventSource, here, key, seen }) => {
        const size = 1 << 20;
        // In pieces and without an end: that this comes to more is for the script to prevent.
        const source = new EventSource(`${here}/resume?count=1000&every=20&retry=60000&size=${size}&key=${key}`);
        const ids = [];
        let opens = 0;
        let whole = true;
        source.onopen = () => (opens += 1);
        await new Promise((resolve) => {
          source.onmessage = ({ data, lastEventId }) => {
            ids.push(Number(lastEventId));
            whole = whole && data.length === size && !data.indexOf(`event ${lastEventId}.`);
            if (opens === 2) resolve();
          };
        });
        source.close();
        const { requests, log } = await seen('open=0&closed=2');
        // What passes 4 MB may be in the middle of the fourth.
        const resumed = Number(log[1].last_event_id);
        return [requests, log[0].last_event_id, resumed >= 3 && log[0].sent > 4 * size, ids.every((id, index) => id === index + 1), ids[resumed] === resumed + 1, whole, log[0].ended];
      },
      expected: [2, null, true, true, true, true, 'client-gone'],
    },
    {
      name: 'without ids it goes on',
      run: async ({ EventSource, here, key, seen }) => {
        const size = 1 << 20;
        const source = new EventSource(`${here}/burst?count=6&end=hang&size=${size}&key=${key}`);
        let opens = 0;
        let count = 0;
        source.onopen = () => (opens += 1);
        source.onmessage = ({ data }) => (count += data.length === size);
        await new Promise((resolve) => source.addEventListener('done', resolve));
        source.close();
        return [opens, count, (await seen('open=0&closed=1')).requests];
      },
      expected: [1, 6, 1],
    },
  ],
  // Over fetch nothing is kept of what was read.
  isOverXhr: true,
  differences: [],
  right: ({ expected }) => expected,
});

test('a response past 4 MB is renewed after the last whole block, and loses nothing', async () => {
  const { requests, ids, aborted, waited } = await receive((nth) => `id: ${nth}\ndata: ${BLOCK}\n\n`);
  assert.equal(requests.length, 2);
  assert.ok(aborted);
  // Not for the reconnection time: there is a network.
  assert.ok(waited <= 100, `${waited} ms`);
  // What had come of the fourth was not whole, and is not told; the server is asked for it.
  assert.deepEqual(ids, ['1', '2', '3']);
  assert.equal(requests[1].headers['Last-Event-ID'], '3');
});

test('a stream without ids goes on', async () => {
  const { requests, ids, aborted } = await receive(() => `data: ${BLOCK}\n\n`);
  assert.equal(requests.length, 1);
  assert.ok(!aborted);
  assert.deepEqual(ids, ['', '', '', '', '']);
});

test('a request that is not to be repeated goes on too', async () => {
  const { requests, ids, aborted } = await receive((nth) => `id: ${nth}\ndata: ${BLOCK}\n\n`, { repeat: false });
  assert.equal(requests.length, 1);
  assert.ok(!aborted);
  assert.deepEqual(ids, ['1', '2', '3', '4', '5']);
});

test('much that comes at once is searched once, and renewed after its last whole block', async () => {
  const realm = await standIn();
  let searched = 0;
  const prototype = vm.runInContext('String.prototype', realm);
  const { lastIndexOf } = prototype;
  prototype.lastIndexOf = function (...words) {
    searched += this.length;
    return lastIndexOf.apply(this, words);
  };
  const source = new realm.EventSource('/stream');
  const ids = [];
  source.onmessage = ({ lastEventId }) => ids.push(Number(lastEventId));
  const [xhr] = realm.requests;
  Object.assign(xhr, { status: 200, readyState: 2 });
  xhr.onreadystatechange();
  realm.settle();
  const count = 1 << 13;
  const text = Array.from({ length: count }, (_, index) => `id: ${index + 1}\ndata: ${'x'.repeat(1 << 10)}\n\n`).join('');
  // What is not whole is longer than a chunk.
  Object.assign(xhr, { readyState: 3, responseText: `${text}id: ${count + 1}\ndata: ${'x'.repeat(100_000)}` });
  xhr.onprogress();
  realm.settle();
  assert.ok(xhr.aborted);
  assert.deepEqual(ids, Array.from({ length: count }, (_, index) => index + 1));
  // Three kinds of blank lines.
  assert.ok(searched > 0 && searched <= 3 * xhr.responseText.length, `${searched} characters`);
  source.close();
});

/** Five blocks of more than 1 MB, each with the next but for its last character. */
async function receive(block, init) {
  const realm = await standIn();
  const { EventSource, requests } = realm;
  const source = new EventSource('/stream', init);
  const ids = [];
  source.onmessage = ({ data, lastEventId }) => {
    assert.equal(data, BLOCK);
    ids.push(lastEventId);
  };
  const [xhr] = requests;
  Object.assign(xhr, { status: 200, readyState: 2 });
  xhr.onreadystatechange();
  realm.settle();
  xhr.readyState = 3;
  let text = '';
  for (let nth = 1; nth <= 5 && !xhr.aborted; nth++) {
    text += block(nth);
    xhr.responseText = text + block(nth + 1).slice(0, -1);
    xhr.onprogress();
    realm.settle();
  }
  // Timers, as long as there is something to wait for.
  while (requests.length < 2 && realm.timers.length) {
    const { id, delay, callback } = realm.timers.reduce((first, other) => (other.delay < first.delay ? other : first));
    realm.clearTimeout(id);
    realm.clock += delay;
    callback();
    realm.settle();
  }
  const result = { requests: requests.slice(), ids, aborted: !!xhr.aborted, waited: realm.clock };
  source.close();
  return result;
}
