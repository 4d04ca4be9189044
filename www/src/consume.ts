/**
 * Taking messages in order, by `for await` or as a stream. Functions over a source, so that bundlers drop them where they are not used.
 *
 * Rules: each consumer has a queue of its own; what was read is delivered whole, so a queue may grow past its limit by what one chunk holds. Listeners
 * are not paced by anything.
 */

import { Input } from './core/contract.js';
import { details, type Answer, type ErrorDetails, type Reason } from './details.js';
import { words } from './hooks.js';
import { sources, type Consumer, type Source } from './event_source.js';
import { ANY, isObject, read, refuse, STRING, type Rule } from './options.js';

/** A message, as iterators and streams give it. */
export interface Message<Type extends string = string, Data = string> {
  /** The event type: `message` unless the server gave another. */
  readonly type: Type;
  /** The data as text, its lines joined by LF; with {@link ConsumeOptions.json} what that text says. */
  readonly data: Data;
  /** The last event ID string as of this message; empty if there was none yet. */
  readonly lastEventId: string;
}

/**
 * The messages of an event map: what data each type has. `messages` and `stream` take the map as their type argument, so that `type` tells what `data` is. It
 * is what you say of your server, and is not checked.
 *
 * ```ts
 * type News = { price: { symbol: string; price: number }; halt: null };
 *
 * for await (const message of messages<News>(source, { json: true })) {
 *   if (message.type === 'price') show(message.data.symbol, message.data.price);
 * }
 * ```
 */
export type MessageOf<Map> = { [Type in keyof Map & string]: Message<Type, Map[Type]> }[keyof Map & string];

/** How messages are taken. */
export interface ConsumeOptions {
  /** Whether the data is parsed as JSON. False unless set. What is no JSON ends the iterator with the reason `decode`. */
  json?: boolean | undefined;
  /** Data that marks the end, such as `[DONE]`: it is not given, and closes the source. An end without it ends the iterator with the reason `truncated`. */
  until?: string | undefined;
  /** How many messages may wait, at least 1: 1,024 unless set. What one chunk held is queued whole, so it may be more for a moment. */
  queue?: number | undefined;
  /**
   * What happens when so many wait; `pause` unless set. `pause`: nothing more is read until they are taken, by other consumers and listeners neither;
   * `resume-later`: the connection is let go, and resumed by its last event ID when they were taken (a request that is not repeated fails instead); `fail`: the
   * connection fails, with the reason `overflow`.
   */
  overflow?: 'pause' | 'resume-later' | 'fail' | undefined;
}

/**
 * Exported for `tidings/dev` alone.
 *
 * @internal
 */
export const RULES: Record<keyof ConsumeOptions, Rule> = {
  json: ANY,
  until: STRING,
  queue: ['a number, 1 or more', (value) => typeof value === 'number' && value >= 1],
  overflow: ['pause, resume-later or fail', (value) => ['pause', 'resume-later', 'fail'].includes(value)],
};

/** Why no more messages come: what the `error` event told, or `truncated`, or `decode` with the text that is no JSON. */
export interface ConsumeError extends Error, Answer {
  /** Why: one of the error event's, or `truncated` or `decode`. */
  readonly reason: Reason;
  /** What the source's last `error` event told; `undefined` with `truncated` and `decode`, of which the source knows nothing. */
  readonly details?: ErrorDetails | undefined;
  /** The data that could not be decoded. */
  readonly text?: string | undefined;
}

/**
 * All messages in order, of every type, from now on. The iterator is done at once when the source is closed, and after the last message when its stream has ended; it
 * throws a {@link ConsumeError} after the last message when its connection fails for good, or did so before. Interruptions do not show.
 *
 * ```js
 * for await (const { type, data } of messages(source, { json: true, until: '[DONE]' })) show(type, data)
 * ```
 *
 * Leaving the loop ends the iterator and not the source.
 *
 * @throws {TypeError} If that is no source of this package, or an option is bad.
 */
