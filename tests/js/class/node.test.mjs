// The class in Node, which has no EventSource to compare with: the package as it is built, against the real server: what `runtimes` does not
// ask in every runtime, Node among them.
//
// Wants the test server at $TIDINGS_SERVER and $TIDINGS_SECOND_SERVER, and `node www/build.mjs` run before.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { LIMIT, LONG } from '../limits.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;
const dist = new URL(process.env.TIDINGS_DIST ?? '../../../dist/', import.meta.url);
const { EventSource } = await import(new URL('index.mjs', dist));

let keys = 0;
const newKey = () => `node-${process.pid}-${++keys}`;

describe('the class in Node', { timeout: LONG }, () => {
  before(() => {
    assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
  });

  test('events are events of this platform', async () => {
    const source = new EventSource(`${here}/message?end=hang`);
    const event = await new Promise((resolve) => {
      source.onmessage = resolve;
    });
    source.close();
    assert.ok(event instanceof MessageEvent && event instanceof Event);
    assert.equal(event.constructor, MessageEvent);
    assert.deepEqual([event.data, event.origin, event.lastEventId, event.source, event.ports], ['data', here, '', null, []]);
    assert.deepEqual([event.bubbles, event.cancelable, event.target === source], [false, false, true]);
  });

  test('URLs have to be complete', () => {
    for (const url of ['/relative', '', 'http://', 'http://a b/', undefined]) {
      assert.throws(() => new EventSource(url), (error) => error instanceof DOMException && error.name === 'SyntaxError', String(url));
    }
    assert.throws(() => new EventSource(), TypeError);
    assert.throws(() => new EventSource(here, 1), TypeError);
    assert.throws(() => new EventSource(here, { maxEventSize: -1 }), TypeError);
    assert.throws(() => new EventSource(here, { maxEventSize: 'many' }), TypeError);
  });

  test('fails for good: schemes, statuses, types', async () => {
    for (const url of ['ftp://127.0.0.1/', 'data:text/event-stream,data:x%0A%0A', `${here}/status/404`, `${here}/status/204`, `${here}/content-type?value=text/html`]) {
      const { log, until } = watch(new EventSource(url));
      await until('error');
      assert.deepEqual(log, ['error | 2'], url);
    }
  });

  test('a server that is not there is tried again, without a probe', async () => {
    const key = newKey();
    const source = new EventSource(`${here}/sequence?key=${key}&steps=drop,refuse,open&retry=100`);
    const { log, until } = watch(source);
    await until('message', 1);
    await until('open', 2);
    source.close();
    await wait(key, 'open=0');
    assert.ok(log.filter((line) => line.startsWith('error')).every((line) => line === 'error | 0'), log.join());
  });

  test('the online hint ends a wait, and no listener is left', async () => {
    // Node's global object is no event target; browsers' are.
    const target = new EventTarget();
    const listeners = () => getEventListeners(target, 'online').length;
    globalThis.addEventListener = target.addEventListener.bind(target);
    globalThis.removeEventListener = target.removeEventListener.bind(target);
    try {
      const source = new EventSource(`${here}/resume?count=1&retry=600000`);
      const { until } = watch(source);
      await until('open');
      assert.equal(listeners(), 0, 'only a wait is shortened');
      await until('error');
      assert.equal(listeners(), 1);
      target.dispatchEvent(new Event('online'));
      await until('message', 2);
      assert.equal(listeners(), 0);
      await until('error', 2);
      assert.equal(listeners(), 1);
      source.close();
      assert.equal(listeners(), 0);
    } finally {
      delete globalThis.addEventListener;
      delete globalThis.removeEventListener;
    }
  });

  test('ids with control characters do not stop reconnection', async () => {
    const source = new EventSource(`${here}/message?body=${encodeURIComponent('retry: 100\nid: a\u0007\ndata: x\n\n')}`);
    const { until, log } = watch(source);
    await until('message', 2);
    source.close();
    assert.equal(log[1], `message | 1 | x | a\u0007 | ${here}`);
  });

  test('maxEventSize: an event past it fails the connection, after those before it', async () => {
    const body = encodeURIComponent(`data: ${'a'.repeat(50)}\n\ndata: ${'b'.repeat(200)}\n\ndata: never\n\n`);
    const key = newKey();
    const source = new EventSource(`${here}/message?end=hang&key=${key}&body=${body}`, { maxEventSize: 100 });
    const { log, until } = watch(source);
    await until('error');
    assert.deepEqual(log, ['open | 1', `message | 1 | ${'a'.repeat(50)} |  | ${here}`, 'error | 2']);
    assert.equal((await wait(key, 'open=0&closed=1')).log[0].ended, 'client-gone');
  });

  test('fetch: what is given is used, with the URL and the init of the standard', async () => {
    const calls = [];
    const fetchIt = (url, init) => {
      calls.push([url, init.headers, init.mode, init.credentials, init.cache]);
      return fetch(url, { ...init, headers: { ...init.headers, Authorization: 'Bearer x' } });
    };
    const key = newKey();
    const source = new EventSource(`${here}/message?end=hang&key=${key}`, { fetch: fetchIt, withCredentials: true });
    await new Promise((resolve) => {
      source.onmessage = resolve;
    });
    source.close();
    assert.deepEqual(calls, [[source.url, { accept: 'text/event-stream' }, 'cors', 'include', 'no-store']]);
    assert.equal((await wait(key, 'open=0')).log[0].headers.authorization, 'Bearer x');
  });

  test('fetch: what throws, answers oddly or late is survived', async () => {
    for (const odd of [() => { throw new Error('no'); }, () => undefined, () => ({ body: { getReader: null } })]) {
      const source = new EventSource(`${here}/`, { fetch: odd });
      const { log, until } = watch(source);
      await until('error');
      source.close();
      assert.deepEqual(log, ['error | 0']);
    }
    // An answer after the abort, of one who does not heed the signal: its body is cancelled.
    let answer;
    const source = new EventSource(`${here}/`, { fetch: () => new Promise((resolve) => { answer = resolve; }) });
    source.close();
    await new Promise((cancelled) => {
      answer(new Response(new ReadableStream({ cancel: cancelled }), { headers: { 'content-type': 'text/event-stream' } }));
    });
  });

  test('the whole corpus, cut into small chunks', async () => {
    const names = await (await fetch(`${here}/corpus/index.json`)).json();
    assert.ok(names.length > 100);
    for (const name of names) {
      const expected = await (await fetch(`${here}/corpus/${name}.json`)).json();
      const events = expected.items.flatMap(({ event }) => (event ? [event] : []));
      for (const split of [0, 3]) {
        const source = new EventSource(`${here}/corpus/${name}?split=${split}`, { maxEventSize: expected.limit });
        const got = [];
        for (const type of new Set([...events.map(({ type }) => type), 'message'])) {
          source.addEventListener(type, (event) => {
            if ('data' in event) got.push({ type: event.type, data: event.data, id: event.lastEventId });
          });
        }
        await new Promise((resolve) => source.addEventListener('error', (event) => 'data' in event || resolve()));
        source.close();
        assert.deepEqual(got, events, `${name} in chunks of ${split}`);
      }
    }
  });
});

