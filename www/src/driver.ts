/**
 * The one loop behind a source: tell the core what happened, take one action, perform it, repeat. What is decided is decided in the core.
 *
 * Rules: the ready state changes as an action, in order, so a listener sees the state that belongs to its event. A listener may call
 * anything; of that, `close()` acts at once, and what was still to be dispatched is dropped. The next chunk is taken when all events of
 * the last one were dispatched (transports read a little ahead): a slow listener slows the reading, not the memory.
 *
 * Danger: the standard queues a task for each event, so whatever promises a listener leaves behind are done before the next event. A loop in
 * one task would break that; see `host/turns.ts`. So no two events are fired without a turn between them, but in old browsers, as `host/legacy.ts` says.
 *
 * Danger: after `close()` there is no connection any more, in the middle of a loop that still runs further out; each look
 * at it is a new look.
 */

import { event, findCore, inTurns, message, probe, resolve, send, wait } from 'tidings:host';

import { ActionKind, Field, Input, type Connection, type Core, type Message } from './core/contract.js';
import { Border, Token, type Told } from './core/memory.js';
import { tell as attach, type Answer } from './details.js';
import type { Source } from './event_source.js';
import { trace } from './hooks.js';
import { listen } from './host/listen.js';
import { allow, isNumber, isSafe, OPTIONS, refuse, utf8, type Plan, type PreparedRequest } from './options.js';
import type { Abort, Request } from './transport/transport.js';

/**
 * Begins, and sets `source.close`. It does not throw and fires nothing before it has returned: without a core, or with a URL that cannot be
 * fetched, the source fails in a task of its own.
 *
 * @param fire Dispatches an event at the source.
 */
