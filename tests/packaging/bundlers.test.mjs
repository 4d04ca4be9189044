// An app and a worker, built by each bundler from the packed package, run in Chromium against the real server.
//
// Wants the test server at $TIDINGS_SERVER, `node www/build.mjs` run before, and `npm ci` in this folder.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';

import { SUITE } from '../js/limits.mjs';
import { bundlers } from './bundlers.mjs';
import { emptyProject, environment, pack } from './empty_project.mjs';
import { chromium, prints, shows } from './pages.mjs';
import { EVENTS, lines } from './the_app.mjs';

/** Forbids WebAssembly, so that the core in JavaScript has to be found where the bundler put it. */
const NO_WASM = "script-src 'self'";

describe('built by bundlers', { timeout: SUITE }, () => {
  let browser;
  let tarball;
  const clean = [];

  before(async () => {
    const packed = await pack();
    tarball = packed.tarball;
    clean.push(packed.remove);
    browser = await chromium();
    clean.push(() => browser.close());
  });

  after(() => Promise.all(clean.map((remove) => remove())));

  async function project(...folders) {
    const made = await emptyProject(tarball, folders, { EVENTS });
    clean.push(made.remove);
    return made;
  }

  for (const { name, build } of bundlers) {
    test(`${name}: a page`, async () => {
      const app = await project('app', 'bundled');
      await build(app);
      const asked = await shows(browser, app.path('out'), lines);
      const askedWithoutWasm = await shows(browser, app.path('out'), lines, { policy: NO_WASM });
      // The core in JavaScript is a file of its own, loaded only where it is needed.
      assert.equal(askedWithoutWasm.length, asked.length + 1);
      assert.deepEqual(asked.filter((file) => !askedWithoutWasm.includes(file)), []);
    });

    test(`${name}: a page with the parser alone`, async () => {
      const app = await project('bundled', 'parser');
      await build(app);
      const events = ['event 1, id 1', 'event 2, id 2', 'closed'];
      const asked = await shows(browser, app.path('out'), events);
      assert.equal((await shows(browser, app.path('out'), events, { policy: NO_WASM })).length, asked.length + 1);
    });

    test(`${name}: a page for old browsers`, async () => {
      const app = await project('bundled', 'legacy');
      await build(app);
      await shows(browser, app.path('out'), lines);
    });

    test(`${name}: a dedicated worker`, async () => {
      const app = await project('app', 'worker');
      await build(app, ['main.js', 'worker.js']);
      await shows(browser, app.path('out'), lines);
    });

    test(`${name}: what is not used is left out`, async () => {
      const app = await project('bundled');
      /** What the page loads. */
      let loaded;
      /** Its size. */
      const size = async (code) => {
        await rm(app.path('out'), { recursive: true, force: true });
        await writeFile(app.path('main.js'), `${code} console.log('ran');`);
        await build(app);
        const asked = await shows(browser, app.path('out'), ['ran']);
        const files = await Promise.all(asked.map((name) => app.read('out', name)));
        loaded = files.join('');
        return loaded.length;
      };
      const nothing = await size('');
      const unused = await size("import 'tidings';");
      const little = await size("import { setCore } from 'tidings'; globalThis.used = setCore;");
      const most = await size("import { EventSource } from 'tidings'; globalThis.used = EventSource;");
      // Words that are in functions that take a source, and in no others.
      const functions = /resume-later|body-ended/;
      assert.doesNotMatch(loaded, functions);
      const withDetails = await size("import { EventSource, details } from 'tidings'; globalThis.used = [EventSource, details];");
      assert.doesNotMatch(loaded, /resume-later/);
      assert.match(loaded, /body-ended/);
      assert.ok(most < withDetails);
      const all = await size("import * as all from 'tidings'; globalThis.used = { ...all };");
      assert.equal(unused, nothing);
      assert.ok(little - nothing < (most - nothing) / 4, `setCore alone: ${little - nothing} bytes, EventSource: ${most - nothing}`);
      assert.match(loaded, /resume-later/);
      assert.ok(withDetails < all, `EventSource alone: ${most} bytes, all: ${all}`);
    });
  }

  test('esbuild: one classic script, with all in it', async () => {
    const app = await project('app', 'bundled');
    await app.run('esbuild', 'main.js', '--bundle', '--minify', '--format=iife', '--outfile=out/main.js', '--log-level=warning');
    await copyFile(app.path('index.html'), app.path('out/index.html'));
    await shows(browser, app.path('out'), lines);
    await shows(browser, app.path('out'), lines, { policy: NO_WASM });
  });

  test('Vite: its development server', async () => {
    const app = await project('app', 'bundled');
    const vite = spawn('vite', ['--port=0'], { cwd: app.folder, env: { ...environment, NODE_ENV: '' }, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      for await (const line of createInterface(vite.stdout)) {
        const [address] = line.match(/http:\/\/\S+/) ?? [];
        if (address) {
          await prints(browser, address, lines);
          return;
        }
      }
      assert.fail('it ended without an address');
    } finally {
      vite.kill();
    }
  });
});
