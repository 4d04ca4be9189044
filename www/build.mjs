// Builds the npm package into dist/.
//
//   node www/build.mjs [FOLDER]    everything, from what cargo built: see below
//   node www/build.mjs --size      prints what each entry in dist/ weighs beside its peers; fails past the budget
//
// The modules lie, unless told otherwise, where these put them:
//
//   cargo build --package tidings-abi --target wasm32-unknown-unknown --profile abi
//   cargo build --package tidings-abi --target wasm32-unknown-unknown --profile abi-parser --no-default-features
//   cargo build --package tidings-abi --target wasm32-unknown-unknown --profile abi-js --features bytewise
//   cargo build --package tidings-abi --target wasm32-unknown-unknown --profile abi-text --features text

import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import * as esbuild from 'esbuild';

import { buildCore } from './build/core.mjs';
import { inlined, textOf } from './build/inline.mjs';
import { buildLegacy } from './build/legacy.mjs';
import { printSizes } from './build/size.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const source = (path) => join(root, 'www/src', path);

/** The classic script: what the module exports becomes `globalThis.tidings`, beside what a page may have put there before. */
const AS_TIDINGS = {
  contents: "import * as all from './polyfill.js'; Object.assign((globalThis.tidings ||= {}), all);",
  sourcefile: 'polyfill-script.js',
};

/** Members of objects that never leave an entry, given short names: none of the platform's, none of the public API's, none of `Exports`. */
const INTERNAL = [
  'goOn|isResumable|consumers|full|hear|fetchable|crossOrigin|corsApplies',
  'words|bytes|take|end|field|events|explain|trace|over',
].join('|');
/** Always the same ones: left to itself, esbuild takes now these, now those. */
const SHORT = Object.fromEntries(INTERNAL.split('|').map((name, index) => [name, 'abcdefghijklmnopqrstuvwxyz'[index]]));

/** What the entries make of the core, and the module they need: the class, and the parser. */
const CLASS = { createCore: 'core/instance.ts', file: 'core.wasm' };
const PARSER = { createCore: 'core/parser.ts', file: 'parser.wasm' };

/** Without white space esbuild also drops the comments by which an app's bundler sees what it may leave out. */
const SHAKEABLE = { minify: false, minifyIdentifiers: true, minifySyntax: true };

const words = process.argv.slice(2);
if (words.includes('--size')) {
  process.exitCode = (await printSizes(root)) ? 0 : 1;
} else {
  await build(words[0] ?? join(root, 'target/wasm32-unknown-unknown'));
}

