/**
 * The core for old browsers: what `core/instance.ts` and `core/memory.ts` are to others. Chunks are text, which the core asks about instead of having it copied, and strings are
 * cut from that.
 *
 * Each connection has an instance of its own, so that one which the end of the engine's stack has spoilt is nobody else's.
 */

import instantiate from 'tidings:text-core';

import { Field, Input, type Connection, type Message as Item } from '../core/contract.js';
import { Token, type Told } from '../core/memory.js';
import { received } from './events.js';

/** An instance: the words of its source, and what can be called; see `www/abi/src/lib.rs`. The area is known to it. */
export interface Exports {
  readonly words: Int32Array;
  tell(area: 0, input: number, attempt: number, value: number, now: number): number;
  poll(): number;
  read(area: 0, size: number): number;
}

export function connect(options: readonly number[], lastEventId: string): Connection {
  let text: string;
  /** Whether nothing of the body was read yet. */
  let isFirst = true;
  let isAscii: boolean;
  /** Where the next ones are from where it was last looked for them; far past the text if there are none. */
  let lineFeed: number;
  let carriageReturn: number;

  let time: number;
  let items: (Item | Told)[] = [];
  let value = '';
  let data = '';
  let type = '';
  let id = lastEventId;

  function byte(at: number): number {
    const unit = text.charCodeAt(at);
    return unit > 0x7f ? 0xff : unit;
  }

  function endOfLine(at: number): number {
    if (lineFeed < at) {
      lineFeed = text.indexOf('\n', at) & 0x7fffffff;
    }
    if (carriageReturn < at) {
      carriageReturn = text.indexOf('\r', at) & 0x7fffffff;
    }
    return lineFeed < carriageReturn ? lineFeed : carriageReturn;
  }

  function isData(at: number): boolean {
    // To cut that costs old engines more than all else that is done for a token.
    return (
      text.charCodeAt(at) === 0x64 &&
      text.charCodeAt(at + 1) === 0x61 &&
      text.charCodeAt(at + 2) === 0x74 &&
      text.charCodeAt(at + 3) === 0x61 &&
      text.charCodeAt(at + 4) === 0x3a
    );
  }

  function keep(from: number, to: number): number {
    value += text.substring(from, to);
    let size = to - from;
    for (let at = isAscii ? to : from; at < to; at++) {
      const unit = text.charCodeAt(at);
      // Half a character of four bytes is two of them.
      size += unit < 0x80 ? 0 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
    }
    return size;
  }

  function keepLine(): void {
    value += '\n';
  }

  function token(token: Token): void {
    if (token === Token.Event) {
      lastEventId = id;
      items.push(received(type || 'message', time, data + value, lastEventId));
      data = type = '';
    } else if (token === Token.Data) {
      data += value;
    } else if (token === Token.Type) {
      type = value;
    } else if (token === Token.Id) {
      id = value;
    } else if (token === Token.Comment) {
      items.push({ type: token, data: value });
    } else if (token !== Token.Nothing) {
      if (token === Token.NoEvent) {
        lastEventId = id;
      } else if (token === Token.Restart) {
        id = lastEventId;
      }
      data = type = '';
    }
    value = '';
  }

  const core = instantiate(byte, endOfLine, isData, keep, keepLine, token);
  const { words } = core;

  const connection: Connection = {
    tell(input, attempt, now, value, content) {
      if (input === Input.ResponseStarted) {
        isFirst = true;
      }
      // Whole numbers; and the time is taken modulo 2^32.
      if (core.tell(0, input, attempt, value! | 0, now | 0) && input === Input.ChunkReceived) {
        text = content as string;
        if (isFirst && text) {
          // "UTF-8 decode", of which XHR has not always done this: not where it came in pieces.
          text = text.replace(/^\ufeff/, '');
          isFirst = false;
        }
        isAscii = text.search(/[^\0-\x7f]/) < 0;
        lineFeed = carriageReturn = -1;
        time = now;
        items = [];
        core.read(0, text.length);
      }
    },
    poll: core.poll,
    field: (field) => words[field]!,
    events: () => items,
    lastEventId: () => lastEventId,
  };
  words.set(options, Field.Options);
  connection.tell(Input.Begin, 0, Date.now());
  if (lastEventId) {
    connection.tell(Input.StartFrom, 0, 0);
  }
  return connection;
}
