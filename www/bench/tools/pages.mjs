// Pages of plain JavaScript, put together with the packages that they measure.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The version of an npm package that is installed here. */
export function versionOf(name) {
  return createRequire(import.meta.url)(join(root, 'node_modules', name, 'package.json')).version;
}

/**
 * Bundles a bench's module for Node or for browsers.
 *
 * @param {string} entry beside this folder
 * @param {'node' | 'browser'} platform
 * @param {esbuild.Plugin[]} [plugins]
 * @returns {Promise<{ file: string, page: string }>} the module, and the folder of a page that leaves it in `globalThis.engine`
 */
export async function bundle(entry, platform, plugins = []) {
  const page = join(root, 'target/bench', entry.replace(/\W/g, '-'), platform);
  await mkdir(page, { recursive: true });
  const file = join(page, 'engine.mjs');
  await esbuild.build({
    entryPoints: [join(root, 'www/bench', entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    // It is never loaded: these pages allow WebAssembly.
    external: ['./core-js.mjs'],
    plugins,
    outfile: file,
  });
  const script = "import * as engine from './engine.mjs'; globalThis.engine = engine;";
  await writeFile(join(page, 'index.html'), `<!doctype html><meta charset=utf-8><title>bench</title><script type=module>${script}</script>\n`);
  return { file, page };
}

/** The version of a crate that a package here is built with: where there are several, the lock file says which. */
export async function lockedVersion(name, dependent) {
  const lock = await readFile(join(root, 'Cargo.lock'), 'utf8');
  const [, dependencies] = new RegExp(`name = "${dependent}"\n[^[]*dependencies = \\[([^\\]]*)`).exec(lock);
  const one = new RegExp(`"${name} ([^" ]+)`).exec(dependencies) ?? new RegExp(`name = "${name}"\nversion = "(.+)"`).exec(lock);
  return one?.[1];
}
