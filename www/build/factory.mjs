// The core as JavaScript: of what wasm2js writes, a function that makes instances.
//
// wasm2js brings much that no core of ours needs: memory that grows, and tables to read data by.

import assert from 'node:assert/strict';

/**
 * @param {string} text what wasm2js wrote
 * @param {number} area where the area lies, for a core that does not say so itself, and asks a host
 * @returns {string} a module whose default export makes instances; what it asks a host for are its arguments, by their names in order
 */
export function asFactory(text, area) {
  const part = (pattern) => {
    const found = pattern.exec(text);
    assert.ok(found, `wasm2js does not write what it used to: ${pattern} is not there`);
    return found[0];
  };
  const functions = withFewCoercions(part(/^ function \$0\([^]*(?=^ bufferView = )/m));
  assert.ok(!/__wasm_memory|wasm2js_/.test(functions), 'the core wants memory that grows, or what else wasm2js brings');
  const named = (pattern) => [...new Set(functions.match(pattern))];
  const views = named(/\bHEAP[UF]?\d+(?=\[)/g).map((view) => ` var ${view} = new ${view.replace('HEAPU', 'Uint').replace('HEAPF', 'Float').replace('HEAP', 'Int')}Array(buffer);\n`);
  const maths = named(/\bMath_\w+/g).map((name) => ` var ${name} = ${name.replace('_', '.')};\n`);
  const exported = [...part(/^ return \{[^]*?^ \};$/m).matchAll(/"(\w+)": (\$\d+)/g)].map(([, name, called]) => `${name}: ${called}`).join(', ');
  const asked = Object.fromEntries([...text.matchAll(/^ var (fimport\$\d+) = host\.(\w+);$/gm)].map(([, name, called]) => [name, called]));
  // A host that is asked hands in such integers too.
  const called = Object.keys(asked).length ? functions.replace(/^  (\$\w+) = \1 \| 0;\n/gm, '').replace(/\bfimport\$\d+/g, (name) => asked[name]) : functions;
  // Where a core keeps on a stack what it has no locals for.
  const stack = /^ var global\$0 = \d+;$/m.exec(text)?.[0] ?? '';
  const shift = bestShift(text);
  const gives = /\barea: /.test(exported)
    ? 'memory: { buffer: buffer }'
    : `words: HEAP32.subarray(${area} >> 2)`;
  return `
export default function instantiate(${Object.values(asked).sort().join(', ')}) {
 var buffer = ${part(/new ArrayBuffer\(\d+\)/)};
${views.join('')}${maths.join('')}${stack}
${called}
 function put(at, text) {
  for (var index = text.length; index--;) {
   HEAPU8[at + index] = text.charCodeAt(index) - ${shift};
  }
 }
${segments(text, shift)}
 return { ${gives}, ${exported} };
}
`;
}

/**
 * Leaves out `| 0` where it changes nothing: locals hold signed integers, or what comparisons gave, so they compare as they are; and no address is so far from
 * another that a sum of them wraps.
 */
function withFewCoercions(functions) {
  return functions
    // A byte that is written is the same with a sign and without; of those that are read with one, a bit counts.
    .replace(/\bHEAP8(?=\[[^[\]]*\](?: = | & 1\b))/g, 'HEAPU8')
    .replace(/(HEAPU?8\[[^[\]]*) \| 0\]/g, '$1]')
    .replace(/\((\$\w+) \| 0\)(?= (?:[=!]=|[<>]=?) )/g, '$1')
    .replace(/(?<= (?:[=!]=|[<>]=?) )\((\$\w+) \| 0\)/g, '$1')
    .replace(/(?<=switch \(\$\w+) \| 0(?=\))/g, '')
    .replace(/\bfimport\$\d+\([^()]*\)/g, (call) => call.replace(/ \| 0(?=[,)])/g, ''))
    .replace(/(\bfimport\$\d+\([^()]*\)) \| 0/g, '$1');
}

/** What writes the data where it belongs. */
function segments(text, shift) {
  return dataOf(text).map(([at, bytes]) => ` put(${at}, ${JSON.stringify(shifted(bytes, shift))});\n`).join('');
}

/** The data, each piece with its address. */
function dataOf(text) {
  const found = [...text.matchAll(/base64DecodeToExistingUint8Array\(bufferView, (\d+), "([^"]*)"\);/g)];
  assert.equal(found.length, text.split('base64DecodeToExistingUint8Array(bufferView').length - 1, 'each segment is found');
  return found.map(([, at, base64]) => [at, Buffer.from(base64, 'base64')]);
}

function shifted(bytes, shift) {
  return Buffer.from(bytes.map((byte) => byte + shift)).toString('latin1');
}

/** By how much the bytes are to be moved so that most of them are characters that a script can have as they are: an escape takes four. */
function bestShift(text) {
  const bytes = Buffer.concat(dataOf(text).map(([, bytes]) => bytes));
  const lengths = Array.from({ length: 256 }, (_, shift) => shifted(bytes, shift).replace(/[^ !#-[\]-~]/g, '\\xff').length);
  return lengths.indexOf(Math.min(...lengths));
}
