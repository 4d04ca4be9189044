// Pages of a project in Chromium: its files from a server of their own, and what the page prints.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

import { engines, find, launch } from '../js/browsers.mjs';
import { LIMIT } from '../js/limits.mjs';
import { serve } from '../js/own_server.mjs';

/** Starts Chromium. */
export async function chromium() {
  const [engine] = engines;
  const { program, missing } = await find(engine);
  assert.ok(program, missing);
  return launch(engine, program);
}

/**
 * Opens the page of a folder, waits until it prints the last of these lines, and looks whether it printed just these.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} folder
 * @param {string[]} expected
 * @param {{ page?: string, policy?: string, answer?: import('node:http').RequestListener }} [more] `answer` is asked for what is no file.
 * @returns {Promise<string[]>} The files that the page asked for, sorted: a browser asks for several at once.
 */
export async function shows(browser, folder, expected, more = {}) {
  const server = await serveFolder(folder, more);
  try {
    await prints(browser, `${server.address}/${more.page ?? 'index.html'}`, expected);
    return server.asked.sort();
  } finally {
    await server.close();
  }
}

/** As `shows`, at an address. */
export async function prints(browser, address, expected) {
  const page = await browser.newPage();
  const printed = [];
  try {
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the page took too long')), LIMIT);
      page.on('console', (message) => {
        if (message.type() === 'debug') {
          // What Vite's development server says of itself.
          return;
        }
        printed.push(message.text());
        if (message.text() === expected.at(-1)) {
          clearTimeout(late);
          resolve();
        }
      });
      page.on('pageerror', reject);
      page.goto(address).catch(reject);
    });
  } catch (error) {
    assert.fail(`${error.message ?? error}; the page printed:\n${printed.join('\n')}`);
  } finally {
    await page.close();
  }
  assert.deepEqual(printed, expected);
}

async function serveFolder(folder, { policy, answer }) {
  const asked = [];
  const { address, close } = await serve(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    asked.push(pathname);
    const bytes = await readFile(join(folder, normalize(pathname))).catch(() => undefined);
    if (!bytes && answer) {
      return answer(request, response);
    }
    response.writeHead(bytes ? 200 : 404, {
      'content-type': types[extname(pathname)] ?? 'application/octet-stream',
      ...(policy && { 'content-security-policy': policy }),
    });
    response.end(bytes);
  });
  return { address, asked, close };
}

const script = 'text/javascript; charset=utf-8';
const types = { '.html': 'text/html; charset=utf-8', '.js': script, '.mjs': script, '.cjs': script, '.wasm': 'application/wasm' };
