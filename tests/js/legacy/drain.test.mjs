// What came of a response is told before its end is, whichever of its events an engine leaves out, and though an engine empties the text on errors.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

const TEXT = 'data: a\n\ndata: b\n\n';

test('an end that comes with the text itself', () => told((xhr) => {
  Object.assign(xhr, { readyState: 4, responseText: TEXT });
  xhr.onload();
}));

test('an error that leaves the text as it is', () => told((xhr) => {
  Object.assign(xhr, { readyState: 4, responseText: TEXT });
  xhr.onerror();
}));

test('an error that empties the text, before its events were told', () => told((xhr) => {
  Object.assign(xhr, { readyState: 3, responseText: TEXT });
  xhr.onprogress();
  Object.assign(xhr, { readyState: 4, responseText: '' });
  xhr.onreadystatechange();
  xhr.onerror();
}));

async function told(end) {
  const { EventSource, requests, settle } = await standIn();
  const source = new EventSource('/stream');
  const log = [];
  ['open', 'message', 'error'].forEach((type) => source.addEventListener(type, ({ data }) => log.push(data ?? type)));
  const [xhr] = requests;
  Object.assign(xhr, { status: 200, readyState: 2 });
  xhr.onreadystatechange();
  settle();
  end(xhr);
  settle();
  source.close();
  assert.deepEqual(log, ['open', 'a', 'b', 'error']);
}
