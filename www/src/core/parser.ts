/**
 * The core of the parser entry: parsers that share an instance, for engines have room for a hundred instances or so and not for more.
 *
 * What a parser keeps is its own, so nothing has to be given back.
 */

import type { Message } from './contract.js';
import { Border, createCall, createTake, read, type Exports, type Told } from './memory.js';

/** Makes a parser with a limit on what one event may hold, in bytes. */
export type ParserCore = (limit: number) => Parser;

/**
 * One stream's parser: reads a chunk, and gives its events. What else it says is added to what is handed in.
 *
 * Once it throws it does so at each call: there was no room on the stack, and nobody knows how far it had read.
 */
export type Parser = (chunk: Uint8Array, told: Told[]) => Message[];

export function createCore(instantiate: () => Exports): ParserCore {
  // Finds the wrong version at once, not at the first parser.
  const call = createCall(instantiate, 'read');

  return (limit) => {
    let words: Uint32Array | undefined = new Uint32Array(Border.ParserWords);
    // What is wanted beside events: all there is.
    words.set([Math.min(limit, Border.LongestString), 2]);
    const take = createTake('');
    return (chunk, told) => {
      const events: Message[] = [];
      const mine = words!;
      words = undefined;
      call(mine, (instance) => read(instance, chunk, take, events, told));
      words = mine;
      return events;
    };
  };
}
