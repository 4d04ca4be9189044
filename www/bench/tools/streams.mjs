// The streams that clients read, each of as many events as are asked for.

import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Small beside what a browser buffers, so that the browser decides what it hands on. */
const CHUNK = 16 * 1024;

/** @typedef {{ address: string, streams: string }} Server as `besideServer` gives it */
/**
 * `bytes` are those of all data in UTF-8, `units` the same as JavaScript counts text, `sum` what the fields of quotes add up to.
 *
 * @typedef {{ url: string, bytes: number, units: number, sum: number }} Stream
 */
/** @typedef {{ make(count: number, server: Server): Promise<Stream>, most: number }} Situation `most` are the most events of a run */

/** @type {Record<string, Situation>} */
export const situations = {
  'tokens, 20 bytes': { make: burst(20), most: 4_000_000 },
  'tokens, not ASCII': { make: repeated('wide', wideTokens()), most: 400_000 },
  'JSON, 100 bytes': { make: repeated('quotes', quotes()), most: 400_000 },
  '16 KiB': { make: burst(16 * 1024), most: 40_000 },
};

function burst(size) {
  return async (count, { address }) => {
    const bytes = count * size;
    return { url: `${address}/burst?count=${count}&size=${size}&chunk=${CHUNK}&end=close`, bytes, units: bytes, sum: 0 };
  };
}

/** The same events over and over, written to where the server finds them. */
function repeated(name, { events, sum = 0 }) {
  const block = Buffer.from(events.map((data) => `data: ${data}\n\n`).join(''));
  const total = (measure) => events.reduce((all, data) => all + measure(data), 0);
  const bytes = total((data) => Buffer.byteLength(data));
  const units = total((data) => data.length);
  return async (count, { address, streams }) => {
    const times = count / events.length;
    assert.ok(Number.isInteger(times), `${count} events are ${events.length} over and over`);
    const path = join(streams, `${name}-${count}.sse`);
    if (!(await access(path).then(() => true, () => false))) {
      await writeFile(path, Buffer.alloc(times * block.length, block));
    }
    return { url: `${address}/corpus/${name}-${count}?split=${CHUNK}&pause=0&end=close`, bytes: times * bytes, units: times * units, sum: times * sum };
  };
}

function quotes() {
  const events = Array.from({ length: 100 }, (_, index) => ({
    id: 48_815_100 + index,
    symbol: ['TIDE', 'EBB', 'FLOW', 'SPRING', 'NEAP'][index % 5],
    price: 120 + index * 1.25,
    bid: 119.5 + index,
    ask: 120.75 + index,
    volume: 1_000 + 37 * index,
  }));
  const sumOf = ({ id, symbol, price, bid, ask, volume }) => id + symbol.length + price + bid + ask + volume;
  return { events: events.map((event) => JSON.stringify(event)), sum: events.reduce((sum, event) => sum + sumOf(event), 0) };
}

function wideTokens() {
  const words = ['今日は', '、いい', '天気', 'ですね', '。 Größe', ' и ещё', ' 🎉🎉', '안녕하세요', 'naïve', ' Ελλάδα'];
  return { events: Array.from({ length: 100 }, (_, index) => `{"delta":"${words[index % words.length]}"}`) };
}