describe('the package in Node', { timeout: LONG }, () => {
  test('importing touches nothing, also where there is nothing', async () => {
    await run(`
      const keys = () => Reflect.ownKeys(globalThis).map(String).join();
      const before = keys();
      await import('${new URL('index.mjs', dist)}');
      if (keys() !== before) throw new Error('it left something');
    `);
    await run(`
      for (const name of ['EventTarget', 'Event', 'MessageEvent', 'WebAssembly', 'fetch', 'performance', 'AbortController']) delete globalThis[name];
      await import('${new URL('index.mjs', dist)}');
    `);
  });

  test('the polyfill installs it as the platform would', async () => {
    await run(`
      const { EventSource } = await import('${new URL('index.mjs', dist)}');
      await import('${new URL('polyfill.mjs', dist)}');
      const { value, ...flags } = Object.getOwnPropertyDescriptor(globalThis, 'EventSource');
      if (value !== EventSource) throw new Error('another class');
      if (JSON.stringify(flags) !== '{"writable":true,"enumerable":false,"configurable":true}') throw new Error(JSON.stringify(flags));
      if (Object.keys(globalThis).includes('tidings')) throw new Error('the module left a global');
    `);
  });

  test('a closed source lets the process end', async () => {
    await run(`
      const { EventSource } = await import('${new URL('index.mjs', dist)}');
      const one = new EventSource('${here}/drip?every=10&count=0');
      one.onmessage = () => one.close();
      const two = new EventSource('${here}/message');
      two.onerror = () => two.close();
    `);
  });

  test('a listener that throws is an uncaught exception, as for every EventTarget here, and the next is called', async () => {
    const { stdout } = await run(`
      const { EventSource } = await import('${new URL('index.mjs', dist)}');
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      const source = new EventSource('${here}/burst?count=2&size=5&end=hang');
      source.onmessage = () => { throw new Error('mine'); };
      source.addEventListener('message', () => console.log('called'));
      source.addEventListener('done', () => source.close());
    `);
    assert.deepEqual(stdout.trim().split('\n').sort(), ['called', 'called', 'uncaught mine', 'uncaught mine']);
  });

  test('without a core it fails and names the remedy', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidings-'));
    try {
      // Alone in its folder, it finds no core in JavaScript beside it.
      const alone = join(folder, 'index.mjs');
      await copyFile(fileURLToPath(new URL('index.mjs', dist)), alone);
      const { stdout, stderr } = await run(`
        delete globalThis.WebAssembly;
        const { EventSource } = await import(${JSON.stringify(alone)});
        const source = new EventSource('${here}/message');
        console.log(source.readyState);
        source.onerror = () => console.log('error', source.readyState);
        const closed = new EventSource('${here}/message');
        closed.onerror = () => console.log('never');
        closed.close();
      `);
      assert.equal(stdout, '0\nerror 2\n');
      assert.match(stderr, /tidings: .*wasm-unsafe-eval/s);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Runs a module in a process of its own. */
function run(code) {
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { timeout: LIMIT });
}

function watch(source) {
  const log = [];
  let waiting = [];
  const count = (type) => log.filter((line) => line.startsWith(`${type} `)).length;
  for (const type of ['open', 'message', 'error']) {
    source.addEventListener(type, (event) => {
      log.push([type, source.readyState, ...('data' in event ? [event.data, event.lastEventId, event.origin] : [])].join(' | '));
      waiting = waiting.filter((look) => !look());
    });
  }
  const until = (type, wanted = 1) =>
    new Promise((resolve) => {
      const look = () => count(type) >= wanted && (resolve(), true);
      if (!look()) waiting.push(look);
    });
  return { log, until };
}

/** What the server saw of a key, once it is so. */
async function wait(key, wanted) {
  const response = await fetch(`${here}/seen/${key}/wait?${wanted}`);
  const seen = await response.json();
  assert.equal(response.status, 200, `the server waited in vain for ${wanted}: ${JSON.stringify(seen)}`);
  return seen;
}
