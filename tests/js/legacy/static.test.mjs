// What can be said of the script for old browsers without running a browser: it is ES5, loading it touches nothing but what is listed, and the
// module that its core was made of has nothing that the first version of WebAssembly had not.
//
// Wants what `node www/build.mjs` makes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import vm from 'node:vm';

import { parse } from 'acorn';

import { asFactory } from '../../../www/build/factory.mjs';

const root = new URL('../../../', import.meta.url);
const file = (path) => fileURLToPath(new URL(path, root));
const scripts = ['dist/legacy.js', 'dist/legacy.min.js', 'dist/legacy.cjs'];

/** What may be looked at or called while the script is loaded, and what of it. Methods of plain objects, functions and typed arrays are the language's. */
const TOUCHED = [
  'AbortController', 'ArrayBuffer', 'EventSource', 'EventTarget', 'Headers', 'Int16Array', 'Int32Array', 'Int8Array', 'Math', 'Object', 'Promise', 'Set', 'Symbol', 'Uint16Array',
  'Uint32Array', 'Uint8Array', 'WeakMap', 'define', 'exports', 'globalThis', 'module', 'self', 'tidings',
];

describe('the script for old browsers', () => {
  for (const path of scripts) {
    test(`${path} is ES5`, async () => {
      parse(await readFile(file(path), 'utf8'), { ecmaVersion: 5, sourceType: 'script' });
    });
  }

  test('the parser refuses what is newer', () => {
    for (const text of ['let a', '() => 1', 'class A {}', '`a`', '({ a })', 'for (var a of b) {}', 'a?.b', 'function a(b = 1) {}']) {
      assert.throws(() => parse(text, { ecmaVersion: 5 }), SyntaxError, text);
    }
  });

  for (const path of scripts.slice(0, 2)) {
    test(`loading ${path} touches no global but those listed`, async () => {
      const { touched, added } = load(await readFile(file(path), 'utf8'));
      assert.deepEqual(touched.filter((name) => !TOUCHED.includes(name)), []);
      assert.deepEqual(added, ['EventSource', 'tidings']);
    });
  }

  test('the test before this one sees what is touched', () => {
    const { touched, added } = load('fetch; typeof BigInt; self.performance; leaked = 1;');
    assert.deepEqual(touched.filter((name) => !TOUCHED.includes(name)), ['BigInt', 'fetch', 'leaked', 'performance']);
    assert.deepEqual(added, ['leaked']);
  });

  test('it leaves an EventSource alone that is there, and takes what is on `tidings` along', async () => {
    const text = await readFile(file('dist/legacy.min.js'), 'utf8');
    const native = function EventSource() {};
    const realm = { EventSource: native, tidings: { coreUrl: 'x' }, Object, Math, Uint8Array };
    realm.self = realm;
    vm.runInNewContext(text, realm);
    assert.equal(realm.EventSource, native);
    assert.equal(realm.tidings.coreUrl, 'x');
    realm.tidings.install({ force: true });
    assert.equal(realm.EventSource, realm.tidings.EventSource);
  });

  test("README's snippet loads it only where there is no EventSource", async () => {
    const readme = await readFile(file('README.md'), 'utf8');
    const snippet = /```html\n<script>\n([^`]*legacy[^`]*)<\/script>\n```/.exec(readme)[1];
    parse(snippet, { ecmaVersion: 5 });
    const written = [];
    const realm = (more) => ({ document: { write: (text) => written.push(text) }, ...more });
    for (const one of [realm({}), realm({ EventSource() {} })]) {
      vm.runInNewContext(snippet, { ...one, self: one });
    }
    assert.deepEqual(written, ['<script src="/legacy.min.js"></script>']);
  });

  test('as CommonJS and as AMD', async () => {
    const text = await readFile(file('dist/legacy.min.js'), 'utf8');
    const exports = {};
    vm.runInNewContext(text, { module: { exports }, exports });
    assert.deepEqual(Object.keys(exports), ['EventSource', 'install', 'details', 'onComment', 'reconnect']);
    let defined;
    const define = (needs, make) => { defined = [needs.length, Object.keys(make())]; };
    define.amd = {};
    vm.runInNewContext(text, { define });
    assert.deepEqual(defined, [0, ['EventSource', 'install', 'details', 'onComment', 'reconnect']]);
  });

  test('its core has nothing past the first version of WebAssembly', async () => {
    await validate(file('target/npm/first.wasm'));
    const folder = await mkdtemp(join(tmpdir(), 'tidings-'));
    try {
      const later = join(folder, 'later.wasm');
      // A function that extends the sign of a byte.
      await writeFile(later, Buffer.from('0061736d010000000105016000017f030201000a070105004101c00b', 'hex'));
      await assert.rejects(validate(later), 'what came later is seen');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('its core is not built if it needs what is left out of it', async () => {
    const { stdout: text } = await binaryen('wasm2js', file('target/npm/first.wasm'), '-Oz', '-o', '-');
    assert.match(asFactory(text), /instantiate/);
    const growing = text.replace(/^ function \$1\(/m, ' function grow() { return __wasm_memory_grow(1); }\n$&');
    assert.notEqual(growing, text);
    assert.throws(() => asFactory(growing), /memory that grows/);
    assert.throws(() => asFactory(text.replace('new ArrayBuffer(', 'new Buffer(')), /wasm2js does not write what it used to/);
  });
});

/** Runs a script where every look at a global is written down. */
function load(text) {
  const touched = new Set();
  const globals = Object.create(null);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    globals[name] = globalThis[name];
  }
  delete globals.EventSource;
  const before = new Set(Object.keys(globals));
  const realm = new Proxy(globals, {
    has: (target, name) => typeof name === 'string' && name !== 'undefined',
    get(target, name) {
      if (name === Symbol.unscopables) return undefined;
      touched.add(name);
      return name === 'self' || name === 'globalThis' ? realm : target[name];
    },
    set(target, name, value) {
      touched.add(name);
      target[name] = value;
      return true;
    },
  });
  // `with` sends every free name to the proxy; `typeof` of a name that is not there gives `undefined` by it too.
  new Function('realm', `with (realm) { (function () { ${text}\n}).call(undefined); }`)(realm);
  return { touched: [...touched].sort(), added: Object.getOwnPropertyNames(globals).filter((name) => !before.has(name)).sort() };
}

/** Fails if a module needs any feature. */
async function validate(path) {
  await binaryen('wasm-opt', path, '--mvp-features', '-o', '/dev/null');
}

function binaryen(program, ...words) {
  return promisify(execFile)(process.execPath, [file(`node_modules/binaryen/bin/${program}`), ...words], { maxBuffer: 64 << 20 });
}

test('where a Rust app runs is what the docs say', async () => {
  const data = createRequire(import.meta.url)('@mdn/browser-compat-data');
  // What Rust emits by default.
  const emitted = ['bulk-memory-operations', 'reference-types', 'sign-extension-operations', 'non-trapping-float-to-int-conversions', 'multi-value'];
  const [chrome, edge, firefox, safari] = ['chrome', 'edge', 'firefox', 'safari'].map((browser) =>
    Math.max(...emitted.map((name) => Number([data.webassembly[name].__compat.support[browser]].flat()[0].version_added))),
  );
  assert.equal(chrome, edge);
  const docs = await readFile(file('docs/javascript.md'), 'utf8');
  assert.ok(docs.includes(`| Chromium and Edge ${chrome}, Firefox ${firefox}, Safari ${safari}, and newer | runs,`));
  assert.ok(docs.includes(`| older, by \`@mdn/browser-compat-data\` ${data.__meta.version} without`));
});
