// What can go wrong, and waiting that has an end.

import { setTimeout as sleep } from 'node:timers/promises';

/** What a person can mend: told without a stack. */
export class Trouble extends Error {}

export async function within(milliseconds, what, promise) {
  const over = new AbortController();
  const limit = sleep(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new Trouble(`${what}: no answer within ${milliseconds / 1000} s`);
  });
  return Promise.race([promise, limit]).finally(() => {
    over.abort();
    limit.catch(() => {});
  });
}

/** What went wrong, in one line, without where this machine has its files: it goes into the docs. */
export function reason(error) {
  const [line] = String(error?.message ?? error).split('\n');
  return line.replaceAll(/(?<![\w:])\/(?:[\w.~@+-]+\/)+/g, '…/');
}
