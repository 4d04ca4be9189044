// The packed package as those see it who never run it: what is in it, and whether its manifest tells bundlers, Node and TypeScript the truth.
//
// Wants `node www/build.mjs` run before, and `npm ci` in this folder.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

import { SUITE } from '../js/limits.mjs';
import { pack } from './empty_project.mjs';

describe('the manifest', { timeout: SUITE }, () => {
  let tarball;
  const clean = [];

  before(async () => {
    const packed = await pack();
    tarball = packed.tarball;
    clean.push(packed.remove);
  });

  after(() => Promise.all(clean.map((remove) => remove())));

  test('publint finds nothing', async () => {
    const file = await readFile(tarball);
    const { messages, pkg } = await publint({ pack: { tarball: file.buffer.slice(file.byteOffset, file.byteOffset + file.length) }, strict: true });
    assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
  });

  test('are-the-types-wrong finds nothing', async () => {
    const file = createPackageFromTarballData(new Uint8Array(await readFile(tarball)));
    const { types, problems } = await checkPackage(file, { excludeEntrypoints: ['./core.wasm', './parser.wasm'] });
    assert.equal(types && types.kind, 'included');
    // Node 10's way knows no `exports`, and so no entry but the main one; we ask for Node 20.
    const ours = problems.filter(({ kind, resolutionKind, entrypoint }) => !(kind === 'NoResolution' && resolutionKind === 'node10' && entrypoint !== '.'));
    assert.deepEqual(ours.map((problem) => ({ ...problem, title: problemKindInfo[problem.kind].title })), []);
  });

  test('the API pages are made of the declarations that it leads to', async () => {
    const [{ exports }, { entryPoints }] = await Promise.all(['package.json', 'www/docs/typedoc.json'].map(readJson));
    // Those for `require` are copies.
    const declarations = JSON.stringify(exports).match(/dist\/types[^"]+/g).map((file) => file.replace('types-cjs', 'types'));
    assert.deepEqual(entryPoints.map((file) => file.replace('../../', '')).sort(), [...new Set(declarations)].sort());
  });
});

async function readJson(file) {
  return JSON.parse(await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'));
}
