/**
 * The memory of an instance: what is in it, and the strings of a chunk, which come out of it. The class and the parser entry share this.
 *
 * Rule: views on memory are looked at anew after each call that may grow it.
 *
 * Danger: strings cut from one decoded text share its memory in some engines; that is their bargain, not ours to undo.
 */

import type { Events } from './contract.js';
import { decode, decodeBroken } from './decode.js';

/** What the module exports, be it wasm or JavaScript. Only 32-bit integers cross. */
export interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  stamp(): number;
  prepare(size: number): number;
  connect(size: number): number;
  tell(handle: number, input: number, attempt: number, value: number, size: number, now: number): number;
  measure(): void;
  poll(handle: number): number;
  release(handle: number): void;
  open(limit: number): number;
  read(stream: number, size: number): number;
  close(stream: number): void;
}

/** More numbers that both sides know. */
export const enum Border {
  Statuses = 8,
  OptionsSize = 27,
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

/** A new instance, unless it is of another version. */
export function attached(instantiate: () => Exports): Instance {
  const exports = instantiate();
  if (!exports.stamp || exports.stamp() >>> 0 !== STAMP) {
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

/** Cuts all strings of a chunk out of one decoded text. */
export function cut(instance: Instance, table: number): Events {
  const { bytes, words } = look(instance);
  let at = table >>> 2;
  const address = words[at++]!;
  const size = words[at++]!;
  const count = words[at++]!;
  const text = decode(bytes.subarray(address, address + size));
  // What was replaced took any number of bytes, and may have swallowed the end of its string, or been mended by the beginning of the next: then each is
  // decoded alone.
  let isBroken = text.length < size && text.indexOf('\ufffd') >= 0;
  if (text.length < size) {
    for (let place = at, end = 0; end < size - 1; ) {
      end = words[place++]! >>> 2;
      isBroken ||= (bytes[address + end]! & 0xc0) === 0x80;
    }
  }
  if (text.length < size && !isBroken) {
    instance.exports.measure();
  }
  let from = 0;
  const take = (): string => {
    const start = from;
    from = words[at++]! >>> 2;
    return isBroken ? decodeBroken(bytes.subarray(address + start, address + from)) : text.substring(start, from);
  };
  const types = new Array<string>(count);
  const data = new Array<string>(count);
  const ids = new Array<string>(count);
  let type = 'message';
  let id = '';
  for (let index = 0; index < count; index++) {
    const flags = words[at]!;
    data[index] = take();
    if (flags & Border.NewType) {
      type = take() || 'message';
    }
    if (flags & Border.NewId) {
      id = take();
    }
    types[index] = type;
    ids[index] = id;
  }
  return { count, types, data, ids };
}

/** An instance with more memory than this is dropped when idle, in bytes. */
export const IDLE_MEMORY = 8 * 1024 * 1024;

// The build puts these in: the version of the package and the stamp of the core it was built with.
declare const VERSION: string;
declare const STAMP: number;
