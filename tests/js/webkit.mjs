// WebKitGTK by plain WebDriver: of a browser and its pages, the few calls that the class's tests use, in the words that puppeteer has for them.
//
// WebKitWebDriver has one session, and in it one window takes commands at a time. So each page is a MiniBrowser with a driver of its own, which
// is also a profile of its own; and all of them show their windows on an X server that nobody sees.

import { createServer } from 'node:net';

import { LIMIT, LONG } from './limits.mjs';
import { EngineCrash, answering, pageOf } from './plain_page.mjs';
import { start, startScreen } from './programs.mjs';

/**
 * Starts an X server; the browsers start with their pages.
 *
 * @param {{ driver: string, browser: string, screen: string }} programs
 */
export async function launchWebKit(programs) {
  const screen = await startScreen(programs.screen);
  const pages = new Set();
  const newPage = async () => {
    const page = await openPage(programs, screen.display, () => pages.delete(page));
    pages.add(page);
    return page;
  };
  const closeAll = () => Promise.all([...pages].map((page) => page.close()));
  return {
    newPage,
    /** Each page is a profile of its own already. */
    createBrowserContext: async () => {
      const own = [];
      return {
        newPage: async () => {
          own.push(await newPage());
          return own.at(-1);
        },
        close: () => Promise.all(own.map((page) => page.close())),
      };
    },
    close: async () => {
      await closeAll();
      await screen.stop();
    },
  };
}

async function openPage({ driver, browser }, display, forget) {
  const port = await freePort();
  const running = start(driver, ['--host=127.0.0.1', `--port=${port}`], { DISPLAY: display });
  const base = `http://127.0.0.1:${port}/session`;
  let session;
  try {
    await running.until(() => call('GET', `http://127.0.0.1:${port}/status`));
    // Users' browsers take cookies of other origins that a page fetches from; MiniBrowser has to be told.
    const options = { binary: browser, args: ['--automation', '--cookies-policy=always'] };
    const timeouts = { script: LONG, pageLoad: LIMIT };
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options, timeouts } };
    session = `${base}/${(await call('POST', base, { capabilities }, LIMIT)).sessionId}`;
  } catch (error) {
    await running.stop();
    throw error;
  }

  const run = (work) => call('POST', `${session}/execute/async`, { script: answering(work, 'arguments[0]'), args: [] });
  let closing;
  return pageOf({
    run,
    goto: (url) => call('POST', `${session}/url`, { url }),
    close() {
      forget();
      // The driver ends its browser with the session; should it not, it is ended with the driver.
      closing ??= call('DELETE', session).catch(() => {}).then(() => running.stop());
      return closing;
    },
  });
}

/** What the driver says of a page whose process has ended: first that, then the other. */
const CRASHES = ['Could not parse script result', 'page crash or hang'];

/** One WebDriver command. */
async function call(method, url, body, limit = LONG) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(limit) });
  const { value } = await response.json();
  if (response.ok) return value;
  const said = `${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`;
  throw CRASHES.some((words) => said.includes(words)) ? new EngineCrash(said) : new Error(said);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
