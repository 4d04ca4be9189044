/**
 * The memory of an instance: how one serves all sources or parsers of a realm, and how strings come out of it. The class and the parser entry share this.
 *
 * Rules: memory never grows, so views on it are made once. The words of the source or parser that was worked on last lie in it; those of all others lie in their own arrays. What
 * a stream said and is not complete yet are strings here, not bytes there.
 *
 * Dangers: a call may end where the engine's stack does; the words of whom it was for are worth nothing then, and all others lie elsewhere by that time. A part of a string may keep the whole in
 * memory: where parts add up, they are copied.
 */

import type { Message } from './contract.js';
import { createDecode } from './decode.js';

/** What the module exports, be it wasm or JavaScript. Only 32-bit integers cross. */
export interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  area(): number;
  tell(area: number, input: number, attempt: number, value: number, now: number): number;
  poll(area: number): number;
  read(area: number, size: number): number;
}

/** More numbers that both sides know: where things lie in the area, in bytes, but for the stamp, which is a word. */
export const enum Border {
  Never = -1,
  EventStream = -1,
  Transient = 2 ** 16,
  LongestString = 536_838_120,
  ParserWords = 13,
  SourceWords = 56,
  Stamp = 127,
  Input = 512,
  InputSize = 2 ** 15,
  Output = 33_288,
}

/** What the text of a chunk is made of: what becomes of the string before it. See `Token` in the core. */
export const enum Token {
  Data = 0,
  Type = 1,
  Id = 2,
  Event = 3,
  NoEvent = 4,
  Nothing = 5,
  Skip = 6,
  Restart = 7,
  Comment = 8,
  ReconnectionTime = 9,
  LimitExceeded = 10,
}

/** An instance, and its area as bytes and words. */
export interface Instance {
  exports: Exports;
  area: number;
  bytes: Uint8Array;
  words: Uint32Array;
}

/** Calls an instance for whom these words belong to, and gives what the call gives. Where it throws, the words are not to be used any more. */
export type Call = <Result>(words: Uint32Array, call: (instance: Instance) => Result) => Result;

/** What is told beside events, by its {@link Token}. */
export interface Told {
  readonly type: Token;
  readonly data: string;
}

/** Takes what came of a part of a chunk, adds the events that it completes, and what else was told, and gives the last event ID. */
export type Take = (bytes: Uint8Array, events: Message[], told: (Told | Message)[]) => string;

/** The instances, one after another, unless they are of another version, or of the other entry: that has not this export. */
export function createCall(instantiate: () => Exports, wanted: 'poll' | 'read'): Call {
  let instance = attach();
  let owner: Uint32Array | null = null;
  let busy = false;

  return (words, call) => {
    if (busy) {
      instance = attach();
      owner = null;
      busy = false;
    }
    if (owner !== words) {
      owner?.set(instance.words.subarray(0, owner.length));
      instance.words.set(words);
      owner = words;
    }
    // From here on to its end, what is in the instance is not to be relied on.
    busy = true;
    const result = call(instance);
    busy = false;
    return result;
  };

  function attach(): Instance {
    const exports = instantiate();
    if (exports[wanted]) {
      const area = exports.area();
      const { buffer } = exports.memory;
      const words = new Uint32Array(buffer, area);
      if (words[Border.Stamp] === STAMP) {
        return { exports, area, words, bytes: new Uint8Array(buffer, area) };
      }
    }
    throw new TypeError('tidings: this is not the core of ' + VERSION);
  }
}

/** Reads a chunk, part by part as there is room in the input, and gives the last event ID. */
export function read({ exports, area, bytes }: Instance, chunk: Uint8Array, take: Take, events: Message[], told: (Told | Message)[]): string {
  let lastEventId;
  let from = 0;
  do {
    const to = Math.min(chunk.length, from + Border.InputSize);
    const size = to - from;
    // Another view is dearer than a small chunk.
    bytes.set(size < chunk.length ? chunk.subarray(from, to) : chunk, Border.Input);
    from = to;
    lastEventId = take(bytes.subarray(Border.Output, Border.Output + exports.read(area, size)), events, told);
  } while (from < chunk.length);
  return lastEventId;
}

/** Keeps the strings of a stream, and does with them what the core says. */
export function createTake(lastEventId: string): Take {
  let value = '';
  let data = '';
  let type = '';
  let id = lastEventId;
  const decode = createDecode();
  return (bytes, events, told) => {
    const text = decode(bytes);
    let start = 0;
    let end;
    while ((end = text.indexOf('\r', start)) >= 0) {
      const token = text.charCodeAt(end + 1);
      value += text.substring(start, end);
      start = end + 2;
      if (token === Token.Data) {
        data += own(value);
      } else if (token === Token.Type) {
        type = value;
      } else if (token === Token.Id) {
        id = value;
      } else if (token >= Token.Comment) {
        told.push({ type: token, data: value });
      } else if (token !== Token.Nothing) {
        if (token === Token.Restart) {
          id = lastEventId;
        } else if (token < Token.Skip) {
          lastEventId = id;
        }
        if (token === Token.Event) {
          events.push({ type: type || 'message', data: data + value, lastEventId });
        }
        data = type = '';
      }
      value = '';
    }
    value += own(text.substring(start));
    return lastEventId;
  };
}

/** The same text, by which V8 makes a string of its own: a part would keep the whole that it was cut from in memory. */
function own(text: string): string {
  return (' ' + text).slice(1);
}

// The build puts these in: the version of the package, and the stamp of the core it was built with.
declare const VERSION: string;
declare const STAMP: number;
