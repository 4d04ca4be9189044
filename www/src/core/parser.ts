/**
 * The core of the parser entry: parsers that share an instance, for engines have room for a hundred instances or so and not for more.
 *
 * Rules: what was opened is closed once. Who forgets a parser need not close it: it is closed when it is collected.
 *
 * Danger: a trap breaks all parsers of the instance; the next one gets a new instance.
 */

import type { Message } from './contract.js';
import { attached, Border, cut, IDLE_MEMORY, look, type Exports, type Instance } from './memory.js';

/** Makes a parser with a limit on what one event may hold, in bytes. */
export type ParserCore = (limit: number) => Parser;

/**
 * One stream's parser: reads a chunk. Among its events are, in their order, those of the types that no event can have: see {@link Told}. Without a chunk it
 * gives its memory back, and is not called again.
 *
 * It throws when memory runs out, and then at each call.
 */
export type Parser = (chunk?: Uint8Array) => Message[];

/** What stands as a type where something else than an event was read: those of `feed_strings` in the core. */
export const enum Told {
  /** The data is a comment. */
  Comment = '\n',
  /** The data is a reconnection time, in octal digits. */
  ReconnectionTime = '\n\n',
  /** An event went past the limit; nothing is read any more. */
  LimitExceeded = '\n\n\n',
}

export function createCore(instantiate: () => Exports): ParserCore {
  // Finds the wrong version at once, not at the first parser.
  let instance: Instance | undefined = attached(instantiate, 'open');
  const forgotten = globalThis.FinalizationRegistry && new FinalizationRegistry<() => void>((close) => close());

  return (limit) => {
    const mine = (instance ||= attached(instantiate, 'open'));
    const { exports } = mine;
    const orDrop = <Result>(call: () => Result): Result => {
      try {
        return call();
      } catch (error) {
        if (mine === instance) {
          instance = undefined;
        }
        throw error;
      }
    };
    let stream = orDrop(() => exports.open(Math.min(limit, Border.LongestString)));
    mine.live++;
    const close = (): void => {
      if (stream) {
        exports.close(stream);
        stream = 0;
        if (!--mine.live && mine === instance && exports.memory.buffer.byteLength > IDLE_MEMORY) {
          // Memory only ever grows; without the instance it is given back.
          instance = undefined;
        }
      }
    };
    const parser: Parser = (chunk) => {
      if (chunk) {
        return orDrop(() => {
          const address = exports.prepare(chunk.length) >>> 0;
          look(mine).bytes.set(chunk, address);
          return cut(mine, exports.read(stream, chunk.length) >>> 0);
        });
      }
      close();
      return [];
    };
    forgotten?.register(parser, close);
    return parser;
  };
}
