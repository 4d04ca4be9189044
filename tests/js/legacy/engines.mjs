// The engines that the script for old browsers is run in: real ones of that age, and today's Chromium made to be an older browser.

import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { emulationScript, lacking, withLateText, withoutProgress } from './emulation.mjs';

const script = (name) => fileURLToPath(new URL(`engines/${name}`, import.meta.url));

/**
 * Real old engines. `find` gives the command that opens a URL, or why there is none.
 *
 * @type {{ name: string, find(): Promise<{ command: string[], environment: object } | { missing: string }> }[]}
 */
export const realEngines = [
  {
    name: 'PhantomJS 2.1',
    async find() {
      const program = process.env.TIDINGS_PHANTOMJS ?? (await onPath('phantomjs'));
      if (!program) {
        return { missing: 'no PhantomJS: phantomjs is not on the PATH, and TIDINGS_PHANTOMJS is not set' };
      }
      // Its OpenSSL does not understand the settings of today's.
      return { command: [program, script('phantomjs.js')], environment: { OPENSSL_CONF: '/dev/null' } };
    },
  },
  {
    name: 'QtWebKit 5.212',
    async find() {
      // Debian's own Python, for which its package is.
      const python = process.env.TIDINGS_QTWEBKIT_PYTHON ?? '/usr/bin/python3';
      try {
        await promisify(execFile)(python, ['-c', 'import PyQt5.QtWebKitWidgets']);
      } catch (error) {
        return { missing: `no QtWebKit: ${python} cannot import PyQt5.QtWebKitWidgets (Debian: python3-pyqt5.qtwebkit)` };
      }
      return { command: [python, script('qtwebkit.py')], environment: { QT_QPA_PLATFORM: 'offscreen' } };
    },
  },
];

const emulated = (browser, version, ...more) => [emulationScript(lacking(browser, version), { setImmediate: true }), ...more];

/** What is known of these browsers otherwise: what the data says is held against it. */
const EDGE = [
  'Promise', 'Symbol', 'fetch', 'Response.body', 'XMLHttpRequest.responseURL', 'setImmediate', 'Math.imul', 'new URL', 'new Event', 'new MessageEvent',
];
const IE = ['MessageEvent.lastEventId', 'setImmediate'];

/**
 * What Chromium is made to be. `fetch` says which transport has to be taken, `has` what there is of that which `transports.js` looks for, if that is another than in
 * Chromium.
 *
 * @type {{ name: string, fetch: boolean, has?: string[], before: string[] }[]}
 */
export const emulations = [
  { name: 'Edge 15, emulated', fetch: true, has: EDGE, before: emulated('edge', 15) },
  { name: 'Edge 16, emulated', fetch: true, has: [...EDGE, 'AbortController', 'WebAssembly'], before: emulated('edge', 16) },
  { name: 'Edge 18, emulated', fetch: true, has: [...EDGE, 'AbortController', 'WebAssembly', 'MessageEvent.lastEventId'], before: emulated('edge', 18) },
  { name: 'IE 10, emulated', fetch: false, has: IE, before: emulated('ie', 10) },
  { name: 'IE 11, emulated', fetch: false, has: IE, before: emulated('ie', 11) },
  { name: 'IE 11, emulated, without progress', fetch: false, has: IE, before: emulated('ie', 11, withoutProgress) },
  { name: 'IE 11, emulated, with late text', fetch: false, has: IE, before: emulated('ie', 11, withLateText) },
  // As it is else, which no old browser was: with all of `fetch`, and `TextDecoder`.
  { name: 'Chromium without EventSource', fetch: true, before: ['delete self.EventSource;'] },
];

/**
 * Opens a page in a real engine.
 *
 * @param {{ command: string[], environment: object }} engine
 * @param {string} url
 * @param {(error: Error) => void} ended Called when it ends by itself.
 * @returns {() => void} ends it
 */
export function openIn({ command: [program, ...words], environment }, url, ended) {
  const child = spawn(program, [...words, url], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said = (said + data).slice(-4000);
    });
  }
  let over = false;
  const end = (why) => {
    if (!over) {
      over = true;
      ended(new Error(`${program} ended: ${why}\n${said}`));
    }
  };
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(code ?? signal));
  return () => {
    over = true;
    child.kill();
  };
}

/** Where a program is, if it is on the PATH. */
export async function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const program = join(folder, name);
    if (await access(program, constants.X_OK).then(() => true, () => false)) {
      return program;
    }
  }
  return undefined;
}
