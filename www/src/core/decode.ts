/**
 * Bytes into text, for engines that have `TextDecoder`. The one place that knows of it: builds for others replace this file.
 *
 * Two decoders, for the sake of Node: there one call in stream mode ends a decoder's fast path for ASCII for good, while for all else
 * stream mode is more than twice as fast. Which one is taken is a guess by what came last. Where the last byte may be the end of a broken character, it is not
 * stream mode, which would wait for the rest.
 */

let forAscii: TextDecoder | undefined;
let forOthers: TextDecoder | undefined;
let wasAscii = true;

export function decode(bytes: Uint8Array): string {
  const text = wasAscii || bytes[bytes.length - 1]! > 0x7f
    ? (forAscii ||= new TextDecoder('utf-8', WITH_BOM)).decode(bytes)
    : (forOthers ||= new TextDecoder('utf-8', WITH_BOM)).decode(bytes, { stream: true });
  wasAscii = text.length === bytes.length;
  return text;
}

/** A BOM inside a value is text; the stream's own was dropped by the core. */
const WITH_BOM = { ignoreBOM: true };
