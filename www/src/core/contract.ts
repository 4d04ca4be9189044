/**
 * The border between the core and the class, as TypeScript sees it: integers in, integers and strings out.
 *
 * **Order.** `connect` gives a handle whose first action is already there. Take actions with `poll` and perform each before the next,
 * until it gives `None`; when something happens, tell it, and poll again. A chunk that comes before the `Dispatch` of the last one was polled is ignored.
 *
 * **Bytes.** A chunk is copied in and belongs to the caller again when `tell` returns. Strings are the caller's for good: they
 * are cut before `tell` returns, so that a listener may use other sources, or close this one.
 *
 * **Re-entrancy.** Nothing here calls back. Listeners run while the class performs `FireOpen`, `FireError` and `Dispatch`, and may call
 * anything; `close()` acts at once: what was queued is gone, and polling gives only what is left to tidy up. Between two events of a
 * `Dispatch` the class asks only whether the source was closed.
 *
 * **Throws.** Only where there is no room on the stack: nothing else may be asked of that connection then. The others go on.
 *
 * **Time.** `now` is in milliseconds from any fixed start, at least 0 and below 2^53, and should not go back.
 *
 * The numbers are those of `www/abi/src/numbers.rs`; a test compares the two.
 */

import type { Told } from './memory.js';

/** What there is to do. */
export const enum ActionKind {
  /** Nothing. */
  None = 0,
  /** Stop that timer. */
  StopTimer = 1,
  /** Abort the request, the probe or what is prepared. */
  AbortRequest = 2,
  /** Let the user prepare the request of `Attempt`; report `Prepared` or `PrepareFailed`. */
  Prepare = 3,
  /** Send a request, with `lastEventId()` if that is not empty; report under `Attempt`. */
  SendRequest = 4,
  /** Send a `no-cors` GET without credentials and headers, end it when its headers are there, and report `ProbeEnded`. */
  SendProbe = 5,
  /** Ask the user what becomes of the loss; report `RetryAnswered`. */
  AskRetry = 6,
  /** The ready state is 0 from now on. */
  BecomeConnecting = 7,
  /** The ready state is 1 from now on. */
  BecomeOpen = 8,
  /** The ready state is 2 from now on. */
  BecomeClosed = 9,
  /** Report `TimerFired` after `Delay` milliseconds. */
  StartTimer = 10,
  /** Fire `open`. */
  FireOpen = 11,
  /** Fire `error`. */
  FireError = 12,
  /** Fire `close`: the stream ended, and its request is not to be repeated. */
  FireClose = 13,
  /** Dispatch the events that the last chunk gave. */
  Dispatch = 14,
}

/** The words of a source. All but the options belong to the action polled last, until something is told. */
export const enum Field {
  /** The attempt that begins, is under way or has ended. */
  Attempt = 13,
  /** How long a timer is to run, in milliseconds. */
  Delay = 14,
  /** Of an error: its `Reason`. */
  Reason = 15,
  /** Of an error: its `Verdict`. */
  Verdict = 16,
  /** Of an error: the attempt that has ended. */
  ErrorAttempt = 17,
  /** Of an error: the next attempt begins in so many milliseconds; `Never` if that is not known or there is none. */
  ErrorDelay = 18,
  /** The first `Option`. */
  Options = 31,
}

/** What is told by `tell`. */
export const enum Input {
  /** The value is `Border.EventStream`, or the status, with `Border.Transient` added if it passes by itself. */
  ResponseStarted = 1,
  ChunkReceived = 2,
  BodyEnded = 3,
  RequestFailed = 4,
  ProbeEnded = 5,
  TimerFired = 6,
  Prepared = 7,
  PrepareFailed = 8,
  /** The value is the time in milliseconds. */
  RetryAfterReceived = 9,
  /** The value is the wait in milliseconds, or `Never`. */
  RetryAnswered = 10,
  WentOnline = 11,
  ReconnectCalled = 12,
  BecameHidden = 13,
  Paused = 14,
  /** The value is 1 to resume later, 0 to fail. */
  Overflowed = 15,
  BecameVisible = 16,
  Resumed = 17,
  CloseCalled = 18,
  /** There is a last event ID to start from; `connect` tells it. */
  StartFrom = 19,
  /** From now on comments are among the events, as what is told. */
  CommentsWanted = 20,
  /** The options are written; `connect` tells it. */
  Begin = 21,
}

