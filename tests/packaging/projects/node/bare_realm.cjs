// A server's realm at its poorest: what ECMAScript has, and no platform at all.
const { readFileSync } = require('node:fs');
const { createContext, runInContext } = require('node:vm');

const module_ = { exports: {} };
const realm = createContext({ module: module_, exports: module_.exports });
runInContext('delete globalThis.WebAssembly', realm);
runInContext(readFileSync(require.resolve('tidings'), 'utf8'), realm);
console.log(typeof module_.exports.EventSource);
