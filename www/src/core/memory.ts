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
  NewType = 1,
  NewId = 2,
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

/** The strings of a chunk: one decoded text, where a CR ends each, and the words of its items. See `Strings` in the core. */
export function cut(instance: Instance, place: number): Message[] {
  const { bytes, words } = look(instance);
  let at = place >>> 2;
  const address = words[at++]!;
  const size = words[at++]!;
  const ends = words[at++]! >>> 2;
  const count = words[at]!;
  const text = decode(bytes.subarray(address, address + size));
  const items = new Array<Message>(count);
  let lastEventId = '';
  let from = 0;
  const take = (end = text.indexOf('\r', from)): string => {
    const start = from;
    from = end + 1;
    return text.substring(start, end);
  };
  for (let index = 0; index < count; index++) {
    const word = words[ends + index]!;
    // Where a byte is a character, its end need not be looked for.
    const data = take(text.length < size ? undefined : word >>> 2);
    const type = word & Border.NewType ? take() : 'message';
    if (word & Border.NewId) {
      lastEventId = take();
    }
    items[index] = { type, data, lastEventId };
  }
  return items;
}

/** An instance with more memory than this is dropped when idle, in bytes. */
export const IDLE_MEMORY = 8 * 1024 * 1024;

// The build puts these in: the version of the package and the stamp of the core it was built with.
declare const VERSION: string;
declare const STAMP: number;
