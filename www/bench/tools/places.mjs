// Where benches run.

import process from 'node:process';

import puppeteer from 'puppeteer-core';

import { engines, find } from '../../../tests/js/browsers.mjs';

/** This Node, as a place. */
export const node = { name: `Node ${process.versions.node}` };

/** The names by which words choose browsers. */
export const browserNames = engines.map(({ name }) => name);

/**
 * Runs `work` at each place; one that is missing is skipped and one that fails is left, and both are told.
 *
 * @param {{ name: string, find?(): Promise<{ missing: string | false }> }[]} places
 */
export async function atEach(places, plan, tell, work) {
  for (const place of places.filter(({ name }) => plan.choosesPlace(name))) {
    console.log(`\n${place.name}`);
    try {
      const found = await place.find?.();
      if (found?.missing) {
        tell.skipped(place.name, found.missing);
      } else {
        await work(place, found);
      }
    } catch (error) {
      console.error(error);
      tell.failed(place.name, error);
    }
  }
}

/** Today's browsers, as places. */
export const browsers = engines.map((engine) => ({ name: engine.name, engine, find: () => find(engine) }));

/**
 * Runs `work` with a browser that does not report its network traffic. Chromium tells whoever listens to that of every event of an EventSource, which
 * then takes ten times as long. Its WebDriver BiDi always listens, so Chromium is driven over its own protocol here.
 */
export async function inBrowser({ browser, args }, executablePath, work) {
  const protocol = browser === 'chrome' ? 'cdp' : 'webDriverBiDi';
  // Firefox tells the time in whole milliseconds else.
  const extraPrefsFirefox = { 'privacy.reduceTimerPrecision': false };
  const running = await puppeteer.launch({ browser, protocol, headless: true, executablePath, args, extraPrefsFirefox, networkEnabled: false, timeout: 60_000 });
  try {
    // `Chrome/156.0.1.2`, `firefox/153.0`
    const version = (await running.version()).replace(/^.*\//, '').split('.')[0];
    return await work(running, version);
  } finally {
    await running.close();
  }
}
