/**
 * The parser's three doors: a call for each chunk, an iterator that asks for chunks, and a transform stream.
 *
 * Rules: no chunk is asked for before an event is; an event that came before what went wrong is given before that is told.
 */

import { findCore } from './core/find.js';
import { Token, type Told } from './core/memory.js';
import type { Parser, ParserCore } from './core/parser.js';

/** An event of an event stream. */
export interface EventStreamMessage {
  /** The event type: `message` unless the stream said otherwise. */
  readonly type: string;
  /** The data; its lines are joined by LF. */
  readonly data: string;
  /** The last event ID string as of this event; empty if there was none yet. A request to resume sends it as `Last-Event-ID`. */
  readonly lastEventId: string;
}

/** How an event stream is read. */
export interface EventStreamOptions {
  /**
   * The most that one event may hold (data, type and id together), in bytes: 64 MiB unless set; `null` or `Infinity` lifts it. A bigger one is a
   * `RangeError`, and nothing is read after it.
   */
  maxEventSize?: number | null | undefined;
  /**
   * Called with each comment, without its colon and one space after that, before the events of its chunk are given. Of a long one it is
   * the first 4 KiB, where a character may be cut.
   */
  onComment?: ((comment: string) => void) | undefined;
  /** Called with each reconnection time that the stream asks for, in milliseconds, before the events of its chunk are given. */
  onRetry?: ((milliseconds: number) => void) | undefined;
}

/** What bytes come from: a `Response`, a stream, or whatever gives chunks of bytes, such as a Node stream. */
export type EventStreamSource =
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | {
      /** The bytes; `null` where an answer has none, which is an empty stream. */
      readonly body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | null;
      /** Whether they were read already, which is refused. */
      readonly bodyUsed?: boolean;
    };

/**
 * Reads an event stream chunk by chunk, as [the standard says](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream):
 * hand in the next bytes, in any cuts, and take the events that they complete.
 *
 * ```js
 * import { EventStreamDecoder } from 'tidings/parser';
 *
 * const decoder = new EventStreamDecoder();
 * decoder.push(new TextEncoder().encode('id: 7\ndata: hel')); // []
 * decoder.push(new TextEncoder().encode('lo\n\n')); // [{ type: 'message', data: 'hello', lastEventId: '7' }]
 * ```
 *
 * A block without its blank line at the end of the stream is no event: there is nothing to flush.
 */
export class EventStreamDecoder {
  readonly #limit: number;
  readonly #options: EventStreamOptions;
  #parser: Parser | undefined;
  #exceeded = false;

