// Characters beyond ASCII that come in pieces, however an engine or a page shows them: bytes of a `fetch`, decoded by `TextDecoder`, by a stand-in for it that knows
// nothing of streams, or by the script; and the text of XHR.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

const TEXT = 'data: é€😀\uFEFF\n\nid: 😀\uFFFD\ndata: \uFFFD\n\n';
const EVENTS = [['é€😀\uFEFF', ''], ['\uFFFD', '😀\uFFFD']];

/** What pages for EdgeHTML put in its place: it decodes, but each chunk by itself, or refuses to do more. */
const standIns = {
  'that ignores streams': function (bytes) {
    return new TextDecoder().decode(bytes);
  },
  'that refuses streams': function (bytes, options) {
    if (options) {
      throw new Error('no stream');
    }
    return new TextDecoder().decode(bytes);
  },
};

for (const [name, decoder] of [
  ['without TextDecoder', undefined],
  ['with TextDecoder', TextDecoder],
  ...Object.entries(standIns).map(([name, decode]) => [
    `with a TextDecoder ${name}`,
    function () {
      this.decode = decode;
    },
  ]),
]) {
  for (const start of ['', '\uFEFF']) {
    test(`over fetch, ${name}${start && ', after a BOM'}`, async () => {
      const realm = await standIn();
      realm.TextDecoder = decoder;
      const asked = [];
      const bytes = new TextEncoder().encode(start + TEXT);
      const { log, ended } = listen(realm, {
        fetch: async (url) => ({
          status: 200,
          url,
          headers: new Headers({ 'content-type': 'text/event-stream' }),
          body: {
            getReader: () => ({
              read: async () => ({ value: bytes.length > asked.length ? bytes.subarray(asked.length, asked.push(0)) : undefined }),
              cancel: async () => {},
            }),
          },
        }),
      });
      // Its turns are for the test to give.
      for (let isOver = false; !isOver; ) {
        realm.settle();
        isOver = await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
      }
      assert.deepEqual(log, EVENTS);
    });
  }
}

for (const [way, options] of [
  ['half a character is not there yet', { stream: true }],
  // "Let charset be …", "return the result of running decode on this's received bytes": from the beginning, each time.
  ['half a character is U+FFFD until the rest comes', undefined],
]) {
  for (const start of ['', '\uFEFF']) {
    test(`over XHR, where ${way}${start && ', after a BOM'}`, async () => {
      const realm = await standIn();
      const { log } = listen(realm);
      const [xhr] = realm.requests;
      Object.assign(xhr, { status: 200, readyState: 2 });
      xhr.onreadystatechange();
      realm.settle();
      const bytes = new TextEncoder().encode(start + TEXT);
      for (let size = 1; size <= bytes.length; size++) {
        Object.assign(xhr, { readyState: 3, responseText: new TextDecoder().decode(bytes.subarray(0, size), options) });
        xhr.onprogress();
        realm.settle();
      }
      assert.deepEqual(log, EVENTS);
    });
  }
}

test('at the end of XHR what is U+FFFD counts', async () => {
  const realm = await standIn();
  const { source } = listen(realm, { maxEventSize: 8 });
  const reasons = [];
  source.addEventListener('error', (event) => reasons.push(realm.tidings.details(event).reason));
  const [xhr] = realm.requests;
  Object.assign(xhr, { status: 200, readyState: 2 });
  xhr.onreadystatechange();
  realm.settle();
  Object.assign(xhr, { readyState: 4, responseText: 'data: \uFFFD\uFFFD\uFFFD' });
  xhr.onload();
  realm.settle();
  assert.deepEqual(reasons, ['event-too-big']);
});

function listen({ EventSource }, init) {
  const source = new EventSource('/stream', init);
  const log = [];
  source.onmessage = ({ data, lastEventId }) => log.push([data, lastEventId]);
  const ended = new Promise((resolve) => {
    source.onerror = () => {
      source.close();
      resolve(true);
    };
  });
  return { source, log, ended };
}

test('a character that the end of a chunk of XHR cuts in two is whole, and counts as the four bytes that it is', async () => {
  // A chunk has 64 Ki code units at most. With the five of `data:` before them, the pairs begin at odd places.
  const data = '😀'.repeat(40_000);
  for (const [maxEventSize, expected] of [[160_000, [[data, '']]], [159_999, []]]) {
    const realm = await standIn();
    const { log } = listen(realm, { maxEventSize });
    const [xhr] = realm.requests;
    Object.assign(xhr, { status: 200, readyState: 2 });
    xhr.onreadystatechange();
    realm.settle();
    Object.assign(xhr, { readyState: 3, responseText: `data:${data}\n\n` });
    xhr.onprogress();
    realm.settle();
    assert.deepEqual(log, expected);
    assert.equal(!!xhr.aborted, !expected.length);
  }
});
