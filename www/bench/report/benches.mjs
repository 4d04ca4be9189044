// The benches, in the order of the docs: what is set beside what, and how that is told.

/**
 * @typedef {object} Bench
 * @property {string} title
 * @property {string} about
 * @property {string} [unit] of the rates
 * @property {[string, string][]} [pairs] who is set beside whom
 * @property {[string, string][]} [bounds] what is no client, but shows what is possible
 * @property {[string, string]} [control]
 * @property {[string, string][]} [weighed] what is weighed beside what: how the rows begin
 * @property {string} [why] where it is told what falls short, and why
 */

/** @type {Record<string, Bench>} */
export const benches = {
  parser: {
    title: 'Native parsers',
    about: 'Bytes in chunks become events, in Rust on the host. `sse-core` and `sse-stream` hand out owned text, `tidings-core` lends it.',
    unit: 'MB/s',
    pairs: [['tidings', 'sse-core'], ['tidings', 'sse-stream']],
    control: ['sse-core again', 'sse-core'],
    why: '../core/benches/README.md',
  },
  strings: {
    title: 'Bytes to strings',
    about: 'Bytes in chunks become JavaScript strings: by `EventStreamDecoder` of `tidings/parser`, and by `eventsource-parser` after a streaming `TextDecoder`.',
    unit: 'MB/s',
    pairs: [['tidings/parser', 'eventsource-parser']],
    control: ['eventsource-parser again', 'eventsource-parser'],
    why: '../www/bench/README.md',
  },
  clients: {
    title: 'Whole clients over HTTP',
    about:
      "Events per second of the npm class beside other clients, each reading a stream from the repository's test server from its request to its last event. " +
      '"native" is the platform\'s own EventSource, which in Node is experimental.',
    unit: 'events/s',
    pairs: ['native', 'eventsource', 'event-source-polyfill', 'fetch-event-source'].map((peer) => ['tidings', peer]),
    control: ['eventsource again', 'eventsource'],
    why: '../www/bench/README.md',
  },
  apps: {
    title: 'Rust apps in browsers',
    about:
      'Events per second of the same small app on the crate `tidings`, on raw `web-sys` and on `gloo-net`; both of these wrap the browser\'s own EventSource. "fetch, read alone" is no client, but a loop in ' +
      'JavaScript that reads the body and looks at nothing in it: no client over `fetch` can outrun it. In brackets, the time of the processor for each event, that of the other being 1.',
    unit: 'events/s',
    pairs: [['tidings, fetch', 'web-sys'], ['tidings, fetch', 'gloo-net'], ['tidings, native', 'web-sys']],
    bounds: [['fetch, read alone', 'web-sys']],
    control: ['web-sys again', 'web-sys'],
    why: '../www/bench/README.md',
  },
  legacy: {
    title: 'Old browsers',
    about:
      "Events per second of `dist/legacy.min.js` beside `event-source-polyfill`, without the engine's own EventSource: in engines of the age of IE 10 and 11 and Edge 12 and 13, over XHR, and in today's Chromium, " +
      'where both choose `fetch`, and over XHR once more with `fetch` removed. The aim is 0.7.',
    unit: 'events/s',
    pairs: [['tidings', 'event-source-polyfill']],
    control: ['event-source-polyfill again', 'event-source-polyfill'],
    why: '../www/bench/README.md',
  },
  sizes: {
    title: 'Sizes',
    about: 'What an app that imports this gets, by esbuild, in bytes.',
    weighed: [
      ['tidings: import { EventSource }', 'eventsource '],
      ['tidings: import { EventSource }', 'event-source-polyfill '],
      ['tidings: import { EventSource }', '@microsoft/fetch-event-source '],
      ['tidings/parser: ', 'eventsource-parser '],
      ['tidings: dist/legacy.min.js', 'event-source-polyfill '],
    ],
  },
};
