// Programs that run beside the tests and end with them.

import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { LIMIT } from './limits.mjs';

/** An X server that shows its windows to nobody. */
export async function startScreen(program) {
  const running = start(program, ['-displayfd', '1', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {});
  const number = await running.firstLine;
  if (!/^\d+$/.test(number)) {
    await running.stop();
    throw new Error(`${program} did not start: ${running.said()}`);
  }
  return { display: `:${number}`, stop: running.stop };
}

/** A program that runs until it is stopped; it is stopped with us, too. */
export function start(program, words, environment) {
  // With its own process group, so that what it starts is stopped with it.
  const child = spawn(program, words, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve((said += error)));
    child.on('exit', resolve);
  });
  const kill = () => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  process.on('exit', kill);
  const lines = createInterface({ input: child.stdout });
  // Whoever writes to one that has ended learns of the end.
  child.stdin.on('error', () => {});
  return {
    lines,
    ended,
    write: (text) => child.stdin.write(text),
    said: () => said,
    firstLine: Promise.race([new Promise((resolve) => lines.once('line', resolve)), ended]),
    /** Waits until a question to it is answered. */
    async until(ask) {
      const limit = AbortSignal.timeout(LIMIT);
      let gone = false;
      ended.then(() => (gone = true));
      for (;;) {
        try {
          return await ask();
        } catch (error) {
          if (gone || limit.aborted) throw new Error(`${program} did not start: ${said || error}`);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    },
    async stop() {
      kill();
      process.off('exit', kill);
      await ended;
    },
  };
}
