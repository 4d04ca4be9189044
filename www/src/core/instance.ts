/**
 * Calls the core: the other side of `www/abi`, whose contract stands in its `lib.rs`.
 *
 * Rules: every address is made unsigned; everything the core lends is copied out before the next call.
 *
 * Danger: a trap leaves the instance unusable, and its later calls trap too.
 */

import { Field, Input, Option, type Connection, type Core, type Message, type Options } from './contract.js';
import { decodeBroken } from './decode.js';
import { attached, Border, cut, IDLE_MEMORY, look, type Exports, type Instance } from './memory.js';

/** The core that `instantiate` makes instances of. */
export function createCore(instantiate: () => Exports): Core {
  // Finds the wrong version at once, not at the first connection.
  let instance: Instance | undefined = attached(instantiate, 'connect');

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
      return connect((instance = attached(instantiate, 'connect')), options, release);
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
  let chunk: Message[] = [];
  let handle = exports.connect();
  const { words } = look(instance);
  const first = (handle >>> 2) + Field.Options;
  options.forEach((value, index) => {
    if (index < Option.Statuses) {
      words[first + index] = value;
    } else {
      // A bit for each status.
      words[first + Option.Statuses + (value >> 5)]! |= 1 << value;
    }
  });
  exports.tell(handle, Input.Begin, 0, 0, 0, 0);
  instance.live++;

  const field = (field: Field): number => look(instance).words[(handle >>> 2) + field]! | 0;

  return {
    tell(input, attempt, now, value = 0, content = '') {
      if (handle) {
        // The time is taken modulo 2^32 as it crosses.
        const table = exports.tell(handle, input, attempt, value, handIn(instance, content), now) >>> 0;
        if (table) {
          chunk = cut(instance, table);
        }
      }
    },
    poll: () => handle && exports.poll(handle),
    field,
    events() {
      const events = chunk;
      chunk = [];
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
      chunk = [];
      if (old) {
        try {
          exports.release(old);
        } catch (error) {
          // The instance trapped earlier; nobody asks it for anything any more.
        }
        released(instance);
      }
    },
  };
}

/** Copies bytes, or text of whose characters the low eight bits count, into the input and says how many. */
function handIn(instance: Instance, content: Uint8Array | string): number {
  const { length } = content;
  const address = instance.exports.prepare(length) >>> 0;
  const { bytes } = look(instance);
  if (typeof content === 'string') {
    for (let index = 0; index < length; index++) {
      bytes[address + index] = content.charCodeAt(index);
    }
  } else {
    bytes.set(content, address);
  }
  return length;
}

// The build puts this in: the version of the package and the stamp of the core it was built with.
declare const VERSION: string;
