// A `fetch` of one's own where there is nothing else of it, neither promises nor `Response`.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

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
