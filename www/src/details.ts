/** What an event tells besides what the standard puts on it; kept beside the events, which look like the platform's own. */

/** Why a connection was lost, or failed, by the numbers of the core. */
const REASONS = /* @__PURE__ */ 'unknown network body-ended resume-refused status content-type origin-refused event-too-big idle prepare hidden overflow requested'.split(' ');
/** Why it is not tried again. */
const ENDINGS = ['', '', 'not-repeated', 'retries-exhausted', 'declined'];

/** What a reason can be; `truncated` and `decode` come from `messages` alone. */
export type Reason =
  | 'unknown' | 'network' | 'body-ended' | 'resume-refused' | 'status' | 'content-type' | 'origin-refused' | 'event-too-big'
  | 'idle' | 'prepare' | 'hidden' | 'overflow' | 'requested' | 'truncated' | 'decode';

/** What the newest response said. */
export interface Answer {
  /** Its status. */
  readonly status?: number | undefined;
  /** Its headers, as far as a script may read them. */
  readonly headers?: Headers | undefined;
  /** Where it came from, after redirects. */
  readonly url?: string | undefined;
  /** Of a response that is no event stream: the first 4 KiB of its body, as text. */
  readonly body?: string | undefined;
}

/** What an `open` event tells. */
export interface OpenDetails extends Answer {
  /** The number of the attempt, 1 for the first. */
  readonly attempt: number;
}

/** What an `error` event tells. */
export interface ErrorDetails extends Answer {
  /** What happened. */
  readonly reason: Reason;
  /** Whether the connection failed for good. */
  readonly failed: boolean;
  /** Why it is not tried again, where it would have been: `not-repeated`, `retries-exhausted`, `declined`; else empty. */
  readonly ending: string;
  /** The number of the attempt that ended. */
  readonly attempt: number;
  /** The next begins in so many milliseconds; `undefined` if there is none, or it is not known when. */
  readonly delay: number | undefined;
  /** What `fetch` or `prepare` threw, if that is what happened. */
  readonly cause?: unknown;
}

/** What an event tells, as the core says it: in numbers. */
export interface Told extends Answer {
  readonly attempt: number;
  readonly failure?: number;
  readonly reason?: number;
  readonly delay?: number;
  readonly cause?: unknown;
}

const told = /* @__PURE__ */ new WeakMap<Event, Told>();

/** Remembers it. */
export function tell(event: Event, what: Told): Event {
  told.set(event, what);
  return event;
}

/**
 * What an `open` or `error` event of a source tells: status, headers and address of the answer, the reason, what comes next. `undefined` of other events.
 *
 * ```js
 * source.addEventListener('error', (event) => console.log(details(event).reason))
 * ```
 */
export function details(event: Event): (OpenDetails & Partial<ErrorDetails>) | undefined {
  const what = told.get(event);
  if (what) {
    const { failure, reason, delay, ...more } = what;
    return reason === undefined
      ? more
      : {
          ...more,
          reason: REASONS[reason] as Reason,
          failed: !!failure,
          ending: ENDINGS[failure!] || '',
          delay: delay! < 0 ? undefined : delay,
        };
  }
}
