/**
 * The fetch transport: a request by `fetch`, its body read chunk by chunk.
 *
 * One chunk is read ahead, no more: a slow listener slows the reading, not the memory; and of a connection that breaks, engines throw away
 * what has come and nobody has asked for.
 *
 * Dangers: the request may be aborted inside any report; an answer may come after the abort, where an engine has no AbortController or what
 * stands in for `fetch` does not heed it.
 */

import { Input, ProbeOutcome } from '../core/contract.js';
import { decodeBroken } from '../core/decode.js';
import type { Abort, Answered, Happened, ProbeAnswer, Request, Send } from './transport.js';

/** How much of a body that is no event stream is told, in UTF-16 code units. */
const SHOWN = 4096;

/** How long the beginning of an answer may take to settle, in milliseconds. */
const SETTLING = 20;

/** Sends the standard's request for an event stream. */
export function send(request: Request, answered: Answered, happened: Happened): Abort {
  let reader: ReadableStreamDefaultReader<Uint8Array> | null | undefined;
  let chunk: Promise<ReadableStreamReadResult<Uint8Array>>;
  let aborted = false;
  const failed = (error?: unknown) => {
    if (!aborted) {
      happened(Input.RequestFailed, undefined, error);
    }
  };
  // "Set request's … `Accept`/`text/event-stream`", "cache mode to "no-store"", and of a potential-CORS request mode and credentials.
  // A plain object, which what stands in for `fetch` can spread; what is given takes the place of ours.
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (request.lastEventId && isSendable(request.lastEventId)) {
    headers['last-event-id'] = request.lastEventId;
  }
  new Headers(request.headers).forEach((value, name) => {
    headers[name] = value;
  });
  const end = begin(
    request.url,
    {
      method: request.method,
      mode: 'cors',
      credentials: request.credentials,
      cache: 'no-store',
      redirect: request.redirect,
      headers,
      body: request.body,
    } as RequestInit,
    request.fetch,
    (response) => {
      reader = response.body && response.body.getReader();
      if (aborted) {
        cancel();
      } else {
        const { status, headers } = response;
        // What stands in for `fetch` may answer without a URL.
        const url = response.url || request.url;
        const tell = (body?: string) => {
          if (!aborted) {
            answered({ status, headers, url, body }, readOn);
          }
        };
        if (status === 200 && /event-stream/i.test(headers.get('Content-Type')!)) {
          readAhead();
          tell();
        } else {
          // Not in the way of what has to be told: an engine that gives no body in time gives none at all.
          return reader ? beginning(reader, end).then(tell) : tell('');
        }
      }
    },
    failed,
  );
  const cancel = () => {
    if (reader) {
      reader.cancel().catch(nothing);
    }
  };
  const readAhead = () => {
    if (reader) {
      chunk = reader.read();
      chunk.catch(nothing);
    }
  };
  const readOn = () => {
    if (reader) {
      chunk.then(({ done, value }) => {
        if (!aborted) {
          if (done) {
            happened(Input.BodyEnded);
          } else {
            readAhead();
            happened(Input.ChunkReceived, value);
          }
        }
      }, failed);
    } else if (!aborted) {
      // A response without a body.
      happened(Input.BodyEnded);
    }
  };
  return () => {
    aborted = true;
    end(cancel);
  };
}

/** The first 4 KiB of a body as text, or what of it comes within a second, after which the request is ended. */
function beginning(reader: ReadableStreamDefaultReader<Uint8Array>, end: End): Promise<string> {
  const bytes: number[] = [];
  const timer = setTimeout(() => end(() => reader.cancel().catch(nothing)), 1000);
  const read = (): Promise<unknown> =>
    reader.read().then(({ done, value }) => {
      if (!done) {
        value.forEach((byte) => bytes.push(byte));
        return bytes.length < SHOWN && read();
      }
    });
  return read()
    .catch(nothing)
    .then(() => {
      clearTimeout(timer);
      return decodeBroken(new Uint8Array(bytes)).slice(0, SHOWN);
    });
}

/**
 * Asks whether there is an answer at all: what a server refuses to this origin by CORS, `fetch` reports as it does a lost connection, but without
 * CORS it tells of an answer, if only that there is one.
 */
export function probe(url: string, send: Send | undefined, answer: ProbeAnswer): Abort {
  let aborted = false;
  const finish = (outcome: ProbeOutcome) => {
    if (!aborted) {
      abort();
      answer(outcome);
    }
  };
  const end = begin(
    url,
    { mode: 'no-cors', credentials: 'omit', cache: 'no-store' },
    send,
    (response) => finish(response.type === 'opaque' ? ProbeOutcome.OtherOrigin : ProbeOutcome.OwnOrigin),
    () => finish(ProbeOutcome.Unreachable),
  );
  const abort = () => {
    aborted = true;
    end(nothing);
  };
  return abort;
}

/** Ends a request as far as the engine can: its signal, then what else the caller has to let go. */
type End = (andThen: () => void) => void;

/** Begins a request; what it returns ends it. */
function begin(
  url: string,
  init: RequestInit,
  send: Send | undefined,
  onResponse: (response: Response) => unknown,
  onFailure: (error?: unknown) => void,
): End {
  const controller = new AbortController();
  init.signal = controller.signal;
  let answered = 0;
  // What stands in for `fetch` may throw instead of rejecting, and may answer with something that has no body to be read: both
  // are failures of the request.
  new Promise<Response>((resolve) => resolve((send || fetch)(url, init)))
    .then((response) => {
      answered = Date.now();
      return onResponse(response);
    })
    .catch(onFailure);
  return (andThen) => {
    const end = () => {
      controller.abort();
      andThen();
    };
    // Firefox's workers lose an abort that comes within a few milliseconds of the answer, and any after a cancel: the connection would stay.
    if (typeof WorkerGlobalScope === 'function' && Date.now() - answered < SETTLING) {
      setTimeout(end, SETTLING);
    } else {
      end();
    }
  };
}

/**
 * Node's `fetch` fails a request for the sake of a control character in a header that the standard allows, again at every attempt: there an
 * id with one is not sent.
 */
function isSendable(id: string): boolean {
  return typeof process === 'undefined' || !/[\x01-\x08\x0b-\x1f\x7f]/.test(id);
}

function nothing(): void {}

declare const process: unknown;
declare const WorkerGlobalScope: unknown;
