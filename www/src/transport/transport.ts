/** How bytes get here. A transport starts and aborts one request and reports what happens to it; it decides nothing. */

import type { Input, ProbeOutcome } from '../core/contract.js';
import type { Answer } from '../details.js';

/** What stands in for `fetch`. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** What a request is made of. */
export interface Request {
  readonly url: string;
  readonly method?: string | undefined;
  readonly headers?: HeadersInit | undefined;
  readonly body?: BodyInit | null | undefined;
  readonly credentials: RequestCredentials;
  readonly redirect?: RequestRedirect | undefined;
  /** Sent as `Last-Event-ID` when not empty; each character is one byte. */
  readonly lastEventId: string;
  readonly fetch?: Send | undefined;
  /** Whether ending it now would lose nothing: the next one would go on after the last event. */
  isResumable?(): boolean;
}

/** What a transport reports, and not once the request was aborted. */
export interface Reports {
  /** The headers came. `contentType` is what all such fields say together, `origin` that of the URL after redirects. */
  answered(status: number, contentType: string | null, origin: string, answer: Answer): void;
  /**
   * `ChunkReceived`, after it was asked for by `readOn`; `BodyEnded`; `RequestFailed`, with what was thrown if anything was; or `ReconnectCalled`, when the
   * connection is to be made anew, since it would go on after the last event.
   */
  happened(input: Input, chunk?: Uint8Array, error?: unknown): void;
}

/** Hears how a probe went. */
export type ProbeAnswer = (outcome: ProbeOutcome) => void;

/** A request under way. */
export interface Exchange {
  /** Asks for the next chunk of the body, once what was reported last is done with. */
  readOn(): void;
  /** Frees the connection, so that the server sees it, and reports no more. */
  abort(): void;
}
