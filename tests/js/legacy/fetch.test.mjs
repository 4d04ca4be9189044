// A `fetch` of one's own where there is nothing else of it, neither promises nor `Response`.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

test('what no request can be is refused, whatever a page has put in the place of Request', async () => {
  // As whatwg-fetch does, which leaves the method to XHR.
  const { EventSource } = await standIn({ Headers, Request: function () {} });
  for (const [init, name] of [[{ method: 'A B' }, 'method'], [{ method: 'TRACE' }, 'method'], [{ body: 'a' }, 'body'], [{ method: 'HEAD', body: 'a' }, 'body']]) {
    assert.throws(() => new EventSource('/stream', init), { name: 'TypeError', message: new RegExp(`^tidings: bad ${name}: `) });
  }
  new EventSource('/stream', { method: 'POST', body: 'a', redirect: 'error' }).close();
});

test('a refusal is told as one, with the beginning of its body', async () => {
  const realm = await standIn();
  const chunks = [new TextEncoder().encode('gone for góod'), undefined];
  const fetch = async (url) => ({
    status: 404,
    url,
    headers: new Headers({ 'content-type': 'text/plain' }),
    body: { getReader: () => ({ read: async () => ({ value: chunks.shift() }), cancel: async () => {} }) },
  });
  const source = new realm.EventSource('/stream', { fetch });
  const { reason, failed, status, body } = realm.tidings.details(await new Promise((resolve) => (source.onerror = resolve)));
  assert.deepEqual([reason, failed, status, body], ['status', true, 404, 'gone for góod']);
});

test('an answer that comes after close(), where nothing aborts a request, is let go', async () => {
  const realm = await standIn();
  const asked = [];
  let answer;
  const fetch = (url, init) => {
    asked.push(init.signal);
    return new Promise((resolve) => (answer = resolve));
  };
  const source = new realm.EventSource('/stream', { fetch });
  const log = [];
  ['open', 'message', 'error'].forEach((type) => source.addEventListener(type, () => log.push(type)));
  source.close();
  await new Promise((resolve) => {
    const reader = {
      read: async () => ({ value: new TextEncoder().encode(`data: ${log.push('read')}\n\n`) }),
      async cancel() {
        log.push('cancel');
        resolve();
      },
    };
    answer({ status: 200, headers: new Headers({ 'content-type': 'text/event-stream' }), body: { getReader: () => reader } });
  });
  realm.settle();
  assert.deepEqual([asked, log, source.readyState], [[undefined], ['cancel'], 2]);
});
