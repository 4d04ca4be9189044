// The class in an older engine, Chromium 83: in a window nothing larger than 4 KB is compiled or instantiated at once, and today's language is not
// all read. The class finds a core all the same, and tells what that engine's own does.
//
// Wants what core_ways.test.mjs wants, and a Python that has PyQtWebEngine 5.15.2 in $TIDINGS_CHROMIUM_83.

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';

import { findProgram, screen } from '../browsers.mjs';
import { openChromium83 } from '../chromium83.mjs';
import { LONG, SUITE } from '../limits.mjs';
import { openPage, openWorker, serveFolders, ways, workerWays } from './core_ways.mjs';
import { apart, scenarios } from './scenarios.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;

const python = process.env.TIDINGS_CHROMIUM_83;
const x = await findProgram(screen);
const missing = python ? x.missing : 'TIDINGS_CHROMIUM_83 is not set: it was not installed';

let keys = 0;

/** Where the rest is told by others. */
const few = scenarios.filter(({ name }) => ['event-data', 'eventsource-onmessage', 'inside the first of several', 'after the end of the body'].some((part) => name.includes(part)));

/** What the class of that day does not tell as the standard of today has it, and how ours, which does, is got from it. */
const older = {
  'eventsource-constructor-stringify': (told) => told.map((url) => (url === 'SyntaxError (DOMException)' ? 'PAGE' : url)),
  'request-accept, request-cache-control, request-credentials: what is sent': (told) => told.map((sent) => sent.map((word) => (word === 'no-cache' ? null : word))),
  // A character that the end of a value cuts is as many U+FFFD there as it has bytes, if these came one by one.
  'format-utf-8: what is no UTF-8': (told) =>
    told.map(([name, ...events]) => [name, ...events.map((texts) => (/truncated|in_id/.test(name) ? texts.map((text) => text.replace(/\ufffd+$/, '\ufffd')) : texts))]),
};

if (missing) {
  test('the class in Chromium 83', { skip: missing }, () => {});
} else {
  describe('the class in Chromium 83', { timeout: SUITE }, testIt);
}

function testIt() {
  let page;
  let folders;

  before(async () => {
    assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
    folders = await serveFolders({ here, there });
    page = await openChromium83({ python, screen: x.program });
    await page.goto(`${here}/routes`);
  });

  after(async () => {
    await page?.close();
    await folders?.close();
  });

  test('it is that old: nothing large is compiled at once, and newer language is not read', async () => {
    const { agent, padded, assignment } = await page.evaluate(lookAtEngine);
    assert.match(agent, / Chrome\/83\./);
    assert.deepEqual(padded, ['compiled', 'RangeError']);
    assert.equal(assignment, 'SyntaxError');
  });

  // What was compiled in the background is of no use: an instance is refused as well.
  const tooLarge = (file) => ({ compiled: ['in the background'], refused: ['at once: RangeError', 'an instance: RangeError'], instances: 0, asked: [file] });
  const noPolicy = (way, name) => ({ ...way, policy: '', name });
  for (const [way, { asked, ...found }, told] of [
    [noPolicy(ways[0], 'a module, without a policy'), tooLarge('core-js.mjs'), scenarios],
    [noPolicy(ways[1], 'a classic script, without a policy'), tooLarge('core-js.js'), few],
    // Those words of a policy are newer than it.
    [ways[0], { compiled: [], refused: ['at once: RangeError', 'in the background: CompileError'], instances: 0, asked: ['core-js.mjs'] }, few],
    // Workers may wait.
    [workerWays[0], { compiled: ['at once'], refused: [], instances: 1, asked: [] }, few],
  ]) {
    const inWorker = workerWays.includes(way);
    test(`${way.name}: a core is found, and it tells what the native one does`, { timeout: LONG }, async () => {
      const folder = folders.folder(way);
      const realm = await (inWorker ? openWorker(page, folder.workerOnServer, `${here}/routes`) : openPage(page, folder.onServer));
      const { log, said, calls, ...seen } = await realm.look();
      assert.deepEqual(log, [0, 'open | 1', 'message | 1 | data'], said.join());
      assert.deepEqual(seen, { ...found, right: true });
      assert.deepEqual(folder.cores(), asked);

      const tell = (which) => realm.tell(told.map(({ name, run }) => ({ name, run, given: given(which, name) })));
      const ours = await tell('ours');
      const native = await tell('native');
      for (const scenario of told) {
        const { name } = scenario;
        assert.ok(Array.isArray(ours[name]), `${name}: ${ours[name]}`);
        const own = apart(scenario, 'Chromium');
        assert.deepEqual(ours[name], own ? own.expected : (older[name] ?? same)(native[name]), `${name}: ours (actual) is as the native one (expected)`);
      }
    });
  }
}

function same(told) {
  return told;
}

function lookAtEngine() {
  const outcome = (run) => {
    try {
      run();
      return 'compiled';
    } catch (error) {
      return error.name;
    }
  };
  // An empty module with a section of zeros, so long, that no engine reads.
  const padded = (length) => {
    const bytes = new Uint8Array(11 + length);
    bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, (length & 0x7f) | 0x80, length >> 7]);
    return bytes;
  };
  return {
    agent: navigator.userAgent,
    padded: [padded(4000), padded(5000)].map((bytes) => outcome(() => new WebAssembly.Module(bytes))),
    assignment: outcome(() => new Function('let a; a ||= 1;')),
  };
}

function given(which, name) {
  return { which, here, there, key: `chromium83-${name.replace(/[^\w]+/g, '-')}-${process.pid}-${++keys}` };
}
