/**
 * Bytes into text, for engines that have `TextDecoder`. The one place that knows of it: builds for others replace this file.
 *
 * Two decoders, for the sake of Node: there one call in stream mode ends a decoder's fast path for ASCII for good, while for all else stream mode is more than twice as
 * fast. Which one is taken is a guess by what came last; and stream mode is needed where the end may be in the middle of a character.
 */

/** Decodes what goes on from call to call. */
export type Decode = (bytes: Uint8Array) => string;

/** Those of one stream. */
export function createDecode(): Decode {
  const forAscii = decoder();
  let forOthers: TextDecoder | undefined;
  let wasAscii = true;

  return (bytes) => {
    const last = bytes[bytes.length - 1]!;
    const text = wasAscii && !(last > 0x7f) ? forAscii.decode(bytes) : (forOthers ||= decoder()).decode(bytes, { stream: true });
    wasAscii = last < 0x80 && text.length === bytes.length;
    return text;
  };
}

/** A BOM inside a value is text; the stream's own was dropped by the core. */
function decoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
