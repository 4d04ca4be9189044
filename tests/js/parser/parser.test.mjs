// The parser entry, as it is published: what `scenarios.mjs` says, in Node and in windows and workers of both browsers; the corpus in all cuts; the
// core in JavaScript where a policy forbids wasm; and what `encode` writes.
//
// Wants the test server at $TIDINGS_SERVER, and `node www/build.mjs` run before.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { engines, launch } from '../browsers.mjs';
import { serve } from '../own_server.mjs';
import { present } from '../present.mjs';
import { itemsByKind, read, scenarios, tellAll } from './scenarios.mjs';

const here = process.env.TIDINGS_SERVER;
/** For whoever looks into one engine: a part of its name. */
const [, onlyEngine] = (process.env.TIDINGS_ONLY ?? '').split(',');
const root = new URL('../../../', import.meta.url);
const dist = new URL('dist/', root);

const parser = await import(new URL('parser.mjs', dist));
const { default: instantiate } = await import(new URL('core-js.mjs', dist));
/** The same once more, with a core of its own. */
const parserJs = await import(new URL('parser.mjs?js', dist));
parserJs.setCore(instantiate);
const common = createRequire(import.meta.url)(new URL('parser.cjs', dist).pathname);

const NO_CORE = 'tidings: no WebAssembly and no tidings/core-js (setCore takes it) yet: parseEventStream and EventStreamTransform wait';

for (const [name, entry] of [['Node', parser], ['Node, the core in JavaScript', parserJs], ['Node, by require', common]]) {
  tells(name, async () => tellAll(entry, { here, key: `${name.replace(/\W/g, '')}-${process.pid}` }));
}

describe('the corpus through the parser entry', () => {
  for (const [name, entry] of [['wasm', parser], ['JavaScript', parserJs]]) {
    for (const size of [Infinity, 1, 2, 3, 7, 64]) {
      test(`${name}, ${size === Infinity ? 'whole' : `in chunks of ${size}`}`, async () => {
        for (const { about, expected, body } of await corpus()) {
          assert.deepEqual(await read(entry, cut(body, size), expected.limit), itemsByKind(expected.items), about);
        }
      });
    }
  }
});

describe('the memory of parsers', () => {
  const counted = async () => {
    const module = new WebAssembly.Module(await readFile(new URL('parser.wasm', dist)));
    const counts = { instances: 0, opened: 0, closed: 0 };
    const entry = await import(new URL(`parser.mjs?counted${Math.random()}`, dist));
    entry.setCore(() => {
      const { exports } = new WebAssembly.Instance(module);
      counts.instances++;
      const open = (limit) => (counts.opened++, exports.open(limit));
      const close = (parser) => (counts.closed++, exports.close(parser));
      return { ...exports, open, close };
    });
    counts.instances = 0;
    return { entry, counts };
  };
  const bytes = (text) => new TextEncoder().encode(text);

  test('is given back at the end of a stream, and by reset', async () => {
    const { entry, counts } = await counted();
    for await (const { data } of entry.parseEventStream(new Response('data: 1\n\ndata: 2\n\n'))) assert.ok(data);
    for await (const { data } of entry.parseEventStream(new Response('data: 1\n\ndata: 2\n\n'))) if (data) break;
    const decoder = new entry.EventStreamDecoder();
    decoder.push(bytes('data'));
    decoder.reset();
    decoder.reset();
    for await (const { data } of new Response('data: 1\n\n').body.pipeThrough(new entry.EventStreamTransform())) assert.ok(data);
    assert.deepEqual(counts, { instances: 0, opened: 4, closed: 4 });
  });

  test('is given back when a parser is forgotten', { timeout: 30_000 }, async () => {
    const { entry, counts } = await counted();
    for (let index = 0; index < 50; index++) new entry.EventStreamDecoder().push(bytes('data: x'));
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    while (!counts.closed) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(counts.closed <= 50);
  });

  test('is a new one after large events, once nobody needs the old', async () => {
    const { entry, counts } = await counted();
    const [first, second] = [new entry.EventStreamDecoder(), new entry.EventStreamDecoder()];
    second.push(bytes('data: still '));
    first.push(bytes(`data: ${'x'.repeat(9 * 1024 * 1024)}\n\n`));
    first.reset();
    assert.deepEqual(second.push(bytes('here\n\n')).map(({ data }) => data), ['still here']);
    second.reset();
    second.push(bytes('data: new\n\n'));
    assert.equal(counts.instances, 1);
  });

  test('that runs out is an error, and the next parser has a new one', async () => {
    const module = new WebAssembly.Module(await readFile(new URL('parser.wasm', dist)));
    const entry = await import(new URL('parser.mjs?trapping', dist));
    let traps = true;
    entry.setCore(() => {
      const { exports } = new WebAssembly.Instance(module);
      return { ...exports, prepare: (size) => exports.prepare(traps ? -1 : size) };
    });
    const decoder = new entry.EventStreamDecoder();
    for (let count = 0; count < 2; count++) assert.throws(() => decoder.push(bytes('data: x\n\n')), WebAssembly.RuntimeError);
    traps = false;
    assert.throws(() => decoder.push(bytes('data: x\n\n')), WebAssembly.RuntimeError);
    decoder.reset();
    assert.equal(decoder.push(bytes('data: x\n\n'))[0].data, 'x');
  });

  test('that runs out before a parser is there is an error too, and the next one has a new one', async () => {
    const module = new WebAssembly.Module(await readFile(new URL('parser.wasm', dist)));
    const entry = await import(new URL('parser.mjs?unopened', dist));
    let instances = 0;
    let traps = true;
    entry.setCore(() => {
      const { exports } = new WebAssembly.Instance(module);
      instances++;
      return { ...exports, open: (limit) => (traps ? exports.prepare(-1) : exports.open(limit)) };
    });
    const push = () => new entry.EventStreamDecoder().push(bytes('data: x\n\n'));
    assert.throws(push, WebAssembly.RuntimeError);
    assert.equal(instances, 1);
    traps = false;
    assert.equal(push()[0].data, 'x');
    assert.equal(instances, 2);
  });
});

