// The package for old browsers: one script in ES5, with the core in it as JavaScript.
//
// esbuild bundles to ES2015, for it lowers no classes; swc lowers that to ES5; terser makes it small (swc's own minifier moves the conversion of
// the URL, which runs a page's code, past what comes after it, and makes more of it). The sources are those of today's browsers, but for
// what `www/src/legacy` has for them: `stand_ins.ts` takes the place of globals, `decode.ts` that of the file of that name in `core`.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import swc from '@swc/core';
import * as esbuild from 'esbuild';
import { minify } from 'terser';

/** More members that never leave the file. */
const INTERNAL = /^(stopped|removed|callback)$/;

/**
 * @param {{ root: string, dist: string, shared: esbuild.BuildOptions, plugin: esbuild.Plugin, banner: string }} given `shared` with the version and the names to shorten,
 *   `plugin` with the core
 */
export async function buildLegacy({ root, dist, shared, plugin, banner }) {
  const source = (path) => join(root, 'www/src', path);
  const { outputFiles } = await esbuild.build({
    ...shared,
    mangleProps: new RegExp(`${shared.mangleProps.source}|${INTERNAL.source}`),
    entryPoints: [source('entry/legacy-script.ts')],
    // Without a wrapper: one comes later.
    format: 'esm',
    target: 'es2015',
    // What esbuild makes of spread objects asks for property descriptors, which is newer than it looks; swc's does not.
    supported: { 'object-rest-spread': true },
    minify: false,
    sourcemap: false,
    inject: [source('legacy/stand_ins.ts')],
    // The script asks for what it needs of CommonJS itself.
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    define: { ...shared.define, 'Math.imul': 'imul', 'Math.clz32': 'clz32', 'Symbol.toStringTag': 'toStringTag' },
    plugins: [legacyFiles(source), plugin],
    write: false,
  });
  const { code: lowered } = await swc.transform(outputFiles[0].text, LOWERED);
  // Around all of it, the helpers that swc added before it too.
  const whole = `(function () {\n"use strict";\n${lowered}})();\n`;
  const { code: small } = await minify(whole, SMALLER);
  await writeFile(join(dist, 'legacy.min.js'), `${banner}\n${small}\n`);
  // The package is one of modules, in which `.js` is a module: for Node and bundlers the same is there once more.
  for (const name of ['legacy.js', 'legacy.cjs']) {
    await writeFile(join(dist, name), `${banner}\n${whole}`);
  }
}

/** The files that have another one in their place. */
function legacyFiles(source) {
  return {
    name: 'legacy files',
    setup(build) {
      build.onResolve({ filter: /(^\.|\/core)\/decode\.js$/ }, () => ({ path: source('legacy/decode.ts') }));
    },
  };
}

const LOWERED = {
  configFile: false,
  swcrc: false,
  isModule: false,
  // Of the target only what no engine in question has. `typeof` is fine as it is: nobody has a stand-in for symbols without `Symbol`.
  env: { targets: 'ie 10', exclude: ['transform-typeof-symbol'] },
  jsc: {
    parser: { syntax: 'ecmascript' },
    // Of the one class that there is, whose base is a function of ours, and of what is spread and looped over: plain objects, arrays. What is not
    // here is as the language has it.
    assumptions: {
      superIsCallableConstructor: true,
      constantSuper: true,
      setClassMethods: true,
      iterableIsArray: true,
      setSpreadProperties: true,
      objectRestNoSymbols: true,
    },
    externalHelpers: false,
  },
};

const SMALLER = {
  ecma: 5,
  compress: { passes: 3, keep_fargs: true },
  // The class keeps its name.
  mangle: { toplevel: true, reserved: ['EventSource'] },
  format: { comments: false, ascii_only: true },
};
