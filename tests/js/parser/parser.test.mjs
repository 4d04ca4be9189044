// The parser entry, as it is published: what `scenarios.mjs` says, in Node and in windows and workers of both browsers; the corpus in all cuts; the
// core in JavaScript where a policy forbids wasm; and what `encode` writes.
//
// Wants the test server at $TIDINGS_SERVER, and `node www/build.mjs` run before.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { engines, launch } from '../browsers.mjs';
import { serve } from '../own_server.mjs';
import { SUITE } from '../limits.mjs';
import { present } from '../present.mjs';
import { tellEach } from '../tell_each.mjs';
import { itemsByKind, read, scenarios, telling } from './scenarios.mjs';

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

const NO_CORE = "tidings: no WebAssembly (script-src needs 'wasm-unsafe-eval') and no tidings/core-js (setCore takes it): parseEventStream waits for one";

for (const [name, entry] of [['Node', parser], ['Node, the core in JavaScript', parserJs], ['Node, by require', common]]) {
  tells(name, () => tellEach(scenarios, telling(entry, { here, key: `${name.replace(/\W/g, '')}-${process.pid}` })));
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
  const bytes = (text) => new TextEncoder().encode(text);
  /** An entry with a core of its own, what it instantiates, and a way to let a call end where the stack does. */
  const counted = async () => {
    const module = new WebAssembly.Module(await readFile(new URL('parser.wasm', dist)));
    const counts = { instances: [], fails: false };
    const entry = await import(new URL(`parser.mjs?counted${Math.random()}`, dist));
    entry.setCore(() => {
      const { exports } = new WebAssembly.Instance(module);
      counts.instances.push(exports);
      const read = (area, size) => {
        if (counts.fails) throw new RangeError('Maximum call stack size exceeded');
        return exports.read(area, size);
      };
      return { ...exports, read };
    });
    return { entry, counts };
  };

  test('is two pages, whatever they read', async () => {
    const { entry, counts } = await counted();
    const decoders = Array.from({ length: 1000 }, () => new entry.EventStreamDecoder());
    for (const part of ['id: 1\ndata: still ', `here${'€'.repeat(100_000)}\n`, '\n']) {
      for (const decoder of decoders.slice(0, part.length > 1000 ? 10 : 1000)) {
        const [event] = decoder.push(bytes(part));
        assert.equal(event?.lastEventId, part === '\n' ? '1' : undefined);
      }
      if (part.length > 1000) {
        decoders.length = 10;
      }
    }
    assert.deepEqual(counts.instances.map(({ memory }) => memory.buffer.byteLength), [2 * 65_536]);
  });

  test('holds no more of a chunk than what goes on', async () => {
    const { entry } = await counted();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const held = (count, push) => {
      const decoder = new entry.EventStreamDecoder();
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let index = 0; index < count; index++) push(decoder, index);
      collect();
      const size = process.memoryUsage().heapUsed - before;
      assert.equal(decoder.push(bytes('\n\n')).length, 1);
      return size;
    };
    // Ids and types that take the place of one another, and some data with each.
    const large = 'x'.repeat(30_000);
    assert.ok(held(1000, (decoder, index) => decoder.push(bytes(`id:${large}${index}\ndata: some fourteen characters\n`))) < 2 ** 21);
    assert.ok(held(1000, (decoder, index) => decoder.push(bytes(`\nevent:${large}${index}\ndata: some fourteen characters`))) < 2 ** 21);
    assert.ok(held(1000, (decoder, index) => decoder.push(bytes(`data: some fourteen characters\nid:${large}${index}\n`))) < 2 ** 21);
    // One event in drips, whose data is held once.
    assert.ok(held(1000, (decoder, index) => decoder.push(bytes(index ? large.slice(0, 4096) : 'data: '))) < 1.5 * 1000 * 4096);
  });

  test('has room for what most comes of a chunk', async () => {
    const { entry } = await counted();
    const count = 2 ** 17;
    const times = [];
    const decoder = new entry.EventStreamDecoder({ onRetry: (time) => times.push(time) });
    assert.deepEqual(decoder.push(bytes('retry:1\n'.repeat(count))), []);
    assert.equal(decoder.push(bytes('data\nretry:2\n'.repeat(count) + '\n'))[0].data, '\n'.repeat(count - 1));
    assert.deepEqual(times, [...Array(count).fill(1), ...Array(count).fill(2)]);
  });

  test('a call that does not return is an error, as is each after it; all others go on', async () => {
    const { entry, counts } = await counted();
    const [broken, other] = [new entry.EventStreamDecoder(), new entry.EventStreamDecoder()];
    other.push(bytes('data: a'));
    broken.push(bytes('data: x'));
    counts.fails = true;
    assert.throws(() => broken.push(bytes('\n\n')), RangeError);
    counts.fails = false;
    for (let count = 0; count < 3; count++) assert.throws(() => broken.push(bytes('data: y\n\n')));
    assert.equal(other.push(bytes('b\n\n'))[0].data, 'ab');
    assert.equal(counts.instances.length, 2);
    assert.throws(() => broken.push(bytes('\n\n')));
    broken.reset();
    assert.equal(broken.push(bytes('data: x\n\n'))[0].data, 'x');
    assert.equal(other.push(bytes('data: y\n\n'))[0].data, 'y');
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
  describe(`the parser entry in ${engine.name}`, { timeout: SUITE }, () => {
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
        const [parser, { scenarios, telling }, { tellEach }] = await Promise.all(['/parser.mjs', '/scenarios.mjs', '/tell_each.mjs'].map((path) => import(path)));
        return tellEach(scenarios, telling(parser, given));
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
  texts.set('/worker.mjs', "import * as parser from './parser.mjs'; import { scenarios, telling } from './scenarios.mjs'; import { tellEach } from './tell_each.mjs';"
    + ' onmessage = async ({ data }) => postMessage(await tellEach(scenarios, telling(parser, data)));');
  const files = [...['parser.mjs', 'core-js.mjs'].map((name) => new URL(name, dist)), ...['scenarios.mjs', '../tell_each.mjs', '../limits.mjs'].map((name) => new URL(name, import.meta.url))];
  for (const url of files) {
    texts.set(`/${basename(url.pathname)}`, await readFile(url, 'utf8'));
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
