// The packed package under TypeScript as strict as it gets, its own declarations checked too; what is compiled runs in Node.
//
// Wants the test server at $TIDINGS_SERVER, `node www/build.mjs` run before, and `npm ci` in this folder.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { SUITE } from '../js/limits.mjs';
import { emptyProject, pack } from './empty_project.mjs';
import { EVENTS, lines } from './the_app.mjs';

/** The oldest that is still common, and the newest: the one that builds the package. */
const compilers = ['./node_modules/typescript', '../../node_modules/typescript'].map((folder) => {
  const require = createRequire(import.meta.url);
  return { version: require(`${folder}/package.json`).version, script: require.resolve(`${folder}/bin/tsc`) };
});

const ways = [
  { name: 'modules for a bundler', type: 'module', options: { module: 'esnext', moduleResolution: 'bundler' } },
  { name: 'modules for Node', type: 'module', options: { module: 'nodenext' } },
  { name: 'CommonJS for Node', type: 'commonjs', options: { module: 'nodenext' } },
];

describe('TypeScript', { timeout: SUITE }, () => {
  let tarball;
  const clean = [];

  before(async () => {
    const packed = await pack();
    tarball = packed.tarball;
    clean.push(packed.remove);
  });

  after(() => Promise.all(clean.map((remove) => remove())));

  for (const { version, script } of compilers) {
    for (const { name, type, options } of ways) {
      test(`TypeScript ${version}, ${name}`, async () => {
        const app = await emptyProject(tarball, ['typescript'], { EVENTS }, type);
        clean.push(app.remove);
        await writeFile(app.path('tsconfig.json'), JSON.stringify({ compilerOptions: { ...strict, ...options } }));
        assert.deepEqual(await app.node(script), []);
        assert.deepEqual(await app.node('main.js'), lines);
      });
    }
  }
});

const strict = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: false,
  skipLibCheck: false,
};
