/**
 * What the init dictionary holds beyond the standard, and its check: what is bad fails at construction.
 *
 * The messages say which option it is, what was given and what is allowed, in few words; `tidings/dev` adds what would weigh too much here.
 */

import { words } from './hooks.js';

/**
 * What the constructor takes as its second argument. `withCredentials` is the standard's; all others are additions of this package, and a
 * browser's own `EventSource` ignores them. Times are in milliseconds, sizes in bytes.
 */
export interface TidingsEventSourceInit extends EventSourceInit {
  /** Addition. The method of each request; `GET` unless set. */
  method?: string | undefined;
  /**
   * Addition. Headers of each request, besides `Accept` and `Last-Event-ID`, whose values they may set too. To another origin the browser asks for them first, by
   * a preflight; those that scripts may not set (`Cookie`, `Host` and others) stay without effect.
   */
  headers?: HeadersInit | undefined;
  /** Addition. The body of each request: anything that `fetch` takes, but a stream, which can be sent only once. */
  body?: BodyInit | null | undefined;
  /** Addition. What requests are sent with, instead of the global `fetch`. It is called with a URL string and a `RequestInit`, perhaps before the constructor has returned. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Addition. Closes the source when it aborts. */
  signal?: AbortSignal | undefined;
  /** Addition. As of `fetch`: `same-origin` unless set. It stands in place of `withCredentials`, and the two do not go together. */
  credentials?: RequestCredentials | undefined;
  /** Addition. As of `fetch`: `follow` unless set. `manual` is refused, for it shows no address to go on to. */
  redirect?: 'follow' | 'error' | undefined;
  /** Addition. The last event ID to start from: at most 4,096 bytes as UTF-8, without NUL, CR and LF. */
  lastEventId?: string | undefined;
  /** Addition. The name of a query parameter that carries the last event ID instead of the header, so that other origins need no preflight. */
  lastEventIdParam?: string | undefined;
  /**
   * Addition. Called before every attempt, and awaited; the first time perhaps before the constructor has returned. It may change URL, headers and body of the request, which
   * begin each time as they were given at construction; `body` is that very object, so put another in its place rather than changing it. If it throws or rejects, or
   * nothing could be sent so, that is an interruption with the reason `prepare`.
   *
   * ```js
   * prepare: async ({ headers }) => headers.set('Authorization', `Bearer ${await freshToken()}`)
   * ```
   */
  prepare?: ((request: PreparedRequest) => unknown) | undefined;
  /**
   * Addition. Whether a request that was sent may be sent again. True unless set for GET and HEAD, else false: then the end of the body is the
   * end (`close` is fired, not `error`), and a lost connection is a failure.
   */
  repeat?: boolean | undefined;
  /** Addition. When to try again, and how often. */
  reconnection?: ReconnectionInit | undefined;
  /** Addition. So many milliseconds without a byte (comments count) are an interruption, with the reason `idle`. Never unless set; not while reading is paused. */
  idleTimeout?: number | undefined;
  /**
   * Addition. Whether a hidden page lets its connection go (an interruption with the reason `hidden`), and resumes when it is shown; `keep` unless set. `pause`
   * is refused for requests that are not repeated.
   */
  whenHidden?: 'keep' | 'pause' | undefined;
  /**
   * Addition. The most that one event may hold (data, type and id together), in bytes: 64 MiB unless set; `null` or `Infinity` lifts it.
   * A bigger event fails the connection for good, and the memory is given back.
   */
  maxEventSize?: number | null | undefined;
  /** Addition. What a bigger event does: `fail` unless set; `skip` leaves it out and goes on with the next. */
  whenTooBig?: 'fail' | 'skip' | undefined;
  /**
   * Addition. Whether a first GET that fails is followed by a second one, without CORS and without credentials, that tells a server
   * which refuses this origin (the connection fails, as the standard says) from one that cannot be reached (it is tried again). It has
   * 10 seconds, or `idleTimeout` if that is less, and then counts as the latter. True unless set; where redirects are errors there is none.
   */
  probe?: boolean | undefined;
}

/** When to try again. No wait is shorter than 100 ms; a connection that was open for 5 s makes the next loss the first again. */
export interface ReconnectionInit {
  /** The shortest wait in milliseconds, where they grow: 1,000 unless set, or what the server's `retry` says where that is longer, up to `max`. */
  min?: number | undefined;
  /**
   * The longest wait in milliseconds, and that they grow: each is drawn from between `min` and an end that doubles from wait to wait. Unless set, each wait is the
   * server's `retry`, or 3,000.
   */
  max?: number | undefined;
  /** How many attempts in a row may fail; any number unless set. */
  attempts?: number | undefined;
  /** How many milliseconds to go on trying after the first loss; for ever unless set. */
  time?: number | undefined;
  /** Statuses, from 201 to 599, that pass by themselves, so that they are interruptions. `Retry-After` is obeyed with 429 and 503. */
  statuses?: readonly number[] | undefined;
  /**
   * Called after each loss and refusal, with an `error` event as it would be fired (`details` tells what it is about) and the number of the attempt that ended: it gives
   * the wait in milliseconds, `null` to fail, or `undefined` for what the options above make of it.
   *
   * ```js
   * decide: (error) => (details(error).status === 503 ? 60_000 : undefined) // under repair: in a minute
   * ```
   */
  decide?: ((error: Event, attempt: number) => number | null | undefined) | undefined;
}

