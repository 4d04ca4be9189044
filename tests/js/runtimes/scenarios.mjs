// What the package does in every runtime, as functions that the shells of the runtimes call, and what each has to tell.
//
// Nothing here is of one runtime. A function gets:
//   main         what `tidings` exports
//   here         the test server
//   key          a key of its own, for what the server saw
//   watch        logs the events of a source, with the ready state that listeners see
//   seen         what the server saw of the key, once it is so
// To try another entry: let the shells import it and hand it to `telling`.

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {(tools: any) => unknown} run
 * @property {unknown} expected In it `HERE` is the test server.
 * @property {string} [only] The one runtime that it is about.
 */

/** @type {Scenario[]} */
export const scenarios = [
  {
    name: 'receives: types, data and ids',
    run: async ({ main, here, watch }) => {
      const body = ': nothing\nid: 1\ndata: a\n\nevent: price\ndata: b\ndata:  ü…😀\n\nevent: none\n\nid\nevent: end\ndata\n\n';
      const source = new main.EventSource(`${here}/message?end=hang&body=${encodeURIComponent(body)}`);
      const { log, until } = watch(source, ['price', 'end']);
      log.push(source.readyState);
      await until('end');
      source.close();
      return [...log, source.readyState, source.url.startsWith(here), source.withCredentials];
    },
    expected: [0, 'open | 1', 'message | 1 | a | 1 | HERE', 'price | 1 | b\n ü…😀 | 1 | HERE', 'end | 1 |  |  | HERE', 2, true, false],
  },
  {
    name: 'events are events of the platform, and handlers are handlers',
    run: async ({ main, here }) => {
      const source = new main.EventSource(`${here}/message?end=hang`);
      const event = await new Promise((resolve) => {
        source.onmessage = resolve;
      });
      source.close();
      return [
        source instanceof EventTarget, source instanceof main.EventSource, event instanceof Event, event instanceof MessageEvent,
        event.constructor === MessageEvent, event.data, event.origin === here, event.lastEventId, event.bubbles, event.cancelable,
        event.target === source, typeof source.onmessage, source.onerror, String(source), main.EventSource.OPEN,
      ];
    },
    expected: [true, true, true, true, true, 'data', true, '', false, false, true, 'function', null, '[object EventSource]', 1],
  },
  {
    name: 'reconnects with the last event ID',
    run: async ({ main, here, key, watch, seen }) => {
      const source = new main.EventSource(`${here}/resume?count=2&retry=100&key=${key}`);
      const { log, until } = watch(source);
      await until('message', 4);
      source.close();
      const { log: requests } = await seen('open=0');
      return [...log, ...requests.map(({ last_event_id, headers }) => `${last_event_id}, ${headers.accept}`)];
    },
    expected: [
      'open | 1', 'message | 1 | event 1 | 1 | HERE', 'message | 1 | event 2 | 2 | HERE', 'error | 0',
      'open | 1', 'message | 1 | event 3 | 3 | HERE', 'message | 1 | event 4 | 4 | HERE',
      'null, text/event-stream', '2, text/event-stream',
    ],
  },
  {
    name: 'ids beyond ASCII are sent as UTF-8',
    run: async ({ main, here }) => {
      const told = [];
      for (const id of ['ü', '…', '😀']) {
        const source = new main.EventSource(`${here}/id-then-echo?retry=100&id=${encodeURIComponent(id)}`);
        let messages = 0;
        const echoed = await new Promise((resolve) => {
          source.onmessage = (event) => ++messages === 2 && resolve(event);
        });
        source.close();
        told.push(JSON.parse(echoed.data).last_event_id);
      }
      return told;
    },
    // The server says it byte for byte.
    expected: ['Ã¼', 'â\x80¦', 'ð\x9f\x98\x80'],
  },
  {
    name: 'reconnects after a cut and after nobody was there',
    run: async ({ main, here, key, watch, seen }) => {
      const source = new main.EventSource(`${here}/sequence?key=${key}&steps=200,refuse,refuse,open&retry=100`);
      const { log, until } = watch(source);
      await until('message', 2);
      source.close();
      await seen('open=0');
      const errors = log.filter((line) => line.startsWith('error'));
      return [log[0], log[2], log.at(-2), errors.every((line) => line === 'error | 0'), errors.length > 0];
    },
    expected: ['open | 1', 'error | 0', 'open | 1', true, true],
  },
  {
    name: 'close() in the first of several messages is the end, and frees the connection',
    run: async ({ main, here, key, seen }) => {
      const source = new main.EventSource(`${here}/burst?count=5&size=5&end=hang&key=${key}`);
      let messages = 0;
      source.onmessage = () => {
        messages += 1;
        source.close();
      };
      const { log: requests } = await seen('open=0&closed=1');
      return [messages, source.readyState, requests.map(({ ended }) => ended)];
    },
    expected: [1, 2, ['client-gone']],
  },
  {
    name: 'close() before the answer, and while it waits',
    run: async ({ main, here, key, watch, seen }) => {
      const first = watch(new main.EventSource(`${here}/silent?key=${key}`));
      first.source.close();
      const source = new main.EventSource(`${here}/message?key=${key}&body=${encodeURIComponent('retry: 100\ndata: x\n\n')}`);
      const { log, until } = watch(source);
      await until('error');
      source.close();
      // Another source that reconnects after the same time has seen that time pass.
      const other = watch(new main.EventSource(`${here}/resume?count=1&retry=100`));
      await other.until('message', 2);
      other.source.close();
      const { log: requests } = await seen('open=0');
      return [first.log, log, requests.filter(({ path }) => path.startsWith('/message')).length];
    },
    expected: [[], ['open | 1', 'message | 1 | x |  | HERE', 'error | 0'], 1],
  },
  {
    name: 'what listeners leave to promises is done before the next event',
    run: async ({ main, here }) => {
      const source = new main.EventSource(`${here}/burst?count=80&size=5&end=hang`);
      const log = [];
      source.onmessage = async () => {
        log.push('message');
        for (let ticks = 0; ticks < 9; ticks++) await null;
        log.push('done');
      };
      await new Promise((resolve) => source.addEventListener('done', resolve));
      source.close();
      return [log.length, log.every((word, index) => word === (index % 2 ? 'done' : 'message'))];
    },
    expected: [160, true],
  },
  {
    name: 'fails for good: statuses, types, schemes',
    run: async ({ main, here, watch }) => {
      const logs = [];
      for (const url of [`${here}/status/204`, `${here}/status/404`, `${here}/status/500`, `${here}/content-type?value=text/html`, 'ftp://127.0.0.1/']) {
        const { log, until } = watch(new main.EventSource(url));
        await until('error');
        logs.push(...log);
      }
      return logs;
    },
    expected: ['error | 2', 'error | 2', 'error | 2', 'error | 2', 'error | 2'],
  },
  {
    name: 'bad arguments fail at once',
    run: ({ main, here }) => {
      const told = [];
      for (const values of [[], ['/relative'], ['http://'], [here, 1], [here, { maxEventSize: -1 }]]) {
        try {
          new main.EventSource(...values).close();
          told.push('taken');
        } catch (error) {
          told.push(`${error.name}${error instanceof DOMException ? ' (DOMException)' : ''}`);
        }
      }
      return told;
    },
    expected: ['TypeError', 'SyntaxError (DOMException)', 'SyntaxError (DOMException)', 'TypeError', 'TypeError'],
  },
  {
    name: 'redirects are followed, and the origin is that of the answer',
    run: async ({ main, here, watch }) => {
      const source = new main.EventSource(`${here}/redirect/307?to=${encodeURIComponent(`${here}/message?end=hang`)}`);
      const { log, until } = watch(source);
      await until('message');
      source.close();
      return log;
    },
    expected: ['open | 1', 'message | 1 | data |  | HERE'],
  },
  {
    name: 'maxEventSize: an event past it fails the connection, after those before it',
    run: async ({ main, here, watch }) => {
      const body = `data: a\n\ndata: ${'b'.repeat(200)}\n\ndata: never\n\n`;
      const source = new main.EventSource(`${here}/message?end=hang&body=${encodeURIComponent(body)}`, { maxEventSize: 100 });
      const { log, until } = watch(source);
      await until('error');
      return log;
    },
    expected: ['open | 1', 'message | 1 | a |  | HERE', 'error | 2'],
  },
  {
    name: 'fetch: what is given is used',
    run: async ({ main, here, key, seen }) => {
      const source = new main.EventSource(`${here}/message?end=hang&key=${key}`, {
        fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: 'Bearer x' } }),
      });
      await new Promise((resolve) => {
        source.onmessage = resolve;
      });
      source.close();
      return (await seen('open=0')).log.map(({ headers }) => `${headers.authorization}, ${headers.accept}`);
    },
    expected: ['Bearer x, text/event-stream'],
  },
  {
    name: 'two sources at once, of many events in small chunks',
    run: async ({ main, here, watch }) => {
      const watched = [1, 2].map(() => watch(new main.EventSource(`${here}/burst?count=500&size=20&chunk=100&end=hang`), ['done']));
      await Promise.all(watched.map(({ until }) => until('done')));
      watched.forEach(({ source }) => source.close());
      return watched.map(({ log }) => log.length);
    },
    // An open, the messages, the last one.
    expected: [502, 502],
  },
  {
    // Some 16,000 messages through a MessageChannel, one for each chunk, ended it with a segmentation fault.
    name: 'a stream of very many chunks',
    only: 'workerd',
    run: async ({ main, here }) => {
      const source = new main.EventSource(`${here}/burst?count=17500&size=5&chunk=12&end=hang`);
      let messages = 0;
      source.onmessage = () => {
        messages += 1;
      };
      await new Promise((resolve) => source.addEventListener('done', resolve));
      source.close();
      return messages;
    },
    expected: 17_500,
  },
  {
    name: 'the corpus',
    run: async ({ main, here }) => {
      const json = async (path) => (await fetch(`${here}/corpus/${path}`)).json();
      const names = await json('index.json');
      const wrong = names.length < 190 ? ['it is not whole'] : [];
      for (const name of names) {
        const { items, limit } = await json(`${name}.json`);
        const events = items.flatMap(({ event }) => (event ? [event] : []));
        const source = new main.EventSource(`${here}/corpus/${name}?split=64`, { maxEventSize: limit });
        const got = [];
        for (const type of new Set([...events.map(({ type }) => type), 'message'])) {
          source.addEventListener(type, (event) => {
            if ('data' in event) got.push({ type: event.type, data: event.data, id: event.lastEventId });
          });
        }
        await new Promise((resolve) => source.addEventListener('error', (event) => 'data' in event || resolve()));
        source.close();
        const text = (list) => JSON.stringify(list.map(({ type, data, id }) => [type, data, id]));
        if (text(got) !== text(events)) wrong.push(`${name}: ${text(got)} instead of ${text(events)}`);
      }
      return wrong;
    },
    expected: [],
  },
];

