/**
 * The one loop behind a source: tell the core what happened, take one action, perform it, repeat. What is decided is decided in the core.
 *
 * Rules: the ready state changes as an action, in order, so a listener sees the state that belongs to its event. A listener may call
 * anything; of that, `close()` acts at once, and what was still to be dispatched is dropped. The next chunk is taken when all events of
 * the last one were dispatched (transports read one chunk ahead): a slow listener slows the reading, not the memory.
 *
 * Danger: the standard queues a task for each event, so whatever promises a listener leaves behind are done before the next event. A loop in
 * one task would break that; see `host/turns.ts`. So no two events are fired without a turn between them.
 *
 * Danger: after `close()` the connection goes back to the core in the middle of a loop that still runs further out; each look
 * at it is a new look.
 */

import { ActionKind, Input, Option, type Connection, type Core, type Events } from './core/contract.js';
import { errorDetails, tell as tellMore, type Answer, type ErrorDetails } from './details.js';
import type { Source } from './event_source.js';
import type { Address, Platform } from './host/platform.js';
import { fromUtf8, type Plan, type PreparedRequest } from './options.js';
import type { Exchange } from './transport/transport.js';

/**
 * Begins, and sets `source.close`. It does not throw and fires nothing before it has returned: without a core, or with a URL that cannot be
 * fetched, the source fails in a task of its own.
 *
 * @param fire Dispatches an event at the source.
 */