  /** @throws {TypeError} If an option is not what it should be. */
  constructor(options?: EventStreamOptions) {
    const { maxEventSize = DEFAULT_LIMIT, onComment, onRetry, ...others } = (this.#options = options || {});
    for (const name in others) {
      refuse('no option ' + name);
    }
    this.#limit = maxEventSize ?? Infinity;
    if (!(this.#limit >= 0)) {
      refuse('maxEventSize has to be a number of bytes');
    }
    for (const callback of [onComment, onRetry]) {
      if (callback && typeof callback !== 'function') {
        refuse('onComment and onRetry have to be functions');
      }
    }
  }

  /**
   * Takes the next bytes and gives the events that they complete. The bytes are the caller's again when this returns.
   *
   * @throws {TypeError} If it is given anything but bytes, such as text: leave out what decodes them.
   * @throws {RangeError} If an event goes past the limit. Events of the same chunk before it are given first; then this throws at the next call, and
   * at all until {@link reset}.
   * @throws {Error} Where no core was handed in with `setCore` and none is there at once: WebAssembly is missing or forbidden, or this engine compiles it in the
   * background. The other two doors wait for one.
   */
  push(chunk: Uint8Array): EventStreamMessage[] {
    let events: EventStreamMessage[] = [];
    // Bytes of another realm are no `instanceof` of ours.
    if (chunk?.BYTES_PER_ELEMENT !== 1) {
      refuse(
        `a chunk has to be a Uint8Array, not ${{}.toString.call(chunk).slice(8, -1)}`
          + (typeof chunk == 'string' ? ': leave out what decodes it, such as TextDecoderStream' : ''),
      );
    }
    if (chunk.length && !this.#exceeded) {
      const { onComment, onRetry } = this.#options;
      const told: Told[] = [];
      events = (this.#parser ||= make(this.#limit))(chunk, told);
      for (const { type, data } of told) {
        if (type === Token.Comment) {
          onComment?.(data);
        } else if (type === Token.ReconnectionTime) {
          onRetry?.(parseInt(data, 8));
        } else {
          // With what it holds.
          this.#parser = undefined;
          this.#exceeded = true;
        }
      }
    }
    if (this.#exceeded && !events.length) {
      throw new RangeError(`tidings: an event exceeds maxEventSize, ${this.#limit} bytes`);
    }
    return events;
  }

  /** Begins anew, for another stream: an unfinished block, the last event ID and the memory they took are gone. */
  reset(): void {
    this.#parser = undefined;
    this.#exceeded = false;
  }
}

/**
 * Gives the events of a stream as they come: of a `Response`, of its body, or of whatever gives chunks of bytes.
 *
 * ```js
 * import { parseEventStream } from 'tidings/parser';
 *
 * const response = await fetch('/v1/chat', { method: 'POST', body: '{"stream":true}' });
 * for await (const { data } of parseEventStream(response)) {
 *   console.log(data);
 * }
 * ```
 *
 * A chunk is asked for when an event is, and there is none left; never before. To leave the loop, or to call `return` or `throw`, cancels the
 * source, and a `ReadableStream` or `Response` at once, also while a chunk is waited for. The status and the content type of a response are for the caller to look at.
 *
 * @throws {TypeError} If there are no bytes to be had from the source, or an option is not what it should be. While it is read, it throws what the source does,
 * and a `RangeError` at an event that holds more than `maxEventSize`.
 */
export function parseEventStream(source: EventStreamSource, options?: EventStreamOptions): AsyncGenerator<EventStreamMessage, void, undefined> {
  const decoder = new EventStreamDecoder(options);
  const chunks = chunksOf(source);
  /** The source is at its end, or was told that no more is wanted. */
  let over = false;
  /** A chunk was asked for, and neither came nor was refused. */
  let waits = false;
  const stop = async (reason?: unknown): Promise<void> => {
    if (!over) {
      over = true;
      await chunks.return?.(reason);
    }
  };

  const events = (async function* (): AsyncGenerator<EventStreamMessage, void, undefined> {
    try {
      await findCore();
      for (;;) {
        waits = true;
        const { done, value } = await chunks.next();
        waits = false;
        if (done) {
          return;
        }
        for (const event of decoder.push(value)) {
          yield event;
        }
        // Says so if that was all before an event that is too big.
        decoder.push(NOTHING);
      }
    } catch (error) {
      if (!waits) {
        // The first error is the one to be told.
        stop(error).catch(() => {});
      }
      throw error;
    } finally {
      over = true;
      decoder.reset();
    }
  })();

  for (const way of ['return', 'throw'] as const) {
    // A generator would not hear of it before what it waits for has come.
    const end = events[way].bind(events) as (value: unknown) => Promise<IteratorResult<EventStreamMessage, void>>;
    events[way] = (value: unknown) => Promise.all([end(value), stop(value)]).then(([result]) => result);
  }
  return events;
}

/**
 * The same as a [`TransformStream`](https://streams.spec.whatwg.org/#ts-class), for pipes.
 *
 * ```js
 * import { EventStreamTransform } from 'tidings/parser';
 *
 * const response = await fetch('/news');
 * const events = response.body.pipeThrough(new EventStreamTransform());
 * ```
 *
 * As with all transform streams, a pipe asks for one chunk ahead; to cancel the readable side cancels the source of the pipe. A chunk that is not bytes is
 * a `TypeError` of the pipe, an event that holds more than `maxEventSize` a `RangeError`.
 */
export class EventStreamTransform extends (
  // Importing this must not fail where there is none.
  (typeof TransformStream === 'function' ? TransformStream : Object) as typeof TransformStream
)<Uint8Array, EventStreamMessage> {
  /** @throws {TypeError} If an option is not what it should be. */
  constructor(options?: EventStreamOptions) {
    const decoder = new EventStreamDecoder(options);
    super({
      async transform(chunk, controller) {
        await findCore();
        for (const event of decoder.push(chunk)) {
          controller.enqueue(event);
        }
      },
      // An error takes with it what was not read yet, so one that followed an event is told when the next chunk is asked for, or here.
      flush() {
        decoder.push(NOTHING);
        decoder.reset();
      },
    });
  }
}

/** Where chunks come from, one by one. */
function chunksOf(source: EventStreamSource): Chunks {
  let body: any = source;
  if ('body' in Object(source)) {
    if (body.bodyUsed) {
      refuse('this body was read already');
    }
    body = body.body;
    if (!body) {
      return [].values() as unknown as Chunks;
    }
  }
  if (body?.getReader) {
    const reader = body.getReader();
    return { next: () => reader.read(), return: (reason) => reader.cancel(reason) };
  }
  return body?.[Symbol.asyncIterator]?.() || refuse('parseEventStream takes a Response, a ReadableStream or an async iterable');
}

/** What of an async iterator is needed, which a reader of a stream can be made to. */
interface Chunks {
  next(): IteratorResult<Uint8Array> | Promise<IteratorResult<Uint8Array>>;
  /** Called once, and not where the source ended by itself. */
  return?(reason?: unknown): Promise<unknown>;
}

function make(limit: number): Parser {
  const core = findCore() as unknown as ParserCore | Promise<ParserCore>;
  if ('then' in core) {
    // Who pushes is told now, whatever becomes of it.
    core.catch(() => {});
    throw new Error("tidings: no WebAssembly (script-src needs 'wasm-unsafe-eval') and no tidings/core-js (setCore takes it): parseEventStream waits for one");
  }
  return core(limit);
}

function refuse(reason: string): never {
  throw new TypeError('tidings: ' + reason);
}

const DEFAULT_LIMIT = 2 ** 26;
const NOTHING = new Uint8Array(0);
