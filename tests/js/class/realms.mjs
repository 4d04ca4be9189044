// Windows and workers of a real browser, each with our class beside the platform's own.
//
// Pages and worker scripts are on the test server, so that relative URLs and "same origin" mean what they mean to users: /message
// answers with whatever it is asked for, a worker's script included. The class itself comes from a small server of files here.

import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { serve } from '../own_server.mjs';
import { EngineCrash } from '../plain_page.mjs';

export const kinds = ['window', 'dedicated worker', 'shared worker', 'service worker'];

/** The classic script of the package, as it is published. */
export const script = process.env.TIDINGS_POLYFILL ?? fileURLToPath(new URL('../../../dist/polyfill.js', import.meta.url));

/** Serves the class and the tools, so that workers can import them. */
export async function serveScripts() {
  const files = new Map([
    ['/polyfill.js', await readFile(script, 'utf8')],
    ['/realm_tools.js', await readFile(new URL('./realm_tools.js', import.meta.url), 'utf8')],
  ]);
  return serve((request, response) => {
    const text = files.get(new URL(request.url, 'http://x').pathname);
    response.writeHead(text ? 200 : 404, { 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*' });
    response.end(text);
  });
}

/**
 * Opens a page and in it a realm of that kind.
 *
 * @returns {Promise<{ run(work: Function, given: object): Promise<any>, close(): Promise<void> }>}
 */
export async function openRealm(browser, kind, { scripts, here }) {
  const page = await browser.newPage();
  await page.goto(`${here}/routes`);
  if (kind === 'window') {
    for (const name of ['polyfill.js', 'realm_tools.js']) {
      await page.addScriptTag({ url: `${scripts}/${name}` });
    }
    return {
      run: (work, given) => page.evaluate(`(() => { 'use strict'; return (${runner})(${work}, ${JSON.stringify(given)}); })()`),
      close: () => page.close(),
    };
  }
  const source = `
    importScripts('${scripts}/polyfill.js', '${scripts}/realm_tools.js');
    const runner = ${runner};
    function take(event) {
      const port = event.ports[0];
      const { work, given } = event.data;
      const run = () => runner((0, eval)('"use strict"; (' + work + ')'), given);
      const done = Promise.resolve().then(run).then((value) => ({ value }), (error) => ({ error: String(error && error.stack || error) }));
      done.then((answer) => port.postMessage(answer)).catch((error) => port.postMessage({ error: String(error) }));
      if (event.waitUntil) event.waitUntil(done);
    }
    self.onmessage = take;
    self.onconnect = (event) => { event.ports[0].onmessage = take; };
    self.oninstall = () => self.skipWaiting();
  `;
  const address = `/message?type=text/javascript&body=${encodeURIComponent(source)}`;
  await page.evaluate(openWorker, kind, address);
  return {
    run: async (work, given) => {
      const answer = await page.evaluate(callWorker, String(work), given);
      if ('error' in answer) throw new Error(answer.error);
      return answer.value;
    },
    close: async () => {
      await page.evaluate(() => globalThis.endRealm());
      await page.close();
    },
  };
}

/**
 * The same, in a new page whenever the engine has crashed: what was under way then is run once more there, and a test says so by `note`.
 *
 * @returns {Promise<{ run(work: Function, given: () => object, note: (text: string) => void): Promise<any>, close(): Promise<void> }>}
 */
export async function openLastingRealm(browser, kind, where) {
  let realm = await openRealm(browser, kind, where);
  return {
    async run(work, given, note) {
      try {
        return await realm.run(work, given());
      } catch (error) {
        if (!(error instanceof EngineCrash)) throw error;
        note(`the engine crashed, and this ran once more in a new page: ${error.message}`);
        await realm.close().catch(() => {});
        realm = await openRealm(browser, kind, where);
        return realm.run(work, given());
      }
    },
    close: () => realm.close(),
  };
}

/** Runs one piece of work with one class; what it gives is made plain, so that it can be compared. */
export async function runner(work, { which, ...given }) {
  const EventSource = which === 'ours' ? globalThis.tidings.EventSource : globalThis.EventSource;
  if (!EventSource) return 'no native EventSource';
  const tools = globalThis.realmTools({ EventSource, ...given });
  return tools.plain(await work(tools));
}

async function openWorker(kind, address) {
  let target;
  globalThis.endRealm = () => {};
  if (kind === 'dedicated worker') {
    target = new Worker(address);
    globalThis.endRealm = () => target.terminate();
  } else if (kind === 'shared worker') {
    const { port } = new SharedWorker(address);
    port.start();
    target = port;
  } else {
    const registration = await navigator.serviceWorker.register(address, { scope: '/nothing-here/' });
    target = registration.installing ?? registration.waiting ?? registration.active;
    if (target.state !== 'activated') {
      await new Promise((resolve, reject) => {
        target.addEventListener('statechange', () => {
          if (target.state === 'activated') resolve();
          if (target.state === 'redundant') reject(new Error('the service worker did not start'));
        });
      });
    }
    globalThis.endRealm = () => registration.unregister();
  }
  globalThis.callRealm = (message) =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => resolve(event.data);
      target.onerror = (event) => reject(new Error(event.message ?? 'the worker did not load'));
      target.postMessage(message, [port2]);
    });
}

function callWorker(work, given) {
  return globalThis.callRealm({ work, given });
}
