/** How bytes get here. A transport starts and aborts one request and reports what happens to it; it decides nothing. */

import type { Input, ProbeOutcome } from '../core/contract.js';
import type { Answer } from '../details.js';

/** What stands in for `fetch`. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** What a request is made of. */
export interface Request {
  url: string;
  readonly method?: string | undefined;
  readonly headers?: HeadersInit | undefined;
  readonly body?: BodyInit | null | undefined;
  readonly credentials: RequestCredentials;
  readonly redirect?: RequestRedirect | undefined;
  /** Sent as `Last-Event-ID` when not empty; each character is one byte. */
  lastEventId: string;
  readonly fetch?: Send | undefined;
  /** Whether ending it now would lose nothing: the next one would go on after the last event. */
  isResumable?(): boolean;
}

/** Hears what ends the request, before it begins: what stands in for `fetch` may call anything, and so end it while it begins. */
export type Begins = (abort: Abort) => void;

/**
 * The headers came. Only of an event stream, with the status 200, there is no `body` in the answer. `readOn` asks for the next chunk of the body, once what was
 * reported last is done with.
 */
export type Answered = (answer: Answer, readOn: () => void) => void;

/**
 * What else a transport reports, where nobody hears it once the request was aborted: `ChunkReceived`, after it was asked for, with bytes, or with text;
 * `BodyEnded`; `RequestFailed`, with what was thrown if anything was; `Paused`, while the beginning of a body is read that is
 * to be told with its headers; or `ReconnectCalled`, when the connection is to be
 * made anew, since it would go on after the last event.
 */
export type Happened = (input: Input, chunk?: Uint8Array | string, error?: unknown) => void;

/** Hears how a probe went. */
export type ProbeAnswer = (outcome: ProbeOutcome) => unknown;

/** Frees the connection, so that the server sees it. */
export type Abort = () => void;
