// Pages without a bundler, in Chromium against the real server: what the package's files are as they lie in node_modules.
//
// Wants the test server at $TIDINGS_SERVER, `node www/build.mjs` run before, and `npm ci` in this folder.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { SUITE } from '../js/limits.mjs';
import { emptyProject, pack } from './empty_project.mjs';
import { chromium, shows } from './pages.mjs';
import { EVENTS, lines } from './the_app.mjs';

describe('without a bundler', { timeout: SUITE }, () => {
  let browser;
  let scripts;
  let modules;
  const clean = [];

  before(async () => {
    const packed = await pack();
    clean.push(packed.remove);
    scripts = await emptyProject(packed.tarball, ['classic_script'], { EVENTS }, 'commonjs');
    modules = await emptyProject(packed.tarball, ['app', 'import_map'], { EVENTS });
    clean.push(scripts.remove, modules.remove);
    browser = await chromium();
    clean.push(() => browser.close());
  });

  after(() => Promise.all(clean.map((remove) => remove())));

  test('<script>', async () => {
    assert.deepEqual(await shows(browser, scripts.folder, lines), ['/index.html', '/main.js', `${DIST}/polyfill.js`]);
  });

  test("<script>, in place of the browser's own", async () => {
    await shows(browser, scripts.folder, lines, { page: 'replaced.html' });
  });

  test('<script>, where WebAssembly is forbidden', async () => {
    const asked = await shows(browser, scripts.folder, lines, { policy: "script-src 'self'" });
    assert.deepEqual(asked, ['/index.html', '/main.js', `${DIST}/core-js.js`, `${DIST}/polyfill.js`]);
  });

  test("the script for old browsers: in place of the browser's own, beside it, and as an AMD module", async () => {
    for (const page of ['legacy.html', 'legacy_beside.html', 'legacy_amd.html']) {
      const asked = await shows(browser, scripts.folder, lines, { page });
      assert.deepEqual(asked, [`/${page}`, '/main.js', `${DIST}/legacy.min.js`].sort());
    }
  });

  test('a dedicated worker by importScripts', async () => {
    await shows(browser, scripts.folder, lines, { page: 'worker.html' });
  });

  test('<script type="module"> with an import map', async () => {
    const asked = await shows(browser, modules.folder, lines);
    assert.deepEqual(asked, ['/app.js', '/index.html', `${DIST}/index.mjs`]);
  });
});

const DIST = '/node_modules/tidings/dist';