/** Those of a runtime. */
export const scenariosOf = (runtime) => scenarios.filter(({ only }) => !only || only === runtime);

/**
 * Gives what runs one of them.
 *
 * @param {Record<string, object>} entries The package, as this runtime imports it.
 * @param {{ here: string, key: string }} given
 */
export const telling = (entries, { here, key }) => ({ run }, index) => run({ ...entries, ...toolsFor(here, `${key}-${index}`) });

function toolsFor(here, key) {
  return {
    here,
    key,
    watch(source, types = []) {
      const log = [];
      const counts = new Map();
      let waiting = [];
      for (const type of ['open', 'message', 'error', ...types]) {
        source.addEventListener(type, (event) => {
          const more = 'data' in event ? [event.data, event.lastEventId, event.origin.replace(here, 'HERE')] : [];
          log.push([event.type, source.readyState, ...more].join(' | '));
          counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
          waiting = waiting.filter((look) => !look());
        });
      }
      const until = (type, wanted = 1) =>
        new Promise((resolve) => {
          const look = () => (counts.get(type) ?? 0) >= wanted && (resolve(), true);
          if (!look()) waiting.push(look);
        });
      return { source, log, until };
    },
    async seen(wanted) {
      const response = await fetch(`${here}/seen/${key}/wait?${wanted}`);
      const body = await response.json();
      if (response.status !== 200) throw new Error(`the server waited in vain for ${wanted}: ${JSON.stringify(body)}`);
      return body;
    },
  };
}
