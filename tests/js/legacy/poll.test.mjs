// Text that no event of XHR tells of is found all the same, by looking every 100 ms, and nobody looks any more once a request is over.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

test('text that comes without a word is told', async () => {
  const { realm, xhr, log, pass } = await opened();
  Object.assign(xhr, { readyState: 3, responseText: 'data: a\n\n' });
  realm.settle();
  assert.deepEqual(log, ['open']);
  pass(99);
  assert.deepEqual(log, ['open']);
  pass(100);
  assert.deepEqual(log, ['open', 'a']);
  xhr.responseText += 'data: b\n\ndata: c';
  pass(100);
  assert.deepEqual(log, ['open', 'a', 'b']);
  xhr.responseText += '\n\n';
  pass(100);
  assert.deepEqual(log, ['open', 'a', 'b', 'c']);
});

test('after close() nobody looks', async () => {
  const { realm, source } = await opened();
  assert.equal(realm.intervals.length, 1);
  source.close();
  assert.equal(realm.intervals.length, 0);
});

test('after the end nobody looks', async () => {
  const { realm, xhr, log } = await opened();
  xhr.readyState = 4;
  xhr.onload();
  realm.settle();
  assert.equal(realm.intervals.length, 0);
  assert.deepEqual(log, ['open', 'error']);
});

test('a type with characters that no header has is told all the same', async () => {
  const type = 'text/event-stream; name=\u0416';
  for (const all of ['', `content-type: ${type}\r\nx-name: \u0416\r\n`]) {
    const { realm, log, source } = await opened({ getResponseHeader: () => type, getAllResponseHeaders: () => all });
    assert.deepEqual(log, ['open']);
    assert.equal(source.readyState, 1);
    source.close();
    assert.equal(realm.intervals.length, 0);
  }
});

/** A source whose response has begun, and `pass`, which calls what is to be called each so many milliseconds or more often. */
async function opened(answer) {
  const realm = await standIn();
  const source = new realm.EventSource('/stream');
  const log = [];
  ['open', 'message', 'error'].forEach((type) => source.addEventListener(type, ({ data }) => log.push(data ?? type)));
  const [xhr] = realm.requests;
  Object.assign(xhr, { status: 200, readyState: 2 }, answer);
  xhr.onreadystatechange();
  realm.settle();
  const pass = (milliseconds) => {
    realm.intervals.filter(({ delay }) => delay <= milliseconds).forEach(({ callback }) => callback());
    realm.settle();
  };
  return { realm, source, xhr, log, pass };
}
