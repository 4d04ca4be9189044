// The package for old browsers: one script in ES5, with the core in it as JavaScript.
//
// esbuild bundles to ES2015, for it lowers no classes; swc lowers that to ES5; terser makes it small (swc's own minifier moves the conversion of
// the URL, which runs a page's code, past what comes after it, and makes more of it). The sources are those of today's browsers, but for
// what `www/src/legacy` has for them: `stand_ins.ts` takes the place of globals, `hooks.ts` that of the file of this name, and `core.ts` is what
// calls the core.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import swc from '@swc/core';
import * as esbuild from 'esbuild';
import { minify } from 'terser';

/** For Node, which looks for the names of exports in the text, and runs none of this. */
const NAMES = '0 && (module.exports = { EventSource: EventSource, install: install, details: details, onComment: onComment, reconnect: reconnect });\n';

/** More members that never leave the file, with what the core exports. */
const INTERNAL = /^(stopped|removed|callback|poll|tell|connect)$/;

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
    // What esbuild makes of spread objects asks for property descriptors, which is newer than it looks; swc's does not, and of the others it makes less.
    supported: { 'object-rest-spread': true, 'optional-chain': true, 'nullish-coalescing': true, 'logical-assignment': true, 'exponent-operator': true },
    minify: false,
    minifySyntax: true,
    sourcemap: false,
    inject: [source('legacy/stand_ins.ts')],
    // The script asks for what it needs of CommonJS itself.
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    // Nor is any of them Node, of whose `fetch` the transport asks.
    define: { ...shared.define, process: 'undefined', 'Math.imul': 'imul', 'Math.clz32': 'clz32', 'Symbol.toStringTag': 'toStringTag' },
    plugins: [legacyFiles(source), asLowered, plugin],
    write: false,
  });
  const { code: lowered } = await swc.transform(outputFiles[0].text, LOWERED);
  const whole = `(function () {\n"use strict";\n${withHelpers(lowered)}})();\n`;
  const { code: small } = await minify(whole, SMALLER);
  await writeFile(join(dist, 'legacy.min.js'), `${banner}\n${small}\n`);
  // The package is one of modules, in which `.js` is a module: for Node and bundlers the same is there once more.
  for (const [name, end] of [['legacy.js', ''], ['legacy.cjs', NAMES]]) {
    await writeFile(join(dist, name), `${banner}\n${whole}${end}`);
  }
}

/** The files that have another one in their place. */
function legacyFiles(source) {
  return {
    name: 'legacy files',
    setup(build) {
      build.onResolve({ filter: /\/hooks\.js$/ }, () => ({ path: source('legacy/hooks.ts') }));
    },
  };
}

/** The sources as lowering makes least of them. */
const asLowered = {
  name: 'as lowered',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: withConstantsFirst(path.endsWith('/event_source.ts') ? withPlainAccessors(text) : text), loader: 'ts' };
    });
  },
};

/** Moves numbers and texts with names before their uses: only there they take the place of the names. */
function withConstantsFirst(text) {
  const constants = [];
  const rest = text.replace(/^const [A-Z_]+ = (?:'[^']*'|[\da-fx_ *+-]+);$/gm, (constant) => {
    constants.push(constant);
    return '';
  });
  return constants.join('\n') + rest;
}

/** Accessors whose names are computed take much to be lowered, for the sake of names of functions that old engines do not let be set. */
function withPlainAccessors(text) {
  let count = 0;
  const plain = text
    .replace(/\b([gs]et) \[[^\]]+\]\(/g, (_, kind) => (count++, `${kind}(`))
    .replace('Object.getOwnPropertyDescriptor(accessors, key)!', () => (count++, '{ ...accessors, enumerable: true, configurable: true }'));
  assert.equal(count, 3, 'www/src/event_source.ts has its accessors elsewhere: see withPlainAccessors in www/build/legacy.mjs');
  return plain;
}

/** Puts our helpers in the place of those that swc would import. */
function withHelpers(text) {
  return text.replace(/^import \{ _ as (\w+) \} from "@swc\/helpers\/.*$/gm, (_, name) => {
    if (!HELPERS[name]) {
      throw new Error(`www/build/legacy.mjs has no ${name}, which swc asks for: write it, or do without in the sources`);
    }
    return `${HELPERS[name]}`;
  });
}

/** What swc's code calls, in ES5, and no more of it than the sources need: its own are for all the world, and weigh as much as a transport. */
const HELPERS = {
  _class_call_check: function _class_call_check(instance, Class) {
    if (!(instance instanceof Class)) {
      throw new TypeError("EventSource: please use 'new'");
    }
  },
  _define_property: function _define_property(object, key, value) {
    object[key] = value;
    return object;
  },
  _extends: function _extends(target) {
    for (var index = 1; index < arguments.length; index++) {
      for (var key in arguments[index]) {
        target[key] = arguments[index][key];
      }
    }
    return target;
  },
  _inherits: function _inherits(Class, Base) {
    Class.prototype = Object.create(Base.prototype, { constructor: { value: Class, writable: true, configurable: true } });
    // Not `setPrototypeOf`, which is newer.
    Class.__proto__ = Base;
  },
  /** Of arrays, which nobody changes: what iterators give is not known there. */
  _to_consumable_array: function _to_consumable_array(array) {
    return array;
  },
};

const LOWERED = {
  configFile: false,
  swcrc: false,
  // Helpers are imports, then.
  isModule: true,
  module: { type: 'es6' },
  // Of the target only what no engine in question has. `typeof` is fine as it is: nobody has a stand-in for symbols without `Symbol`.
  env: { targets: 'ie 10', exclude: ['transform-typeof-symbol'] },
  jsc: {
    parser: { syntax: 'ecmascript' },
    // Of the one class that there is, whose base is a function of ours, and of what is spread and looped over: plain objects, arrays. Nobody asks a function of
    // ours for its length, but the class, whose one argument has no default. What is not here is as the language has it.
    assumptions: {
      superIsCallableConstructor: true,
      constantSuper: true,
      setClassMethods: true,
      iterableIsArray: true,
      setSpreadProperties: true,
      setComputedProperties: true,
      pureGetters: true,
      objectRestNoSymbols: true,
      ignoreFunctionLength: true,
      noDocumentAll: true,
    },
    externalHelpers: true,
  },
};

const SMALLER = {
  ecma: 5,
  // No getter of ours does anything, and of a getter of others nobody drops what it gives.
  // An assignment may move into the sum that reads the same variable before it, for which Duktape would take the new value: the corpus there would tell.
  compress: { passes: 6, keep_fargs: true, pure_getters: true, hoist_funs: true, lhs_constants: false },
  // The class keeps its name.
  mangle: { toplevel: true, reserved: ['EventSource'] },
  format: { comments: false, ascii_only: true },
};