/** Which option a word is. The first seven are 0 or 1, times are in milliseconds. */
export const enum Option {
  CrossOrigin = 0,
  Probe = 1,
  Repeats = 2,
  Prepares = 3,
  Asks = 4,
  Hidden = 5,
  Skips = 6,
  /** The most that one event may hold, in bytes. */
  MaxEventSize = 7,
  /** What waits are drawn with: any number. */
  Seed = 8,
  IdleTimeout = 9,
  /** The shortest wait, if they grow. */
  Min = 10,
  /** The longest; 0 if they are not to grow. */
  Max = 11,
  /** How many attempts in a row may fail. */
  Attempts = 12,
  /** For how long it is tried again. */
  Time = 13,
}

/** Why the connection was lost, or failed. */
export const enum Reason {
  /** Not known. */
  Unknown = 0,
  /** A network error, before the response or in its body. */
  Network = 1,
  /** The server ended the body. */
  BodyEnded = 2,
  /** A network error at the second attempt or a later one to resume a stream of another origin: perhaps `Last-Event-ID` is not allowed. */
  ResumeRefused = 3,
  /** The status was not 200. */
  Status = 4,
  /** The content type was not `text/event-stream`. */
  ContentType = 5,
  /** The server answers, but does not allow this origin to read it (CORS). */
  OriginRefused = 6,
  /** An event held more than is allowed. */
  LimitExceeded = 7,
  /** The server was silent for too long. */
  Idle = 8,
  /** The request could not be prepared. */
  Prepare = 9,
  /** The page is hidden. */
  Hidden = 10,
  /** Who listens is behind. */
  Overflow = 11,
  /** A new connection was asked for. */
  Requested = 12,
}

/** What comes of it. */
export const enum Verdict {
  /** The connection is reestablished. */
  Interrupted = 0,
  /** It failed for the sake of the reason itself. */
  Failed = 1,
  /** It failed, for the request is not one to be repeated. */
  NotRepeated = 2,
  /** It failed, for there were too many attempts, or for too long. */
  RetriesExhausted = 3,
  /** It failed, for the user does not want to try again. */
  Declined = 4,
}

/** What the probe found out. */
export const enum ProbeOutcome {
  /** The server, or the one it redirects to, is of another origin, and it answered. */
  OtherOrigin = 0,
  /** The server is of our own origin. */
  OwnOrigin = 1,
  /** Nobody answered. */
  Unreachable = 2,
}

/** How a connection is to behave: the value of each `Option`. What is more than 2^32 - 1 is to be cut to that. */
export type Options = readonly number[];

/** An event of a chunk. */
export interface Message {
  readonly type: string;
  readonly data: string;
  /** The last event ID string as of this event. */
  readonly lastEventId: string;
}

/** One source's connection. Inputs of an earlier attempt are ignored. It holds nothing but memory: who is done with it lets go of it. */
export interface Connection {
  /**
   * Something happened. `attempt` is 0 where it means nothing, and so is the value. The content is that of a chunk, which is copied in once and parsed.
   */
  tell(input: Input, attempt: number, now: number, value?: number, content?: Uint8Array | string): void;
  /** Takes the next action; what belongs to it is read below until the next `poll` or `tell`. */
  poll(): ActionKind;
  /** A number that belongs to it; a `Delay` that is none is -1. */
  field(field: Field): number;
  /** The events of the last chunk, in order; once. */
  events(): (Message | Told)[];
  /** The last event ID string; empty if there is none. */
  lastEventId(): string;
}

/** A core that was found. */
export interface Core {
  /** A new connection, with the last event ID to start from, which may be empty. */
  connect(options: Options, lastEventId: string): Connection;
}
