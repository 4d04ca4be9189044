// What is true of the class's sources, whatever they do: the types are the DOM's, and what old browsers share can be lowered for them.
//
// Wants `node www/build.mjs` run before, for the types that are published.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import * as esbuild from 'esbuild';

import { LONG } from '../limits.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** What the build for old browsers takes as it is; it brings its own platform. */
const shared = ['event_source.ts', 'driver.ts', 'install.ts'];

test('shared files hold no private fields, generators or async functions', async () => {
  for (const name of shared) {
    assert.deepEqual(await tooNew(await readFile(join(root, 'www/src', name), 'utf8')), [], name);
  }
});

test('the test before this one finds what it looks for', async () => {
  assert.deepEqual(await tooNew('export class A { #b = 1; get c() { return this.#b; } }'), ['private field']);
  assert.equal((await tooNew('export async function a() { await 1; }')).length, 1);
  assert.equal((await tooNew('export function* a() { yield 1; }')).length, 1);
  assert.deepEqual(await tooNew('// async #b function*\nexport const a = "#b async";'), []);
});

test("the class is assignable to the DOM's own type", { timeout: LONG }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidings-types-'));
  try {
    const config = {
      compilerOptions: {
        target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom', 'dom.iterable'],
        strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [],
        paths: { tidings: [join(root, 'dist/types/entry/index.d.ts')] },
      },
      files: [join(root, 'tests/js/class/types.ts')],
    };
    const file = join(folder, 'tsconfig.json');
    await writeFile(file, JSON.stringify(config));
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', file]).catch((error) => {
      assert.fail(error.stdout || error.message);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** What in a source old browsers could not be given. esbuild refuses some of it by itself when told that a target has none. */
async function tooNew(source) {
  const none = { generator: false, 'async-await': false, 'async-generator': false, 'for-await': false };
  try {
    // Private fields it would lower, and then it names them by the helpers that it adds.
    const { code } = await esbuild.transform(source, { loader: 'ts', target: 'es2021', supported: none, logLevel: 'silent' });
    return /\b__private(Add|Get|Set|Method|In)\b/.test(code) ? ['private field'] : [];
  } catch (error) {
    return error.errors.map(({ text }) => text);
  }
}
