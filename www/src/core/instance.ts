/** Calls the core for the class: the other side of `www/abi`, whose contract stands in its `lib.rs`. */

import { Field, Input, type Connection, type Core, type Message } from './contract.js';
import { Border, createCall, createTake, read, type Exports, type Instance, type Told } from './memory.js';

/** The core that `instantiate` makes instances of. */
export function createCore(instantiate: () => Exports): Core {
  // Finds the wrong version at once, not at the first connection.
  const callCore = createCall(instantiate, /* @__KEY__ */ 'poll');

  return {
    connect(options, lastEventId) {
      const words = new Uint32Array(Border.SourceWords);
      let chunk: (Message | Told)[] = [];
      const take = createTake(lastEventId);

      words.set(options, Field.Options);

      const call = (call: (instance: Instance) => number): number => callCore(words, call);
      const connection: Connection = {
        tell(input, attempt, now, value = 0, content) {
          call((instance) => {
            // The time is taken modulo 2^32 as it crosses.
            const moved = instance.exports.tell(instance.area, input, attempt, value, now);
            if (moved && content) {
              const items: (Message | Told)[] = (chunk = []);
              lastEventId = read(instance, content as Uint8Array, take, items as Message[], items);
            }
            return moved;
          });
        },
        poll: () => call(({ exports, area }) => exports.poll(area)),
        field: (field) => call((instance) => instance.words[field]! | 0),
        events() {
          const events = chunk;
          chunk = [];
          return events;
        },
        lastEventId: () => lastEventId,
      };
      connection.tell(Input.Begin, 0, Date.now());
      if (lastEventId) {
        connection.tell(Input.StartFrom, 0, 0);
      }
      return connection;
    },
  };
}
