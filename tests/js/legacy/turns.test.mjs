// What events that share a turn in old browsers have of it: at most 32 do, so that tasks end, and one alone where a listener gives a promise, so that its reactions run before
// the next; else each is as if it had its own.
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

test('what a listener does is heeded by the next event, also of the same turn', async () => {
  const all = Array.from({ length: 10 }, (_, index) => `${index}`);
  const { log, source } = await received(({ data }, source) => data === '5' && source.close());
  assert.deepEqual(log, all.slice(0, 6));
  assert.equal(source.readyState, 2);

  const thrown = await received(({ data }) => {
    throw new Error(data);
  });
  assert.deepEqual(thrown.log, all);
  assert.deepEqual(thrown.reported, all);

  // What has come is still told, and asked for from there on.
  const { log: told, realm } = await received(({ data, target }, source, { tidings }) => data === '5' && tidings.reconnect(target));
  assert.deepEqual(told, [...all, 'error']);
  assert.deepEqual([...realm.requests].map(({ headers }) => headers['Last-Event-ID']), [undefined, '9']);
});

test('sources side by side, one of which gives promises: each has all of its events in order', async () => {
  const realm = await standIn();
  const logs = [[], []];
  const sources = logs.map((log, index) => {
    const source = new realm.EventSource(`/${index}`);
    source.onmessage = ({ data }) => {
      log.push(data);
      return index ? Promise.resolve() : undefined;
    };
    return source;
  });
  for (const xhr of realm.requests) {
    Object.assign(xhr, { status: 200, readyState: 2 });
    xhr.onreadystatechange();
  }
  realm.settle();
  for (let part = 1; part <= 3; part++) {
    for (const xhr of realm.requests) {
      Object.assign(xhr, { readyState: 3, responseText: Array.from({ length: part * 50 }, (_, index) => `data: ${index}\n\n`).join('') });
      xhr.onprogress();
    }
    realm.settle();
  }
  sources.forEach((source) => source.close());
  const all = Array.from({ length: 150 }, (_, index) => `${index}`);
  assert.deepEqual(logs, [all, all]);
});

/** What became of a source whose ten messages come at once, with ids. */
async function received(hear) {
  const realm = await standIn();
  const source = new realm.EventSource('/stream');
  const log = [];
  source.addEventListener('error', () => log.push('error'));
  source.addEventListener('message', (event) => {
    log.push(event.data);
    hear(event, source, realm);
  });
  const [xhr] = realm.requests;
  Object.assign(xhr, { status: 200, readyState: 2 });
  xhr.onreadystatechange();
  realm.settle();
  Object.assign(xhr, { readyState: 3, responseText: Array.from({ length: 10 }, (_, index) => `id: ${index}\ndata: ${index}\n\n`).join('') });
  xhr.onprogress();
  // Errors of listeners are thrown in tasks of their own.
  const reported = [];
  for (let task; (task = realm.tasks.shift() ?? due(realm)); ) {
    try {
      task();
    } catch (error) {
      reported.push(error.message);
    }
  }
  source.close();
  return { log, source, realm, reported };
}

/** Takes a timer when it is due. */
function due(realm) {
  const [timer] = realm.timers.sort((first, second) => first.delay - second.delay);
  if (timer) {
    realm.clearTimeout(timer.id);
    realm.clock += timer.delay;
  }
  return timer?.callback;
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
