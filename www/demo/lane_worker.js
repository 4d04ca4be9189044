// One lane: a source in a thread of its own, so that how busy it keeps that thread can be told. Ten times a second it tells the page what
// came, however many events that were.

import { Watch } from './watch.js';

/** Named events need a listener each. */
const TYPES = ['message', 'tick', 'news', 'burst', 'drip'];
const STATES = ['connecting', 'open', 'closed'];
/** ms */
const TELL_EVERY = 100;
const PROBE_EVERY = 10;

/** How each kind of lane opens a source: `(url, opened, failed)` to something with `readyState`, `take()` and `close()`. */
const kinds = {
  native: async () => overClass(EventSource, () => 'the browser does not say why'),
  npm: async () => {
    const { EventSource, details } = await import('./npm/index.mjs');
    return overClass(EventSource, (event) => {
      const { reason = 'unknown', status, delay } = details(event) ?? {};
      return `${reason}${reason === 'status' ? ` ${status}` : ''}${delay === undefined ? '' : `, again in ${delay} ms`}`;
    });
  },
  rust: async () => {
    const { default: start, Lane } = await import('./tidings_demo.js');
    await start();
    return (url, opened, failed) => {
      const lane = new Lane(url, TYPES, opened, failed);
      return {
        get readyState() {
          return lane.readyState;
        },
        take() {
          const [events, lost, repeated, lastEventId, flat] = lane.take();
          const rows = [];
          for (let at = 0; at < flat.length; at += 3) rows.push({ id: flat[at], type: flat[at + 1], data: flat[at + 2] });
          return { sums: { events, lost, repeated, lastEventId }, rows };
        },
        close: () => lane.close(),
      };
    };
  },
};

function overClass(EventSource, why) {
  return (url, opened, failed) => {
    const source = new EventSource(url);
    const watch = new Watch();
    source.onopen = opened;
    source.onerror = (event) => failed(`${why(event)}; ${source.readyState === 2 ? 'not reconnecting' : 'reconnecting'}`);
    for (const type of TYPES) source.addEventListener(type, (event) => watch.received(event));
    return {
      get readyState() {
        return source.readyState;
      },
      take: () => watch.take(),
      close: () => source.close(),
    };
  };
}

let open;
let source;
let notes = [];
let late = 0;
let due = performance.now() + PROBE_EVERY;
let told = performance.now();

// A timer that comes late shows that the thread was busy meanwhile.
setInterval(() => {
  const now = performance.now();
  late += Math.max(0, now - due - 1);
  due = now + PROBE_EVERY;
}, PROBE_EVERY);

function state() {
  return source ? STATES[source.readyState] : 'closed';
}

function note(what, words) {
  notes.push({ what, words, state: state(), at: Date.now() });
}

function tell() {
  const now = performance.now();
  const busy = Math.min(1, late / (now - told));
  late = 0;
  told = now;
  postMessage({ state: state(), notes, busy, ...(source?.take() ?? { sums: undefined, rows: [] }) });
  notes = [];
}

onmessage = async ({ data: { kind, url, close } }) => {
  try {
    open ??= await kinds[kind]();
    source?.close();
    if (close) {
      note('closed', 'closed by you');
    } else {
      source = open(url, () => note('opened', ''), (words) => note('failed', words));
      note('begun', '');
    }
    tell();
  } catch (error) {
    postMessage({ problem: String(error?.message ?? error) });
  }
};

setInterval(tell, TELL_EVERY);
