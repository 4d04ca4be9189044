// The JavaScript that README and `docs/` show, run as it stands: the first lines, the options, and each peer's code before and after it was moved.
//
// Each file of `docs/` here is a block of one of these pages. Peers come from this folder's packages, tidings from the tarball; esbuild puts them together for
// Chromium, which finds `/news` where the page is. The server tells what it was asked.
//
// Wants the test server at $TIDINGS_SERVER, `node www/build.mjs` run before, and `npm ci` in this folder.

import assert from 'node:assert/strict';
import { access, cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { request as send } from 'node:http';
import { dirname } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { SUITE } from '../js/limits.mjs';
import { emptyProject, pack } from './empty_project.mjs';
import { chromium, shows } from './pages.mjs';

const server = process.env.TIDINGS_SERVER;
const folder = fileURLToPath(new URL('docs/', import.meta.url));

/** Where the programs are shown. `docs/options.md` shows no whole ones. */
const pages = ['README.md', 'docs/javascript.md', 'docs/migrating.md'];

/** Two events for each request, and after the fourth the answer that nothing more comes. */
const news = '/resume?count=2&retry=100&total=4';
const twoRequests = [null, '2'];
const threeRequests = [...twoRequests, '4'];
const fourEvents = ['event 1 1', 'event 2 2', 'event 3 3', 'event 4 4'];

/** Each program with the route behind `/news`, what it prints, and the last event IDs of its requests. */
const programs = [
  {
    name: 'first.js',
    route: news,
    lines: ['event 1 1', 'event 2 2', 'lost, comes back', 'event 3 3', 'event 4 4', 'lost, comes back', 'failed'],
    ids: threeRequests,
  },
  { name: 'options.js', route: news, lines: ['200', 'event 1 1', 'event 2 2', '200', 'event 3 3', 'event 4 4', '204'], ids: threeRequests, token: true },
  { name: 'parser.js', route: '/resume?count=4', lines: ['event 1', 'event 2', 'event 3', 'event 4'], ids: [null], token: true },
  ...beforeAndAfter('from-eventsource-parser', { route: '/resume?count=4', lines: fourEvents, ids: [null], token: true }),
  ...beforeAndAfter('from-eventsource-parser-calls', { route: '/resume?count=4&retry=100', lines: ['retry 100', ...fourEvents], ids: [null], token: true }),
  { name: 'answer.js', route: '/resume?count=4', lines: ['200', ...fourEvents, 'the end'], ids: [null], token: true },
  ...beforeAndAfter('from-eventsource', { route: news, lines: fourEvents, ids: twoRequests, token: true }),
  ...beforeAndAfter('from-event-source-polyfill', { route: news, lines: fourEvents, ids: twoRequests, token: true }),
  // A POST, whose end is the end.
  ...beforeAndAfter('from-fetch-event-source', { route: '/resume?count=4', lines: fourEvents, ids: [null], token: true }),
];

describe('README and docs', { timeout: SUITE }, () => {
  let app;
  let browser;
  const clean = [];

  before(async () => {
    assert.ok(server, 'TIDINGS_SERVER has to be the address of the test server');
    const packed = await pack();
    clean.push(packed.remove);
    app = await emptyProject(packed.tarball, []);
    clean.push(app.remove);
    await cp(folder, app.path('docs'), { recursive: true });
    for (const peer of ['eventsource', 'eventsource-parser', 'event-source-polyfill', '@microsoft/fetch-event-source']) {
      const link = app.path('node_modules', peer);
      await mkdir(dirname(link), { recursive: true });
      await symlink(fileURLToPath(new URL(`node_modules/${peer}`, import.meta.url)), link, 'junction');
    }
    const entries = programs.map(({ name }) => `docs/${name}`);
    await app.run('esbuild', ...entries, '--bundle', '--splitting', '--format=esm', '--outbase=docs', '--outdir=out', '--log-level=warning');
    browser = await chromium();
    clean.push(() => browser.close());
  });

  after(() => Promise.all(clean.map((remove) => remove())));

  test('show these very files, and no other JavaScript', async () => {
    const texts = await Promise.all(pages.map((page) => readFile(new URL(`../../${page}`, import.meta.url), 'utf8')));
    const shown = texts.join('\n').match(/(?<=^```js\n)[^]*?(?=^```$)/gm);
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'));
    assert.deepEqual(names.map((name) => name.replaceAll('\\', '/')).sort(), programs.map(({ name }) => name).sort());
    const files = await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')));
    assert.deepEqual(shown.sort(), files.sort());
  });

  test('the pages that tell of the package are in it, with what they show', async () => {
    const packed = app.path('node_modules', 'tidings');
    const whole = await readFile(`${packed}/README.md`, 'utf8');
    // The README is of the whole repository; this half of it is of the package.
    const half = whole.slice(whole.indexOf('\n## In JavaScript'), whole.indexOf('\n## What is where'));
    const missing = [];
    for (const [page, text] of [['README.md', half], ...(await Promise.all(pages.slice(1).map(async (page) => [page, await readFile(`${packed}/${page}`, 'utf8')])))]) {
      for (const [, link] of text.matchAll(/(?:\]\(|(?:src|href)=")([\w./-]+)[#")]/g)) {
        if (!link.startsWith('/')) {
          await access(`${packed}/${dirname(page)}/${link}`).catch(() => missing.push(`${page}: ${link}`));
        }
      }
    }
    assert.deepEqual(missing, []);
  });

  for (const { name, route, lines, ids, token } of programs) {
    test(`${name} does what is said of it`, async () => {
      const key = `docs-${process.pid}-${name.replace(/\W/g, '-')}`;
      const address = `${server}${route}&key=${key}`;
      const page = name.replace(/js$/, 'html');
      await writeFile(app.path('out', page), `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/${name}"></script>`);
      await shows(browser, app.path('out'), lines, { page, answer: (request, response) => hand(address, request, response) });
      const seen = await (await fetch(`${server}/seen/${key}/wait?requests=${ids.length}&open=0`)).json();
      assert.deepEqual(seen.log.slice(0, ids.length).map((request) => request.last_event_id), ids);
      if (token) {
        assert.deepEqual(new Set(seen.log.map((request) => request.headers.authorization)), new Set(['Bearer abc']));
      }
    });
  }
});

function beforeAndAfter(name, program) {
  return ['before', 'after'].map((when) => ({ name: `${name}/${when}.js`, ...program }));
}

/**
 * Hands a request on, as a server in front of others does. Servers that were written for event-source-polyfill read the last event ID from the query,
 * where it sends it instead of in the header.
 */
function hand(address, request, response) {
  const id = new URL(request.url, 'http://x').searchParams.get('lastEventId');
  const headers = { ...request.headers, ...(id && { 'last-event-id': id }) };
  const passed = send(address, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  response.on('close', () => passed.destroy());
  request.pipe(passed);
}
