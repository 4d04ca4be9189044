// Empty projects outside the workspace, with nothing in them but the packed package: what a user has after `npm install`.

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { LONG } from '../js/limits.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Programs of these tests' own packages, then of the root's: the projects bring none. */
const programs = [join(here, 'node_modules/.bin'), join(root, 'node_modules/.bin')];
/** npm and its like are scripts there, which only a shell starts. */
const shell = process.platform === 'win32';

/**
 * Packs `dist/` as it would be published.
 *
 * @returns {Promise<{ tarball: string, remove(): Promise<void> }>}
 */
export async function pack() {
  const folder = await temporary();
  await run('npm', ['pack', '--silent', '--pack-destination', folder], root);
  const [name] = await readdir(folder);
  return { tarball: join(folder, name), remove: () => remove(folder) };
}

/**
 * Makes a project, installs the tarball in it, and puts files into it.
 *
 * @param {string} tarball
 * @param {string[]} folders The files: folders of `projects/`, the later over the earlier.
 * @param {Record<string, string>} [words] What stands in place of these words in the files.
 * @param {'module' | 'commonjs'} [type] What its `.js` files are.
 */
export async function emptyProject(tarball, folders, words = {}, type = 'module') {
  const folder = await temporary();
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'an-app', version: '1.0.0', private: true, type }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], folder);
  for (const name of folders) {
    await cp(join(here, 'projects', name), folder, { recursive: true });
  }
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile() && !entry.name.startsWith('package')) {
      const file = join(folder, entry.name);
      const text = await readFile(file, 'utf8');
      await writeFile(file, Object.entries(words).reduce((text, [word, value]) => text.replaceAll(word, value), text));
    }
  }
  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    read: (...parts) => readFile(join(folder, ...parts), 'utf8'),
    /** Runs a program of these tests' packages in it; gives what it printed, or fails with it. */
    run: (program, ...words) => run(program, words, folder),
    /** What a script of it prints, line by line, until Node ends by itself. */
    node: async (...words) => lines(await run(process.execPath, words, folder)),
    remove: () => remove(folder),
  };
}

/** All text of the files in a folder, however deep. */
export async function allText(folder) {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath ?? entry.path, entry.name), 'utf8'));
  return (await Promise.all(files)).join('\n');
}

/** The environment in which a program finds these tests' packages. */
export const environment = { ...process.env, PATH: [...programs, process.env.PATH].join(delimiter), NODE_ENV: 'production', NO_COLOR: '1' };

async function run(program, words, cwd) {
  try {
    const { stdout } = await promisify(execFile)(program, words, { cwd, shell, env: environment, timeout: LONG, killSignal: 'SIGKILL' });
    return stdout;
  } catch (error) {
    throw new Error(`${[program, ...words].join(' ')} ${error.killed ? 'took too long' : 'failed'}:\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
}

function lines(text) {
  return text.split('\n').filter(Boolean);
}

function temporary() {
  return mkdtemp(join(tmpdir(), 'tidings-project-'));
}

function remove(folder) {
  return rm(folder, { recursive: true, force: true });
}
