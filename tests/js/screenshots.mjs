// Takes the pictures of the demo for README, in Chromium: node tests/js/screenshots.mjs FOLDER, by `cargo xtask screenshots`.
//
// What they show was made to happen: a burst, a server that refuses for five seconds, and what comes after.

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import { engines, find, launch } from './browsers.mjs';

const [folder] = process.argv.slice(2);
const chromium = engines.find(({ browser }) => browser === 'chrome');
const { program, missing } = await find(chromium);
if (missing) throw new Error(missing);
const browser = await launch(chromium, program);
try {
  await mkdir(folder, { recursive: true });
  const page = await browser.newPage();
  await page.setViewport({ width: 1020, height: 1010 });
  await page.goto(`${process.env.TIDINGS_SERVER}/?page=screenshots`);
  await shared(page, 30);
  await page.click('[data-control="burst"]');
  await shared(page, 20, 10_000);
  await page.click('[data-control="refuse"]');
  await page.waitForFunction(() => document.querySelectorAll('#events .resumed').length === 3, { timeout: 60_000 });
  await shared(page, 40, 10_000);
  await page.click('[data-control="drip"]');
  await page.waitForFunction(() => document.querySelector('#events [data-type="drip"]'), { timeout: 60_000 });
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await take(page, `demo-${scheme}`);
  }
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
  await page.$eval('.wire', (section) => section.scrollIntoView());
  await page.setViewport({ width: 1020, height: 600 });
  await take(page, 'demo-wire');
} finally {
  await browser.close();
}

/** Waits until so many events past an id are in all lanes. */
function shared(page, events, past = 0) {
  return page.waitForFunction(
    (events, past) =>
      [...document.querySelectorAll('#events [data-kind="event"]')].filter(
        ({ dataset }) => Number(dataset.id) > past && dataset.lanes.trim().split(' ').length === 3,
      ).length >= events,
    { timeout: 60_000 },
    events,
    past,
  );
}

async function take(page, name) {
  // All lanes are at the same event: they count for themselves, and one may be behind for a moment.
  await page.waitForFunction(() => new Set([...document.querySelectorAll('[data-count="lastEventId"]')].map(({ textContent }) => textContent)).size === 1, {
    timeout: 60_000,
  });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, optimizeForSpeed: false });
  console.log(`${path}: ${(await stat(path)).size} bytes`);
}
