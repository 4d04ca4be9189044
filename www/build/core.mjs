// The core: raw modules from cargo in; small ones and the core as JavaScript out.
//
// wasm2js needs a module of the first version of wasm. What Rust uses past that (memory.copy, sign extension) binaryen can lower, so that
// every Rust that builds for wasm32-unknown-unknown will do.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { asFactory } from './factory.mjs';

/** What the modules have to export; all else that the linker exports is dropped. */
const PARSER = ['memory', 'area', 'read'];
const MACHINE = [...PARSER, 'tell', 'poll'];
/** Where everything is, the host is told when it is built. */
const TEXT = MACHINE.slice(2);
/** Which word of the area the stamp is: `border::STAMP` in www/abi/src/numbers.rs. */
const STAMP = 127;
/** What Rust uses by default; all other features are left alone. */
const FEATURES = ['bulk-memory', 'sign-ext', 'mutable-globals', 'nontrapping-float-to-int'].map((name) => `--enable-${name}`);
const STRIP = ['--strip-debug', '--strip-producers', '--strip-target-features'];
const LOWER = ['--llvm-memory-copy-fill-lowering', '--llvm-nontrapping-fptoint-lowering', '--signext-lowering'];

/**
 * The core for the class, the parser alone, and both in JavaScript, which is only loaded where there is no wasm.
 *
 * @param {Uint8Array} raw what cargo built with all exports
 * @param {Uint8Array} rawParser what it built for the parser alone
 * @param {Uint8Array} rawJs what it built for JavaScript, with all exports
 * @param {Uint8Array} rawText the same for JavaScript that has its chunks as text
 * @returns {Promise<{
 *   wasm: Uint8Array, parserWasm: Uint8Array, javaScript: string, textJavaScript: string, firstWasm: Uint8Array, stamp: number,
 * }>} `firstWasm` is what `textJavaScript` was made of
 */
