// Chromium 83, the older engine, through PyQtWebEngine 5.15.2 and a few lines of Python: one page, with the few calls that the tests use.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { LIMIT } from './limits.mjs';
import { answering, pageOf } from './plain_page.mjs';
import { start, startScreen } from './programs.mjs';

/** What chromium83.py looks for. */
const TOKEN = 'tidings-answer ';

/**
 * @param {{ python: string, screen: string }} programs The Python that has PyQtWebEngine, and Xvfb.
 * @returns a page; closing it ends the browser.
 */
export async function openChromium83({ python, screen }) {
  // It makes folders even when it keeps nothing in them.
  const folder = await mkdtemp(join(tmpdir(), 'tidings-chromium83-'));
  const x = await startScreen(screen);
  const script = fileURLToPath(new URL('./chromium83.py', import.meta.url));
  const browser = start(python, ['-u', script], {
    DISPLAY: x.display,
    XDG_CACHE_HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    // Its sandbox does not run everywhere, least of all as root; what is loaded is our own.
    QTWEBENGINE_CHROMIUM_FLAGS: '--no-sandbox --disable-gpu',
  });
  const close = async () => {
    await browser.stop();
    await x.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const waiting = new Map();
  let ids = 0;
  const ask = (command) =>
    new Promise((resolve, reject) => {
      waiting.set(++ids, { resolve, reject });
      browser.write(`${JSON.stringify({ id: ids, ...command(ids) })}\n`);
    });
  const ready = new Promise((resolve) => {
    browser.lines.on('line', (line) => {
      const { id, answer, ready } = JSON.parse(line);
      if (ready) resolve(ready);
      waiting.get(id)?.resolve(answer);
      waiting.delete(id);
    });
  });
  // Whoever still waits then waits in vain.
  browser.ended.then(() => waiting.forEach(({ reject }) => reject(new Error(`Chromium 83 ended: ${browser.said()}`))));
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, LIMIT)));
  const userAgent = await Promise.race([ready, browser.ended, late]).finally(() => clearTimeout(timer));
  if (!/Chrome\/83\./.test(userAgent)) {
    await close();
    throw new Error(`Chromium 83 did not start: ${userAgent} ${browser.said()}`);
  }
  return pageOf({
    run: (work) => ask((id) => ({ script: answering(work, `(text) => console.log('${TOKEN}${id} ' + text)`) })),
    goto: async (url) => {
      const { value } = JSON.parse(await ask(() => ({ url })));
      if (!value) throw new Error(`${url} did not load`);
    },
    close,
  });
}
