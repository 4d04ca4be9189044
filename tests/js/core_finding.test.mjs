// Every way in which the core is found, and what is said where none works.
//
// Wants what `node www/build.mjs` makes. Runs in Node alone; engines and policies without wasm are played by taking `WebAssembly` apart.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';

const root = new URL('../../', import.meta.url);
const internals = new URL('target/npm/internals.mjs', root);
const { ActionKind, Field } = await import(internals);
const { default: instantiate } = await import(new URL('target/npm/core-js.mjs', root));
const bytes = readFileSync(new URL('dist/core.wasm', root));
const wasm = globalThis.WebAssembly;

afterEach(() => {
  globalThis.WebAssembly = wasm;
});

describe('the core is found', () => {
  test('by compiling at once', async () => {
    const { findCore } = await fresh();
    const core = findCore();
    works(core);
    assert.equal(findCore(), core);
  });

  test('by compiling in the background, where compiling at once is refused', async () => {
    globalThis.WebAssembly = without('Module');
    const { findCore } = await fresh();
    const finding = findCore();
    assert.ok(finding instanceof Promise);
    assert.equal(findCore(), finding, 'one search serves all who ask');
    works(await finding);
    assert.equal(findCore(), await finding);
  });

  test('as JavaScript, where a policy forbids wasm', async () => {
    globalThis.WebAssembly = without('Module', 'compile');
    const { findCore } = await fresh();
    works(await findCore());
  });

  test('as JavaScript, where the engine refuses the module', async () => {
    // Which would have it compiled all the same, were it asked.
    const asked = [];
    const compile = (bytes) => (bytes && asked.push('compile'), wasm.compile(bytes));
    const Module = Object.assign(function Module(bytes) { asked.push('Module'); return new wasm.Module(bytes); }, { prototype: wasm.Module.prototype });
    globalThis.WebAssembly = Object.assign(without(), { validate: () => false, compile, Module });
    const { findCore } = await fresh();
    works(await findCore());
    assert.deepEqual(asked, []);
  });

  test('as JavaScript, where there is no wasm', async () => {
    globalThis.WebAssembly = undefined;
    const { findCore } = await fresh();
    works(await findCore());
  });

  test('where it was handed in', async () => {
    for (const source of [bytes, new wasm.Module(bytes), instantiate]) {
      const { findCore, setCore } = await fresh();
      setCore(source);
      works(findCore());
    }
  });

  test('where it was handed in while another was searched for', async () => {
    globalThis.WebAssembly = without('Module');
    const { findCore, setCore } = await fresh();
    const finding = findCore();
    setCore(instantiate);
    const core = findCore();
    assert.equal(await finding, core);
  });
});

describe('what is no core is refused', () => {
  test('by setCore', async () => {
    const { findCore, setCore } = await fresh();
    assert.throws(() => setCore(Uint8Array.of(1, 2, 3)), { name: 'CompileError' });
    assert.throws(() => setCore(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)), /not the core of/);
    // The module of the other entry.
    assert.throws(() => setCore(readFileSync(new URL('../../dist/parser.wasm', import.meta.url))), /not the core of/);
    works(findCore());
  });
});

describe('where there is none, the error says what to do', () => {
  test('and another try may succeed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidings-'));
    try {
      copyFileSync(fileURLToPath(internals), join(folder, 'internals.mjs'));
      globalThis.WebAssembly = without('Module', 'compile');
      const { findCore } = await import(pathToFileURL(join(folder, 'internals.mjs')));
      await assert.rejects(findCore(), /'wasm-unsafe-eval'.*core-js\.mjs/s);
      globalThis.WebAssembly = wasm;
      works(findCore());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a classic script without wasm', () => {
  const file = (name) => readFileSync(new URL(`dist/${name}`, root), 'utf8');

  test('loads core-js.js from beside itself', async () => {
    const page = new Page({ own: 'https://a.test/lib/polyfill.js' });
    const loaded = await page.connects();
    assert.deepEqual(loaded, ['https://a.test/lib/core-js.js']);
  });

  test('loads it from tidings.coreUrl, set before or after', async () => {
    const page = new Page({ own: 'https://a.test/lib/polyfill.js' });
    page.run('tidings.coreUrl = "https://b.test/core.js"');
    assert.deepEqual(await page.connects(), ['https://b.test/core.js']);
    const before = new Page({ first: 'tidings = { coreUrl: "https://b.test/core.js" }' });
    assert.deepEqual(await before.connects(), ['https://b.test/core.js']);
  });

  test('loads nothing where the page did already', async () => {
    const page = new Page({ first: file('core-js.js') });
    assert.deepEqual(await page.connects(), []);
  });

  test('says what to set where it cannot know', async () => {
    const page = new Page({});
    assert.deepEqual(await page.connects(), []);
    assert.match(page.said.join(), /set tidings\.coreUrl/);
  });

  test('says which address has no core', async () => {
    const page = new Page({ own: 'https://a.test/lib/polyfill.js', missing: true });
    await page.connects();
    assert.match(page.said.join(), /no core-js\.js at https:\/\/a\.test\/lib\/core-js\.js/);
  });

  /** As much of a page as the script looks at. It has no wasm. */
  class Page {
    loaded = [];
    said = [];
    requests = 0;

    constructor({ own, first, missing }) {
      const page = this;
      const appendChild = (script) => {
        this.loaded.push(script.src);
        setTimeout(() => {
          if (missing) {
            script.onerror();
          } else {
            this.run(file('core-js.js'));
            script.onload();
          }
        });
      };
      const document = {
        baseURI: 'https://a.test/',
        currentScript: own ? { src: own, nonce: 'n' } : null,
        createElement: () => ({ remove() {} }),
        head: { appendChild },
      };
      this.context = vm.createContext({
        document, location: { href: 'https://a.test/' }, origin: 'https://a.test', URL, EventTarget, Event, MessageEvent, TextDecoder, DOMException, Headers,
        AbortController, performance, setTimeout, clearTimeout, setImmediate, MessageChannel,
        console: { error: (problem) => this.said.push(String(problem)) },
        fetch: () => new Promise(() => page.requests++),
      });
      this.run('delete globalThis.WebAssembly');
      if (first) {
        this.run(first);
      }
      this.run(file('polyfill.js'));
    }

    run(code) {
      vm.runInContext(code, this.context);
    }

    /** Makes a source; says what was loaded until it sent a request, or failed. */
    async connects() {
      this.run('var source = new EventSource("/events"), failed = false; source.onerror = () => { failed = true; }');
      while (!this.requests && !this.context.failed) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      assert.equal(this.requests === 0, this.context.failed);
      this.run('source.close()');
      return this.loaded;
    }
  }
});

let count = 0;

/** The module anew, with nothing found yet. */
function fresh() {
  return import(`${internals}?${count++}`);
}

/** `WebAssembly` whose members fail as under a policy. */
function without(...names) {
  const rest = { Module: wasm.Module, Instance: wasm.Instance, validate: wasm.validate, compile: wasm.compile };
  for (const name of names) {
    rest[name] = REFUSED[name];
  }
  return rest;
}

const REFUSED = {
  Module: Object.assign(
    function Module() {
      throw new wasm.CompileError('forbidden');
    },
    // So that `instanceof` still knows modules that were compiled elsewhere.
    { prototype: wasm.Module.prototype },
  ),
  compile: () => Promise.reject(new wasm.CompileError('forbidden')),
};

function works(core) {
  const connection = core.connect([0, 0, 1, 0, 0, 0, 0, 1000]);
  assert.equal(connection.poll(), ActionKind.SendRequest);
  assert.equal(connection.field(Field.Attempt), 1);
}
