/**
 * The memory of an instance: what is in it, and the strings of a chunk, which come out of it. The class and the parser entry share this.
 *
 * Rule: views on memory are looked at anew after each call that may grow it.
 *
 * Danger: strings cut from one decoded text share its memory in some engines; that is their bargain, not ours to undo.
 */

import type { Message } from './contract.js';
import { decode } from './decode.js';

/** What the module exports, be it wasm or JavaScript. Only 32-bit integers cross. */
export interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  stamp(): number;
  prepare(size: number): number;
  connect(): number;
  tell(handle: number, input: number, attempt: number, value: number, size: number, now: number): number;
  poll(handle: number): number;
  release(handle: number): void;
  open(limit: number): number;
  read(stream: number, size: number): number;
  close(stream: number): void;
}

/** More numbers that both sides know. */
export const enum Border {
  Never = -1,
  LongestString = 536_870_888,
}

/** An instance with its memory as it was last looked at. */
export interface Instance {
  exports: Exports;
  buffer: ArrayBuffer | undefined;
  bytes: Uint8Array;
  words: Uint32Array;
  /** How many connections it has. */
  live: number;
}

/** A new instance, unless it is of another version, or of the other entry: that has not this export. */
export function attached(instantiate: () => Exports, wanted: 'connect' | 'open'): Instance {
  const exports = instantiate();
  if (!exports[wanted] || exports.stamp() >>> 0 !== STAMP) {
    throw new TypeError('tidings: this is not the core of ' + VERSION);
  }
  return { exports, live: 0 } as Instance;
}

/** The views on memory, anew where it has grown since. */
export function look(instance: Instance): Instance {
  const { buffer } = instance.exports.memory;
  if (instance.buffer !== buffer) {
    instance.buffer = buffer;
    instance.bytes = new Uint8Array(buffer);
    instance.words = new Uint32Array(buffer);
  }
  return instance;
}

/**
 * The items of a chunk: three strings each, with a CR after each string. See `feed_strings` in the core.
 *
 * Not by `split`, which takes longer in Node; and most types and ids are empty, and so not worth a search.
 */
export function cut(instance: Instance, table: number): Message[] {
  const { bytes, words } = look(instance);
  const address = words[table >>> 2]!;
  const text = decode(bytes.subarray(address, address + words[(table >>> 2) + 1]!));
  const items: Message[] = [];
  let lastEventId = '';
  let next = 0;
  const take = (): string => {
    const start = next;
    const end = text.charCodeAt(start) === 13 ? start : text.indexOf('\r', start);
    next = end + 1;
    return text.substring(start, end);
  };
  while (next < text.length) {
    const data = take();
    const type = take() || 'message';
    const id = take();
    if (id) {
      lastEventId = id === '\n' ? '' : id;
    }
    items.push({ type, data, lastEventId });
  }
  return items;
}

/** An instance with more memory than this is dropped when idle, in bytes. */
export const IDLE_MEMORY = 8 * 1024 * 1024;

// The build puts these in: the version of the package and the stamp of the core it was built with.
declare const VERSION: string;
declare const STAMP: number;
