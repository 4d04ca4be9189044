// `tidings/dev`: full texts, and the trace. In Node, against the real server.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { after, describe, test } from 'node:test';

import { LIMIT } from './limits.mjs';

const dist = new URL('../../dist/', import.meta.url);
const here = process.env.TIDINGS_SERVER;
assert.ok(here, 'TIDINGS_SERVER has to be the address of the test server');

const { EventSource, details, messages } = await import(new URL('index.mjs', dist));
const terse = messageOf(() => new EventSource(here, { idleTimeout: -5 }));
const dev = await import(new URL('dev.mjs', dist));
const key = () => `dev-${process.pid}-${Math.random().toString(36).slice(2)}`;

describe('tidings/dev', { timeout: LIMIT }, () => {
  let stop;
  after(() => stop?.());

  test('has the same class, and all the rest', () => {
    assert.equal(dev.EventSource, EventSource);
    assert.equal(dev.messages, messages);
  });

  test('messages say what is allowed', () => {
    assert.equal(terse, "tidings: bad idleTimeout: -5 (a number, 0 or more)");
    assert.equal(messageOf(() => new EventSource(here, { idleTimeout: -5 })), `${terse}: milliseconds, 0 for never`);
    assert.match(messageOf(() => new EventSource('/events')), /bad url: \/events \(no page to be relative to\): what URL parses/);
    assert.match(messageOf(() => new EventSource()), /bad url: missing: what URL parses/);
    assert.match(messageOf(() => new EventSource(here, 1)), /bad init: 1 \(an object\): with options/);
    assert.match(messageOf(() => new EventSource(here, { retries: 3 })), /bad retries: no such option: there are .*idleTimeout.* in the init dictionary; .*min.* in reconnection;/);
    const source = new EventSource(here);
    assert.match(messageOf(() => messages(source, { size: 3 })), /bad size: no such option: there are .*queue.* in messages and stream$/);
    source.close();
  });

  // Named as they are in the declaration of the init dictionary.
  const declared = readFileSync(new URL('types/options.d.ts', dist), 'utf8').split('interface PreparedRequest')[0];
  const names = [...declared.matchAll(/^ {4}(\w+)\?:/gm)].map(([, name]) => name);
  const isOuter = (name) => ['min', 'max', 'attempts', 'time', 'statuses', 'decide'].includes(name);

  test('docs/options.md has a row for each option, and for no other', () => {
    const consumers = readFileSync(new URL('types/consume.d.ts', dist), 'utf8').split('interface ConsumeOptions')[1].split('\n}')[0];
    const expected = [...names.map((name) => (isOuter(name) ? `reconnection.${name}` : name)), ...[...consumers.matchAll(/^ {4}(\w+)\?:/gm)].map(([, name]) => name)];
    const rows = [...readFileSync(new URL('../docs/options.md', dist), 'utf8').matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(rows.sort(), expected.filter((name) => name !== 'reconnection').sort());
  });

  test('no option that there is is said not to be', () => {
    assert.ok(names.length > 20, `${names}`);
    const unchecked = ['repeat', 'probe'];
    for (const name of names.filter((name) => !unchecked.includes(name))) {
      const bad = Symbol('bad');
      const message = messageOf(() => new EventSource(here, isOuter(name) ? { reconnection: { [name]: bad } } : { [name]: bad }));
      assert.match(message, new RegExp(`^tidings: bad ${name}: (Symbol\\(bad\\)|symbol) \\(\\w`), name);
      assert.doesNotMatch(message, /there are/, name);
    }
  });

  test('errors of consumers have words, and describe has a sentence for each error event', async () => {
    const source = new EventSource(`${here}/status/500`);
    const failed = new Promise((resolve) => source.addEventListener('error', resolve));
    const iterator = messages(source);
    await assert.rejects(iterator.next(), /^Error: tidings: status: the status was not 200/);
    assert.match(dev.describe(details(await failed)), /^attempt 1: status: .* \(status 500\); it is not tried again$/);

    const lost = new EventSource(`${here}/sequence?steps=200,204&retry=60000&key=${key()}`);
    const event = await new Promise((resolve) => lost.addEventListener('error', resolve));
    lost.close();
    assert.match(dev.describe(details(event)), /^attempt 1: body-ended: the server ended the response \(status 200\); it is tried again in 60000 ms$/);

    const once = new EventSource(`${here}/sequence?steps=refuse&key=${key()}`, { method: 'POST' });
    const ended = await new Promise((resolve) => once.addEventListener('error', resolve));
    assert.match(dev.describe(details(ended)), /it is not tried again, for the request is not one to be repeated$/);
  });

  test('trace shows what a source is told and what is asked for, in order, until it is ended', async () => {
    const lines = [];
    stop = dev.trace((line) => lines.push(line));
    const url = `${here}/sequence?steps=200,204&retry=0&key=${key()}`;
    const source = new EventSource(url, { prepare() {}, reconnection: { decide: () => undefined } });
    await new Promise((resolve) => source.addEventListener('error', () => source.readyState === 2 && resolve()));
    stop();
    new EventSource(url).close();
    const told = lines.map((line) => line.replace(`tidings ${url} `, '')).filter((line) => !line.includes('> Become'));
    assert.deepEqual(told, [
      '> Prepare 1', '< Prepared 1', '> SendRequest 1', '< ResponseStarted 1', '> FireOpen 1', '< ChunkReceived 1', '> Dispatch 1', '< BodyEnded 1',
      '> AskRetry 1', '< RetryAnswered 1', '> StartTimer 1', '> FireError 1', '< TimerFired 1', '> Prepare 2', '< Prepared 2', '> SendRequest 2',
      '< Paused 2', '< ResponseStarted 2', '> AbortRequest 2', '> AskRetry 2', '< RetryAnswered 2', '> FireError 2',
    ]);
  });
});

function messageOf(work) {
  try {
    work();
  } catch (error) {
    return error.message;
  }
  return 'nothing';
}
