// The package in runtimes that are no browsers, as it is installed: imported by its name, with the conditions that each runtime chooses. They
// have no EventSource to compare with, or one of their own kind, so what has to be told stands beside each scenario.
//
// Wants the test server at $TIDINGS_SERVER and `node www/build.mjs` run before. Node is the one that runs this; the others are taken from the
// folder $TIDINGS_RUNTIMES, in which `npm ci` was run with the package.json beside this file.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import * as esbuild from 'esbuild';

import { scenarios as optionScenarios } from '../class/option_scenarios.mjs';
import { apart } from '../class/scenarios.mjs';
import { SUITE } from '../limits.mjs';
import { scenarios as parserScenarios } from '../parser/scenarios.mjs';
import { scenariosOf } from './scenarios.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;
const installed = process.env.TIDINGS_RUNTIMES;
const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = process.env.TIDINGS_DIST ? fileURLToPath(new URL(process.env.TIDINGS_DIST, import.meta.url)) : join(root, 'dist');
/** What the README asks for at least: before, `fetch` takes no `cache`. */
const COMPATIBILITY_DATE = '2024-11-11';

/** Each with what finds it, and what runs the shell in a folder that has the package. */
const runtimes = [
  { name: 'Node', find: () => process.execPath, run: (program, folder, given) => command(program, ['command.mjs', given], folder) },
  {
    name: 'Deno',
    find: () => inFolder('@deno', (name) => [name, 'deno']),
    run: (program, folder, given) =>
      command(program, ['run', '--allow-all', '--node-modules-dir=manual', '--no-lock', 'command.mjs', given], folder, {
        DENO_NO_UPDATE_CHECK: '1',
        DENO_DIR: join(folder, 'deno'),
      }),
  },
  {
    name: 'Bun',
    find: () => inFolder('@oven', (name) => [name, 'bin', 'bun']),
    run: (program, folder, given) => command(program, ['--no-install', 'command.mjs', given], folder),
  },
  { name: 'workerd', find: () => inFolder('', (name) => name === 'miniflare' && [name, 'package.json']), run: worker },
];

const chosen = process.env.TIDINGS_ONLY?.split(',')[1] ?? '';
for (const { name, find, run } of runtimes.filter(({ name }) => name.includes(chosen))) {
  const program = await find();
  if (!program) {
    test(`the package in ${name}`, { skip: installed ? `none for this machine in ${installed}` : 'TIDINGS_RUNTIMES is not set: it was not installed' }, () => {});
    continue;
  }
  describe(`the package in ${name}`, { timeout: SUITE }, () => {
    let folder;
    let told;

    before(async () => {
      assert.ok(here, 'TIDINGS_SERVER has to be the address of the test server');
      folder = await consumer();
      told = await run(program, folder, JSON.stringify({ here, there, key: `runtime-${name}-${process.pid}`, runtime: name }));
    });

    after(() => folder && rm(folder, { recursive: true, force: true }));

    for (const { name: scenario, expected } of scenariosOf(name)) {
      test(scenario, () => assert.deepEqual(told.main[scenario], expected));
    }
    for (const scenario of optionScenarios.filter(({ realms }) => !realms || realms.includes('node'))) {
      const { expected, why } = apart(scenario, name) ?? scenario;
      test(scenario.name, () => assert.deepEqual(told.options[scenario.name], expected, why));
    }
    for (const { name: scenario, expected, not } of parserScenarios) {
      test(`the parser entry: ${scenario}`, { skip: not?.[name] }, () => assert.deepEqual(told.parser[scenario], expected));
    }
  });
}

/** A folder in which the package is installed, with the shells. */
async function consumer() {
  const folder = await mkdtemp(join(tmpdir(), 'tidings-runtime-'));
  const own = fileURLToPath(new URL('.', import.meta.url));
  for (const name of ['scenarios.mjs', 'options.mjs', 'shell.mjs', 'command.mjs', 'worker.mjs', '../tell_each.mjs', '../limits.mjs']) await cp(join(own, name), join(folder, basename(name)));
  await cp(join(own, '../class/option_scenarios.mjs'), join(folder, 'option_scenarios.mjs'));
  await writeFile(join(folder, 'realm_tools.mjs'), `${await readFile(join(own, '../class/realm_tools.js'), 'utf8')}\nexport { realmTools };\n`);
  await cp(join(own, '../parser/scenarios.mjs'), join(folder, 'parser_scenarios.mjs'));
  await cp(join(root, 'package.json'), join(folder, 'node_modules/tidings/package.json'));
  await cp(dist, join(folder, 'node_modules/tidings/dist'), { recursive: true });
  return folder;
}

async function command(program, words, folder, environment = {}) {
  const { stdout } = await promisify(execFile)(program, words, { cwd: folder, timeout: SUITE, maxBuffer: 1 << 26, env: { ...process.env, ...environment } });
  return JSON.parse(stdout);
}

/** Bundles the shell as wrangler does, with its conditions, and wasm as modules beside the bundle; and runs it in workerd. */
async function worker(manifest, folder, given) {
  const { Miniflare } = await import(pathToFileURL(createRequire(manifest).resolve('miniflare')));
  const modules = [];
  const wasm = {
    name: 'wasm modules',
    setup(build) {
      build.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
        modules.push({ type: 'CompiledWasm', path: `/${basename(path)}`, contents: await readFile(join(resolveDir, path)) });
        return { path: `./${basename(path)}`, external: true };
      });
      // Were it asked for, the core would not be the module that was imported.
      build.onResolve({ filter: /core-js\.mjs$/ }, () => ({ path: './not-there.mjs', external: true }));
    },
  };
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, 'worker.mjs')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [wasm],
    write: false,
  });
  assert.deepEqual(modules.map(({ path }) => path).sort(), ['/core.wasm', '/parser.wasm'], 'the condition `workerd` leads to the wasm modules, once');
  const miniflare = new Miniflare({
    compatibilityDate: COMPATIBILITY_DATE,
    modulesRoot: '/',
    modules: [{ type: 'ESModule', path: '/worker.mjs', contents: outputFiles[0].text }, ...modules],
  });
  try {
    const response = await miniflare.dispatchFetch('http://worker.test/', { method: 'POST', body: given });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  } finally {
    await miniflare.dispose();
  }
}

/** The first path that exists among those of a folder of packages. */
async function inFolder(scope, parts) {
  if (!installed) return undefined;
  const folder = join(installed, 'node_modules', scope);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = parts(name);
    if (path && (await readFile(join(folder, ...path)).then(() => true, () => false))) return join(folder, ...path);
  }
}

