/**
 * Whether a response is an event stream.
 *
 * What `core/src/connection/response.rs` says byte by byte, in the regular expressions that every engine has: a third of what that weighs as wasm. A test compares
 * the two.
 */

/** [Extracts the MIME type](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type): of several values the last one that is a MIME type counts. */
export function isEventStream(status: number, contentType: string | null): boolean {
  // A quoted string may hold commas; what is left of it is nothing that a MIME type holds.
  const values = ('' + contentType).replace(/"(\\.|[^"\\])*"?/g, '"');
  return status === 200 && /^text\/event-stream$/i.test(values.replace(LAST, '$1'));
}

/** All of it, with the essence of the last value that has one, and is not `*‍/*`. */
const LAST = /.*(?:^|,)[\t\n\r ]*(?!\*\/\*[\t\n\r ]*(?:[,;]|$))([!#-'*+.\w^`|~-]+\/[!#-'*+.\w^`|~-]+)[\t\n\r ]*(?:[,;].*)?$/;
