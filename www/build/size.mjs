// What each entry weighs, beside its peers.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';

/** What `import { EventSource } from 'tidings'` may cost an app, minified, brotli. */
const CEILING = 7_900;
const MAIN = "tidings: import { EventSource }";
/** The same for the parser entry. */
const PARSER_CEILING = 2_995;
const PARSER = 'tidings/parser: all of it but encode';
/** With `encode` alone, nothing of the parser is to come along. */
const ENCODE_CEILING = 550;
const ENCODE = 'tidings/parser: encode alone';

const LEGACY = 'tidings: dist/legacy.min.js (for old browsers)';
/** What that is to weigh, minified and gzip, and what it must not grow past on the way there. */
const LEGACY_AIM = [26_000, 9_500];
const LEGACY_CEILING = [29_700, 12_255];

/** Weighs each entry in `dist` and its peers. @returns {Promise<{ name: string, raw: number, gzip: number, brotli: number }[]>} */
export async function weigh(root) {
  const require = createRequire(join(root, 'package.json'));
  const version = (name) => require(join(root, 'node_modules', name, 'package.json')).version;
  const file = (name) => readFile(join(root, 'dist', name));
  const rows = [
    [MAIN, await app(root, "export { EventSource } from './dist/index.mjs'")],
    [PARSER, await app(root, "export { parseEventStream, EventStreamDecoder, EventStreamTransform } from './dist/parser.mjs'")],
    [ENCODE, await app(root, "export { encode } from './dist/parser.mjs'")],
    ["tidings: import 'tidings/polyfill'", await app(root, "import './dist/polyfill.mjs'")],
    ['tidings: dist/polyfill.js', await file('polyfill.js')],
    ['tidings: dist/core-js.mjs (loaded only where wasm is not)', await file('core-js.mjs')],
    ['tidings: dist/core.wasm (not loaded: it is inlined)', await file('core.wasm')],
    [LEGACY, await file('legacy.min.js')],
    [`eventsource ${version('eventsource')}`, await app(root, "export { EventSource } from 'eventsource'")],
    [
      `event-source-polyfill ${version('event-source-polyfill')}`,
      await app(root, "export { EventSourcePolyfill } from 'event-source-polyfill'"),
    ],
    [
      `@microsoft/fetch-event-source ${version('@microsoft/fetch-event-source')}`,
      await app(root, "export { fetchEventSource } from '@microsoft/fetch-event-source'"),
    ],
    [`eventsource-parser ${version('eventsource-parser')} (a parser only)`, await app(root, "export { createParser } from 'eventsource-parser'")],
  ];
  return rows.map(([name, bytes]) => ({ name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliOf(bytes) }));
}

/** Prints the table; says whether the ceilings are kept. */
export async function printSizes(root) {
  const rows = await weigh(root);
  console.log('| minified, bytes | raw | gzip | brotli |\n| --- | ---: | ---: | ---: |');
  for (const { name, raw, gzip, brotli } of rows) {
    console.log(`| ${name} | ${raw} | ${gzip} | ${brotli} |`);
  }
  const keeps = [
    ['main', MAIN, CEILING],
    ['parser', PARSER, PARSER_CEILING],
    ['parser (encode alone)', ENCODE, ENCODE_CEILING],
  ].map(([entry, row, ceiling]) => {
    const { brotli: cost } = rows.find(({ name }) => name === row);
    const kept = cost <= ceiling;
    console.log(`\nThe ${entry} entry costs ${cost} bytes of brotli. The ceiling is ${ceiling}: ${kept ? 'kept' : 'broken'}.`);
    return kept;
  });
  const legacy = rows.find(({ name }) => name === LEGACY);
  const weights = [legacy.raw, legacy.gzip];
  keeps.push(weights.every((weight, index) => weight <= LEGACY_CEILING[index]));
  console.log(
    `\nThe script for old browsers weighs ${weights.join(' bytes minified, ')} gzip. The aim is ${LEGACY_AIM.join(' and ')}, the ceiling ${LEGACY_CEILING.join(' and ')}: ${keeps.at(-1) ? 'kept' : 'broken'}.`,
  );
  return keeps.every(Boolean);
}

/** The first chunk of an app that does this. */
async function app(root, contents) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    outdir: join(root, 'target/npm/size'),
    write: false,
  });
  return outputFiles.find(({ path }) => path.endsWith('stdin.js')).contents;
}

function brotliOf(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
}