export function messages<Map = Record<string, string>>(
  source: EventSource,
  options: ConsumeOptions = {},
): AsyncIterableIterator<MessageOf<Map>> {
  const behind = sourceOf(source);
  isObject(options) || refuse('options', options, 'an object');
  const plan: ConsumeOptions = {};
  read(RULES, options, plan);
  const { json, until, queue: limit = 1024, overflow = 'pause' } = plan;
  type Result = IteratorResult<MessageOf<Map>, undefined>;
  type Asker = { resolve: (result: Result | PromiseLike<Result>) => void; reject: (error: unknown) => void };
  const DONE: Result = { done: true, value: undefined };
  const queue: MessageEvent[] = [];
  const askers: Asker[] = [];
  let full = false;
  let ended = false;
  let failure: ConsumeError | undefined;

  const drained = () => {
    if (full) {
      full = false;
      if (!--behind.full!) {
        const { goOn } = behind;
        behind.goOn = undefined;
        behind.tell(Input.Resumed);
        goOn?.();
      }
    }
  };
  const finish = (error?: ConsumeError) => {
    if (!ended) {
      ended = true;
      failure = error;
      behind.consumers?.delete(consumer);
      serve();
    }
  };
  /** Answers who asks, as far as there is something to answer with. */
  const serve = () => {
    while (askers.length && (queue.length || ended)) {
      const { resolve, reject } = askers.shift()!;
      const event = queue.shift();
      if (event) {
        try {
          const { type, data, lastEventId } = event;
          resolve({ done: false, value: { type, data: json ? JSON.parse(data) : data, lastEventId } as MessageOf<Map> });
        } catch (error) {
          queue.length = 0;
          drained();
          reject(failed('decode', { text: event.data, cause: error }));
          finish();
        }
      } else if (failure) {
        reject(failure);
        failure = undefined;
      } else {
        resolve(DONE);
      }
    }
    if (!queue.length) {
      drained();
    }
  };
  const consumer: Consumer = {
    take(event) {
      if ((event as MessageEvent).data === until) {
        finish();
        return true;
      }
      queue.push(event as MessageEvent);
      serve();
      if (!full && queue.length >= limit) {
        full = true;
        behind.full!++;
        if (overflow !== 'pause') {
          behind.tell(Input.Overflowed, 0, +(overflow === 'resume-later'));
        }
      }
      return false;
    },
    end(event, complete) {
      const error = event && (details(event) as ErrorDetails);
      if (!error && !complete) {
        // Who closes it wants nothing more.
        queue.length = 0;
      }
      finish(error ? failed(error.reason, { ...error, details: error }) : complete && until !== undefined ? failed('truncated', {}) : undefined);
    },
  };
  if (behind.over) {
    consumer.end!(...behind.over);
  } else {
    consumersOf(behind).add(consumer);
  }
  return {
    next: () =>
      new Promise((resolve, reject) => {
        askers.push({ resolve, reject });
        serve();
      }),
    return(value?: any) {
      queue.length = 0;
      finish();
      failure = undefined;
      drained();
      return Promise.resolve({ done: true, value });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * The same as a [`ReadableStream`](https://streams.spec.whatwg.org/#rs-class), for pipes. It keeps nothing itself: a message is taken when one is asked for.
 * Cancelling it ends the consumer and not the source. Where the iterator throws a {@link ConsumeError}, the stream fails with it.
 *
 * ```js
 * await stream(source, { json: true }).pipeTo(new WritableStream({ write: ({ data }) => show(data) }));
 * ```
 *
 * @throws {TypeError} If that is no source of this package, or an option is bad.
 */
export function stream<Map = Record<string, string>>(source: EventSource, options?: ConsumeOptions): ReadableStream<MessageOf<Map>> {
  const iterator = messages<Map>(source, options);
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      cancel() {
        iterator.return!();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Begins anew: a wait ends, and so does a connection, also one whose request is not repeated by itself. A connection that ends so is an interruption with the
 * reason `requested`, and the new request carries the last event ID. Events that have come are fired first. A closed source stays closed. It may be called inside a
 * listener too.
 *
 * ```js
 * button.addEventListener('click', () => reconnect(source)); // "Try now"
 * ```
 *
 * @throws {TypeError} If that is no source of this package.
 */
export function reconnect(source: EventSource): void {
  sourceOf(source).tell(Input.ReconnectCalled);
}

/**
 * Calls `hear` with the text of each comment, from the next chunk on: without its colon and one space after that, its first 4 KiB. What it returns ends that.
 * The [standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation) ignores comments, and servers send them to keep
 * a connection alive.
 *
 * ```js
 * const stop = onComment(source, (text) => console.log('still there', text));
 * ```
 *
 * @throws {TypeError} If that is no source of this package, or no function.
 */
export function onComment(source: EventSource, hear: (text: string) => void): () => void {
  const behind = sourceOf(source);
  typeof hear === 'function' || refuse('hear', hear, 'a function');
  const consumers = consumersOf(behind);
  const consumer = { hear };
  consumers.add(consumer);
  behind.hear = (text) => consumers.forEach((consumer) => guarded(() => consumer.hear?.(text)));
  behind.tell(Input.CommentsWanted);
  return () => {
    consumers.delete(consumer);
  };
}

/** Who takes what a source gives. Apps that take nothing so do without what gives it. */
function consumersOf(behind: Source): Set<Consumer> {
  if (!behind.consumers) {
    const consumers = (behind.consumers = new Set<Consumer>());
    behind.full = 0;
    behind.take = (event) => {
      let isLast: boolean | undefined;
      consumers.forEach((consumer) => {
        isLast = consumer.take?.(event) || isLast;
      });
      if (isLast) {
        // To those that know no marker that was the end too.
        behind.end!(undefined, true);
        behind.close();
      }
    };
    behind.end = (error, complete) => {
      consumers.forEach((consumer) => consumer.end?.(error, complete));
      consumers.clear();
    };
  }
  return behind.consumers;
}

/** Calls somebody's function, whose exceptions are reported as those of listeners are. */
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

function sourceOf(source: EventSource): Source {
  const found = sources.get(source);
  if (!found) {
    throw new TypeError("tidings: this takes an EventSource of tidings, not another");
  }
  return found;
}

function failed(reason: Reason, more: object): ConsumeError {
  return Object.assign(new Error('tidings: ' + reason + words('reason:' + reason)), more, { reason });
}
