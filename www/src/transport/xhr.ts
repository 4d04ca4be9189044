/**
 * The XHR transport, for engines whose `fetch` has no readable body, or that have none: the text of a response is read while it grows.
 *
 * Rules: the text is looked at on every sign of life, and every 100 ms besides, for EdgeHTML and IE may show no progress; once per sign, for
 * some engines make it anew each time. Whatever was seen is kept here, because engines empty it on errors.
 *
 * Dangers: overriding the type before the headers came masks the server's own in old engines, so it is overridden at HEADERS_RECEIVED, where that
 * comes too late in some for a stream that names another charset than UTF-8. The text only grows, so past a few megabytes
 * the connection is renewed, where that loses nothing: at the end of a block, if the stream has an id to resume from.
 */

import { isEventStream } from '../core/content_type.js';
import { Input } from '../core/contract.js';
import { Headers } from '../legacy/stand_ins.js';
import { originOf } from '../legacy/url.js';
import type { Answered, Begins, Happened, Request } from './transport.js';

/** Sends the standard's request for an event stream, or what the options make of it. */
export function send(request: Request, begins: Begins, answered: Answered, happened: Happened): void {
  const xhr = new XMLHttpRequest();
  const sameOrigin = originOf(request.url) === originOf(location.href);
  let poll: ReturnType<typeof setInterval> | undefined;
  let aborted: boolean | undefined;
  let told: boolean | undefined;
  let status = 0;
  let type: string | null;
  /** Of what is no event stream: how often is looked for the beginning of its body, and one more. Not for how long, for a machine may stall. */
  let looks: number;
  /** Whether the next chunk was asked for. */
  let wanted: boolean | undefined;
  /** How the body ended, once it did. */
  let end: 'ended' | 'failed' | undefined;
  let text = '';
  /** How much of it was reported. */
  let given = 0;
  /** How much of it was searched for the end of a block, and where the last one is. */
  let searched = 0;
  let boundary = 0;
  /** Whether a block ends where what was reported ends, and it is the last one. */
  let atBoundary = false;

  const abort = () => {
    aborted = true;
    clearInterval(poll);
    xhr.abort();
  };
  begins(abort);

  /** Takes what there is. */
  const look = () => {
    if (aborted || xhr.readyState < HEADERS_RECEIVED) {
      return;
    }
    if (!status) {
      try {
        status = xhr.status;
      } catch (error) {
        // Not known yet, in old engines.
      }
      if (!status) {
        return;
      }
      type = xhr.getResponseHeader('Content-Type');
      looks = isEventStream(status, type) ? 0 : LOOKS;
      if (looks) {
        happened(Input.Paused);
      } else {
        try {
          xhr.overrideMimeType('text/plain; charset=utf-8');
        } catch (error) {
          // What the header says decides, then.
        }
      }
      poll = setInterval(() => {
        looks--;
        look();
      }, POLL);
    }
    if (xhr.readyState > HEADERS_RECEIVED) {
      try {
        const seen = xhr.responseText;
        if (seen.length > text.length) {
          text = seen;
        }
      } catch (error) {
        // Not to be read yet, or any more.
      }
    }
    // A refusal is told with the beginning of its body.
    if (!told && !end && (text.length >= SHOWN || xhr.readyState === DONE || looks < 2)) {
      const url = xhr.responseURL || request.url;
      told = true;
      if (request.redirect === 'error' && xhr.responseURL && url !== request.url.replace(/#.*/, '')) {
        abort();
        happened(Input.RequestFailed, undefined, new TypeError('redirected to ' + url));
      } else {
        answered({ status, headers: headersOf(xhr, type), url, body: looks ? text.slice(0, SHOWN) : undefined }, () => {
          wanted = true;
          report();
        });
      }
    }
    report();
  };

  const report = () => {
    if (!wanted || aborted) {
      return;
    }
    // By the letter of the standard half a character is U+FFFD until the rest comes. No event ends with that, so it can wait.
    let length = text.length;
    while (!end && text.charCodeAt(length - 1) === 0xfffd) {
      length--;
    }
    if (atBoundary && request.isResumable!()) {
      abort();
      happened(Input.ReconnectCalled);
    } else if (given < length) {
      if (length > Math.max(searched, RENEWED_AFTER)) {
        // A blank line may have been cut: two characters of it before.
        const from = Math.max(given, searched, 2) - 2;
        const rest = text.substring(from);
        BLANK_LINES.forEach((line) => {
          const start = rest.lastIndexOf(line);
          if (start >= 0) {
            boundary = Math.max(boundary, from + start + line.length);
          }
        });
        searched = length;
      }
      let to = Math.min(length, given + MOST_AT_ONCE);
      atBoundary = boundary > given && boundary <= to;
      if (atBoundary) {
        to = boundary;
      }
      // A string of its own: a part would keep all text up to here in memory.
      const chunk = (' ' + text.substring(given, to)).slice(1);
      given = to;
      wanted = false;
      happened(Input.ChunkReceived, chunk);
    } else if (end) {
      clearInterval(poll);
      wanted = false;
      if (end === 'ended') {
        happened(Input.BodyEnded);
      } else {
        happened(Input.RequestFailed);
      }
    }
  };

  const finish = (how: 'ended' | 'failed') => () => {
    look();
    if (!end && !aborted) {
      end = how;
      clearInterval(poll);
      if (told) {
        report();
      } else {
        happened(Input.RequestFailed);
      }
    }
  };

  xhr.onreadystatechange = xhr.onprogress = look;
  xhr.onload = finish('ended');
  xhr.onerror = xhr.onabort = xhr.ontimeout = finish('failed');
  try {
    xhr.open(request.method || 'GET', request.url, true);
    // Before it is open, IE takes none.
    xhr.withCredentials = request.credentials === 'include';
    const headers = new Headers(request.headers);
    const add = (name: string, value: string) => headers.has(name) || set(xhr, name, value);
    headers.forEach((value, name) => set(xhr, name, value));
    add('Accept', 'text/event-stream');
    if (sameOrigin) {
      // What `fetch` sends for the standard's "no-store"; another origin would have to be asked first.
      add('Cache-Control', 'no-cache');
      add('Pragma', 'no-cache');
    }
    add('Last-Event-ID', request.lastEventId);
    xhr.send((request.body as XMLHttpRequestBodyInit) || null);
  } catch (error) {
    setTimeout(finish('failed'));
  }
}

/** The headers of an answer, read at once: of a request that was aborted engines tell none. */
function headersOf(xhr: XMLHttpRequest, type: string | null): Headers {
  const headers = new Headers();
  (xhr.getAllResponseHeaders() || '').split('\n').forEach((line) => {
    const colon = line.indexOf(':');
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1));
    } catch (error) {
      // The last line is empty; and what is no header is not told.
    }
  });
  if (type) {
    // Of another origin's, some engines tell this one alone. Those that decode it may make characters of it that no header has.
    headers.set('Content-Type', type.replace(/[^\t -\xff]/g, '?'));
  }
  return headers;
}

/** A header, unless it is empty or the engine does not let it be. */
function set(xhr: XMLHttpRequest, name: string, value: string): void {
  if (value) {
    try {
      xhr.setRequestHeader(name, value);
    } catch (error) {
      // An odd id is no reason not to reconnect.
    }
  }
}

const HEADERS_RECEIVED = 2;
const DONE = 4;
/** In milliseconds. */
const POLL = 100;
/** For how many looks, which take a second, a refusal waits for the beginning of its body, and how much of that is told. */
const LOOKS = 11;
const SHOWN = 4096;
/** In characters: so many are one chunk, so that what is made of them does not fill memory. */
const MOST_AT_ONCE = 64 * 1024;
/** In characters. */
const RENEWED_AFTER = 4 * 1024 * 1024;
const BLANK_LINES = ['\n\n', '\r\r', '\n\r\n'];
