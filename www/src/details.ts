/** What an event tells besides what the standard puts on it; kept beside the events, which look like the platform's own. */

/** Why a connection was lost, or failed, by the numbers of the core. */
const REASONS = /* @__PURE__ */ 'unknown network body-ended resume-refused status content-type origin-refused event-too-big idle prepare hidden overflow requested'.split(' ');
/** Why it is not tried again. */
const ENDINGS = ['', '', 'not-repeated', 'retries-exhausted', 'declined'];

/**
 * Why a connection was lost or refused, or why messages ended.
 *
 * - `network`: the server could not be reached, or the connection broke. `body-ended`: the server ended the response.
 * - `status`: it was not 200. `content-type`: it was no `text/event-stream`. `origin-refused`: the server answers, but does not let this origin read it (CORS).
 * - `resume-refused`: resuming failed twice at another origin, which perhaps does not allow the header `Last-Event-ID`; `lastEventIdParam` avoids it.
 * - `event-too-big`: one event held more than `maxEventSize`. `idle`: nothing came for longer than `idleTimeout`.
 * - `prepare`: `prepare` threw or rejected. `hidden`: the page was hidden, and `whenHidden` is `pause`. `overflow`: a consumer took its messages too slowly.
 *   `requested`: `reconnect` was called.
 * - `unknown`: no core could be had, or the URL cannot be fetched.
 * - From `messages` and `stream` alone: `truncated`, the stream ended without the marker that `until` names; `decode`, the data was no JSON.
 */
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
  /**
   * Why it is not tried again, where it would have been: `not-repeated` (the request is not one to be repeated), `retries-exhausted` (`reconnection` allows no
   * more), `declined` (`decide` said so); else empty.
   */
  readonly ending: string;
  /** The number of the attempt that ended. */
  readonly attempt: number;
  /** In how many milliseconds the next begins; `undefined` if there is none, or it is not known when. */
  readonly delay: number | undefined;
  /** What `fetch` or `prepare` threw, if that is what happened. */
  readonly cause?: unknown;
}

/** What an event tells, as the core says it: in numbers. */
export interface Told extends Answer {
  readonly attempt: number;
  readonly failed?: number;
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
 * What an `open` or `error` event of a source tells: status, headers and address of the answer, the reason, what comes next. `undefined` of all other events,
 * and of those of the browser's own source. It stands beside the event, which looks like the platform's own.
 *
 * ```js
 * source.addEventListener('error', (event) => {
 *   const { reason, status, failed, delay } = details(event);
 *   console.log(failed ? `failed: ${reason} ${status}` : `lost: ${reason}; back in ${delay} ms`);
 * });
 * ```
 */
export function details(event: Event): (OpenDetails & Partial<ErrorDetails>) | undefined {
  const what = told.get(event);
  if (what) {
    const { reason, failed, delay } = what;
    return reason === undefined
      ? ({ ...what } as OpenDetails)
      : {
          ...what,
          reason: REASONS[reason] as Reason,
          failed: !!failed,
          ending: ENDINGS[failed!] || '',
          delay: delay! < 0 ? undefined : delay,
        };
  }
}