describe('a decoder without a core', () => {
  test('refuses chunks, and leaves nothing behind that would end the process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidings-'));
    try {
      // Without core-js.mjs beside it.
      await copyFile(new URL('parser.mjs', dist), join(folder, 'parser.mjs'));
      await writeFile(join(folder, 'main.mjs'), `
        delete globalThis.WebAssembly;
        const { EventStreamDecoder } = await import('./parser.mjs');
        try {
          new EventStreamDecoder().push(new Uint8Array(1));
        } catch ({ message }) {
          console.log(message);
        }`);
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')]);
      assert.equal(stdout, `${NO_CORE}\n`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('encode', async () => {
  for (const { about, block, text, error } of JSON.parse(await readFile(new URL('tests/encoding.json', root), 'utf8'))) {
    test(about, () => {
      if (error) {
        assert.throws(() => parser.encode(block), { name: 'TypeError', message: `tidings: ${error}` });
      } else {
        assert.equal(parser.encode(block), text);
      }
    });
  }

  test('what is written is read again', () => {
    const block = { type: ' é', data: ' 1\n\n:2', id: 'ü', comment: '' };
    const [event] = new parser.EventStreamDecoder().push(new TextEncoder().encode(parser.encode(block)));
    assert.deepEqual(event, { type: block.type, data: block.data, lastEventId: block.id });
  });

  test('members of the wrong type are refused', () => {
    const refusal = (block) => {
      try {
        return parser.encode(block);
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    };
    assert.equal(refusal({ data: { a: 1 } }), 'TypeError: tidings: data has to be a string; JSON.stringify makes one');
    assert.equal(refusal({ data: null }), 'TypeError: tidings: data has to be a string; JSON.stringify makes one');
    assert.equal(refusal({ data: 'x', id: 7 }), 'TypeError: tidings: id has to be a string');
    assert.equal(refusal({ data: 'x', type: false }), 'TypeError: tidings: type has to be a string');
    assert.equal(refusal({ comment: 1 }), 'TypeError: tidings: comment has to be a string');
    assert.equal(refusal({ event: 'x', data: '' }), 'TypeError: tidings: the event type is called type here, not event');
    for (const retry of [-1, 1.5, NaN, Infinity, 2 ** 53, '5', null]) {
      assert.equal(refusal({ retry }), 'TypeError: tidings: retry has to be a whole number of milliseconds, 0 or more');
    }
    assert.equal(refusal({ data: 'x', type: undefined, id: undefined, retry: undefined, comment: undefined }), 'data: x\n\n');
  });
});

for (const { engine, program } of await present(engines.filter(({ name }) => name.includes(onlyEngine ?? '')), 'the parser entry')) {
  describe(`the parser entry in ${engine.name}`, { timeout: 180_000 }, () => {
    let browser;
    let files;

    before(async () => {
      files = await serveFiles();
      browser = await launch(engine, program);
    });

    after(async () => {
      await browser?.close();
      await files?.close();
    });

    const open = async (path) => {
      const page = await browser.newPage();
      await page.goto(`${files.address}${path}`);
      return page;
    };
    const given = (name) => ({ here, key: `${engine.name}-${name}-${process.pid}` });

    tells('a window', async () => {
      const page = await open('/page');
      return page.evaluate(async (given) => {
        const [parser, { tellAll }] = await Promise.all([import('/parser.mjs'), import('/scenarios.mjs')]);
        return tellAll(parser, given);
      }, given('window'));
    });

    tells('a worker', async () => {
      const page = await open('/page');
      return page.evaluate(async (given) => {
        const worker = new Worker('/worker.mjs', { type: 'module' });
        worker.postMessage(given);
        return new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = () => reject(new Error('the worker did not load'));
        });
      }, given('worker'));
    });

    test('where a policy forbids wasm, the core in JavaScript is loaded; one call for each chunk wants it handed in', async () => {
      const page = await open('/page?policy');
      const told = await page.evaluate(async () => {
        const parser = await import('/parser.mjs');
        const bytes = new TextEncoder().encode('data: 1\n\n');
        const decoder = new parser.EventStreamDecoder();
        const told = [];
        try {
          decoder.push(bytes);
        } catch ({ message }) {
          told.push(message);
        }
        for await (const { data } of parser.parseEventStream(new Response(bytes))) told.push(data);
        told.push(decoder.push(bytes)[0].data);
        return told;
      });
      assert.deepEqual(told, [
        NO_CORE,
        '1',
        '1',
      ]);
      assert.ok(files.asked.includes('/core-js.mjs'));
    });
  });
}

/** A test for each scenario. */
function tells(where, tell) {
  describe(where, () => {
    let told;
    before(async () => {
      assert.ok(here, 'TIDINGS_SERVER has to be the address of the test server');
      told = await tell();
    });
    for (const { name, expected } of scenarios) {
      test(name, () => assert.deepEqual(told[name], expected));
    }
  });
}

async function corpus() {
  const folder = new URL('tests/corpus/', root);
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  assert.ok(names.length >= 190, `only ${names.length} cases`);
  return Promise.all(
    names.map(async (name) => {
      const expected = JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8'));
      return { about: `${name}: ${expected.about}`, expected, body: await readFile(new URL(`${name}.sse`, folder)) };
    }),
  );
}

async function* cut(body, size) {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, Math.min(at + size, body.length));
}

/** The package's files, the scenarios, and a page, with a policy if it is asked for. */
async function serveFiles() {
  const texts = new Map([['/page', '<!doctype html><link rel="icon" href="data:,">']]);
  texts.set('/worker.mjs', "import * as parser from './parser.mjs'; import { tellAll } from './scenarios.mjs';"
    + ' onmessage = async ({ data }) => postMessage(await tellAll(parser, data));');
  for (const [path, url] of [['/parser.mjs', new URL('parser.mjs', dist)], ['/core-js.mjs', new URL('core-js.mjs', dist)], ['/scenarios.mjs', new URL('scenarios.mjs', import.meta.url)]]) {
    texts.set(path, await readFile(url, 'utf8'));
  }
  const asked = [];
  const { address, close } = await serve((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://x');
    asked.push(pathname);
    const text = texts.get(pathname);
    response.writeHead(text ? 200 : 404, {
      'content-type': pathname.endsWith('.mjs') ? 'text/javascript; charset=utf-8' : 'text/html',
      ...(search === '?policy' && { 'content-security-policy': "script-src 'self'" }),
    });
    response.end(text);
  });
  return { address, asked, close };
}
