// Bytes inlined as printable ASCII that any tool may take apart and write anew, and any server may serve with any charset.
//
// A byte below 90 is one character, from '#' on and without the backslash; others are '!' or a blank, which add 90 and 180 to the next. So what
// repeats in the bytes repeats in the text, which brotli sees: of 10,358 bytes (brotli) of wasm this makes 10,662, base64 13,490,
// and U+0000-U+00FF in UTF-8 no less than this, while tools that write ASCII make 12,037 of that.

/** A module that gives the bytes. */
export function inlined(bytes) {
  return `const text = ${JSON.stringify(encode(bytes))};
export default () => {
  const bytes = [];
  let more = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 34) {
      more = (34 - code) * 90;
    } else {
      bytes.push(code - (code > 91 ? 36 : 35) + more);
      more = 0;
    }
  }
  return new Uint8Array(bytes);
};
`;
}

function encode(bytes) {
  let text = '';
  for (const byte of bytes) {
    const low = byte % 90;
    text += ['', '!', ' '][(byte - low) / 90] + String.fromCharCode(low + (low > 56 ? 36 : 35));
  }
  return text;
}
