// The suite as a page that any engine can be sent to, old or new: its scripts come from a server here, it lies on the test server, and it reports
// back by plain requests. So an engine needs no driver but one that opens a URL.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import swc from '@swc/core';

import { LIMIT } from '../limits.mjs';

const file = (path) => readFile(new URL(path, import.meta.url), 'utf8');
export const legacyScript = process.env.TIDINGS_LEGACY ?? fileURLToPath(new URL('../../../dist/legacy.min.js', import.meta.url));

/** What the suite calls by these names is of its library, not of the page. */
const PRIVATE = ['Promise', 'URL', 'Symbol', 'Reflect', 'AbortController', 'EventTarget', 'Event'];

/**
 * Serves suites.
 *
 * @param {{ here: string, there: string }} addresses of the test server
 */
export async function servePages({ here, there }) {
  const [library, transports, ours] = await Promise.all([file('library.js'), file('transports.js'), readFile(legacyScript, 'utf8')]);
  const texts = new Map([['library.js', library], ['transports.js', transports], ['legacy.js', ours]]);
  const suites = new Map();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    if (request.method === 'POST') {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        suites.get(pathname)?.(JSON.parse(Buffer.concat(parts).toString()));
        response.writeHead(200, headers).end();
      });
      return;
    }
    const text = texts.get(pathname.slice(1));
    response.writeHead(text === undefined ? 404 : 200, { ...headers, 'content-type': 'text/javascript; charset=utf-8' });
    response.end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  let count = 0;

  return {
    /**
     * A page that runs the suite.
     *
     * @param {object} settings
     * @param {'ours' | 'native'} [settings.which]
     * @param {string[]} [settings.before] Scripts that make the engine an older one.
     * @param {{ name: string, run: Function }[]} settings.scenarios
     * @returns {{ url: string, result(name: string): Promise<object>, end: Promise<object>, fail(error: Error): void }}
     */
    async open({ which = 'ours', before = [], scenarios }) {
      const id = `${++count}`;
      const settings = { which, here, there, reports: `${address}/${id}`, limit: LIMIT, key: `legacy-${process.pid}-${id}` };
      texts.set(`suite-${id}.js`, await lowered(settings, scenarios));
      before.forEach((text, index) => texts.set(`before-${id}-${index}.js`, text));
      const scripts = [
        'library.js',
        ...before.map((_, index) => `before-${id}-${index}.js`),
        ...(which === 'ours' ? ['transports.js', 'legacy.js'] : []),
        `suite-${id}.js`,
      ];
      const html = `<!DOCTYPE html><meta charset=utf-8><title>suite</title>${scripts.map((name) => `<script crossorigin src="${address}/${name}"></script>`).join('')}`;
      const waiting = new Map();
      const promised = (name) => {
        if (!waiting.has(name)) {
          let settle;
          const promise = new Promise((resolve, reject) => { settle = { resolve, reject }; });
          promise.catch(() => {});
          waiting.set(name, { promise, ...settle });
        }
        return waiting.get(name);
      };
      let failure;
      const fail = (error) => {
        failure ??= error;
        for (const { reject } of waiting.values()) reject(failure);
      };
      suites.set(`/${id}`, (message) => {
        promised(message.done ? '' : message.name).resolve(message);
        if (message.broken) fail(new Error(`the suite broke: ${message.broken}`));
      });
      return {
        url: `${here}/message?type=text/html&body=${encodeURIComponent(html)}`,
        result(name) {
          if (failure) promised(name).reject(failure);
          return promised(name).promise;
        },
        end: promised('').promise,
        fail,
      };
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The suite with its scenarios, in ES5. */
async function lowered(settings, scenarios) {
  const text = [
    // The suite's own questions go past what may be removed, or counted; a scenario's own requests do not.
    'var fetch = (url, init) => (init ? self.fetch(url, init) : suiteLibrary.request("GET", url));',
    'var globalThis = self;',
    `const settings = ${JSON.stringify(settings)};`,
    await file('../class/realm_tools.js'),
    `const scenarios = [${scenarios.map(({ name, run }) => `{ name: ${JSON.stringify(name)}, run: ${run} }`).join(',\n')}];`,
    await file('suite.js'),
  ].join('\n');
  const { code } = await swc.transform(`(function (${PRIVATE.join(', ')}) { 'use strict'; ${text} })(${PRIVATE.map((name) => `suiteLibrary.${name}`).join(', ')});`, {
    configFile: false,
    swcrc: false,
    isModule: false,
    jsc: { target: 'es5', parser: { syntax: 'ecmascript' }, assumptions: { iterableIsArray: true, arrayLikeIsIterable: true }, loose: false },
  });
  // The helpers that come before it are to see the library too.
  return `(function (${PRIVATE.join(', ')}) {\n${code}\n})(${PRIVATE.map((name) => `suiteLibrary.${name}`).join(', ')});`;
}
