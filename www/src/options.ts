/**
 * What the init dictionary holds beyond the standard, and its check: what is bad fails at construction.
 *
 * The messages say which option it is and what was given; what is allowed stands at each option here, and not in the package, for it would weigh too much there.
 */

import { Option } from './core/contract.js';
import type { ErrorDetails } from './details.js';

/**
 * What the constructor takes as its second argument. `withCredentials` is the standard's; all others are additions of this package, and a
 * browser's own `EventSource` ignores them. Times are in milliseconds, sizes in bytes.
 */
export interface TidingsEventSourceInit extends EventSourceInit {
  /** Addition. The method of each request; `GET` unless set. */
  method?: string | undefined;
  /** Addition. Headers of each request, besides `Accept` and `Last-Event-ID`, whose values they may set too. */
  headers?: HeadersInit | undefined;
  /** Addition. The body of each request: anything that `fetch` takes, but a stream, which can be sent only once. */
  body?: BodyInit | null | undefined;
  /** Addition. What requests are sent with, instead of the global `fetch`. It is called with a URL string and a `RequestInit`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Addition. Closes the source when it aborts. */
  signal?: AbortSignal | undefined;
  /** Addition. As of `fetch`, in place of `withCredentials`. */
  credentials?: RequestCredentials | undefined;
  /** Addition. As of `fetch`: `follow` unless set. `manual` is refused, for it shows no address to go on to. */
  redirect?: 'follow' | 'error' | undefined;
  /** Addition. The last event ID to start from: at most 4,096 bytes as UTF-8, without NUL, CR and LF. */
  lastEventId?: string | undefined;
  /** Addition. The name of a query parameter that carries the last event ID instead of the header, so that other origins need no preflight. */
  lastEventIdParam?: string | undefined;
  /**
   * Addition. Called before every attempt, and awaited. It may change URL, headers and body of the request, which begin each time as they were given at
   * construction. If it throws or rejects, that is an interruption with the reason `prepare`.
   */
  prepare?: ((request: PreparedRequest) => unknown) | undefined;
  /**
   * Addition. Whether a request that was sent may be sent again. True unless set for GET and HEAD, else false: then the end of the body is the
   * end (`close` is fired, not `error`), and a lost connection is a failure.
   */
  repeat?: boolean | undefined;
  /** Addition. When to try again, and how often. */
  reconnection?: ReconnectionInit | undefined;
  /** Addition. So long without a byte (comments count) is an interruption. Never unless set. */
  idleTimeout?: number | undefined;
  /** Addition. Whether a hidden page lets its connection go, and resumes when it is shown; `keep` unless set. */
  whenHidden?: 'keep' | 'pause' | undefined;
  /**
   * Addition. The most that one event may hold (data, type and id together), in bytes: 64 MiB unless set; `null` or `Infinity` lifts it.
   * A bigger event fails the connection for good, and the memory is given back.
   */
  maxEventSize?: number | null | undefined;
  /**
   * Addition. Whether a first GET that fails is followed by a second one, without CORS and without credentials, that tells a server
   * which refuses this origin (the connection fails, as the standard says) from one that cannot be reached (it is tried again). True
   * unless set.
   */
  probe?: boolean | undefined;
}

/** When to try again. No wait is shorter than 100 ms; a connection that was open for 5 s makes the next loss the first again. */
export interface ReconnectionInit {
  /** The shortest wait, where they grow: 1,000 unless set. What the server's `retry` says takes its place, up to `max`. */
  min?: number | undefined;
  /**
   * The longest wait, and that they grow: each is drawn from between `min` and an end that doubles from wait to wait. Unless set, each wait is the
   * server's `retry`, or 3,000.
   */
  max?: number | undefined;
  /** How many attempts in a row may fail; any number unless set. */
  attempts?: number | undefined;
  /** How long to go on trying after the first loss; for ever unless set. */
  time?: number | undefined;
  /** Statuses, from 201 to 599, that pass by themselves, so that they are interruptions. `Retry-After` is obeyed with 429 and 503. */
  statuses?: readonly number[] | undefined;
  /**
   * Called with what happened after each loss and refusal: it gives the wait, `null` to fail, or `undefined` for what the options above make of it, which is
   * in `error.delay`.
   */
  decide?: ((error: ErrorDetails, attempt: number) => number | null | undefined) | undefined;
}

/** The request of one attempt, for `prepare` to change. */
export interface PreparedRequest {
  /** Where it goes. A relative one is resolved as the constructor does. */
  url: string;
  headers: Headers;
  body: BodyInit | null | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What the server will be asked to go on after; empty if there is none. */
  readonly lastEventId: string;
  /** Aborts when the source is closed meanwhile. */
  readonly signal: AbortSignal | undefined;
}

