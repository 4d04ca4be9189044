// Starts the browsers that page tests run in, over WebDriver BiDi: no driver program is needed.

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import puppeteer from 'puppeteer-core';

/** @typedef {{ name: string, browser: 'chrome' | 'firefox', variable: string, programs: string[], args: string[] }} Engine */

/** The engines, each with the variable that names its program and the usual names of it. */
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

/**
 * The program of an engine, or why there is none. A variable that names a program which is not there is an error: whoever
 * set it wants that browser tested.
 *
 * @param {Engine} engine
 * @returns {Promise<{ program: string, missing: false } | { missing: string }>}
 */
export async function find(engine) {
  const named = process.env[engine.variable];
  if (named) {
    if (!(await isProgram(named))) {
      throw new Error(`${engine.variable} is ${named}, which is not a program`);
    }
    return { program: named, missing: false };
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const name of engine.programs) {
      const program = join(folder, name);
      if (await isProgram(program)) {
        return { program, missing: false };
      }
    }
  }
  return { missing: `no ${engine.name}: none of ${engine.programs.join(', ')} is on the PATH, and ${engine.variable} is not set` };
}

/**
 * Starts an engine, without a window.
 *
 * @param {Engine} engine
 * @param {string} program
 */
export function launch(engine, program) {
  return puppeteer.launch({
    browser: engine.browser,
    protocol: 'webDriverBiDi',
    headless: true,
    executablePath: program,
    args: engine.args,
    defaultViewport: { width: 1180, height: 900 },
    timeout: 60_000,
  });
}

async function isProgram(path) {
  return access(path, constants.X_OK).then(() => true, () => false);
}
