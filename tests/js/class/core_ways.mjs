// The ways in which a page or worker comes to its core, each with the page that goes that way, and the policy it goes it under.
//
// The package's files come from a server of their own, one folder for each page, so that it is known what that page asked for. The page lies
// beside them, or on the test server, where scenarios want it; its policy is a real header.

import { readFile } from 'node:fs/promises';

import { serve } from '../own_server.mjs';
import { tellEach } from '../tell_each.mjs';
import { runner } from './realms.mjs';

const dist = new URL(process.env.TIDINGS_DIST ?? '../../../dist/', import.meta.url);

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {boolean} wasm Whether the policy has 'wasm-unsafe-eval'.
 * @property {string} [policy] Instead of one that names origins.
 * @property {string[]} [without] Files of the package that are not there.
 * @property {string} [html] The page's scripts; the files lie at `BASE/`.
 * @property {Record<string, string>} [files] More files, or the names of published ones. In them `FIRST` is the URL of the first source.
 * @property {Record<string, string>} [not] Engines where it does not work, and why.
 * @property {object} found What is seen of it; see `core_spy.js`, and `asked`: the cores that were asked for.
 */

/** What a policy without wasm refuses. */
const refused = ['at once: CompileError', 'in the background: CompileError'];
const atOnce = { compiled: ['at once'], refused: [], instances: 1, asked: [] };
const inBackground = { compiled: ['in the background'], refused: ['at once: RangeError'], instances: 1, asked: [] };
const handedIn = { compiled: [], refused: [], instances: 0 };
const asJavaScript = (file) => ({ compiled: [], refused, instances: 0, asked: [file] });

const module = '<script type="module" src="BASE/app.mjs"></script>';
const script = '<script src="BASE/polyfill.js"></script><script src="BASE/app.js"></script>';
const exported = "import * as all from './index.mjs';\nglobalThis.tidings = { ...all };";
const first = 'coreSpy.first(FIRST);';
const appModule = (code = '') => ({ 'app.mjs': `${exported}\n${code}\n${first}` });
const appScript = (code = '') => ({ 'app.js': `${code}\n${first}` });
const bytes = "const bytes = new Uint8Array(await (await fetch(new URL('core.wasm', import.meta.url))).arrayBuffer());";

/** What is seen of a way in an engine. */
export function foundIn(engine, { found }) {
  // "HostEnsureCanCompileWasmBytes" is asked there when a module is instantiated.
  return engine === 'WebKitGTK' && found.refused === refused
    ? { ...found, compiled: ['at once', 'in the background'], refused: ['an instance: CompileError', 'an instance: CompileError'] }
    : found;
}

/** The ways that lead to a core. @type {Way[]} */
export const ways = [
  { name: "a module, with 'wasm-unsafe-eval'", wasm: true, html: module, files: appModule(), found: atOnce },
  { name: "a classic script, with 'wasm-unsafe-eval'", wasm: true, html: script, files: appScript(), found: atOnce },
  { name: 'compiled in the background, where at once is refused', wasm: true, html: module, files: appModule('coreSpy.refuseLarge();'), found: inBackground },
  { name: 'a module, without wasm: core-js.mjs by import', wasm: false, html: module, files: appModule(), found: asJavaScript('core-js.mjs') },
  { name: 'a classic script, without wasm: core-js.js beside it', wasm: false, html: script, files: appScript(), found: asJavaScript('core-js.js') },
  {
    name: 'a classic script, without wasm: core-js.js from tidings.coreUrl',
    wasm: false,
    html: `<script src="BASE/url.js"></script>${script}`,
    files: { ...appScript(), 'url.js': "globalThis.tidings = { coreUrl: 'BASE/elsewhere.js' };", 'elsewhere.js': 'core-js.js' },
    found: asJavaScript('elsewhere.js'),
  },
  {
    name: 'setCore with a module',
    wasm: true,
    html: module,
    files: appModule(`${bytes}
      const module = new WebAssembly.Module(bytes);
      tidings.setCore(module);
      coreSpy.right = () => coreSpy.instantiated[0] === module;`),
    found: { ...atOnce, asked: ['core.wasm'] },
  },
  {
    name: 'setCore with bytes',
    wasm: true,
    html: module,
    files: appModule(`${bytes}
      tidings.setCore(bytes);
      coreSpy.right = () => coreSpy.sources[0] === bytes;`),
    found: { ...atOnce, asked: ['core.wasm'] },
  },
  {
    name: 'setCore with the core in JavaScript',
    wasm: false,
    html: module,
    files: appModule(`
      const { default: core } = await import('./core-js.mjs');
      let calls = 0;
      tidings.setCore(() => (calls++, core()));
      coreSpy.right = () => calls > 0;`),
    found: { ...handedIn, asked: ['core-js.mjs'] },
  },
];

