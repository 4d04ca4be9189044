console.log = (line) => postMessage(line);
self.tidings = { coreUrl: 'node_modules/tidings/dist/core-js.js' }; // only asked for where WebAssembly is not allowed
importScripts('node_modules/tidings/dist/polyfill.js', 'main.js');
