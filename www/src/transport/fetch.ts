/**
 * The fetch transport: a request by `fetch`, its body read chunk by chunk.
 *
 * What has come is read ahead, so much and no more: a slow listener slows the reading, not the memory; and of a connection that breaks, engines throw away
 * what has come and nobody has asked for. That much is read in one go, and the next go begins when nothing is left: with each chunk that Node's `fetch` is asked
 * for, it takes four times as much from the socket, puts it behind what is left over, and copies all of that.
 *
 * Dangers: the request may be aborted inside any report; an answer may come after the abort, where an engine has no AbortController or what
 * stands in for `fetch` does not heed it. Reports may come after it too: the driver hears none of them.
 */

import { isEventStream } from '../core/content_type.js';
import { Input, ProbeOutcome } from '../core/contract.js';
import type { Abort, Answered, Begins, Happened, ProbeAnswer, Request, Send } from './transport.js';

/** How much of a body that is no event stream is told, in bytes. */
const SHOWN = 4096;

/** How much is read ahead in one go, in bytes: more than Node takes from a socket at once. */
const AHEAD = 1e5;

/** How long the beginning of an answer may take to settle, in milliseconds. */
const SETTLING = 20;

/** Sends the standard's request for an event stream. */
export function send(request: Request, begins: Begins, answered: Answered, happened: Happened): void {
  // "Set request's … `Accept`/`text/event-stream`", "cache mode to "no-store"", and of a potential-CORS request mode and credentials.
  // A plain object, which what stands in for `fetch` can spread; what is given takes the place of ours.
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  // Node's `fetch` fails a request for the sake of a control character in a header that the standard allows, again at every attempt: there an
  // id with one is not sent.
  if (typeof process === 'undefined' ? request.lastEventId : /^[\t -~\x80-\xff]+$/.test(request.lastEventId)) {
    headers['last-event-id'] = request.lastEventId;
  }
  (request.headers as Headers | undefined)?.forEach((value, name) => {
    headers[name] = value;
  });
  const failed = (error?: unknown) => happened(Input.RequestFailed, undefined, error);
  begin(
    request,
    begins,
    {
      method: request.method,
      mode: 'cors',
      credentials: request.credentials,
      cache: 'no-store',
      redirect: request.redirect,
      headers,
      body: request.body,
    } as RequestInit,
    (response, read, end) => {
      const chunks: Promise<Chunk>[] = [];
      const readAhead = (most: number) => {
        const chunk = read ? read() : new Promise<Chunk>((resolve) => resolve({}));
        chunks.push(chunk);
        // A chunk takes more than its bytes.
        chunk.then(({ value }) => (most -= value!.length + 100) > 0 && readAhead(most)).catch(() => {});
      };
      const readOn = () => {
        chunks
          .shift()!
          .then(({ value }) => {
            if (value !== undefined && Object(value).BYTES_PER_ELEMENT !== 1) {
              end();
              throw new TypeError('tidings: the body gives no Uint8Array');
            }
            if (!chunks[0]) {
              readAhead(AHEAD);
            }
            happened(value === undefined ? Input.BodyEnded : Input.ChunkReceived, value);
          })
          .catch(failed);
      };
      const { status, headers, url } = response;
      // What stands in for `fetch` may answer without a URL.
      const tell = (body?: string) => answered({ status, headers, url: url || request.url, body }, readOn);
      if (isEventStream(status, headers.get('Content-Type'))) {
        readAhead(AHEAD);
        tell();
      } else {
        // Until that is told, silence is not the server's.
        happened(Input.Paused);
        // Not in the way of what has to be told: an engine that gives no body in time gives none at all.
        return read ? beginning(read, end).then(tell) : tell('');
      }
    },
    failed,
  );
}

/** The first 4 KiB of a body as text, or what of it comes within a second, after which the request is ended. */
function beginning(next: Read, end: Abort): Promise<string> {
  const bytes: number[] = [];
  // In two halves: where the machine stalls, what came meanwhile is still read before the second one is over. The second is not stopped: what it ends is over then.
  const timer = setTimeout(setTimeout, 512, end, 512);
  const read = (): Promise<unknown> =>
    next().then(({ value }) => {
      // At the end there is no value, which is caught as an error is. One that is empty could go on for ever.
      value!.forEach((byte) => bytes.push(byte));
      return value!.length && bytes.length < SHOWN && read();
    });
  return read()
    .catch(() => {})
    .then(() => {
      clearTimeout(timer);
      return new Response(new Uint8Array(bytes.slice(0, SHOWN))).text();
    })
    // Without the character that this cuts.
    .then((text) => (bytes.length < SHOWN ? text : text.replace(/\ufffd+$/, '')));
}

/**
 * Asks whether there is an answer at all: what a server refuses to this origin by CORS, `fetch` reports as it does a lost connection, but without
 * CORS it tells of an answer, if only that there is one.
 */
export function probe(request: Request, begins: Begins, answer: ProbeAnswer): void {
  begin(
    request,
    begins,
    { mode: 'no-cors', credentials: 'omit', cache: 'no-store' },
    (response) => answer(response.type === 'opaque' ? ProbeOutcome.OtherOrigin : ProbeOutcome.OwnOrigin),
    () => answer(ProbeOutcome.Unreachable),
  );
}

/** What comes next of a body. */
type Read = () => Promise<Chunk>;
type Chunk = { value?: Uint8Array | undefined };

/** Begins a request; it ends, as far as the engine can, by its signal, and by letting go of its body. */
function begin(
  request: Request,
  begins: Begins,
  init: RequestInit,
  onResponse: (response: Response, read: Read | null, end: Abort) => unknown,
  onFailure: (error?: unknown) => void,
): void {
  const controller = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array> | null;
  let answered = 0;
  let ended = false;
  const end = () => {
    controller.abort();
    reader && reader.cancel().catch(() => {});
  };
  const abort = () => {
    ended = true;
    // Firefox's workers lose an abort that comes within a few milliseconds of the answer, and any after a cancel: the connection would stay.
    if (typeof WorkerGlobalScope === 'function' && Date.now() - answered < SETTLING) {
      setTimeout(end, SETTLING);
    } else {
      end();
    }
  };
  init.signal = controller.signal;
  begins(abort);
  // What stands in for `fetch` may throw instead of rejecting, and may answer with something that has no body to be read: both
  // are failures of the request.
  new Promise<Response>((resolve) => resolve((request.fetch || fetch)(request.url, init)))
    .then((response) => {
      answered = Date.now();
      reader = response.body && response.body.getReader();
      return ended ? end() : onResponse(response, reader && (() => reader!.read()), abort);
    })
    .catch(onFailure);
}

declare const process: unknown;
declare const WorkerGlobalScope: unknown;
