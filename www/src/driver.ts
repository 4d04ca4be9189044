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

import { ActionKind, type Connection, type Core, type Events } from './core/contract.js';
import type { Source, TidingsEventSourceInit } from './event_source.js';
import type { Address, Platform } from './host/platform.js';
import type { Exchange } from './transport/transport.js';

/** What of the init dictionary is not the standard's. */
type Additions = Pick<TidingsEventSourceInit, 'fetch' | 'maxEventSize' | 'probe'>;

/**
 * Begins, and sets `source.close`. It does not throw and fires nothing before it has returned: without a core, or with a URL that cannot be
 * fetched, the source fails in a task of its own.
 *
 * @param fire Dispatches an event at the source.
 */
export function drive(source: Source, address: Address, platform: Platform, additions: Additions, fire: (event: Event) => void): void {
  let connection: Connection | undefined;
  let exchange: Exchange | undefined;
  let stopWaiting: (() => void) | undefined;
  let events: Events | undefined;
  let next = 0;
  let origin: string;

  source.close = () => {
    if (source.readyState !== CLOSED) {
      source.readyState = CLOSED;
      events = undefined;
      tell((connection) => connection.close());
    }
  };

  if (address.fetchable) {
    try {
      const found = platform.findCore();
      if ('then' in found) {
        found.then(begin, lost);
      } else {
        begin(found);
      }
    } catch (error) {
      lost(error);
    }
  } else {
    setTimeout(fail);
  }

  function begin(core: Core): void {
    if (source.readyState !== CLOSED) {
      const { maxEventSize, probe } = additions;
      try {
        connection = core.connect({
          maxEventSize: maxEventSize === Infinity ? null : maxEventSize,
          crossOrigin: address.crossOrigin,
          probe: probe !== false && address.corsApplies,
        });
      } catch (error) {
        lost(error);
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
      lost(error);
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

  function perform(action: ActionKind, connection: Connection): void {
    const { attempt } = connection;
    switch (action) {
      case ActionKind.SendRequest:
        exchange = platform.send(
          {
            url: source.url,
            withCredentials: source.withCredentials,
            lastEventId: connection.lastEventIdBytes(),
            fetch: additions.fetch,
          },
          {
            answered(status, contentType, answering) {
              origin = answering;
              tell((connection, now) => connection.responseStarted(attempt, status, contentType, now));
              platform.inTurns(turn);
            },
            received(chunk) {
              tell((connection, now) => connection.chunkReceived(attempt, chunk, now));
              platform.inTurns(turn);
            },
            ended() {
              tell((connection, now) => connection.bodyEnded(attempt, now));
            },
            failed() {
              tell((connection, now) => connection.requestFailed(attempt, now));
            },
          },
        );
        break;
      case ActionKind.SendProbe:
        exchange = platform.probe(source.url, additions.fetch, (outcome) => {
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
        fire(platform.event('open'));
        break;
      case ActionKind.FireError:
        fire(platform.event('error'));
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
      if (index < count) {
        fire(platform.message(types[index]!, data[index]!, origin, ids[index]!));
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
      exchange.readOn();
    }
    return false;
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
  function lost(error: unknown): void {
    connection = events = undefined;
    abort();
    stop();
    console.error(error);
    setTimeout(fail);
  }

  /** [Fails the connection](https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection) where no core could say so. */
  function fail(): void {
    if (source.readyState !== CLOSED) {
      source.readyState = CLOSED;
      fire(platform.event('error'));
    }
  }
}

const CLOSED = 2;
