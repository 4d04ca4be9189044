/** What an event tells besides what the standard puts on it; kept beside the events, which look like the platform's own. */

/** Why a connection was lost, or failed, by the numbers of the core. */
const REASONS =
  'unknown network body-ended resume-refused status content-type origin-refused event-too-big idle prepare hidden overflow requested'.split(' ');
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

const told = /* @__PURE__ */ new WeakMap<Event, OpenDetails | ErrorDetails>();

/** Remembers them. */
export function tell(event: Event, details: OpenDetails | ErrorDetails): Event {
  told.set(event, details);
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
  return told.get(event) as (OpenDetails & Partial<ErrorDetails>) | undefined;
}

/** Of numbers, words. */
export function errorDetails(
  error: { failure: number; reason: number; attempt: number; delay: number },
  answer: Answer,
  cause: unknown,
): ErrorDetails {
  return {
    ...answer,
    reason: REASONS[error.reason] as Reason,
    failed: !!error.failure,
    ending: ENDINGS[error.failure] || '',
    attempt: error.attempt,
    delay: error.delay < 0 ? undefined : error.delay,
    cause,
  };
}
