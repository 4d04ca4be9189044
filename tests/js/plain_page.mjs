// A page of which only scripts can be run: with that, the few calls that the class's tests use, in the words that puppeteer has for them.

import { readFile } from 'node:fs/promises';

/** The engine's own process ended, which no script can make a sound engine do. */
export class EngineCrash extends Error {}

/**
 * The text of a script that runs `work` and hands what comes of it to the function `finish`, as text.
 *
 * @param {string} work An expression.
 * @param {string} finish An expression.
 */
export function answering(work, finish) {
  return `{
    const finish = ${finish};
    new Promise((resolve) => resolve(${work}))
      .then((value) => JSON.stringify({ value }))
      .catch((error) => JSON.stringify({ error: String((error && error.stack && error.message + '\\n' + error.stack) || error) }))
      .then(finish);
  }`;
}

/** @param {{ run(work: string): Promise<string>, goto(url: string): Promise<any>, close(): Promise<any> }} page `run` gives what `answering` makes of it. */
export function pageOf({ run, goto, close }) {
  /** A function, or the text of an expression; what goes in and comes out is JSON. */
  async function evaluate(work, ...given) {
    const text = typeof work === 'function' ? `(${work})(${given.map((value) => JSON.stringify(value) ?? 'undefined').join(', ')})` : work;
    const answer = JSON.parse(await run(text));
    if ('error' in answer) throw new Error(answer.error);
    return answer.value;
  }
  return {
    evaluate,
    goto,
    close,
    async addScriptTag({ url, path }) {
      const content = path && (await readFile(path, 'utf8'));
      await evaluate(addScript, url ?? null, content ?? null);
    },
  };
}

function addScript(url, content) {
  const script = document.createElement('script');
  const loaded = url && new Promise((resolve, reject) => {
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${url} did not load`));
  });
  if (url) script.src = url;
  else script.textContent = content;
  document.head.append(script);
  return loaded;
}