export async function buildCore(raw, rawParser, rawJs, rawText) {
  const folder = await mkdtemp(join(tmpdir(), 'tidings-core-'));
  const file = (name) => join(folder, name);
  const keep = async (raw, exports, output) => {
    await writeFile(file('raw.wasm'), withoutMessages(raw));
    await writeFile(file('roots.json'), JSON.stringify(exports.map((name) => ({ name, export: name, root: true }))));
    await run('wasm-metadce', file('raw.wasm'), ...FEATURES, '--graph-file', file('roots.json'), '-o', file(output));
  };
  // Below 1 KiB is the far end of the stack, which no call comes near to (nothing recurses), so no address wraps to there.
  const aboveStack = '--low-memory-unused';
  // Control flow taken apart is put together anew in a smaller way.
  const smallest = ['-Oz', '--flatten', '--rereloop', '-Oz', '-Oz', '--converge', '--zero-filled-memory', ...STRIP];
  try {
    const modules = [];
    for (const [built, exports] of [[raw, MACHINE], [rawParser, PARSER]]) {
      await keep(built, exports, 'needed.wasm');
      await run('wasm-opt', file('needed.wasm'), ...FEATURES, aboveStack, ...smallest, '-o', file('small.wasm'));
      await withoutDigits(file('small.wasm'), digitsOf(built));
      const wasm = await readFile(file('small.wasm'));
      const module = new WebAssembly.Module(wasm);
      assert.deepEqual(WebAssembly.Module.imports(module), [], 'the core imports nothing');
      const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
      assert.deepEqual(exported.sort(), [...exports].sort(), 'the core exports what it should');
      const { area, memory } = new WebAssembly.Instance(module).exports;
      modules.push({ wasm, stamp: new Uint32Array(memory.buffer, area())[STAMP] });
    }
    const first = async (raw, exports, ...more) => {
      await keep(raw, exports, 'kept.wasm');
      const area = instanceOf(raw).exports.area();
      await writeFile(file('kept.wat'), await withKnownArea(file('kept.wasm'), area));
      await run('wasm-opt', file('kept.wat'), ...FEATURES, ...LOWER, ...more, ...smallest, '-o', file('lowered.wasm'));
      // Says so if anything past the first version is left.
      await run('wasm-opt', file('lowered.wasm'), '--mvp-features', '--flatten', '--rereloop', '-Oz', '-Oz', '-o', file('first.wasm'));
      await withoutDigits(file('first.wasm'), digitsOf(raw));
      await run('wasm2js', file('first.wasm'), '-Oz', '-o', file('core.js'));
      return { firstWasm: await readFile(file('first.wasm')), javaScript: asFactory(await readFile(file('core.js'), 'utf8'), area) };
    };
    const [{ wasm, stamp }, { wasm: parserWasm }] = modules;
    const { javaScript } = await first(rawJs, MACHINE, aboveStack);
    const { javaScript: textJavaScript, firstWasm } = await first(rawText, TEXT);
    assert.ok(!/\bglobal\$/.test(textJavaScript), 'the core for text has no stack: see www/abi/build.rs');
    return { wasm, parserWasm, javaScript, textJavaScript, firstWasm, stamp };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * As text, in which nobody takes the address of the area as it is given: it is always the same one. As JavaScript a word at a known address is shorter, and read
 * sooner, than one at so many bytes from an address that is told.
 */
async function withKnownArea(path, area) {
  const set = (name) => `  (local.set ${name} (i32.const ${area}))\n`;
  return ['tell', 'poll', 'read'].reduce(
    (text, name) => {
      const [, called] = new RegExp(`\\(export "${name}" \\(func (\\S+)\\)\\)`).exec(text);
      const start = text.indexOf(` (func ${called} `);
      const [head, first] = /^ .*? \(param (\S+) i32\).*\n(?:  \(local .*\n)*/.exec(text.slice(start));
      return text.slice(0, start) + head + set(first) + text.slice(start + head.length);
    },
    await run('wasm-dis', path, ...FEATURES),
  );
}

/** With zeros in the place of what panics would say, and of how they would say numbers: ours end without a word. */
function withoutMessages(raw) {
  const text = Buffer.from(raw).toString('latin1');
  return Buffer.from([...MESSAGES, DIGITS].reduce((text, message) => text.replace(message, (found) => '\0'.repeat(found.length)), text), 'latin1');
}

/** Where in memory the digits are; below zero if there are none. */
function digitsOf(raw) {
  const { memory } = instanceOf(raw).exports;
  return Buffer.from(memory.buffer).indexOf(DIGITS);
}

/** An instance, which is asked for nothing that it would ask its host for. */
function instanceOf(raw) {
  const module = new WebAssembly.Module(raw);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => 0;
  }
  return new WebAssembly.Instance(module, imports);
}

/** Fails if a module reads them after all: that begins with an address that stands in its code. */
async function withoutDigits(path, at) {
  const code = await run('wasm-dis', path);
  const addresses = [...code.matchAll(/(?:i32\.const |offset=)(\d+)/g)].map(([, number]) => Number(number));
  assert.ok(at < 0 || !addresses.some((address) => address >= at && address < at + DIGITS.length), 'nothing in the core writes numbers by the tables of Rust');
}

/** The files of Rust in which panics would happen, which tell what they are. */
const MESSAGES = [
  /(\/rustc\/[\da-f]{40}|\/usr\/src\/rustc-[\d.]+)\/library\/\w+\/src\/[\w/]+?\.rs/g,
];
/** By which Rust writes numbers, two at a time. */
const DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0')).join('');

async function run(program, ...words) {
  const script = fileURLToPath(new URL(`../../node_modules/binaryen/bin/${program}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...words], { maxBuffer: 64 << 20 }).catch((error) => {
    throw new Error(`${program} failed:\n${error.stderr || error.message}`);
  });
  return stdout;
}