/** The request of one attempt, for `prepare` to change. */
export interface PreparedRequest {
  /** Where it goes. A relative one is resolved as the constructor does. */
  url: string;
  /** What goes with it, besides `Accept` and `Last-Event-ID`. */
  headers: Headers;
  /** What it carries, if its method takes a body. */
  body: BodyInit | null | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** What the server will be asked to go on after; empty if there is none. */
  readonly lastEventId: string;
  /** Aborts when the source is closed meanwhile. */
  readonly signal: AbortSignal | undefined;
}

/** The options, checked. Those of `reconnection` are among them. */
export interface Plan extends TidingsEventSourceInit, ReconnectionInit {}

/** What an option may be, in words, and whether it is: false, or what is thrown, if not. */
export type Rule = readonly [allowed: string, isAllowed: (value: any, plan: Plan, name: string) => unknown];

/** Reads and checks the options, in this order; throws a `TypeError` that names the one that is bad. */
export function check(init: TidingsEventSourceInit): Plan {
  const plan: Plan = {};
  read(OPTIONS, init, plan);
  read(RECONNECTION, plan.reconnection || {}, plan);
  return plan;
}

/** Reads what these rules name, and refuses anything else. */
export function read(rules: Record<string, Rule>, init: Record<string, any>, plan: Record<string, any>): void {
  for (const name in init) {
    rules[name] || refuse(name, 'no such option');
  }
  for (const name in rules) {
    // Each is read once, as WebIDL does.
    allow(rules, name, (plan[name] = init[name]), plan);
  }
}

/** Refuses what the rule of this name does not allow. */
export function allow(rules: Record<string, Rule>, name: string, value: unknown, plan: Plan): void {
  let why = rules[name]![0];
  try {
    if (value === undefined || rules[name]![1](value, plan, name)) {
      return;
    }
  } catch (error) {
    // Engines print the values of headers, which may be secrets.
    if (name !== 'headers') {
      why += ': ' + error;
    }
  }
  refuse(name, value, why);
}

/** Whether a request without a method, or with this one, changes nothing. */
export function isSafe(plan: Plan): boolean {
  return /^(get|head)?$/i.test(plan.method || '');
}

/** Fails the constructor for the sake of what it was given. */
export function refuse(name: string, given: unknown, why?: unknown): never {
  throw new TypeError(complaint(name, given, why));
}

/** What is said of an argument or an option that is bad. */
export function complaint(name: string, given: unknown, why?: unknown): string {
  return 'tidings: bad ' + name + ': ' + shown(name, given) + (why ? ' (' + why + ')' : '') + words('option:' + name);
}

/** What was given, as a text; of headers their names and of a body nothing, for these may hold secrets. */
function shown(name: string, given: any): string {
  try {
    return String(name === 'body' ? typeof given : name !== 'headers' ? given : Array.isArray(given) ? given.map((pair) => pair[1] && pair[0]) : isObject(given) ? Object.keys(given) : typeof given);
  } catch (error) {
    return typeof given;
  }
}

/** UTF-8 as text, each byte one character. */
export function utf8(text: string): string {
  return unescape(encodeURIComponent(text));
}

export function isObject(value: unknown): value is object {
  return Object(value) === value;
}

export const ANY: Rule = ['', () => true];
export const STRING: Rule = ['a string', (value) => typeof value === 'string'];
const FUNCTION: Rule = ['a function', (value) => value === null || typeof value === 'function'];
const NUMBER: Rule = ['a number, 0 or more', isNumber];

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

/** What `fetch` takes, it says itself; but a stream could be sent only once. */
function isRequest(value: unknown, { method }: Plan, name: string): unknown {
  return !Object(value).getReader && new Request('http://a', { method, [name]: value } as RequestInit);
}

/** By name, in the order in which they are read. */
export const OPTIONS: Record<string, Rule> = {
  withCredentials: ANY,
  method: ['what fetch takes', isRequest],
  // Copied, for what is given may change, or be read only once.
  headers: ['what HTTP allows', (value, plan) => isObject(value) && (plan.headers = new Headers(value as HeadersInit))],
  body: ['what fetch takes, no stream', isRequest],
  credentials: ['omit, same-origin or include, without withCredentials', (value, plan) => plan.withCredentials === undefined && /^(omit|same-origin|include)$/.test(value)],
  redirect: ['follow or error', (value, plan, name) => /^(follow|error)$/.test(value) && isRequest(value, plan, name)],
  signal: ['an AbortSignal', (value) => value === null || ('aborted' in value && value.addEventListener)],
  fetch: FUNCTION,
  prepare: FUNCTION,
  lastEventId: ['a string of 4096 bytes at most, no NUL, CR, LF', (value) => typeof value === 'string' && /^[^\0\r\n]{0,4096}$/.test(utf8(value))],
  lastEventIdParam: ['a name', (value) => typeof value === 'string' && utf8(value)],
  repeat: ANY,
  reconnection: ['an object', isObject],
  idleTimeout: NUMBER,
  whenHidden: ['keep, or pause with repeat', (value, plan) => value === 'keep' || (value === 'pause' && (plan.repeat ?? isSafe(plan)))],
  maxEventSize: ['a number, 0 or more, or null', (value) => value === null || isNumber(value)],
  whenTooBig: ['fail or skip', (value) => value === 'fail' || value === 'skip'],
  probe: ANY,
};

/** The members of `reconnection`. */
export const RECONNECTION: Record<string, Rule> = {
  min: NUMBER,
  max: ['a number, not less than min', (value, plan) => isNumber(value) && !(plan.min! > value)],
  attempts: NUMBER,
  time: NUMBER,
  statuses: ['numbers from 201 to 599', (value: readonly number[], plan) => (plan.statuses = [...value]).every((status) => status > 200 && status < 600 && status === (status | 0))],
  decide: FUNCTION,
};

declare function unescape(text: string): string;