/** Ways that differ only in how the page is allowed or made. @type {Way[]} */
export const moreWays = [
  {
    name: 'a classic script with a nonce, which its core gets too',
    wasm: false,
    policy: "script-src 'nonce-abc'",
    html: script,
    files: appScript(),
    found: asJavaScript('core-js.js'),
  },
  { name: 'a module with a nonce, which its core gets too', wasm: false, policy: "script-src 'nonce-abc'", html: module, files: appModule(), found: asJavaScript('core-js.mjs') },
  {
    name: 'an inline script, with tidings.coreUrl',
    wasm: false,
    policy: "script-src 'self' 'nonce-abc'",
    html: '<script>globalThis.tidings = { coreUrl: "BASE/core-js.js" };</script><script>POLYFILL</script><script src="BASE/app.js"></script>',
    files: appScript(),
    found: asJavaScript('core-js.js'),
  },
  {
    name: 'core-js.js loaded beforehand by an inline script without an address',
    wasm: false,
    policy: "script-src 'self' 'nonce-abc'",
    html: '<script src="BASE/core-js.js"></script><script>POLYFILL</script><script src="BASE/app.js"></script>',
    files: appScript(),
    found: asJavaScript('core-js.js'),
  },
  {
    name: 'setCore with a module that a worker compiled, where the page may not',
    not: {
      Firefox: 'Firefox hands no module to a page whose policy forbids compiling',
      WebKitGTK: 'WebKitGTK instantiates no module in a page whose policy forbids compiling',
    },
    wasm: false,
    html: module,
    files: {
      ...appModule(`
        const worker = new Worker(new URL('compiler.js?wasm', import.meta.url));
        const module = await new Promise((resolve, reject) => {
          worker.onmessage = (event) => resolve(event.data);
          worker.onmessageerror = worker.onerror = reject;
        });
        tidings.setCore(module);
        coreSpy.right = () => coreSpy.instantiated[0] === module;`),
      'compiler.js': "fetch('core.wasm').then((answer) => answer.arrayBuffer()).then((bytes) => postMessage(new WebAssembly.Module(bytes)));",
    },
    found: { compiled: [], refused: [], instances: 1, asked: ['core.wasm'] },
  },
];

/** Where neither wasm nor the core in JavaScript can be had; `remedy` is what is said. @type {(Way & { remedy: RegExp })[]} */
export const noWays = [
  {
    name: 'a module without core-js.mjs beside it',
    wasm: false,
    without: ['core-js.mjs'],
    html: module,
    files: appModule(),
    found: asJavaScript('core-js.mjs'),
    // WebKitGTK does not say which file it could not load.
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*tidings\/core-js.*setCore.*(core-js\.mjs|Importing a module script failed)/s,
  },
  {
    name: 'a classic script without core-js.js beside it',
    wasm: false,
    without: ['core-js.js'],
    html: script,
    files: appScript(),
    found: asJavaScript('core-js.js'),
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*no core-js\.js at http:\S+\/core-js\.js; set tidings\.coreUrl/s,
  },
  {
    name: 'a classic script, and something else at tidings.coreUrl',
    wasm: false,
    html: script,
    files: { ...appScript("tidings.coreUrl = 'BASE/elsewhere.js';"), 'elsewhere.js': '/* no core */' },
    found: asJavaScript('elsewhere.js'),
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*no core-js\.js at http:\S+\/elsewhere\.js; set tidings\.coreUrl/s,
  },
  {
    name: 'an inline script, which has no address',
    wasm: false,
    policy: "script-src 'self' 'nonce-abc'",
    html: '<script>POLYFILL</script><script src="BASE/app.js"></script>',
    files: appScript(),
    found: { ...asJavaScript(''), asked: [] },
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*set tidings\.coreUrl to the address of core-js\.js/s,
  },
  {
    name: 'a core of which the policy knows nothing',
    wasm: false,
    html: script,
    files: appScript("tidings.coreUrl = 'THERE/message?type=text/javascript';"),
    found: { ...asJavaScript(''), asked: [] },
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*no core-js\.js at http:\S+; set tidings\.coreUrl/s,
  },
];

const workerModule = (code = '') => ({
  'worker.mjs': `import './core_spy.js';\nimport './realm_tools.js';\n${exported}\n${code}\n${first}\nTAKE`,
});
const workerScript = (code = '', begin = first) => ({
  'worker.js': `importScripts('BASE/core_spy.js', 'BASE/realm_tools.js', 'BASE/polyfill.js');\n${code}\n${begin}\nTAKE`,
});

