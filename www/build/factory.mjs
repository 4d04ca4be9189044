// The core as JavaScript: of what wasm2js writes, a function that makes instances, with what is slow or large in it written anew.
//
// wasm2js copies memory byte by byte, copies all of it for each page that it grows by, and brings much that no core of ours needs. Old engines feel that.

import assert from 'node:assert/strict';

/**
 * @param {string} text what wasm2js wrote
 * @returns {string} a module whose default export makes instances
 */
export function asFactory(text) {
  const part = (pattern) => {
    const found = pattern.exec(text);
    assert.ok(found, `wasm2js does not write what it used to: ${pattern} is not there`);
    return found[0];
  };
  const written = part(/^ function \$0\([^]*(?=^ bufferView = )/m).split(/(?<=^ \}\n)/m);
  const functions = withPlainFill(withFastCopy(written)).join('');
  const views = VIEWS.filter((name) => name === 'HEAPU8' || functions.includes(`${name}[`));
  const exported = [...part(/^ return \{[^]*?^ \};$/m).matchAll(/"\w+": \$\d+/g)].join(', ');
  return `
export default function instantiate() {
 var ${views.join()};
 var pages = 0;
 var Math_imul = Math.imul;
 var Math_clz32 = Math.clz32;
${part(/^ var global\$0 = \d+;$/m)}
 var i64toi32_i32$HIGH_BITS = 0;
${functions}
 function __wasm_memory_size() {
  return pages;
 }
 function __wasm_memory_grow(more) {
  var before = pages;
  var after = before + more;
  if (after > ${MOST_PAGES}) {
   return -1;
  }
  if (!HEAPU8 || HEAPU8.length < after * ${PAGE}) {
   var old = HEAPU8;
   // What this throws where there is no room is as good as a trap, and nothing has changed yet.
   var buffer = new ArrayBuffer(Math.max(after, before * 2) * ${PAGE});
${views.map((name) => `   ${name} = new ${name.replace('HEAPU', 'Uint').replace('HEAPF', 'Float').replace('HEAP', 'Int')}Array(buffer);\n`).join('')}
   if (old) {
    HEAPU8.set(old);
   }
  }
  pages = after;
  return before;
 }
 function wasm2js_trap() {
  throw new Error('abort');
 }
 function put(at, text) {
  for (var index = text.length; index--;) {
   HEAPU8[at + index] = text.charCodeAt(index);
  }
 }
 __wasm_memory_grow(${Number(/\d+/.exec(part(/new ArrayBuffer\(\d+\)/))) / PAGE});
${segments(text)}
 return { memory: { get buffer() { return HEAPU8.buffer; } }, ${exported} };
}
`;
}

/** What `memory.copy` was lowered to is known by its parameters and that it looks where memory ends. */
function withFastCopy(functions) {
  return withOneAnew(
    functions,
    /^ function (\$\d+)\((\$\w+), (\$\w+), (\$\w+)\) \{\n  var [^\n]+\n  \$\w+ = __wasm_memory_size\(\) << 16;[^]*/m,
    (_, name, to, from, size) => ` function ${name}(${to}, ${from}, ${size}) {
  if (${size} > ${LOOPED}) {
   HEAPU8.set(HEAPU8.subarray(${from}, ${from} + ${size}), ${to});
  } else if (${from} < ${to}) {
   while (${size}) {
    ${size} = ${size} - 1 | 0;
    HEAPU8[${to} + ${size} | 0] = HEAPU8[${from} + ${size} | 0];
   }
  } else {
   ${size} = ${from} + ${size} | 0;
   while (${from} != ${size}) {
    HEAPU8[${to}] = HEAPU8[${from}];
    ${to} = ${to} + 1 | 0;
    ${from} = ${from} + 1 | 0;
   }
  }
 }
`,
  );
}

/** In the same way that of `memory.fill`: no core of ours writes past the end. */
function withPlainFill(functions) {
  return withOneAnew(functions, /^  if \(\$\w+ \+ \$\w+ >>> 0 > __wasm_memory_size\(\) << 16 >>> 0\) \{\n\s+wasm2js_trap\(\)\n  \}\n/m, '');
}

/** Writes anew what one of the functions has, and no other. */
function withOneAnew(functions, pattern, write) {
  const found = functions.filter((code) => pattern.test(code));
  assert.equal(found.length, 1, `wasm2js does not write what it used to: ${pattern} is in ${found.length} functions, not in one`);
  return functions.map((code) => code.replace(pattern, write));
}

/** What writes the data where it belongs. */
function segments(text) {
  const found = [...text.matchAll(/base64DecodeToExistingUint8Array\(bufferView, (\d+), "([^"]*)"\);/g)];
  assert.equal(found.length, text.split('base64DecodeToExistingUint8Array(bufferView').length - 1, 'each segment is found');
  return found.map(([, at, base64]) => ` put(${at}, ${JSON.stringify(Buffer.from(base64, 'base64').toString('latin1'))});\n`).join('');
}

const VIEWS = ['HEAP8', 'HEAPU8', 'HEAP16', 'HEAPU16', 'HEAP32', 'HEAPU32', 'HEAPF32', 'HEAPF64'];
const PAGE = 65_536;
/** Where addresses would be negative numbers, as indices of views. */
const MOST_PAGES = 32_768;
/** Up to so many bytes a loop is faster than what the engine has, which makes an object. */
const LOOPED = 256;