async function build(folder) {
  const raw = ['abi', 'abi-parser', 'abi-js', 'abi-text'].map(async (profile) => {
    const file = join(folder, profile, 'tidings_abi.wasm');
    return readFile(file).catch(() => {
      throw new Error(`There is no ${file}. The command that makes it stands at the top of www/build.mjs.`);
    });
  });
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const core = await buildCore(...(await Promise.all(raw)));
  const plugin = (loader, inline, host) => provide(CLASS, core.wasm, core.javaScript, loader, inline, host);
  const parserPlugin = (inline) => provide(PARSER, core.parserWasm, core.javaScript, 'module', inline);
  const shared = {
    bundle: true,
    minify: true,
    sourcemap: true,
    // Today's language, without what the oldest engine that runs our tests cannot read. These two it can, but for rare cases that are not ours.
    target: ['es2022', 'chrome83'],
    supported: { 'class-private-field': true, 'optional-chain': true },
    legalComments: 'none',
    define: {
      VERSION: JSON.stringify(manifest.version),
      STAMP: String(core.stamp),
    },
  };

  const small = { ...shared, mangleProps: new RegExp(`^(${INTERNAL})$`), mangleCache: SHORT };

  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, CLASS.file), core.wasm);
  await writeFile(join(dist, PARSER.file), core.parserWasm);
  const module = { ...small, format: 'esm', plugins: [plugin('module')] };
  const common = { ...small, format: 'cjs', plugins: [plugin('module')] };
  const script = { ...small, format: 'iife', plugins: [plugin('script')] };
  const entries = [
    [{ ...module, ...SHAKEABLE, ...textLast(core.wasm) }, 'entry/index.ts', 'index.mjs'],
    [{ ...common, ...textLast(core.wasm) }, 'entry/index.ts', 'index.cjs'],
    // These only add to the main entry, so that there is one class however it is imported.
    [{ ...module, plugins: [besideIndex('./index.mjs'), ...module.plugins] }, 'entry/polyfill.ts', 'polyfill.mjs'],
    [{ ...common, plugins: [besideIndex('./index.cjs'), ...common.plugins] }, 'entry/polyfill.ts', 'polyfill.cjs'],
    [{ ...module, plugins: [plugin('module', false, 'workerd')] }, 'entry/workerd.ts', 'workerd.mjs'],
    [{ ...module, plugins: [besideIndex('./workerd.mjs'), ...module.plugins] }, 'entry/polyfill.ts', 'polyfill-workerd.mjs'],
    [{ ...module, plugins: [besideIndex('./index.mjs'), ...module.plugins] }, 'entry/dev.ts', 'dev.mjs'],
    [{ ...common, plugins: [besideIndex('./index.cjs'), ...common.plugins] }, 'entry/dev.ts', 'dev.cjs'],
    [{ ...module, plugins: [besideIndex('./workerd.mjs'), ...module.plugins] }, 'entry/dev.ts', 'dev-workerd.mjs'],
    [script, AS_TIDINGS, 'polyfill.js'],
    [{ ...module, ...SHAKEABLE, ...textLast(core.parserWasm), plugins: [parserPlugin()] }, 'entry/parser.ts', 'parser.mjs'],
    [{ ...common, ...textLast(core.parserWasm), plugins: [parserPlugin()] }, 'entry/parser.ts', 'parser.cjs'],
    [{ ...module, plugins: [parserPlugin(false)] }, 'entry/parser-workerd.ts', 'parser-workerd.mjs'],
    // Without maps: what wasm2js writes is no source.
    [{ ...module, sourcemap: false }, 'entry/core-js.ts', 'core-js.mjs'],
    [{ ...common, sourcemap: false }, 'entry/core-js.ts', 'core-js.cjs'],
    [{ ...script, sourcemap: false }, 'entry/core-js-script.ts', 'core-js.js'],
  ];
  for (const [options, entry, output] of entries) {
    const start = typeof entry === 'string' ? { entryPoints: [source(entry)] } : { stdin: { ...entry, resolveDir: source('entry') } };
    await esbuild.build({ ...options, ...start, outfile: join(dist, output) });
  }
  await buildLegacy({
    root,
    dist,
    shared: small,
    plugin: provide(CLASS, core.wasm, core.textJavaScript, 'script', false, 'legacy'),
    banner: `/*! tidings ${manifest.version}, MIT OR Apache-2.0 */`,
  });
  // For tests and benches only: not in dist, so not in the package.
  const internals = join(root, 'target/npm');
  await mkdir(internals, { recursive: true });
  await writeFile(join(internals, 'first.wasm'), core.firstWasm);
  for (const [name, entry, more] of [['internals.mjs', 'core/internals.ts', textLast(core.wasm)], ['core-js.mjs', 'entry/core-js.ts']]) {
    await esbuild.build({ ...module, ...more, mangleProps: undefined, mangleCache: undefined, entryPoints: [source(entry)], outfile: join(internals, name) });
  }
  await types();
}

/** The virtual modules of `virtual.d.ts`; an entry that has its core from elsewhere inlines none. */
function provide({ createCore, file }, wasm, javaScript, loader, inline = true, host = 'modern') {
  const contents = { 'tidings:core-bytes': inline ? inlined(wasm, loader === 'script') : 'export default () => {}', 'tidings:js-core': javaScript, 'tidings:text-core': javaScript };
  return {
    name: 'tidings',
    setup(build) {
      // What a host has no use for is left out.
      build.initialOptions.define = {
        ...build.initialOptions.define,
        CALLS_HANDLERS: String(host === 'workerd'),
        READS_TEXT: String(host === 'legacy'),
      };
      build.onResolve({ filter: /^tidings:/ }, ({ path }) => {
        switch (path) {
          case 'tidings:core-js-file':
            return { path: './core-js.mjs', external: true };
          case 'tidings:core-file':
            return { path: `./${file}`, external: true };
          case 'tidings:create-core':
            return { path: source(createCore) };
          case 'tidings:host':
            return { path: source(`host/${host}.ts`) };
          case 'tidings:load-js-core':
            return { path: source(`core/load-js-core-${loader}.ts`) };
          default:
            return { path, namespace: 'tidings' };
        }
      });
      build.onLoad({ filter: /.*/, namespace: 'tidings' }, ({ path }) => ({ contents: contents[path], loader: 'js' }));
    },
  };
}

/** Puts the text of the core at the end, where an app's bundler leaves it: brotli makes less of an entry if all code comes first. */
function textLast(wasm) {
  return { footer: { js: textOf(wasm) } };
}

/** Leaves the main entry to its own file. */
function besideIndex(path) {
  return {
    name: 'beside index',
    setup(build) {
      build.onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path, external: true, sideEffects: true }));
    },
  };
}

async function types() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '--project', join(root, 'tsconfig.json')]).catch((error) => {
    throw new Error(`The types are wrong:\n${error.stdout || error.message}`);
  });
  // The same once more for `require`: TypeScript takes declarations for those of a module if their package is one.
  await cp(join(dist, 'types'), join(dist, 'types-cjs'), { recursive: true });
  await writeFile(join(dist, 'types-cjs/package.json'), '{ "type": "commonjs" }\n');
}
