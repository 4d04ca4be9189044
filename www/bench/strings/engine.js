// Bytes to strings: what runs in Node and in browsers. All parsers go over the same chunks and read type, data and id of every event.
//
// `eventsource-parser` is used as its documentation says, fed by a streaming `TextDecoder`; `tidings/parser` takes the bytes.

import { createParser } from 'eventsource-parser';

import coreInJavaScript from '../../../dist/core-js.mjs';
import { EventStreamDecoder, setCore } from '../../../dist/parser.mjs';

const SIZE = 512 * 1024;
const TOKENS = ['The', ' quick', ' brown', ' fox', ' jumps', ' over', '\\n\\n', ' it.'];
const WIDE_TOKENS = ['今日は', '、いい', '天気', 'ですね', '。 Größe', ' и ещё', ' 🎉🎉', '안녕하세요'];

const token = (words) => (index) =>
  `data: {"id":"chatcmpl-9uF2KxYb","object":"chat.completion.chunk","created":1735689600,"model":"large-1","choices":[{"index":0,"delta":{"content":"${
    words[index % words.length]
  }"},"finish_reason":null}],"sequence":${index}}\n\n`;

const events = {
  tokens: token(TOKENS),
  'tokens, not ASCII': token(WIDE_TOKENS),
  '16 KiB events': (index) => `data: ${`{"number":${index},"words":"some of them, and more"},`.repeat(400).slice(0, 16 * 1024)}\n\n`,
  'many fields': (index) => `event: update\nid: ${index}\ntime: 12:00:00\n: a note\ntrace: 4bf92f3577b34da6\ndata: {"count":${index}}\nversion: 2\n\n`,
};
const cuts = { 'one event': undefined, '1 KiB': 1024, '16 KiB': 16 * 1024, '64 KiB': 64 * 1024 };

export const situations = Object.keys(events).flatMap((body) => Object.keys(cuts).map((cut) => ({ name: `${body}; chunks of ${cut}`, body, cut })));

/** Each gives a number that depends on every string, so that none can be left out. */
const parsers = {
  'tidings/parser'(chunks) {
    let seen = 0;
    const decoder = new EventStreamDecoder();
    for (const chunk of chunks) {
      for (const { type, data, lastEventId } of decoder.push(chunk)) {
        seen += event(type, data, lastEventId);
      }
    }
    return seen;
  },

  'eventsource-parser'(chunks) {
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
  },
};

/**
 * Measures one situation in interleaved rounds.
 *
 * @param {string} name
 * @param {{ names: string[], rounds: number, leastMs: number, javaScript: boolean }} plan `names` of parsers; "NAME again" is NAME once more, for
 *   control; `javaScript` gives ours its core in JavaScript, as where WebAssembly is forbidden
 * @returns {Record<string, number[]>} megabytes a second of each, one a round
 */
export function measure(name, { names, rounds, leastMs, javaScript }) {
  if (javaScript) {
    setCore(coreInJavaScript);
  }
  const { body, cut } = situations.find((situation) => situation.name === name);
  const chunks = cutUp(blocks(events[body]), cuts[cut]);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const turns = names.map((name) => {
    const parser = parsers[name.replace(/ again$/, '')];
    // Once until engines have compiled it for good, which they begin late and do beside, WebAssembly function by function; and once more to tell how fast it then is.
    let times;
    for (const enoughMs of [20 * leastMs, leastMs]) {
      times = 1;
      while (time(parser, chunks, times) < enoughMs) {
        times *= 2;
      }
    }
    return { name, parser, times, seen: parser(chunks) };
  });
  const wrong = turns.find(({ seen }) => seen !== turns[0].seen);
  if (wrong) {
    throw new Error(`${name}: ${wrong.name} gives something else than ${turns[0].name}`);
  }
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < turns.length; place++) {
      const { name, parser, times } = turns[(round + place) % turns.length];
      rates[name].push((size * times) / time(parser, chunks, times) / 1_000);
    }
  }
  return rates;
}

function time(parser, chunks, times) {
  const start = performance.now();
  for (let count = 0; count < times; count++) {
    parser(chunks);
  }
  return performance.now() - start;
}

function event(type, data, id) {
  return type.length + data.length + data.charCodeAt(data.length >> 1) + id.length;
}

function blocks(block) {
  const encoder = new TextEncoder();
  const all = [];
  for (let size = 0; size < SIZE; size += all.at(-1).length) {
    all.push(encoder.encode(block(all.length)));
  }
  return all;
}

function cutUp(blocks, size) {
  if (!size) {
    return blocks;
  }
  const body = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let end = 0;
  for (const block of blocks) {
    body.set(block, end);
    end += block.length;
  }
  const chunks = [];
  for (let at = 0; at < body.length; at += size) {
    chunks.push(body.slice(at, at + size));
  }
  return chunks;
}
