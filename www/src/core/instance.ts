/**
 * Calls the core: the other side of `www/abi`, whose contract stands in its `lib.rs`.
 *
 * Rules: views on memory are looked at anew after each call that may grow it; every address is made unsigned; everything the core lends is
 * copied out before the next call.
 *
 * Dangers: a trap leaves the instance unusable, and its later calls trap too. Strings cut from one decoded text share its memory
 * in some engines; that is their bargain, not ours to undo.
 */

import { Input, Option, type Connection, type Core, type Events, type Options } from './contract.js';
import { decode, decodeBroken } from './decode.js';

/** What the module exports, be it wasm or JavaScript. Only 32-bit integers cross. */
export interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  stamp(): number;
  prepare(size: number): number;
  connect(size: number): number;
  tell(handle: number, input: number, attempt: number, value: number, size: number, now: number, nowHigh: number): number;
  measure(): void;
  poll(handle: number): number;
  field(handle: number, field: number): number;
  release(handle: number): void;
}

/** What can be asked of the action polled last. */
export const enum Field {
  Attempt = 0,
  Delay = 1,
  ReadyState = 2,
  Failure = 3,
  Reason = 4,
  Status = 5,
  LastEventId = 6,
  LastEventIdSize = 7,
  ErrorDelay = 8,
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
  const exports = instance.exports;
  let handle: number;
  let chunk: Events = NOTHING;

  const tell = (input: Input, attempt: number, value: number, size: number, now: number): number =>
    // Both halves of the time are taken modulo 2^32 as they cross.
    handle && exports.tell(handle, input, attempt, value, size, now, now / 0x1_0000_0000) >>> 0;
  const field = (field: Field): number => handle && exports.field(handle, field);

  const { maxEventSize, startFrom } = options;
  const words = [
    Border.OptionsVersion,
    (options.flags ?? Option.Repeats) | (options.crossOrigin ? Option.CrossOrigin : 0) | (options.probe ? Option.Probe : 0),
    Math.min(maxEventSize === undefined ? DEFAULT_LIMIT : (maxEventSize ?? Infinity), Border.LongestString),
    Math.random() * 2 ** 32,
    ...(options.more || STANDARD),
  ];
  // Never 0: a core of this version knows these options.
  handle = exports.connect(handIn(instance, new Uint8Array(new Uint32Array(words).buffer)));
  instance.live++;
  if (startFrom) {
    tell(Input.StartFrom, 0, 0, handInText(instance, startFrom), 0);
  }

  return {
    responseStarted(attempt, status, contentType, now) {
      // What is not ASCII is in no type that matters, but may stand beside one that does.
      const size = contentType === null ? Border.NoContentType : handInText(instance, contentType.replace(/[^\0-\x7f]/g, '?'));
      tell(Input.ResponseStarted, attempt, status, size, now);
    },
    chunkReceived(attempt, bytes, now) {
      const table = handle && tell(Input.ChunkReceived, attempt, 0, handIn(instance, bytes), now);
      if (table === Border.OutOfOrder) {
        throw new Error('tidings: a chunk came too early');
      }
      if (table) {
        chunk = cut(instance, table);
      }
    },
    bodyEnded(attempt, now) {
      tell(Input.BodyEnded, attempt, 0, 0, now);
    },
    requestFailed(attempt, now) {
      tell(Input.RequestFailed, attempt, 0, 0, now);
    },
    probeEnded(attempt, outcome, now) {
      tell(Input.ProbeEnded, attempt, outcome, 0, now);
    },
    timerFired(attempt, now) {
      tell(Input.TimerFired, attempt, 0, 0, now);
    },
    wentOnline(now) {
      tell(Input.WentOnline, 0, 0, 0, now);
    },
    close() {
      tell(Input.CloseCalled, 0, 0, 0, 0);
    },
    tell(input, attempt, now, value = 0) {
      tell(input, attempt, value, 0, now);
    },
    poll: () => handle && exports.poll(handle),
    get attempt() {
      return field(Field.Attempt) >>> 0;
    },
    get delay() {
      return field(Field.Delay);
    },
    get readyState() {
      return field(Field.ReadyState) as 0 | 1 | 2;
    },
    error: () => ({
      failure: field(Field.Failure),
      reason: field(Field.Reason),
      attempt: field(Field.Attempt) >>> 0,
      delay: field(Field.ErrorDelay),
      status: field(Field.Status),
    }),
    events() {
      const events = chunk;
      chunk = NOTHING;
      return events;
    },
    lastEventIdBytes() {
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

/** Copies bytes into the input and says how many. */
function handIn(instance: Instance, bytes: Uint8Array): number {
  const { length } = bytes;
  const address = instance.exports.prepare(length) >>> 0;
  look(instance).bytes.set(bytes, address);
  return length;
}

/** Copies text whose characters are bytes into the input, and says how many. */
function handInText(instance: Instance, text: string): number {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = text.charCodeAt(index);
  }
  return handIn(instance, bytes);
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

/** What one event may hold unless told otherwise, in bytes. */
const DEFAULT_LIMIT = 64 * 1024 * 1024;
/** No idle timeout; the server's waits; any number of attempts, for ever. */
export const STANDARD: readonly number[] = [0, 1000, 0, -1, -1];
/** An instance with more memory than this is dropped when idle, in bytes. */
const IDLE_MEMORY = 8 * 1024 * 1024;
const NOTHING: Events = { count: 0, types: [], data: [], ids: [] };

// The build puts these in: the version of the package and the stamp of the core it was built with.
declare const VERSION: string;
declare const STAMP: number;