export function drive(source: Source, address: Address, platform: Platform, plan: Plan, fire: (event: Event) => void): void {
  let connection: Connection | undefined;
  let exchange: Exchange | undefined;
  let stopWaiting: (() => void) | undefined;
  let events: Events | undefined;
  let next = 0;
  let origin: string;
  let answer: Answer = {};
  let prepared: PreparedRequest | undefined;
  /** What `fetch` or `prepare` threw last. */
  let cause: unknown;
  /** Nothing is read, because consumers are full. */
  let paused = false;
  let stopWatching: (() => void) | undefined;

  source.close = () => {
    if (source.readyState !== CLOSED) {
      source.readyState = CLOSED;
      events = undefined;
      tell((connection) => connection.close());
      end(undefined, false);
    }
  };
  source.tell = (input, value) => tell((connection, now) => connection.tell(input, 0, now, value));
  source.readOn = () => {
    source.tell(Input.Resumed);
    if (paused) {
      paused = false;
      exchange?.readOn();
    }
  };

  const { signal } = plan;
  if (signal) {
    if (signal.aborted) {
      source.close();
      return;
    }
    signal.addEventListener('abort', source.close);
  }

  if (address.fetchable) {
    try {
      const found = platform.findCore();
      if ('then' in found) {
        found.then(begin, stranded);
      } else {
        begin(found);
      }
    } catch (error) {
      stranded(error);
    }
  } else {
    setTimeout(fail);
  }

  function begin(core: Core): void {
    if (source.readyState !== CLOSED) {
      const { maxEventSize, probe, startFrom, more } = plan;
      let { flags } = plan;
      if (plan.pauses) {
        stopWatching = platform.watchHidden((hidden) => {
          flags |= hidden ? Option.Hidden : 0;
          source.tell(hidden ? Input.BecameHidden : Input.BecameVisible);
        });
      }
      try {
        connection = core.connect({
          maxEventSize: maxEventSize === Infinity ? null : maxEventSize,
          crossOrigin: address.crossOrigin,
          probe: !!probe && address.corsApplies,
          startFrom,
          flags,
          more,
        });
        if (source.hears) {
          source.tell(Input.CommentsWanted);
        }
      } catch (error) {
        stranded(error);
      }
      tell(() => {});
    }
  }

  /** Tells the core, and does what it asks for. */
  function tell(input: (connection: Connection, now: number) => void): void {
    try {
      if (connection) {
        input(connection, platform.now());
      }
      run();
    } catch (error) {
      // Listeners' exceptions never come here: the platform's own `dispatchEvent` reports them. This is a core without memory.
      stranded(error);
    }
  }

  function run(): void {
    let action;
    while (connection && !events && (action = connection.poll())) {
      perform(action, connection);
    }
    if (connection && source.readyState === CLOSED) {
      connection.free();
      connection = undefined;
    }
  }

  /** It is closed, in whatever way: nothing may hang on it any more. */
  function end(error: ErrorDetails | undefined, complete: boolean): void {
    signal?.removeEventListener('abort', source.close);
    stopWatching?.();
    const { consumers } = source;
    for (const consumer of consumers) {
      consumer.end?.(error, complete);
    }
    consumers.clear();
  }

  /** Lets the user change the request; what it does meanwhile can be aborted as a request can. */
  function prepare(attempt: number, lastEventId: string): void {
    const controller = typeof AbortController === 'function' ? new AbortController() : undefined;
    const request: PreparedRequest = {
      url: source.url,
      headers: new Headers(plan.headers),
      body: plan.body,
      attempt,
      lastEventId: fromUtf8(lastEventId),
      signal: controller?.signal,
    };
    exchange = { readOn() {}, abort: () => controller?.abort() };
    new Promise((resolve) => resolve(plan.prepare!(request)))
      .then(() => {
        request.url = platform.resolve(`${request.url}`).href;
        return Input.Prepared;
      })
      .catch((error) => {
        cause = error;
        return Input.PrepareFailed;
      })
      .then((input) => {
        // The answer to an older attempt means nothing to the core.
        if (connection?.attempt === attempt) {
          prepared = request;
        }
        tell((connection, now) => connection.tell(input, attempt, now));
      });
  }

  function perform(action: ActionKind, connection: Connection): void {
    const { attempt } = connection;
    switch (action) {
      case ActionKind.SendRequest:
        answer = {};
        paused = false;
        let lastEventId = connection.lastEventIdBytes();
        const request = { ...plan, url: source.url, ...prepared };
        prepared = undefined;
        if (plan.lastEventIdParam && lastEventId) {
          const parsed = new URL(request.url);
          parsed.searchParams.set(plan.lastEventIdParam, fromUtf8(lastEventId));
          request.url = parsed.href;
          lastEventId = '';
        }
        exchange = platform.send(
          { ...request, lastEventId },
          {
            answered(status, contentType, answering, more = {}) {
              origin = answering;
              answer = more;
              const after = more.headers?.get('Retry-After');
              tell((connection, now) => {
                if (after) {
                  // Seconds or a date.
                  const delay = +after * 1000 || Date.parse(after) - now;
                  connection.tell(Input.RetryAfterReceived, attempt, now, Math.max(0, Math.min(delay, LONGEST)));
                }
                connection.responseStarted(attempt, status, contentType, now);
              });
              platform.inTurns(turn);
            },
            received(chunk) {
              tell((connection, now) => connection.chunkReceived(attempt, chunk, now));
              platform.inTurns(turn);
            },
            ended() {
              tell((connection, now) => connection.bodyEnded(attempt, now));
            },
            failed(error) {
              cause = error;
              tell((connection, now) => connection.requestFailed(attempt, now));
            },
          },
        );
        break;
      case ActionKind.Prepare:
        prepare(attempt, connection.lastEventIdBytes());
        break;
      case ActionKind.AskRetry: {
        let wait: number | null | undefined;
        guarded(() => {
          wait = plan.decide!(lost(connection), attempt);
        });
        // Below 0 is for never.
        wait = wait === undefined ? connection.error().delay : (wait ?? -1);
        connection.tell(Input.RetryAnswered, attempt, platform.now(), wait >= 0 ? Math.min(wait, LONGEST) : -1);
        break;
      }
      case ActionKind.SendProbe:
        exchange = platform.probe(source.url, plan.fetch, (outcome) => {
          tell((connection, now) => connection.probeEnded(attempt, outcome, now));
        });
        break;
      case ActionKind.AbortRequest:
        abort();
        break;
      case ActionKind.StartTimer:
        stopWaiting = platform.wait(
          connection.delay,
          () => tell((connection, now) => connection.timerFired(attempt, now)),
          () => tell((connection, now) => connection.wentOnline(now)),
        );
        break;
      case ActionKind.StopTimer:
        stop();
        break;
      case ActionKind.SetReadyState:
        source.readyState = connection.readyState;
        break;
      case ActionKind.FireOpen:
        fire(tellMore(platform.event('open'), { ...answer, attempt }));
        break;
      case ActionKind.FireError: {
        const error = lost(connection);
        cause = undefined;
        fire(tellMore(platform.event('error'), error));
        if (error.failed) {
          end(error, false);
        }
        break;
      }
      case ActionKind.FireClose:
        fire(platform.event('close'));
        end(undefined, true);
        break;
      case ActionKind.Dispatch:
        events = connection.events();
        next = 0;
        dispatchNext();
    }
  }

  /** Fires the next event of the chunk, if there is one. */
  function dispatchNext(): void {
    if (events) {
      const { count, types, data, ids } = events;
      const index = next++;
      const type = types[index];
      if (type === COMMENT) {
        for (const { hear } of source.consumers) {
          guarded(() => hear && hear(data[index]!));
        }
      } else if (index < count) {
        const event = platform.message(type!, data[index]!, origin, ids[index]!);
        fire(event);
        // A listener may have closed it.
        if (events) {
          for (const consumer of source.consumers) {
            consumer.take?.(event);
          }
        }
      }
      if (next >= count) {
        events = undefined;
      }
    }
  }

  /** One event, or what comes after the last one; whether there is more. */
  function turn(): boolean {
    if (events) {
      dispatchNext();
      return true;
    }
    tell(() => {});
    if (exchange) {
      if (source.full) {
        paused = true;
        source.tell(Input.Paused);
      } else {
        exchange.readOn();
      }
    }
    return false;
  }

  /** What the action polled last tells of the loss. */
  function lost(connection: Connection): ErrorDetails {
    return errorDetails(connection.error(), answer, cause);
  }

  function abort(): void {
    if (exchange) {
      exchange.abort();
      exchange = undefined;
    }
  }

  function stop(): void {
    if (stopWaiting) {
      stopWaiting();
      stopWaiting = undefined;
    }
  }

  /** No core, or none any more: nothing can be received. */
  function stranded(error: unknown): void {
    connection = events = undefined;
    abort();
    stop();
    cause = error;
    console.error(error);
    setTimeout(fail);
  }

  /** [Fails the connection](https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection) where no core could say so. */
  function fail(): void {
    if (source.readyState !== CLOSED) {
      source.readyState = CLOSED;
      const error = errorDetails(UNKNOWN, answer, cause);
      fire(tellMore(platform.event('error'), error));
      end(error, false);
    }
  }
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

/** The type of comments among events. */
const COMMENT = '\n';
/** The longest wait there is. */
const LONGEST = 0x7fff_ffff;
const UNKNOWN = { failure: 1, reason: 0, attempt: 0, delay: -1 };

const CLOSED = 2;