/** The options, checked. */
export interface Plan
  extends Pick<
    TidingsEventSourceInit,
    'headers' | 'body' | 'method' | 'fetch' | 'signal' | 'redirect' | 'lastEventIdParam' | 'prepare' | 'maxEventSize' | 'probe' | 'withCredentials'
  > {
  credentials: RequestCredentials;
  decide: ReconnectionInit['decide'];
  /** Hidden pages are to pause. */
  pauses: boolean;
  /** The id to start from as UTF-8, each byte one character. */
  startFrom: string;
  /** Flags for the core. */
  flags: number;
  /** Numbers for the core. */
  more: number[];
}

/** Checks the options; throws a `TypeError` that names the one that is bad. */
export function check(init: TidingsEventSourceInit): Plan {
  // Each is read once, as WebIDL does.
  const {
    withCredentials, credentials, method: given, headers, body, redirect, signal, fetch, lastEventId, lastEventIdParam, prepare,
    repeat = !given || /^(get|head)$/i.test(given), reconnection, idleTimeout, whenHidden = 'keep', maxEventSize, probe = true, ...unknown
  } = init;
  const { min, max, attempts, time, statuses = [], decide, ...unknownToo } = reconnection || {};
  const method = given || 'GET';
  const request: Record<string, unknown> = { method: given, headers, credentials, redirect, signal, body };
  const functions: Record<string, unknown> = { fetch, prepare, decide };
  const numbers: Record<string, unknown> = { idleTimeout, min, max, attempts, time, maxEventSize: maxEventSize ?? 0 };
  let startFrom = '';

  for (const name in { ...unknown, ...unknownToo }) {
    verify(false, name, 'given');
  }
  // What `fetch` takes, it says itself.
  for (const name in request) {
    if (request[name] !== undefined) {
      attempt(name, request[name], () => new Request('http://a', { method, [name]: request[name] }));
    }
  }
  verify(!(body as ReadableStream)?.getReader, 'body', body);
  verify(!credentials || withCredentials === undefined, 'credentials', credentials);
  verify(whenHidden === 'keep' || (whenHidden === 'pause' && repeat), 'whenHidden', whenHidden);
  for (const name in functions) {
    verify(!functions[name] || typeof functions[name] === 'function', name, functions[name]);
  }
  for (const name in numbers) {
    const value = numbers[name];
    verify(value === undefined || (typeof value === 'number' && value >= 0), name, value);
  }
  verify(!(min! > max!), 'min', min);
  for (const status of statuses) {
    verify(status > 200 && status < 600 && status % 1 === 0, 'statuses', status);
  }
  attempt('lastEventId', lastEventId, () => {
    startFrom = utf8(lastEventId || '');
  });
  verify(!/[\0\r\n]/.test(startFrom) && startFrom.length <= 4096, 'lastEventId', lastEventId);

  return {
    method,
    headers,
    body,
    redirect,
    signal,
    fetch,
    lastEventIdParam,
    prepare,
    maxEventSize,
    withCredentials: !!withCredentials,
    credentials: credentials || (withCredentials ? 'include' : 'same-origin'),
    // What is no GET might do something.
    probe: probe && /^get$/i.test(method),
    decide,
    pauses: whenHidden === 'pause',
    startFrom,
    flags: (repeat ? Option.Repeats : 0) | (prepare ? Option.Prepares : 0) | (decide ? Option.Asks : 0),
    more: [idleTimeout || 0, min ?? 1000, max || 0, attempts ?? MOST, time ?? MOST, ...statuses].map((value) => Math.min(value, MOST)),
  };
}

function verify(holds: unknown, option: string, given: unknown, why = ''): void {
  if (!holds) {
    throw new TypeError(`Failed to construct 'EventSource': bad ${option}: ${typeof given === 'symbol' ? 'a symbol' : given} ${why}`);
  }
}

/** Reports what that throws as the fault of an option. */
function attempt(option: string, given: unknown, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    verify(false, option, given, `(${error})`);
  }
}

/** UTF-8 as text, each byte one character. */
export function utf8(text: string): string {
  return unescape(encodeURIComponent(text));
}

/** The text again. */
export function fromUtf8(bytes: string): string {
  return decodeURIComponent(escape(bytes));
}

/** The most that crosses the border, which means for ever, or any number. */
const MOST = 2 ** 32 - 1;

declare function unescape(text: string): string;
declare function escape(text: string): string;
