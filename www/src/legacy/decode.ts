/**
 * Bytes as text without `TextDecoder`, which EdgeHTML lacks.
 *
 * Code units go through one short array, which is used again and again: of that engines make text faster than of typed arrays, of new ones, and of long ones.
 */

/**
 * ["UTF-8 decode without BOM"](https://encoding.spec.whatwg.org/#utf-8-decode-without-bom) of a body, chunk by chunk: what is wrong becomes U+FFFD, each maximal part one. What is
 * cut waits for the rest of it.
 */
export function createDecode(): (bytes: Uint8Array) => string {
  // What pages put in its place may know nothing of streams.
  if (/\[native/.test(globalThis.TextDecoder as never)) {
    const decoder = new globalThis.TextDecoder('utf-8', { ignoreBOM: true });
    return (bytes) => decoder.decode(bytes, { stream: true });
  }
  let code = 0;
  let needed = 0;
  let lower = 0x80;
  let upper = 0xbf;
  return (bytes) => {
    let text = '';
    let count = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (count >= BLOCK) {
        text += fromUnits(count);
        count = 0;
      }
      if (!needed) {
        if (byte < 0x80) {
          units[count++] = byte;
        } else if (byte < 0xc2 || byte > 0xf4) {
          units[count++] = REPLACEMENT;
        } else {
          needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
          code = byte & (0x3f >> needed);
          lower = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
          upper = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
        }
      } else if (byte < lower || byte > upper) {
        units[count++] = REPLACEMENT;
        needed = 0;
        // It may begin the next character.
        at--;
      } else {
        lower = 0x80;
        upper = 0xbf;
        code = (code << 6) | (byte & 0x3f);
        if (!--needed) {
          if (code > 0xffff) {
            units[count++] = (code >> 10) + 0xd7c0;
            code = (code & 0x3ff) | 0xdc00;
          }
          units[count++] = code;
        }
      }
    }
    return text + fromUnits(count);
  };
}

function fromUnits(count: number): string {
  units.length = count;
  return String.fromCharCode.apply(null, units);
}

const units: number[] = [];
const REPLACEMENT = 0xfffd;
const BLOCK = 256;
