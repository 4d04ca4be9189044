/**
 * Calls the core: the other side of `www/abi`, whose contract stands in its `lib.rs`.
 *
 * Rules: views on memory are looked at anew after each call that may grow it; every address is made unsigned; everything the core lends is
 * copied out before the next call.
 *
 * Dangers: a trap leaves the instance unusable, and its later calls trap too. Strings cut from one decoded text share its memory
 * in some engines; that is their bargain, not ours to undo.
 */

import { Field, type Connection, type Core, type Events, type Options } from './contract.js';
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
  record(): number;
  release(handle: number): void;
}

/** More numbers that both sides know. */
export const enum Border {
  OptionsVersion = 1,
  NoContentType = -1,
  Never = -1,
  OutOfOrder = 1,
  NewType = 1,
  NewId = 2,
  LongestString = 536_870_888,
}

interface Instance {
  exports: Exports;
  /** The memory as it was last looked at, and the views on it. */
  buffer: ArrayBuffer | undefined;
  bytes: Uint8Array;
  words: Uint32Array;
  /** How many connections it has. */
  live: number;
}

/** The core that `instantiate` makes instances of. */
export function createCore(instantiate: () => Exports): Core {
  let instance: Instance | undefined;

  const attach = (): Instance => {
    const exports = instantiate();
    if (!exports.stamp || exports.stamp() >>> 0 !== STAMP) {
      throw new TypeError('tidings: this is not the core of ' + VERSION);
    }
    return { exports, live: 0 } as Instance;
  };

  // Finds the wrong version at once, not at the first connection.
  instance = attach();

  return {
    version: VERSION,
    connect(options) {
      if (instance) {
        try {
          return connect(instance, options, release);
        } catch (error) {
          // It may have trapped earlier; a new one tells whether that was it.
        }
      }
      return connect((instance = attach()), options, release);
    },
  };

  function release(released: Instance): void {
    if (!--released.live && released === instance && released.exports.memory.buffer.byteLength > IDLE_MEMORY) {
      // Memory only ever grows; without the instance it is given back.
      instance = undefined;
    }
  }
}

function connect(instance: Instance, options: Options, released: (instance: Instance) => void): Connection {
  const { exports } = instance;
  let chunk: Events = NOTHING;
  // Never 0: a core of this version knows these options.
  let handle = exports.connect(handIn(instance, new Uint8Array(new Uint32Array([Border.OptionsVersion, ...options]).buffer)));
  instance.live++;

  const field = (field: Field): number => look(instance).words[(exports.record() >>> 2) + field]! | 0;

  return {
    tell(input, attempt, now, value = 0, content = '') {
      if (handle) {
        const size = content === null ? Border.NoContentType : handIn(instance, content);
        // The time is taken modulo 2^32 as it crosses.
        const table = exports.tell(handle, input, attempt, value, size, now) >>> 0;
        if (table === Border.OutOfOrder) {
          throw new Error('tidings: a chunk came too early');
        }
        if (table) {
          chunk = cut(instance, table);
        }
      }
    },
    poll: () => handle && exports.poll(handle),
    field,
    events() {
      const events = chunk;
      chunk = NOTHING;
      return events;
    },
    lastEventId() {
      const start = field(Field.LastEventId) >>> 0;
      const text = decodeBroken(look(instance).bytes.subarray(start, start + field(Field.LastEventIdSize)));
      return unescape(encodeURIComponent(text));
    },
    free() {
      const old = handle;
      handle = 0;
      chunk = NOTHING;
      if (old) {
        try {
          exports.release(old);
        } catch (error) {
          // The instance trapped earlier, and all it had is gone already.
        }
        released(instance);
      }
    },
  };
}

/** The views on memory, anew where it has grown since. */
function look(instance: Instance): Instance {
  const { buffer } = instance.exports.memory;
  if (instance.buffer !== buffer) {
    instance.buffer = buffer;
    instance.bytes = new Uint8Array(buffer);
    instance.words = new Uint32Array(buffer);
  }
  return instance;
}

/** Copies bytes, or text whose characters are bytes, into the input and says how many. */
function handIn(instance: Instance, content: Uint8Array | string): number {
  const { length } = content;
  const address = instance.exports.prepare(length) >>> 0;
  const { bytes } = look(instance);
  if (typeof content === 'string') {
    for (let index = length; index--; ) {
      bytes[address + index] = content.charCodeAt(index);
    }
  } else {
    bytes.set(content, address);
  }
  return length;
}

/** Cuts all strings of a chunk out of one decoded text. */
function cut(instance: Instance, table: number): Events {
  const { bytes, words } = look(instance);
  let at = table >>> 2;
  const address = words[at++]!;
  const size = words[at++]!;
  const count = words[at++]!;
  const text = decode(bytes.subarray(address, address + size));
  // What was replaced took any number of bytes, and may have swallowed the end of its string: then each is decoded alone.
  const isBroken = text.length < size && text.indexOf('\ufffd') >= 0;
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
const IDLE_MEMORY = 8 * 1024 * 1024;
const NOTHING: Events = { count: 0, types: [], data: [], ids: [] };

// The build puts these in: the version of the package and the stamp of the core it was built with.
declare const VERSION: string;
declare const STAMP: number;
