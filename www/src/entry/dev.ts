/**
 * For development: `import 'tidings/dev'` makes messages say more of what is allowed and what to do, and `trace()` shows every step of every source. Whatever imports
 * `tidings` beside it has the same class; an app that is built without this import has none of it.
 *
 * ```js
 * import { trace } from 'tidings/dev';
 *
 * trace(); // console.debug: "tidings https://… > SendRequest 1", "tidings https://… < ResponseStarted 1", …
 * ```
 *
 * @module tidings/dev
 */

import { RULES } from '../consume.js';
import { OPTIONS, RECONNECTION } from '../options.js';
import { hooks, type ErrorDetails } from './index.js';

export * from './index.js';

/** The names of `ActionKind` and of `Input` in `core/contract.ts`, by their numbers. */
const ACTIONS =
  'None StopTimer AbortRequest Prepare SendRequest SendProbe AskRetry BecomeConnecting BecomeOpen BecomeClosed StartTimer FireOpen FireError FireClose Dispatch'.split(' ');
const INPUTS =
  ' ResponseStarted ChunkReceived BodyEnded RequestFailed ProbeEnded TimerFired Prepared PrepareFailed RetryAfterReceived RetryAnswered WentOnline ReconnectCalled BecameHidden Paused Overflowed BecameVisible Resumed CloseCalled StartFrom CommentsWanted Begin'.split(' ');

/** More words on arguments and options, where messages have too few. */
const MORE: Record<string, string> = {
  url: 'what URL parses; a relative one where there is a page or worker that it is relative to',
  init: 'with options as its members',
  method: 'not CONNECT, TRACE or TRACK',
  headers: 'as an object, a list of pairs or Headers',
  body: 'text, bytes, form data, with a method other than GET and HEAD; a stream could be sent only once',
  fetch: 'it takes a URL and a RequestInit and gives a promise of a Response',
  prepare: 'it may change the request it is given, and may be async',
  lastEventIdParam: 'the name of a query parameter',
  reconnection: 'with min, max, attempts, time, statuses, decide',
  idleTimeout: 'milliseconds, 0 for never',
  whenHidden: 'a request that may not be repeated is not resumed: its pause would be its end',
  maxEventSize: 'bytes; null or Infinity for no limit',
  min: 'milliseconds',
  max: 'milliseconds, 0 for waits that do not grow',
  attempts: 'attempts in a row that fail',
  time: 'milliseconds from the first loss',
  statuses: 'those that pass by themselves',
  decide: 'it gives milliseconds, null or undefined',
  queue: 'so many messages may wait',
};

/** All names that there are, by what takes them. */
const NAMES = { 'the init dictionary': Object.keys(OPTIONS), reconnection: Object.keys(RECONNECTION), 'messages and stream': Object.keys(RULES) };

function aboutOption(name: string): string | undefined {
  const places = Object.entries(NAMES);
  return ['url', 'init', 'options', ...places.flatMap(([, names]) => names)].includes(name)
    ? MORE[name]
    : `there are ${places.map(([place, names]) => `${names.join(', ')} in ${place}`).join('; ')}`;
}

/** What each reason means, and what can be done. */
const MEANING: Record<ErrorDetails['reason'], string> = {
  unknown: 'no core could be had, or the URL cannot be fetched; the console or the cause says more',
  network: 'the server could not be reached, or the connection broke',
  'body-ended': 'the server ended the response',
  'resume-refused': 'resuming failed twice at another origin: perhaps it does not allow the header Last-Event-ID (lastEventIdParam avoids it)',
  status: 'the status was not 200; reconnection.statuses names those that pass by themselves',
  'content-type': 'the response is no text/event-stream',
  'origin-refused': 'the server answers, but does not allow this origin to read it: it has to send Access-Control-Allow-Origin',
  'event-too-big': 'one event held more than maxEventSize',
  idle: 'nothing came for longer than idleTimeout',
  prepare: 'prepare threw or rejected; cause is what with',
  hidden: 'the page is hidden, and whenHidden is pause',
  overflow: 'a consumer took its messages too slowly',
  requested: 'reconnect was called',
  truncated: 'the stream ended without the marker that until names',
  decode: 'the data is no JSON; text is what came',
};

hooks.explain = (code) => {
  const [kind, name = ''] = code.split(':');
  const about = kind === 'option' ? aboutOption(name) : MEANING[name as keyof typeof MEANING];
  return about ? `: ${about}` : '';
};

/**
 * Says in a sentence what an `error` event is about, and what comes next.
 *
 * ```js
 * source.addEventListener('error', (event) => console.warn(describe(details(event))));
 * // attempt 1: status: the status was not 200; reconnection.statuses names those that pass by themselves (status 503); it is not tried again
 * ```
 */
export function describe({ reason, failed, ending, attempt, delay, status }: ErrorDetails): string {
  const what = `attempt ${attempt}: ${reason}: ${MEANING[reason]}${status ? ` (status ${status})` : ''}`;
  const next = failed
    ? `it is not tried again${ending && { 'not-repeated': ', for the request is not one to be repeated', 'retries-exhausted': ', for the limits of reconnection are reached', declined: ', for decide said so' }[ending]}`
    : `it is tried again${delay === undefined ? '' : ` in ${delay} ms`}`;
  return `${what}; ${next}`;
}

/**
 * Shows what every source is told (`<`) and what its core asks for (`>`), as it happens, with the number of the attempt. A second call takes the place of the
 * first.
 *
 * @param show Gets each line; `console.debug` unless given.
 * @returns Ends it.
 */
export function trace(show: (line: string) => void = (line) => console.debug(line)): () => void {
  hooks.trace = (url, isAction, number, attempt) =>
    show(`tidings ${url} ${isAction ? '>' : '<'} ${(isAction ? ACTIONS : INPUTS)[number]}${attempt ? ` ${attempt}` : ''}`);
  return () => {
    delete hooks.trace;
  };
}
