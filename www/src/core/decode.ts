/**
 * Bytes into text, for engines that have `TextDecoder`. The one place that knows of it: builds for others replace this file.
 *
 * Two decoders, for the sake of Node: there one call in stream mode ends a decoder's fast path for ASCII for good, while for all else
 * stream mode is more than twice as fast. Which one is taken is a guess by what came last. What is decoded has to end with a whole character, so
 * that the mode makes no other difference.
 */

let forAscii: TextDecoder | undefined;
let forOthers: TextDecoder | undefined;
let wasAscii = true;

export function decode(bytes: Uint8Array): string {
  const text = wasAscii
    ? (forAscii ||= new TextDecoder('utf-8', WITH_BOM)).decode(bytes)
    : (forOthers ||= new TextDecoder('utf-8', WITH_BOM)).decode(bytes, { stream: true });
  wasAscii = text.length === bytes.length;
  return text;
}

/** The same for bytes that may end in the middle of a character. */
export function decodeBroken(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', WITH_BOM).decode(bytes);
}

/** A BOM inside a value is text; the stream's own was dropped by the core. */
const WITH_BOM = { ignoreBOM: true };
