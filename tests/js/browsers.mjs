// Starts the browsers that page tests run in: over WebDriver BiDi, for which no driver program is needed, or, where an engine has
// none, by plain WebDriver.

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import puppeteer from 'puppeteer-core';

import { LIMIT, LONG } from './limits.mjs';
import { launchWebKit } from './webkit.mjs';

/** @typedef {{ name: string, browser: 'chrome' | 'firefox', variable: string, programs: string[], args: string[] }} Engine */

/** The engines that every page runs in, each with the variable that names its program and the usual names of it. */
export const engines = /** @type {Engine[]} */ ([
  {
    name: 'Chromium',
    browser: 'chrome',
    variable: 'TIDINGS_CHROMIUM',
    programs: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
  {
    name: 'Firefox',
    browser: 'firefox',
    variable: 'TIDINGS_FIREFOX',
    programs: ['firefox-esr', 'firefox'],
    args: [],
  },
]);

/** The X server for engines that cannot do without one. */
export const screen = { name: 'Xvfb', variable: 'TIDINGS_XVFB', programs: ['Xvfb'] };

/** WebKitGTK, of which distributions have MiniBrowser, in a folder that is not for programs, and its driver. */
const webKit = {
  name: 'WebKitGTK',
  parts: {
    driver: { name: 'WebKitWebDriver', variable: 'TIDINGS_WEBKIT_DRIVER', programs: ['WebKitWebDriver'] },
    browser: {
      name: 'MiniBrowser',
      variable: 'TIDINGS_MINIBROWSER',
      programs: ['MiniBrowser'],
      folders: ['x86_64-linux-gnu', 'aarch64-linux-gnu'].flatMap((machine) => ['4.1', '6.0', '4.0'].map((api) => `/usr/lib/${machine}/webkit2gtk-${api}`)),
    },
    screen,
  },
};

/** The engines that the class runs in. */
export const classEngines = [...engines, webKit];

/**
 * The program of an engine, or of its parts, or why there is none. A variable that names a program which is not there is an error: whoever
 * set it wants that browser tested.
 *
 * @returns {Promise<{ program: any, missing: false } | { missing: string }>}
 */
export async function find(engine) {
  if (!engine.parts) return findProgram(engine);
  const program = {};
  for (const [part, sought] of Object.entries(engine.parts)) {
    const found = await findProgram(sought);
    if (found.missing) return found;
    program[part] = found.program;
  }
  return { program, missing: false };
}

/** The program that a variable or a usual name leads to. */
export async function findProgram(engine) {
  const named = process.env[engine.variable];
  if (named) {
    if (!(await isProgram(named))) {
      throw new Error(`${engine.variable} is ${named}, which is not a program`);
    }
    return { program: named, missing: false };
  }
  for (const folder of [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...(engine.folders ?? [])]) {
    for (const name of engine.programs) {
      const program = join(folder, name);
      if (await isProgram(program)) {
        return { program, missing: false };
      }
    }
  }
  return { missing: `no ${engine.name}: none of ${engine.programs.join(', ')} is on the PATH, and ${engine.variable} is not set` };
}

/** Starts an engine, without a window that anybody sees; `program` is what was found. */
export async function launch(engine, program) {
  if (engine === webKit) return launchWebKit(program);
  const browser = await puppeteer.launch({
    browser: engine.browser,
    protocol: 'webDriverBiDi',
    headless: true,
    executablePath: program,
    args: engine.args,
    defaultViewport: { width: 1180, height: 900 },
    timeout: LIMIT,
    protocolTimeout: LONG,
  });
  const open = browser.createBrowserContext.bind(browser);
  browser.createBrowserContext = async () => patient(await open());
  return patient(browser);
}

/** Its pages wait for as long as tests do. */
function patient(opener) {
  const open = opener.newPage.bind(opener);
  opener.newPage = async (...given) => {
    const page = await open(...given);
    page.setDefaultTimeout(LIMIT);
    page.setDefaultNavigationTimeout(LIMIT);
    return page;
  };
  return opener;
}

async function isProgram(path) {
  return access(path, constants.X_OK).then(() => true, () => false);
}
