/** Bytes into text without `TextDecoder`: what `core/decode.ts` is to others. */

/** ["UTF-8 decode without BOM"](https://encoding.spec.whatwg.org/#utf-8-decode-without-bom): what is wrong becomes U+FFFD, each maximal part one. */
export function decode(bytes: Uint8Array): string {
  const { length } = bytes;
  let text = '';
  let units: number[] = [];
  let code = 0;
  let needed = 0;
  let lower = 0x80;
  let upper = 0xbf;
  for (let start = 0; start < length; start += BLOCK) {
    const end = Math.min(start + BLOCK, length);
    let at = start;
    while (at < end && bytes[at]! < 0x80) {
      at++;
    }
    if (at === end && !needed) {
      text += fromUnits(bytes.subarray(start, end));
      continue;
    }
    for (at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (!needed) {
        if (byte < 0x80) {
          units.push(byte);
        } else if (byte < 0xc2 || byte > 0xf4) {
          units.push(REPLACEMENT);
        } else {
          needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
          code = byte & (0x3f >> needed);
          lower = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
          upper = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
        }
      } else if (byte < lower || byte > upper) {
        units.push(REPLACEMENT);
        needed = 0;
        // It may begin the next character.
        at--;
      } else {
        lower = 0x80;
        upper = 0xbf;
        code = (code << 6) | (byte & 0x3f);
        if (!--needed) {
          if (code > 0xffff) {
            units.push((code >> 10) + 0xd7c0);
            code = (code & 0x3ff) | 0xdc00;
          }
          units.push(code);
        }
      }
    }
    text += fromUnits(units);
    units = [];
  }
  return needed ? text + fromUnits([REPLACEMENT]) : text;
}

/** The same: nothing is kept between two calls. */
export const decodeBroken = decode;

function fromUnits(units: ArrayLike<number>): string {
  return String.fromCharCode.apply(null, units as number[]);
}

const REPLACEMENT = 0xfffd;
/** How many arguments a call is given; engines have limits, of which the least is 64 Ki. */
const BLOCK = 8192;
