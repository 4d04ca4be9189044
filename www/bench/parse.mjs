// Bytes to strings in Node: this core beside `eventsource-parser`, as a Markdown table of how many times as fast it is.
//
//   node www/bench/parse.mjs [--javascript] [--quick] [FILTER]
//
// Wants what `node www/build.mjs` makes. Each cell: the median of the ratios of interleaved rounds, both parsers going over the same chunks
// and reading type, data and id of every event. `eventsource-parser` is used as its documentation says, fed by a streaming `TextDecoder`. "A/A"
// is this core beside itself: what it is away from 1.00 is noise. Only one instance of the core runs; a second would slow V8's calls.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import process from 'node:process';

import { createParser } from 'eventsource-parser';

const root = new URL('../../', import.meta.url);
const { createCore, findCore, Input } = await import(new URL('target/npm/internals.mjs', root));
const words = process.argv.slice(2);
const quick = words.includes('--quick');
const filter = words.find((word) => !word.startsWith('--')) ?? '';
const core = words.includes('--javascript')
  ? createCore((await import(new URL('target/npm/core-js.mjs', root))).default)
  : findCore();

const SIZE = 512 * 1024;
const ROUNDS = quick ? 11 : 41;
const LEAST_MS = quick ? 4 : 10;
const TOKENS = ['The', ' quick', ' brown', ' fox', ' jumps', ' over', '\\n\\n', ' it.'];
const WIDE_TOKENS = ['今日は', '、いい', '天気', 'ですね', '。 Größe', ' и ещё', ' 🎉🎉', '안녕하세요'];

const token = (words) => (index) =>
  `data: {"id":"chatcmpl-9uF2KxYb","object":"chat.completion.chunk","created":1735689600,"model":"large-1","choices":[{"index":0,"delta":{"content":"${
    words[index % words.length]
  }"},"finish_reason":null}],"sequence":${index}}\n\n`;
const bodies = {
  tokens: blocks(token(TOKENS)),
  'tokens, not ASCII': blocks(token(WIDE_TOKENS)),
  '16 KiB events': blocks((index) => `data: ${`{"number":${index},"words":"some of them, and more"},`.repeat(400).slice(0, 16 * 1024)}\n\n`),
  'many fields': blocks(
    (index) =>
      `event: update\nid: ${index}\ntime: 12:00:00\n: a note\ntrace: 4bf92f3577b34da6\ndata: {"count":${index}}\nversion: 2\n\n`,
  ),
};
const cuts = { 'one event': undefined, '1 KiB': 1024, '16 KiB': 16 * 1024, '64 KiB': 64 * 1024 };

const version = createRequire(import.meta.url)(new URL('node_modules/eventsource-parser/package.json', root).pathname).version;
console.log(`tidings ${core.version} beside eventsource-parser ${version}, Node ${process.versions.node}; above 1 tidings is faster\n`);
console.log(`| chunks of | ${Object.keys(bodies).join(' | ')} | A/A |\n| --- |${' ---: |'.repeat(Object.keys(bodies).length + 1)}`);
const slow = [];
for (const [cut, size] of Object.entries(cuts)) {
  const cells = [];
  let control;
  for (const [name, events] of Object.entries(bodies)) {
    if (!`${name} ${cut}`.includes(filter)) {
      cells.push('');
      continue;
    }
    const chunks = cutUp(events, size);
    assert.equal(tidings(chunks), peer(chunks), `${name}, ${cut}: both give the same`);
    const ratio = compare(tidings, peer, chunks);
    control ??= compare(tidings, tidings, chunks);
    cells.push(ratio.toFixed(2));
    if (ratio < 1) {
      slow.push(`${name} in chunks of ${cut}`);
    }
  }
  console.log(`| ${cut} | ${cells.join(' | ')} | ${control?.toFixed(2) ?? ''} |`);
}
console.log(`\nBelow 1.0: ${slow.join('; ') || 'none'}.`);

/** How many times as fast `one` is as `other`. */
function compare(one, other, chunks) {
  let times = 1;
  while (time(one, chunks, times) < LEAST_MS) {
    times *= 2;
  }
  time(other, chunks, times);
  const ratios = [];
  for (let round = 0; round < ROUNDS; round++) {
    // In turns, so that neither always comes first.
    if (round % 2) {
      const a = time(one, chunks, times);
      ratios.push(time(other, chunks, times) / a);
    } else {
      const b = time(other, chunks, times);
      ratios.push(b / time(one, chunks, times));
    }
  }
  return ratios.sort((a, b) => a - b)[ROUNDS >> 1];
}

function time(parser, chunks, times) {
  const start = process.hrtime.bigint();
  for (let count = 0; count < times; count++) {
    parser(chunks);
  }
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Both give a number that depends on every string, so that none can be left out. */
function tidings(chunks) {
  const connection = core.connect([0, 2 ** 32 - 1, 0, 0, 0, 0, 0, 0]);
  while (connection.poll());
  connection.tell(Input.ResponseStarted, 1, 0, 200, 'text/event-stream');
  while (connection.poll());
  let seen = 0;
  for (const chunk of chunks) {
    connection.tell(Input.ChunkReceived, 1, 0, 0, chunk);
    while (connection.poll()) {
      const { count, types, data, ids } = connection.events();
      for (let index = 0; index < count; index++) {
        seen += event(types[index], data[index], ids[index]);
      }
    }
  }
  connection.free();
  return seen;
}

function peer(chunks) {
  let seen = 0;
  let lastId = '';
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent(message) {
      if (message.id !== undefined) {
        lastId = message.id;
      }
      seen += event(message.event ?? 'message', message.data, lastId);
    },
  });
  for (const chunk of chunks) {
    parser.feed(decoder.decode(chunk, { stream: true }));
  }
  return seen;
}

function event(type, data, id) {
  return type.length + data.length + data.charCodeAt(data.length >> 1) + id.length;
}

function blocks(block) {
  const events = [];
  for (let size = 0; size < SIZE; size += events.at(-1).length) {
    events.push(Buffer.from(block(events.length)));
  }
  return events;
}

function cutUp(events, size) {
  const chunk = (bytes) => new Uint8Array(bytes);
  if (!size) {
    return events.map(chunk);
  }
  const body = Buffer.concat(events);
  const chunks = [];
  for (let at = 0; at < body.length; at += size) {
    chunks.push(chunk(body.subarray(at, at + size)));
  }
  return chunks;
}
