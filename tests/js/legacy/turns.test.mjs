// How many events share a turn in old browsers: at most 32, so that tasks end, and one alone where a listener gives a promise, so that its reactions run before the next.
//
// Wants `dist/legacy.min.js` built (or named by $TIDINGS_LEGACY).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { standIn } from './stand_in.mjs';

const EVENTS = 100;

test('listeners that give nothing', async () => {
  assert.deepEqual(await firedByTurn((source, hear) => source.addEventListener('message', () => void hear())), [1, 32, 32, 32, 3]);
});

const ways = {
  'a listener': (source, hear) => source.addEventListener('message', hear),
  'an object that listens': (source, hear) => source.addEventListener('message', { handleEvent: hear }),
  'a handler': (source, hear) => (source.onmessage = hear),
};
for (const [name, listen] of Object.entries(ways)) {
  test(`${name} that gives a promise`, async () => {
    const given = Array(EVENTS).fill(1);
    assert.deepEqual(await firedByTurn((source, hear) => listen(source, async () => hear())), given);
    // Whoever gives none after it hides nothing.
    assert.deepEqual(await firedByTurn((source, hear) => {
      listen(source, async () => hear());
      source.addEventListener('message', () => undefined);
    }), given);
  });
}

/** How many events of one chunk each task has, of those that have any. The first is where the chunk comes, and fires one. */
async function firedByTurn(listen) {
  const { EventSource, requests, settle, tasks } = await standIn();
  const source = new EventSource('/stream');
  let fired = 0;
  listen(source, () => {
    fired++;
  });
  const [xhr] = requests;
  Object.assign(xhr, { status: 200, readyState: 2 });
  xhr.onreadystatechange();
  settle();
  Object.assign(xhr, { readyState: 3, responseText: 'data: a\n\n'.repeat(EVENTS) });
  const turns = [];
  for (let task = xhr.onprogress; task; task = tasks.shift()) {
    const before = fired;
    task();
    turns.push(fired - before);
  }
  source.close();
  return turns.filter(Boolean);
}
