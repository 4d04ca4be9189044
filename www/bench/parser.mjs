// The parser natively, beside its peers: `core/benches/situations.rs`, with what it found as JSON.

import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { lockedVersion, root } from './tools/pages.mjs';
import { Trouble } from './tools/trouble.mjs';

export const rounds = { full: 61, quick: 11 };

export async function run(plan, tell) {
  const cargo = process.env.CARGO ?? 'cargo';
  const { stdout } = await promisify(execFile)(process.env.RUSTC ?? 'rustc', ['--version'], { cwd: root });
  tell.version('Rust', stdout.split(' ')[1]);
  for (const peer of ['sse-core', 'sse-stream']) {
    tell.version(peer, await lockedVersion(peer, 'tidings-core'));
  }
  const file = join(root, 'target/bench/situations.json');
  await mkdir(dirname(file), { recursive: true });
  const words = ['bench', '--package', 'tidings-core', '--bench', 'situations', '--', `--json=${file}`, `--rounds=${plan.rounds}`];
  const child = spawn(cargo, [...words, ...(plan.situation ? [plan.situation] : [])], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) {
    throw new Trouble(`cargo bench ended with ${code}; its words stand above`);
  }
  for (const { situation, rates } of JSON.parse(await readFile(file, 'utf8'))) {
    tell.row({ place: 'native', situation, rates }, { silent: true });
  }
}
