// The test server, with what a bench has made for it to serve.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { Trouble, within } from './trouble.mjs';

const START_LIMIT_MS = 20_000;

/**
 * Runs `work` beside a server; it ends with this program, however that ends.
 *
 * @param {{ page?: string }} folders `page` is served at `/`
 * @param {(server: { address: string, streams: string }) => Promise<void>} work what is written to `streams` as NAME.sse is served as `/corpus/NAME`
 */
export async function besideServer({ page }, work) {
  const program = setting('TIDINGS_BENCH_SERVER', 'the test server');
  const streams = await mkdtemp(join(tmpdir(), 'tidings-bench-'));
  const server = await start(program, ['--corpus', streams, ...(page ? ['--static', page] : [])]);
  try {
    await work({ address: server.address, streams });
  } finally {
    server.stop();
    await rm(streams, { recursive: true, force: true });
  }
}

/** What `cargo xtask bench` has built. */
export function setting(name, what) {
  const value = process.env[name];
  if (!value) {
    throw new Trouble(`there is no ${name}, ${what}: \`cargo xtask bench\` builds it, and says above why it could not`);
  }
  return value;
}

async function start(program, words) {
  const ports = ['--port', '0', '--second-port', '0'];
  const child = spawn(program, [...ports, '--until-stdin-closes', ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await within(
    START_LIMIT_MS,
    'the test server',
    new Promise((resolve, reject) => {
      createInterface(child.stdout).once('line', resolve);
      child.once('error', (error) => reject(new Trouble(`the test server could not be started: ${error.message}`)));
      child.once('exit', () => reject(new Trouble('the test server ended; its words stand above')));
    }),
  );
  return { address: line.split(' ')[1], stop: () => child.stdin.end() };
}
