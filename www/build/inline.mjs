// Bytes inlined as printable ASCII that any tool may take apart and write anew, and any server may serve with any charset.
//
// What wasm has most of is one character, from '#' on and without the backslash: 255, 0 to 66, and 106 to 129. Before others stand blanks and '!'s, which add 128
// and 68 to the next. So what repeats in the bytes repeats in the text, which brotli sees: of 2,860 bytes (brotli) of wasm this makes 2,904, with one row from
// 0 to 90 it was 2,938, base64 makes a fourth more, and U+0000-U+00FF in UTF-8 no less than this, while tools that write ASCII make a fifth more of that.

/** A module that gives the bytes; the text that they are made of stands in it, or else somewhere in its scope. */
export function inlined(bytes, hasText) {
  return `${hasText ? textOf(bytes) : ''}
export default () => {
  const bytes = [];
  let more = 0;
  for (const character of CORE_AS_TEXT) {
    const code = character.charCodeAt();
    if (code < 34) {
      more += code * 196;
    } else {
      bytes.push(code - (code > 102 ? -3 : 36) + more);
      more = 0;
    }
  }
  return new Uint8Array(bytes);
};
`;
}

export function textOf(bytes) {
  return `var CORE_AS_TEXT = ${JSON.stringify(encode(bytes))};`;
}

/** How each byte is written. */
const WRITTEN = [];
for (const before of ['', ' ', '!', '  ', ' !', '!!']) {
  const more = [...before].reduce((sum, character) => sum + character.charCodeAt() * 196, 0);
  for (let code = 35; code < 127; code++) {
    if (code !== 92) {
      WRITTEN[(code - (code > 102 ? -3 : 36) + more) & 255] ??= before + String.fromCharCode(code);
    }
  }
}

function encode(bytes) {
  return Array.from(bytes, (byte) => WRITTEN[byte]).join('');
}
