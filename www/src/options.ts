/**
 * What the init dictionary holds beyond the standard, and its check: what is bad fails at construction.
 *
 * The messages say which option it is, what was given and what is allowed, in few words; `tidings/dev` adds those that would weigh too much here.
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
  /** Addition. What requests are sent with, instead of the global `fetch`. It is called with a URL string and a `RequestInit`. */
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
   * Addition. Called before every attempt, and awaited. It may change URL, headers and body of the request, which begin each time as they were given at
   * construction. If it throws or rejects, that is an interruption with the reason `prepare`.
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
   * which refuses this origin (the connection fails, as the standard says) from one that cannot be reached (it is tried again). True
   * unless set; where redirects are errors there is none.
   */
  probe?: boolean | undefined;
}

/** When to try again. No wait is shorter than 100 ms; a connection that was open for 5 s makes the next loss the first again. */
export interface ReconnectionInit {
  /** The shortest wait in milliseconds, where they grow: 1,000 unless set. What the server's `retry` says takes its place, up to `max`. */
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

/** Gives or throws what is allowed, or why the value is not, if it is not. What it gives for one that is allowed is no text. */
type Check = (value: any, plan: Plan, name: string) => unknown;

/** Reads and checks the options, in this order; throws a `TypeError` that names the one that is bad. */
export function check(init: TidingsEventSourceInit): Plan {
  const plan: Plan = {};
  read(OPTIONS, init, plan);
  read(RECONNECTION, plan.reconnection || {}, plan);
  return plan;
}

function read(checks: Record<string, Check>, init: Record<string, any>, plan: Plan): void {
  for (const name in init) {
    checks[name] || refuse(name, init[name], 'no such option');
  }
  for (const name in checks) {
    // Each is read once, as WebIDL does.
    const value = ((plan as Record<string, unknown>)[name] = init[name]);
    let why: unknown;
    try {
      why = value !== undefined && checks[name]!(value, plan, name);
      if (typeof why !== 'string') {
        continue;
      }
    } catch (error) {
      why = error;
    }
    refuse(name, value, why);
  }
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
  return `Failed to construct 'EventSource': bad ${name}: ${String(given)}` + (why ? ` (${why})` : '') + words('option:' + name);
}

/** UTF-8 as text, each byte one character. */
export function utf8(text: string): string {
  return unescape(encodeURIComponent(text));
}

export function isObject(value: unknown): value is object {
  return Object(value) === value;
}

const any: Check = () => true;
const object: Check = (value) => isObject(value) || 'an object';
const callable: Check = (value) => !value || typeof value === 'function' || 'a function';
const number: Check = (value) => (typeof value === 'number' && value >= 0) || 'a number, 0 or more';
/** What `fetch` takes, it says itself; but a stream could be sent only once. */
const request: Check = (value, { method }, name) => (value?.getReader ? 'no stream' : new Request('http://a', { method, [name]: value } as RequestInit));

/** By name, in the order in which they are read. */
export const OPTIONS: Record<string, Check> = {
  withCredentials: any,
  method: request,
  headers: request,
  body: request,
  credentials: (value, plan) => (plan.withCredentials === undefined && /^(omit|same-origin|include)$/.test(value)) || 'omit, same-origin or include, without withCredentials',
  redirect: (value, plan, name) => (value === 'follow' || value === 'error' ? request(value, plan, name) : 'follow or error'),
  // WebKitGTK takes any object.
  signal: (value, plan, name) => request(value, plan, name) && (!value || value.addEventListener || 'an AbortSignal'),
  fetch: callable,
  prepare: callable,
  lastEventId: (value) => (typeof value === 'string' && /^[^\0\r\n]{0,4096}$/.test(utf8(value))) || 'a string of 4096 bytes at most, no NUL, CR, LF',
  lastEventIdParam: (value) => typeof value === 'string' || 'a string',
  repeat: any,
  reconnection: object,
  idleTimeout: number,
  whenHidden: (value, plan) => value === 'keep' || (value === 'pause' && (plan.repeat ?? isSafe(plan))) || 'keep, or pause with repeat',
  maxEventSize: (value, plan, name) => value === null || number(value, plan, name),
  whenTooBig: (value) => value === 'fail' || value === 'skip' || 'fail or skip',
  probe: any,
};

/** The members of `reconnection`. */
export const RECONNECTION: Record<string, Check> = {
  min: number,
  max: (value, plan, name) => (plan.min! > value ? 'not less than min' : number(value, plan, name)),
  attempts: number,
  time: number,
  statuses: (value: readonly number[]) => [...value].every((status) => status > 200 && status < 600 && status === (status | 0)) || 'numbers from 201 to 599',
  decide: callable,
};

declare function unescape(text: string): string;