/** The ways of dedicated workers. @type {Way[]} */
export const workerWays = [
  { name: "a module worker, with 'wasm-unsafe-eval'", wasm: true, files: workerModule(), found: atOnce },
  { name: 'a module worker, without wasm: core-js.mjs by import', wasm: false, files: workerModule(), found: asJavaScript('core-js.mjs') },
  {
    name: 'a classic worker, without wasm: core-js.js from tidings.coreUrl',
    wasm: false,
    files: workerScript("tidings.coreUrl = 'BASE/core-js.js';"),
    found: asJavaScript('core-js.js'),
  },
];

/** @type {(Way & { remedy: RegExp })[]} */
export const noWorkerWays = [
  {
    name: 'a classic worker, where scripts have no address',
    wasm: false,
    files: workerScript(),
    found: { ...asJavaScript(''), asked: [] },
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*set tidings\.coreUrl to the address of core-js\.js/s,
  },
  {
    name: 'a classic worker, and nothing at tidings.coreUrl',
    wasm: false,
    without: ['core-js.js'],
    files: workerScript("tidings.coreUrl = 'BASE/core-js.js';"),
    found: asJavaScript('core-js.js'),
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*no core-js\.js at http:\S+\/core-js\.js; set tidings\.coreUrl/s,
  },
];

/** The ways of service workers, which load nothing new once they are installed. @type {Way[]} */
export const serviceWorkerWays = [
  { name: "a service worker, with 'wasm-unsafe-eval'", wasm: true, files: workerScript(), found: atOnce },
  {
    name: 'a service worker, with core-js.js loaded beforehand',
    wasm: false,
    files: workerScript("importScripts('BASE/core-js.js');"),
    found: asJavaScript('core-js.js'),
  },
  {
    name: 'a service worker that looks for its core while it is installed: core-js.js from tidings.coreUrl',
    wasm: false,
    // Nothing promises that it comes to that before it is installed, unless it is told to wait.
    files: workerScript("tidings.coreUrl = 'BASE/core-js.js';\nself.oninstall = (event) => event.waitUntil(firstSource);"),
    found: asJavaScript('core-js.js'),
  },
  {
    name: 'a module service worker, with setCore',
    wasm: false,
    files: workerModule("import core from './core-js.mjs';\ntidings.setCore(core);"),
    found: { ...handedIn, asked: ['core-js.mjs'] },
  },
];

/** @type {(Way & { remedy: RegExp })[]} */
export const noServiceWorkerWays = [
  {
    name: 'a service worker that is to load core-js.js late',
    wasm: false,
    files: workerScript("tidings.coreUrl = 'BASE/core-js.js';", `self.onactivate = () => { ${first} };`),
    found: { ...asJavaScript(''), asked: [] },
    remedy: /^Error: tidings: .*'wasm-unsafe-eval'.*no core-js\.js at http:\S+\/core-js\.js; set tidings\.coreUrl to its address, or load it beforehand/s,
  },
  {
    name: 'a module service worker, where nothing is imported late',
    wasm: false,
    files: workerModule(),
    found: { ...asJavaScript(''), asked: [] },
    remedy: /^Error: tidings: .*script-src needs 'wasm-unsafe-eval'.*setCore takes it/s,
  },
];

