/**
 * Bytes into text, for engines that have `TextDecoder`. The one place that knows of it: builds for others replace this file.
 *
 * Two decoders, for the sake of Node: there one call in stream mode ends a decoder's fast path for ASCII for good, while for all else
 * stream mode is more than twice as fast. The texts are whole and well-formed, so that the mode makes no other difference.
 */

let forAscii: TextDecoder | undefined;
let forOthers: TextDecoder | undefined;

export function decode(bytes: Uint8Array, ascii: boolean): string {
  return ascii
    ? (forAscii ||= new TextDecoder('utf-8', WITH_BOM)).decode(bytes)
    : (forOthers ||= new TextDecoder('utf-8', WITH_BOM)).decode(bytes, { stream: true });
}

/** A BOM inside a value is text; the stream's own was dropped by the core. */
const WITH_BOM = { ignoreBOM: true };
