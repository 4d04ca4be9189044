// The packed package in Node: events from the real server, through each door; and on servers, where it is imported and must not do a thing.
//
// Wants the test server at $TIDINGS_SERVER, `node www/build.mjs` run before, and `npm ci` in this folder.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';

import { SUITE } from '../js/limits.mjs';
import { allText, emptyProject, pack } from './empty_project.mjs';
import { chromium, shows } from './pages.mjs';
import { EVENTS, lines } from './the_app.mjs';

describe('in Node', { timeout: SUITE }, () => {
  let tarball;
  let modules;
  let common;
  const clean = [];

  before(async () => {
    const packed = await pack();
    tarball = packed.tarball;
    clean.push(packed.remove);
    modules = await project(['app', 'node']);
    common = await project(['node'], 'commonjs');
  });

  after(() => Promise.all(clean.map((remove) => remove())));

  async function project(folders, type) {
    const made = await emptyProject(tarball, folders, { EVENTS }, type);
    clean.push(made.remove);
    return made;
  }

  test('import', async () => {
    assert.deepEqual(await modules.node('app.js'), lines);
  });

  test('require', async () => {
    assert.deepEqual(await common.node('main.cjs'), lines);
  });

  test("import 'tidings/polyfill'", async () => {
    assert.deepEqual(await modules.node('polyfilled.mjs'), lines);
  });

  test("require('tidings/polyfill')", async () => {
    assert.deepEqual(await common.node('polyfilled.cjs'), lines);
  });

  test("import and require of 'tidings/legacy'", async () => {
    assert.deepEqual(await modules.node('legacy.mjs'), lines);
    assert.deepEqual(await common.node('legacy.cjs'), lines);
  });

  test("import and require of 'tidings/parser'", async () => {
    const events = ['event 1, id 1', 'event 2, id 2'];
    assert.deepEqual(await modules.node('parser.mjs'), ['event: greeting', 'data: hello', ...events, ...events, ...events]);
    assert.deepEqual(await common.node('parser.cjs'), ['event: greeting', 'data: hello', ...events]);
    for (const core of ['parser.wasm', 'core-js']) {
      assert.deepEqual(await modules.node('parser_handed_in.mjs', core), ['parsed']);
    }
  });

  test('the core that is handed in, as a file of the package', async () => {
    assert.deepEqual(await modules.node('handed_in.mjs'), ['core-js', ...lines]);
    assert.deepEqual(await modules.node('handed_in.mjs', 'wasm'), ['wasm', ...lines]);
  });

  test('importing has no side effects', async () => {
    for (const script of ['import_only.mjs', 'require_only.cjs']) {
      assert.deepEqual(await modules.node('--trace-warnings', script), ['nothing new, nothing open']);
    }
  });

  test('importing wants nothing that is not ECMAScript', async () => {
    assert.deepEqual(await modules.node('bare_realm.cjs'), ['function']);
  });

  for (const [how, config] of [['as it is by default', '{}'], ['with the package bundled in', "{ ssr: { noExternal: ['tidings'] } }"]]) {
    test(`a page rendered by Vite, ${how}: on the server, then in Chromium`, async () => {
      const app = await project(['vite_ssr']);
      await writeFile(app.path('vite.config.js'), `export default ${config};`);
      await app.run('vite', 'build', '--outDir=out/client', '--logLevel=warn');
      await app.run('vite', 'build', '--ssr=server.js', '--outDir=out/server', '--logLevel=warn');
      assert.equal(/from ?['"]tidings['"]/.test(await allText(app.path('out/server'))), config === '{}');

      // It ends by itself: nothing was left open.
      const [html, ...more] = await app.node('out/server/server.js');
      assert.deepEqual(more, []);
      assert.match(html, /waiting for events/);

      await writeFile(app.path('out/client/index.html'), html);
      const browser = await chromium();
      try {
        await shows(browser, app.path('out/client'), ['rendered on the server: waiting for events', ...lines]);
      } finally {
        await browser.close();
      }
    });
  }
});