export function drive(source: Source, plan: Plan, fire: (event: Event) => void): void {
  let connection: Connection | undefined;
  /** Ends the request, the probe or what is prepared; and is another for each. */
  let abort: Abort | undefined;
  let stopWaiting: (() => void) | undefined;
  let events: (Message | Told)[] | undefined;
  let next = 0;
  let answer: Answer;
  let origin: string;
  /** The last one. */
  let request: Request;
  let prepared: PreparedRequest | undefined;
  /** What `fetch` or `prepare` threw last. */
  let cause: unknown;

  source.close = () => close();
  source.tell = tell;

  const { signal, repeat = isSafe(plan) } = plan;
  const transient = plan.statuses || [];
  const watched = (plan.whenHidden === 'pause' && globalThis.document) as Document | undefined;
  const stopListening = listen(signal, 'abort', source.close);
  const stopWatching = listen(watched, 'visibilitychange', () => tell(watched!.hidden ? Input.BecameHidden : Input.BecameVisible));

  if (signal?.aborted) {
    source.close();
  } else if (source.fetchable) {
    run(() => {
      const found = findCore();
      if ('then' in found) {
        found.then(begin, stranded);
      } else {
        begin(found);
      }
    });
  } else {
    setTimeout(fail);
  }

  function begin(core: Core): void {
    if (source.readyState !== CLOSED) {
      run(() => {
        const { maxEventSize = DEFAULT_LIMIT, probe: probes = true } = plan;
        connection = core.connect(
          [
            // With a parameter there is nothing that another origin might not allow.
            source.crossOrigin && !plan.lastEventIdParam,
            // What is no GET might do something; and a redirect that is an error is none to a probe.
            probes && source.corsApplies && plan.redirect !== 'error' && /^(get)?$/i.test(plan.method || ''),
            !!repeat,
            !!plan.prepare,
            !!plan.decide,
            !!watched?.hidden,
            plan.whenTooBig === 'skip',
            maxEventSize ?? MOST,
            Math.random() * MOST,
            plan.idleTimeout || 0,
            plan.min ?? 1000,
            plan.max || 0,
            plan.attempts ?? MOST,
            plan.time ?? MOST,
          ].map((value) => Math.min(+value, MOST)),
          plan.lastEventId || '',
        );
        if (source.hear) {
          connection.tell(Input.CommentsWanted, 0, 0);
        }
      });
    }
  }

  /** Tells the core, and does what it asks for. */
  function tell(input: Input, attempt = 0, value = 0, content?: Uint8Array | string): void {
    trace(source.url, false, input, attempt);
    run(() => connection?.tell(input, attempt, Date.now(), Math.min(value, LONGEST), content));
  }

  /** Does what the core asks for, after this. */
  function run(first?: () => void): void {
    try {
      first?.();
      let action;
      while (connection && !events && (action = connection.poll())) {
        perform(action);
      }
      if (connection && source.readyState === CLOSED) {
        connection = undefined;
      }
    } catch (error) {
      // No core, or one without memory. Listeners' exceptions never come here: the platform's own `dispatchEvent` reports them.
      stranded(error);
    }
  }

  /** It is closed, in whatever way: nothing may hang on it any more. */
  function end(error?: Event, complete?: boolean): void {
    stopListening();
    stopWatching();
    source.over = [error, complete];
    source.end?.(error, complete);
  }

  /** Lets the user change the request; what it does meanwhile can be aborted as a request can. */
  function prepare(attempt: number, lastEventId: string): void {
    // Of the request before, nothing holds of this one.
    answer = {};
    const controller = new AbortController();
    const request: PreparedRequest = {
      url: source.url,
      headers: new Headers(plan.headers),
      body: plan.body,
      attempt,
      lastEventId,
      signal: controller.signal,
    };
    const mine = (abort = () => controller.abort());
    const settle = (input: Input, error?: unknown) => {
      // It may have been aborted.
      if (abort === mine) {
        prepared = request;
        cause = error;
        tell(input, attempt);
      }
    };
    new Promise((resolve) => resolve(plan.prepare!(request)))
      .then(() => {
        const { url, fetchable } = resolve(request.url);
        fetchable || refuse('url', url);
        request.url = url;
        allow(OPTIONS, 'headers', request.headers || {}, request as Plan);
        allow(OPTIONS, 'body', request.body, plan);
        settle(Input.Prepared);
      })
      .catch((error) => settle(Input.PrepareFailed, error));
  }

  function sendRequest(attempt: number, lastEventId: string): void {
    let readOn: () => void;
    answer = {};
    request = {
      ...plan,
      url: source.url,
      ...prepared,
      credentials: plan.credentials || (source.withCredentials ? 'include' : 'same-origin'),
      lastEventId: utf8(lastEventId),
    };
    if (READS_TEXT) {
      request.isResumable = () => repeat && !!connection?.lastEventId();
    }
    if (plan.lastEventIdParam && lastEventId) {
      request.url = withParameter(request.url, plan.lastEventIdParam, lastEventId);
      request.lastEventId = '';
    }
    // Nothing is heard of a request that is over.
    let mine: Abort;
    send(
      request,
      (end) => (mine = abort = end),
      (more, read) => {
        const after = more.headers!.get('Retry-After');
        if (abort === mine) {
          answer = more;
          origin = new URL(more.url!).origin;
          readOn = read;
          // Seconds or a date.
          if (/^\d+$|GMT$/.test(after!)) {
            tell(Input.RetryAfterReceived, attempt, Math.max(0, +after! * 1000 || Date.parse(after!) - Date.now()));
          }
          // Of what is no event stream the body is told.
          tell(Input.ResponseStarted, attempt, more.body === undefined ? Border.EventStream : more.status! + (transient.indexOf(more.status!) < 0 ? 0 : Border.Transient));
          inTurns(turn);
        }
      },
      (input, chunk, error) => {
        if (abort === mine) {
          cause = error;
          tell(input, attempt, 0, chunk);
          if (input === Input.ChunkReceived) {
            inTurns(turn);
          }
        }
      },
    );
    /** One event, or what comes after the last one, and true then. */
    const turn = (): boolean | void => {
      // It may come so late that its request is over, and another is under way.
      if (abort === mine) {
        if (events?.[next]) {
          return dispatchNext();
        }
        events = undefined;
        run();
      }
      if (abort === mine) {
        if (source.full) {
          source.goOn = readOn;
          tell(Input.Paused);
        } else {
          readOn();
        }
      }
      return true;
    };
  }

  function perform(action: ActionKind): void {
    const attempt = connection!.field(Field.Attempt);
    trace(source.url, true, action, attempt);
    switch (action) {
      case ActionKind.SendRequest:
        sendRequest(attempt, connection!.lastEventId());
        break;
      case ActionKind.Prepare:
        prepare(attempt, connection!.lastEventId());
        break;
      case ActionKind.SendProbe: {
        let mine: Abort;
        probe(
          request,
          (end) => (mine = abort = end),
          (outcome) => {
            // Of one that is over nothing is heard: it would end what came after it.
            if (abort === mine) {
              abortRequest();
              tell(Input.ProbeEnded, attempt, outcome);
            }
          },
        );
        break;
      }
      case ActionKind.AbortRequest:
        abortRequest();
        break;
      case ActionKind.StartTimer:
        stopWaiting = wait(
          connection!.field(Field.Delay),
          () => tell(Input.TimerFired, attempt),
          () => tell(Input.WentOnline),
        );
        break;
      case ActionKind.StopTimer:
        stopWaiting?.();
        break;
      case ActionKind.FireOpen:
        fire(attach(event('open'), { ...answer, attempt }));
        break;
      case ActionKind.AskRetry:
      case ActionKind.FireError: {
        const verdict = connection!.field(Field.Verdict);
        // Below 0 is for never.
        let delay: number = connection!.field(Field.ErrorDelay);
        const error = lost(connection!.field(Field.ErrorAttempt), verdict, connection!.field(Field.Reason), delay);
        if (action === ActionKind.AskRetry) {
          try {
            const given = plan.decide!(error, attempt);
            if (given !== undefined) {
              delay = given === null ? -1 : isNumber(given) ? given : refuse('decide', given, 'milliseconds, null or undefined');
            }
          } catch (error) {
            // Reported as those of listeners are.
            setTimeout(() => {
              throw error;
            });
          }
          tell(Input.RetryAnswered, attempt, delay >= 0 ? delay : -1);
        } else {
          cause = undefined;
          fire(error);
          if (verdict) {
            end(error);
          }
        }
        break;
      }
      case ActionKind.FireClose:
        fire(event('close'));
        end(undefined, true);
        break;
      case ActionKind.Dispatch:
        events = connection!.events();
        next = 0;
        dispatchNext();
        break;
      default:
        // BecomeConnecting, BecomeOpen, BecomeClosed.
        source.readyState = (action - ActionKind.BecomeConnecting) as 0 | 1 | 2;
    }
  }

  /** Fires the next event of the chunk, if there is one. */
  function dispatchNext(): void {
    const item = events![next++];
    if (item?.type === Token.Comment) {
      source.hear?.(item.data);
    } else if (item) {
      const fired = message(item as Message, origin);
      fire(fired);
      // A listener may have closed it.
      if (events) {
        source.take?.(fired);
      }
    }
  }

  /** An event that tells of a loss. */
  function lost(attempt: number, failed: number, reason: number, delay: number): Event {
    return attach(event('error'), { ...answer, attempt, failed, reason, delay, cause });
  }

  function abortRequest(): void {
    abort?.();
    abort = undefined;
  }

  /** No core, or none any more: nothing can be received. */
  function stranded(error: unknown): void {
    connection = events = undefined;
    abortRequest();
    stopWaiting?.();
    cause = error;
    if (source.readyState !== CLOSED) {
      console.error(error);
      setTimeout(fail);
    }
  }

  /** [Fails the connection](https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection) where no core could say so. */
  function fail(): void {
    close(lost(0, 1, 0, -1));
  }

  function close(failure?: Event): void {
    if (source.readyState !== CLOSED) {
      source.readyState = CLOSED;
      events = undefined;
      tell(Input.CloseCalled);
      if (failure) {
        fire(failure);
      }
      end(failure);
    }
  }
}

/** A URL with this parameter, and else as it was, for a query may be signed; but for what comes after `#`, which no server sees. */
function withParameter(url: string, name: string, value: string): string {
  const parts = /([^?#]*)\??([^#]*)/.exec(url)!;
  const start = encodeURIComponent(name) + '=';
  const others = parts[2] ? parts[2].split('&').filter((part) => part.indexOf(start)) : [];
  return parts[1] + '?' + others.concat(start + encodeURIComponent(value)).join('&');
}

/** The longest wait there is. */
const LONGEST = 2 ** 31 - 1;
/** The most that crosses the border, which means for ever, or any number. */
const MOST = 2 ** 32 - 1;
/** What one event may hold unless told otherwise, in bytes. */
const DEFAULT_LIMIT = 2 ** 26;
const CLOSED = 2;
/** Whether a response may be read as text that only grows, which is given up now and then. */
declare const READS_TEXT: boolean;