/** Serves folders of files, and remembers what was asked for. */
export async function serveFolders({ here, there }) {
  const folders = [];
  const read = (name) => readFile(new URL(name, dist));
  const published = Object.fromEntries(
    await Promise.all(['index.mjs', 'polyfill.js', 'core-js.mjs', 'core-js.js', 'core.wasm'].map(async (name) => [name, await read(name)])),
  );
  published['core_spy.js'] = await readFile(new URL('./core_spy.js', import.meta.url), 'utf8');
  // In a module, too, it has to be a global.
  published['realm_tools.js'] = `${await readFile(new URL('./realm_tools.js', import.meta.url), 'utf8')}\nglobalThis.realmTools = realmTools;`;
  const { address, close } = await serve((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://x');
    const [, number, name] = pathname.split('/');
    const folder = folders[number];
    const text = folder?.files[name];
    folder?.asked.push(name);
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': name?.endsWith('.html') ? 'text/html; charset=utf-8' : 'text/javascript; charset=utf-8',
      'content-security-policy': search === '?wasm' ? "script-src 'self' 'wasm-unsafe-eval'" : (folder?.policy ?? ''),
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    });
    response.end(text);
  });
  return {
    /** The folder of one way: the page in it, the same page on the test server, and what was asked for. */
    folder(way) {
      const base = `${address}/${folders.length}`;
      const filled = (text) =>
        text
          .replaceAll('BASE', base)
          .replaceAll('THERE', there)
          .replace('TAKE', () => takeWork)
          .replace('FIRST', JSON.stringify(`${here}/message?end=hang`));
      const own = Object.entries(way.files ?? {}).map(([name, text]) => [name, published[text] ?? filled(text)]);
      const files = { ...published, ...Object.fromEntries(own) };
      for (const name of way.without ?? []) {
        delete files[name];
      }
      const policy = (sources) => way.policy ?? `script-src ${sources}${way.wasm ? " 'wasm-unsafe-eval'" : ''}`;
      const html = filled(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>page</title>
        <script src="BASE/core_spy.js"></script><script src="BASE/realm_tools.js"></script>${way.html ?? ''}`)
        .replaceAll('<script', way.policy ? '<script nonce="abc"' : '<script')
        .replace('POLYFILL', () => String(published['polyfill.js']).replaceAll('</script', '<\\/script'));
      const folder = { files: { ...files, 'page.html': html }, policy: policy("'self'"), asked: [] };
      folders.push(folder);
      const onServer = (type, body) =>
        `${here}/message?type=${type}&header=${encodeURIComponent(`Content-Security-Policy: ${policy(`'self' ${address}`)}`)}&body=${encodeURIComponent(body)}`;
      return {
        beside: `${base}/page.html`,
        onServer: onServer('text/html', html),
        workerBeside: ['worker.mjs', 'worker.js'].filter((name) => name in files).map((name) => `${base}/${name}`)[0],
        workerOnServer: onServer('text/javascript', files['worker.js'] ?? files['worker.mjs']?.replaceAll("'./", `'${base}/`) ?? ''),
        /** The cores that were asked for, in whatever form. */
        cores: () => folder.asked.filter((name) => /^core-js|^core\.wasm|^elsewhere/.test(name)),
      };
    },
    close,
  };
}

/** Lets a worker take work: as scripts of its own origin, for its policy forbids `eval`. */
const takeWork = `
self.onmessage = async (event) => {
  const { address, type } = event.data;
  const port = event.ports[0];
  try {
    if (!address) {
      const log = await firstSource;
      port.postMessage({ value: { log, ...coreSpy.seen, right: coreSpy.right ? coreSpy.right() : true } });
      return;
    }
    if (type === 'module') await import(address);
    else importScripts(address);
    port.postMessage({ value: await self.work() });
  } catch (error) {
    port.postMessage({ error: String(error && error.stack || error) });
  }
};
`;

/** Takes a page its way to a core. */
export async function openPage(page, address) {
  await page.goto(address);
  return {
    /** What came of the first source, and what the spy saw until now. */
    look: () =>
      page.evaluate(async () => {
        const log = await globalThis.firstSource;
        const { seen, right } = globalThis.coreSpy;
        return { log, ...seen, right: right ? right() : true };
      }),
    /** What each of the scenarios tells. */
    tell: async (scenarios) => {
      // The base of relative URLs is the oracle's.
      await page.evaluate(() => history.replaceState(null, '', '/routes'));
      return tellEach(scenarios, (scenario) => page.evaluate(`(${telling(scenario)})()`));
    },
  };
}

/** The same in a dedicated worker, or a service worker, made by a page of the same origin. */
export async function openWorker(window, address, page, isService = false) {
  await window.goto(page);
  const type = /\bimport '/.test(decodeURIComponent(address)) || address.endsWith('.mjs') ? 'module' : 'classic';
  await window.evaluate(
    async (address, type, isService) => {
      const register = async () => {
        const { installing, waiting, active } = await navigator.serviceWorker.register(address, { type });
        return installing ?? waiting ?? active;
      };
      const worker = isService ? await register() : new Worker(address, { type });
      const broken = new Promise((resolve) => {
        worker.onerror = (event) => resolve({ error: `the worker did not load: ${event.message}` });
      });
      globalThis.ask = (message) => {
        const { port1, port2 } = new MessageChannel();
        worker.postMessage(message, [port2]);
        const answer = new Promise((resolve) => {
          port1.onmessage = (event) => resolve(event.data);
        });
        return Promise.race([answer, broken]);
      };
    },
    address,
    type,
    isService,
  );
  const ask = async (message) => {
    const { value, error } = await window.evaluate((message) => globalThis.ask(message), message);
    if (error) throw new Error(error);
    return value;
  };
  return {
    look: () => ask({}),
    tell: (scenarios) =>
      tellEach(scenarios, (scenario) => {
        const code = `self.work = ${telling(scenario)};`;
        return ask({ address: `/message?type=text/javascript&body=${encodeURIComponent(code)}`, type });
      }),
  };
}

/** The text of a function that runs a scenario. */
function telling({ run, given }) {
  return `async () => {
    'use strict';
    const runner = ${runner};
    return runner(${run}, ${JSON.stringify(given)});
  }`;
}
