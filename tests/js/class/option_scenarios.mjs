// What the options and functions of the package do, one function per case, run in Node, in windows and in workers, against the real server.
//
// The functions are sent into windows and workers as text and run as strict code, so each uses nothing but its argument: what `realm_tools.js` gives, and
// `tidings`, the package. Each gives what has to equal `expected`.

/** @typedef {import('./scenarios.mjs').Scenario} Scenario `limits` as there, of runtimes too. */

const FETCH = 'what fetch takes';
const HTTP = 'what HTTP allows';
const CREDENTIALS = 'omit, same-origin or include, without withCredentials';
const ID = 'a string of 4096 bytes at most, no NUL, CR, LF';
const NUMBER = 'a number, 0 or more';
const KEEP = 'keep, or pause with repeat';
const STATUSES = 'numbers from 201 to 599';

/** What is said of bad options, in the order in which they are given: which, what was given, what is allowed. */
const BAD = [
  `method: GET POST (${FETCH})`, `method: TRACE (${FETCH})`, `body: string (${FETCH}, no stream)`, `headers: a,a b (${HTTP})`, `headers: a b,a (${HTTP})`, `headers: a (${HTTP})`,
  `headers: string (${HTTP})`, `headers:  (${HTTP})`, `body: object (${FETCH}, no stream)`, `credentials: all (${CREDENTIALS})`, `credentials: omit (${CREDENTIALS})`, 'redirect: away (follow or error)',
  `lastEventId: a\nb (${ID})`, `lastEventId: xxx (${ID})`, `lastEventId: half (${ID})`, 'prepare: 1 (a function)', 'fetch: [object Object] (a function)', `idleTimeout: -1 (${NUMBER})`,
  `idleTimeout: 5 (${NUMBER})`, `idleTimeout: NaN (${NUMBER})`, `whenHidden: close (${KEEP})`, `whenHidden: pause (${KEEP})`, `maxEventSize: -1 (${NUMBER}, or null)`,
  'whenTooBig: cut (fail or skip)', `min: -1 (${NUMBER})`, 'max: 4 (a number, not less than min)', `attempts: -1 (${NUMBER})`, `statuses: 200 (${STATUSES})`, `statuses: 503 (${STATUSES})`,
  `statuses: 503 (${STATUSES})`, 'lastEventIdParam: 5 (a name)', 'lastEventIdParam:  (a name)', 'decide: true (a function)', 'reconnection: 5 (an object)', 'tries: no such option', 'retries: no such option',
  'Authorization: no such option', `idleTimeout: object (${NUMBER})`, 'prepare:  (a function)',
].map((option) => `TypeError: tidings: bad ${option}`);

/** @type {Scenario[]} */
export const scenarios = [
  // The request.
  {
    name: 'method, headers and body are sent, and Accept stays',
    run: async ({ EventSource, here }) => {
      const headers = { 'X-Mine': 'a', 'content-type': 'application/json' };
      const source = new EventSource(`${here}/echo-headers`, { method: 'post', headers, body: '{"q":"ü"}' });
      const event = await new Promise((resolve) => (source.onmessage = resolve));
      source.close();
      const seen = JSON.parse(event.data);
      return [seen.method, seen.body, seen.headers['x-mine'], seen.headers['content-type'], seen.headers.accept, seen.last_event_id];
    },
    expected: ['POST', '{"q":"ü"}', 'a', 'application/json', 'text/event-stream', null],
  },
  {
    name: 'a body of bytes, of form data',
    run: async ({ EventSource, here }) => {
      const form = new FormData();
      form.append('a', 'b');
      const sent = async (body) => {
        const source = new EventSource(`${here}/echo-headers`, { method: 'POST', body });
        const event = await new Promise((resolve) => (source.onmessage = resolve));
        source.close();
        const { body: text, headers } = JSON.parse(event.data);
        return [/name="a"/.test(text) ? 'the form' : text, (headers['content-type'] ?? '').split(';')[0]];
      };
      return [await sent(new Uint8Array([98, 121, 116, 101, 115])), await sent(form)];
    },
    expected: [['bytes', ''], ['the form', 'multipart/form-data']],
  },
  {
    name: 'a body of URLSearchParams',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/echo-headers`, { method: 'POST', body: new URLSearchParams({ c: 'd' }) });
      const event = await new Promise((resolve) => (source.onmessage = resolve));
      source.close();
      const { body, headers } = JSON.parse(event.data);
      return [body, headers['content-type'].split(';')[0]];
    },
    expected: ['c=d', 'application/x-www-form-urlencoded'],
  },
  {
    name: 'lastEventId is where it starts, and the header is UTF-8',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/echo-headers`, { lastEventId: '7ü' });
      const event = await new Promise((resolve) => (source.onmessage = resolve));
      source.close();
      return [JSON.parse(event.data).last_event_id, event.lastEventId];
    },
    expected: ['7Ã¼', '7ü'],
    limits: { WebKitGTK: { why: 'WebKitGTK encodes twice what is beyond ASCII in a header', told: ['7Ã\x83Â¼', '7ü'] } },
  },
  {
    name: 'lastEventIdParam: the query carries the id, and no preflight is asked',
    run: async ({ EventSource, there, key, seen }) => {
      const source = new EventSource(`${there}/resume?count=1&total=2&retry=100&key=${key}`, { lastEventIdParam: 'after', lastEventId: 'ü &' });
      await new Promise((resolve) => source.addEventListener('message', resolve));
      source.close();
      const { log, preflights } = await seen('open=0&closed=1');
      return [preflights, log[0].last_event_id, log[0].path.split('&').pop()];
    },
    expected: [0, null, 'after=%C3%BC%20%26'],
  },
  {
    name: 'lastEventIdParam: no server can refuse to resume, and none is said to',
    run: async ({ EventSource, there, key, tidings }) => {
      const source = new EventSource(`${there}/sequence?steps=200,refuse,refuse&key=${key}`, { lastEventIdParam: 'after', reconnection: { min: 100, max: 100 } });
      const reasons = [];
      await new Promise((resolve) => {
        source.onerror = (event) => reasons.push(tidings.details(event).reason) === 3 && resolve();
      });
      source.close();
      return reasons;
    },
    expected: ['body-ended', 'network', 'network'],
  },
  {
    name: 'lastEventIdParam: else the query is as it was, for it may be signed',
    run: async ({ EventSource, here, key, seen }) => {
      const source = new EventSource(`${here}/message?after=1&sig=a%2Fb%20c~&key=${key}&flag#after=2`, { lastEventIdParam: 'after', lastEventId: '7' });
      await new Promise((resolve) => (source.onopen = resolve));
      source.close();
      return (await seen('requests=1')).log[0].path.replace(key, 'KEY');
    },
    expected: '/message?sig=a%2Fb%20c~&key=KEY&flag&after=7',
  },
  {
    name: 'what may be read only once, or changes, is copied',
    run: async ({ EventSource, here, key, seen }) => {
      const each = (values) => ({ [Symbol.iterator]: () => values[Symbol.iterator]() });
      const once = [['X-Mine', 'a']][Symbol.iterator]();
      const headers = new Headers({ 'X-Mine': 'b' });
      for (const [given, statuses, step] of [[once, [503].values(), 503], [headers, each([503]), 200]]) {
        const source = new EventSource(`${here}/sequence?steps=503,200&key=${key}`, { headers: given, reconnection: { statuses, min: 100, max: 100 } });
        if (step === 200) headers.set('X-Mine', 'changed');
        await new Promise((resolve) => (source.onmessage = resolve));
        source.close();
      }
      return (await seen('requests=3')).log.map((request) => request.headers['x-mine']);
    },
    expected: ['a', 'a', 'b'],
  },
  {
    name: 'prepare: a fresh token for every attempt, which knows its number and the last event ID',
    run: async ({ EventSource, here, key, seen }) => {
      const told = [];
      const source = new EventSource(`${here}/resume?count=1&retry=100&key=${key}`, {
        headers: { 'X-Given': 'always' },
        async prepare(request) {
          await null;
          told.push([request.attempt, request.lastEventId, request.headers.get('X-Token')]);
          request.headers.set('X-Token', `token ${request.attempt}`);
          request.url += `&nth=${request.attempt}`;
        },
      });
      await new Promise((resolve) => source.addEventListener('message', ({ lastEventId }) => lastEventId === '2' && resolve()));
      source.close();
      const { log } = await seen('open=0&closed=2');
      return [told, log.map(({ headers, path }) => [headers['x-token'], headers['x-given'], path.split('&').pop()]), /nth/.test(source.url)];
    },
    expected: [
      [[1, '', null], [2, '1', null]],
      [['token 1', 'always', 'nth=1'], ['token 2', 'always', 'nth=2']],
      false,
    ],
  },
  {
    name: 'prepare that fails tells nothing of the answer before',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/message`, {
        reconnection: { max: 100 },
        prepare({ attempt }) {
          if (attempt === 2) throw new Error('no token');
        },
      });
      const told = [];
      await new Promise((resolve) => {
        source.onerror = (event) => {
          const { reason, status } = tidings.details(event);
          if (told.push([reason, status]) === 2) resolve();
        };
      });
      source.close();
      return told;
    },
    expected: [['body-ended', 200], ['prepare', 'undefined']],
  },
  {
    name: 'prepare that fails is an interruption, with what it threw',
    run: async ({ EventSource, here, tidings }) => {
      let source;
      const errors = [];
      await new Promise((resolve) => {
        source = new EventSource(`${here}/message?end=hang`, {
          reconnection: { max: 100 },
          prepare({ attempt }) {
            if (attempt === 1) throw new Error('no token');
            if (attempt === 2) return Promise.reject(new Error('still none'));
            if (attempt === 3) arguments[0].url = 'http://[';
            if (attempt === 4) arguments[0].headers = { 'a b': 'c' };
          },
        });
        source.onopen = resolve;
        source.onerror = (event) => {
          const { reason, failed, cause, attempt } = tidings.details(event);
          errors.push([reason, failed, attempt, source.readyState, attempt > 2 ? cause.name : cause.message]);
        };
      });
      source.close();
      return errors;
    },
    expected: [
      ['prepare', false, 1, 0, 'no token'],
      ['prepare', false, 2, 0, 'still none'],
      ['prepare', false, 3, 0, 'SyntaxError'],
      ['prepare', false, 4, 0, 'TypeError'],
    ],
  },
  {
    name: 'prepare that makes what cannot be sent has failed',
    run: async ({ EventSource, here, key, seen, tidings }) => {
      const reasons = [];
      for (const change of [{ url: 'ftp://example.com/' }, { url: here.replace('//', '//user@') }, { url: 'http://' }, { body: 'secret' }, { headers: { a: 'secret\nsecret' } }]) {
        const source = new EventSource(`${here}/message?key=${key}`, { prepare: (request) => Object.assign(request, change) });
        const { reason, failed, cause } = tidings.details(await new Promise((resolve) => (source.onerror = resolve)));
        source.close();
        reasons.push(reason, failed, /secret/.test(cause && cause.message) ? 'it was told' : !!cause);
      }
      return [...reasons, (await seen('open=0')).requests];
    },
    expected: [...Array(5).fill(['prepare', false, true]).flat(), 0],
    limits: {
      Bun: {
        why: 'the Request of Bun takes a body with GET, and its fetch does not',
        told: [...['prepare', 'prepare', 'prepare', 'network', 'prepare'].flatMap((reason) => [reason, false, true]), 0],
      },
    },
  },
  {
    name: 'close() and abort while it is prepared: nothing is sent',
    run: async ({ EventSource, here, key, seen, tidings }) => {
      const ends = [];
      for (const how of ['close', 'abort']) {
        const controller = new AbortController();
        let go;
        const source = new EventSource(`${here}/message?key=${key}`, {
          signal: controller.signal,
          prepare: ({ signal }) =>
            new Promise((resolve) => {
              go = resolve;
              if (signal) signal.onabort = () => ends.push(`${how}: aborted`);
            }),
        });
        source.onerror = () => ends.push('error');
        while (!go) await new Promise((resolve) => setTimeout(resolve));
        how === 'close' ? source.close() : controller.abort();
        go();
        ends.push(source.readyState);
      }
      // What comes after it is all that the server sees.
      const last = new EventSource(`${here}/message?end=hang&key=${key}`);
      await new Promise((resolve) => (last.onopen = resolve));
      last.close();
      return [ends, (await seen('open=0&closed=1')).requests, tidings.details(new Event('x')) === undefined];
    },
    expected: [['close: aborted', 2, 'abort: aborted', 2], 1, true],
  },
  {
    name: 'signal: it closes before, while connecting, while open, while waiting, and leaves no listener',
    run: async ({ EventSource, here, key, seen }) => {
      const log = [];
      const gone = new AbortController();
      gone.abort();
      log.push(new EventSource(`${here}/message`, { signal: gone.signal }).readyState);
      for (const [when, url] of [['now', '/message?end=hang'], ['open', `/message?end=hang&key=${key}`], ['error', '/message?retry=9000']]) {
        const controller = new AbortController();
        const source = new EventSource(`${here}${url}`, { signal: controller.signal });
        if (when !== 'now') await new Promise((resolve) => source.addEventListener(when, resolve, { once: true }));
        source.onerror = () => log.push('an error');
        controller.abort();
        log.push([when, source.readyState]);
      }
      await seen('open=0&closed=1');
      return log;
    },
    expected: [2, ['now', 2], ['open', 2], ['error', 2]],
  },
  {
    name: 'the probe asks where the request went',
    run: async ({ EventSource, there, tidings }) => {
      // Nobody is there, though somebody would answer at the URL of the source.
      const source = new EventSource(`${there}/message`, {
        prepare(request) {
          request.url = 'http://127.0.0.1:9/';
        },
      });
      const event = await new Promise((resolve) => (source.onerror = resolve));
      source.close();
      const { reason, failed } = tidings.details(event);
      return [reason, failed];
    },
    expected: ['network', false],
  },
  {
    name: 'probe: unset is true, null is false',
    run: async ({ EventSource, there }) => {
      const sent = [];
      for (const probe of [undefined, true, false, null]) {
        const modes = [];
        const fetch = (url, { mode }) => (modes.push(mode), Promise.reject(new TypeError('down')));
        const source = new EventSource(`${there}/message`, { probe, fetch });
        await new Promise((resolve) => (source.onerror = resolve));
        source.close();
        sent.push(modes);
      }
      return sent;
    },
    expected: [['cors', 'no-cors'], ['cors', 'no-cors'], ['cors'], ['cors']],
    // Elsewhere there is none to be sent: in Node there is no CORS, and XHR cannot ask without.
    realms: ['dedicated worker'],
  },
  {
    name: 'redirect: error',
    run: async ({ EventSource, here, there, tidings }) => {
      try {
        const source = new EventSource(`${here}/redirect/302?to=${encodeURIComponent(`${there}/message`)}`, { redirect: 'error' });
        const error = await new Promise((resolve) => (source.onerror = resolve));
        source.close();
        return tidings.details(error).reason;
      } catch (error) {
        return error.message.split(': ')[1];
      }
    },
    expected: 'network',
    limits: { workerd: { why: 'the fetch of workerd has no such redirect, and its Request says so', told: 'bad redirect' } },
  },
  {
    name: 'credentials: omit',
    run: async ({ EventSource, there, key, seen }) => {
      const init = [];
      const source = new EventSource(`${there}/message?end=hang&key=${key}`, { credentials: 'omit', fetch: (url, given) => (init.push(given.credentials), fetch(url, given)) });
      await new Promise((resolve) => (source.onopen = resolve));
      source.close();
      await seen('open=0&closed=1');
      return init;
    },
    expected: ['omit'],
  },
  {
    name: 'a body is read ahead, in goes of 100 kB',
    run: async ({ EventSource, here }) => {
      let pulled = 0;
      const chunk = () => new TextEncoder().encode(`data: ${'x'.repeat(9_992)}\n\n`);
      const body = new ReadableStream({ pull: (controller) => (pulled++, controller.enqueue(chunk())) }, { highWaterMark: 0 });
      const source = new EventSource(here, { fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }) });
      const log = [];
      await new Promise((resolve) => (source.onmessage = () => log.push(pulled) === 19 && resolve()));
      source.close();
      return [log[8], log[18], source.readyState];
    },
    expected: [10, 20, 2],
  },

  {
    name: 'credentials: include',
    run: async ({ EventSource, here }) => {
      const init = [];
      const source = new EventSource(`${here}/message?end=hang`, { credentials: 'include', fetch: (url, given) => (init.push(given.credentials), fetch(url, given)) });
      await new Promise((resolve) => (source.onopen = resolve));
      source.close();
      return [init, source.withCredentials];
    },
    expected: [['include'], true],
  },

  // Repeats and endings.
  {
    name: 'headers after a redirect to another origin: Authorization is kept back, others go along',
    run: async ({ EventSource, here, there }) => {
      const url = `${here}/redirect/307?to=${encodeURIComponent(`${there}/echo-headers`)}`;
      const source = new EventSource(url, { headers: { Authorization: 'Bearer secret', 'X-Api-Key': 'key' }, lastEventId: '5' });
      const event = await new Promise((resolve) => (source.onmessage = resolve));
      source.close();
      const { headers, last_event_id } = JSON.parse(event.data);
      return [headers.authorization ?? 'none', headers['x-api-key'], last_event_id, event.origin === there];
    },
    expected: ['none', 'key', '5', true],
    limits: { workerd: { why: 'the fetch of workerd takes Authorization along', told: ['Bearer secret', 'key', '5', true] } },
  },
  {
    name: 'a POST that ends has ended: close is fired, error is not',
    run: async ({ EventSource, here, key, seen }) => {
      const source = new EventSource(`${here}/resume?count=2&retry=100&key=${key}`, { method: 'POST', body: 'x' });
      const log = [];
      for (const type of ['open', 'message', 'error', 'close']) source.addEventListener(type, () => log.push([type, source.readyState]));
      await new Promise((resolve) => source.addEventListener('close', resolve));
      return [log, (await seen('open=0&closed=1')).requests];
    },
    expected: [[['open', 1], ['message', 1], ['message', 1], ['close', 2]], 1],
  },
  {
    name: 'a POST that is lost is a failure, and not sent again',
    run: async ({ EventSource, here, key, seen, tell, tidings }) => {
      const source = new EventSource(`${here}/told?key=${key}`, { method: 'POST', body: 'x' });
      const message = new Promise((resolve) => source.addEventListener('message', resolve));
      await tell('data: x\n\n');
      await message;
      const lost = new Promise((resolve) => ['error', 'close'].forEach((type) => source.addEventListener(type, resolve)));
      await tell('data: half', { end: 'cut' });
      const event = await lost;
      const { reason, failed, ending, attempt, delay, status } = tidings.details(event) ?? {};
      return [event.type, reason, failed, ending, attempt, delay, status, source.readyState, (await seen('open=0&closed=1')).requests];
    },
    expected: ['error', 'network', true, 'not-repeated', 1, 'undefined', 200, 2, 1],
    limits: {
      WebKitGTK: {
        why: 'WebKitGTK takes a connection that is lost within a body for the end of the body',
        told: ['close', 'undefined', 'undefined', 'undefined', 'undefined', 'undefined', 'undefined', 2, 1],
      },
    },
  },
  {
    name: 'repeat: a POST that is to be repeated is',
    run: async ({ EventSource, here, key, seen }) => {
      const source = new EventSource(`${here}/resume?count=1&retry=100&key=${key}`, { method: 'POST', body: 'x', repeat: true });
      await new Promise((resolve) => source.addEventListener('message', ({ lastEventId }) => lastEventId === '2' && resolve()));
      source.close();
      return (await seen('open=0&closed=2')).log.map(({ method, last_event_id }) => [method, last_event_id]);
    },
    expected: [['POST', null], ['POST', '1']],
  },
  {
    name: 'statuses pass, Retry-After is obeyed, and too many attempts are a failure that says all of it',
    run: async ({ EventSource, here, key, tidings }) => {
      const source = new EventSource(`${here}/sequence?steps=503&retry_after=1&key=${key}`, {
        reconnection: { statuses: [503], max: 100, attempts: 1 },
      });
      const errors = [];
      await new Promise((resolve) => {
        source.onerror = (event) => {
          const { reason, failed, ending, status, body, headers, url, attempt, delay } = tidings.details(event);
          errors.push([reason, failed, ending, status, body, headers.get('retry-after'), url === source.url, attempt, delay]);
          if (failed) resolve();
        };
      });
      return errors;
    },
    expected: [
      ['status', false, '', 503, 'data: status 503\n\n', '1', true, 1, 1000],
      ['status', true, 'retries-exhausted', 503, 'data: status 503\n\n', '1', true, 2, 'undefined'],
    ],
  },
  {
    name: 'Retry-After may be a date',
    run: async ({ EventSource, here, key, tidings }) => {
      const date = encodeURIComponent(new Date(Date.now() + 60_000).toUTCString());
      const source = new EventSource(`${here}/sequence?steps=429&retry_after=${date}&key=${key}`, { reconnection: { statuses: [429] } });
      const event = await new Promise((resolve) => (source.onerror = resolve));
      source.close();
      const { delay } = tidings.details(event);
      return delay > 50_000 && delay <= 60_000;
    },
    expected: true,
  },
  {
    name: 'Retry-After that is neither seconds nor a date is as none',
    run: async ({ EventSource, here, key, tidings }) => {
      const delays = [];
      for (const after of ['Infinity', '0x10', '-5', 'foo 2090', '1, 2']) {
        const source = new EventSource(`${here}/sequence?steps=503&retry_after=${encodeURIComponent(after)}&key=${key}-${delays.length}`, { reconnection: { statuses: [503] } });
        delays.push(tidings.details(await new Promise((resolve) => (source.onerror = resolve))).delay);
        source.close();
      }
      return delays;
    },
    expected: [3000, 3000, 3000, 3000, 3000],
  },
  {
    name: 'decide has the last word',
    run: async ({ EventSource, here, key, tidings }) => {
      const asked = [];
      const source = new EventSource(`${here}/sequence?steps=500,html,200,200&key=${key}`, {
        reconnection: {
          decide: (error, attempt) => {
            const { reason, failed, delay, status, body } = tidings.details(error);
            asked.push([attempt, reason, failed, delay, status, body.slice(0, 6)]);
            return undefined;
          },
        },
      });
      const event = await new Promise((resolve) => (source.onerror = resolve));
      const first = tidings.details(event).failed;
      const again = new EventSource(`${here}/sequence?steps=500,html,200,200&key=${key}-2`, {
        reconnection: {
          decide: (error, attempt) => {
            const { reason, delay } = tidings.details(error);
            asked.push([attempt, reason, delay]);
            return attempt < 3 ? 100 : null;
          },
        },
      });
      const last = await new Promise((resolve) => (again.onerror = (event) => tidings.details(event).failed && resolve(event)));
      const { reason, ending } = tidings.details(last);
      return [asked, first, reason, ending];
    },
    expected: [
      [
        [1, 'status', true, 'undefined', 500, 'data: '],
        [1, 'status', 'undefined'],
        [2, 'content-type', 'undefined'],
        [3, 'body-ended', 3000],
      ],
      true,
      'body-ended',
      'declined',
    ],
  },
  {
    name: 'decide that gives nonsense is reported, and the other options hold',
    run: async ({ EventSource, here, key, caught, tidings }) => {
      const errors = caught();
      const given = [NaN, -1, '5', Promise.resolve(5), {}, false];
      const source = new EventSource(`${here}/sequence?steps=503&key=${key}`, {
        reconnection: { statuses: [503], min: 100, max: 100, decide: () => given.shift() },
      });
      const delays = [];
      await new Promise((resolve) => {
        source.onerror = (event) => delays.push(tidings.details(event).delay) === 6 && resolve();
      });
      source.close();
      return [delays, (await errors(6)).length];
    },
    // What they say is kept from pages, for the script is of another origin.
    expected: [[100, 100, 100, 100, 100, 100], 6],
    realms: ['window', 'dedicated worker'],
  },
  {
    name: 'close() and reconnect inside a fetch of one’s own: the request that begins is let go',
    run: async ({ EventSource, here, key, tidings }) => {
      const log = [];
      for (const act of ['close', 'reconnect']) {
        const signals = [];
        const source = new EventSource(`${here}/message?end=hang&key=${key}-${act}`, {
          // So that the constructor has returned before the first request.
          prepare: () => Promise.resolve(),
          fetch: (url, init) => {
            const answer = fetch(url, init);
            if (signals.push(init.signal) === 1) act === 'close' ? source.close() : tidings.reconnect(source);
            return answer;
          },
        });
        if (act === 'reconnect') {
          await new Promise((resolve) => (source.onmessage = resolve));
        } else {
          await new Promise((resolve) => setTimeout(resolve));
        }
        const query = act === 'close' ? 'open=0' : 'open=1';
        const { open } = await fetch(`${here}/seen/${key}-${act}/wait?${query}`).then((response) => response.json());
        log.push([act, signals.map((signal) => signal.aborted), source.readyState, open]);
        source.close();
      }
      return log;
    },
    expected: [['close', [true], 2, 0], ['reconnect', [true, false], 1, 1]],
  },
  {
    name: 'chunks with nothing in them are nothing, however many there are',
    run: async ({ EventSource, here }) => {
      const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
      const answers = [['data: a\n\n', '', 'data: b\n\n', ...Array(3000).fill(''), 'data: c\n', '', '\n'], Array(5000).fill('')].map((texts) => texts.map(bytes));
      const log = [];
      for (const index of [0, 1]) {
        const chunks = answers[index];
        const headers = new Headers({ 'Content-Type': index ? 'text/plain' : 'text/event-stream' });
        const reader = { read: () => Promise.resolve(index || chunks.length ? { value: chunks.shift() || bytes('') } : {}), cancel: () => Promise.resolve() };
        const source = new EventSource(`${here}/message`, { fetch: async () => ({ status: 200, headers, body: { getReader: () => reader } }) });
        source.onmessage = ({ data }) => log.push(data);
        await new Promise((resolve) => (source.onerror = resolve));
        log.push(source.readyState);
        source.close();
      }
      return log;
    },
    expected: ['a', 'b', 'c', 0, 2],
  },
  {
    name: 'a body of one’s own whose first 4 KiB end where a chunk does, in the middle of a character',
    run: async ({ EventSource, here, tidings }) => {
      const bytes = new TextEncoder().encode(`x${'é'.repeat(2048)}`);
      const chunks = [{ value: bytes.subarray(0, 4096) }, { value: bytes.subarray(4096) }, {}];
      const reader = { read: () => Promise.resolve(chunks.shift()), cancel: () => Promise.resolve() };
      const source = new EventSource(`${here}/message`, { fetch: async () => ({ status: 500, headers: new Headers(), body: { getReader: () => reader } }) });
      const { body } = tidings.details(await new Promise((resolve) => (source.onerror = resolve)));
      return [body.length, body.slice(-2)];
    },
    expected: [2048, 'éé'],
  },
  {
    name: 'a body of one’s own that gives no bytes is a failure that says so',
    run: async ({ EventSource, here, tidings }) => {
      const told = [];
      for (const chunk of ['data: text', '', null, new ArrayBuffer(8)]) {
        const headers = new Headers({ 'Content-Type': 'text/event-stream' });
        let cancel;
        const cancelled = new Promise((resolve) => { cancel = () => Promise.resolve(resolve(true)); });
        const reader = { read: () => Promise.resolve({ done: false, value: chunk }), cancel };
        const source = new EventSource(`${here}/message`, { method: 'POST', body: 'x', fetch: async () => ({ status: 200, headers, body: { getReader: () => reader } }) });
        const { reason, failed, cause } = tidings.details(await new Promise((resolve) => (source.onerror = resolve)));
        told.push(reason, failed, String(cause), await cancelled);
      }
      return told;
    },
    expected: Array(4).fill().flatMap(() => ['network', true, 'TypeError: tidings: the body gives no Uint8Array', true]),
  },
  {
    name: 'reconnect: a wait ends, and so does a connection',
    run: async ({ EventSource, here, key, seen, tidings }) => {
      const source = new EventSource(`${here}/sequence?steps=200,open,open&retry=60000&key=${key}`);
      await new Promise((resolve) => (source.onerror = resolve));
      // Not by `open`: Firefox's workers free a connection that is let go just then only when the server next sends.
      const open = () => new Promise((resolve) => source.addEventListener('message', resolve, { once: true }));
      source.onerror = (event) => log.push(tidings.details(event).reason, source.readyState);
      const log = [];
      let opened = open();
      tidings.reconnect(source);
      await opened;
      opened = open();
      tidings.reconnect(source);
      await opened;
      source.close();
      tidings.reconnect(source);
      return [log, source.readyState, (await seen('open=0&closed=3')).requests];
    },
    expected: [['requested', 0], 2, 3],
  },
  {
    name: 'reconnect needs a source of ours',
    run: ({ EventSource, tidings, outcome }) => [{}, null, EventSource.prototype].map((wrong) => outcome(() => tidings.reconnect(wrong))),
    expected: ['TypeError', 'TypeError', 'TypeError'],
  },

  // Liveness.
  {
    name: 'idleTimeout: a silent server is an interruption; comments count as life',
    run: async ({ EventSource, here, tidings, seen, tell, leapingClock, key }) => {
      const clock = leapingClock();
      const log = [];
      const follow = (url) => {
        const source = new EventSource(url, { idleTimeout: 60_000, reconnection: { max: 100 } });
        source.addEventListener('error', (event) => log.push([tidings.details(event).reason, source.readyState]));
        return source;
      };
      try {
        const silent = follow(`${here}/sequence?steps=silent,open&key=${key}`);
        await seen('requests=1');
        clock.leap(45_000);
        log.push('not yet');
        clock.leap(16_000);
        await new Promise((resolve) => silent.addEventListener('message', resolve));
        silent.close();
        const alive = follow(`${here}/told?key=${key}-alive`);
        const beat = async () => {
          const heard = new Promise((resolve) => tidings.onComment(alive, resolve));
          await tell(': still there\n\n', { of: `${key}-alive` });
          await heard;
        };
        for (let beats = 0; beats < 3; beats++) {
          await beat();
          clock.leap(40_000);
        }
        await beat();
        log.push('two minutes with comments');
        const lost = new Promise((resolve) => alive.addEventListener('error', resolve));
        clock.leap(61_000);
        await lost;
        alive.close();
      } finally {
        clock.end();
      }
      return [log, (await seen('open=0&closed=2')).requests];
    },
    expected: [['not yet', ['idle', 0], 'two minutes with comments', ['idle', 0]], 2],
  },
  {
    name: 'idleTimeout: the first silence begins with the first request',
    run: async ({ EventSource, here, tidings, seen, leapingClock, key }) => {
      const clock = leapingClock();
      const log = [];
      try {
        const source = new EventSource(`${here}/no-answer?key=${key}`, { idleTimeout: 60_000 });
        const lost = new Promise((resolve) => {
          source.onerror = (event) => {
            const { reason, delay } = tidings.details(event);
            resolve(log.push([reason, delay]));
          };
        });
        await seen('requests=1');
        clock.leap(100);
        // Where nobody hears it, nothing is looked at.
        globalThis.dispatchEvent?.(new Event('online'));
        log.push('not yet');
        clock.leap(61_000);
        await lost;
        source.close();
      } finally {
        clock.end();
      }
      return log;
    },
    expected: ['not yet', ['idle', 3000]],
  },
  {
    name: 'idleTimeout: a refusal is told as one, though more of its body might come',
    run: async ({ EventSource, here, tidings, leapingClock }) => {
      const clock = leapingClock();
      try {
        const read = fetch;
        const source = await new Promise((resolve) => {
          const source = new EventSource(`${here}/message?status=500&end=hang`, {
            idleTimeout: 60_000,
            fetch: (url, init) =>
              read(url, init).then((response) => {
                // Not before the source has it.
                setTimeout(resolve, 0, source);
                return response;
              }),
          });
        });
        const lost = new Promise((resolve) => (source.onerror = resolve));
        clock.leap(61_000);
        const { reason, failed, status } = tidings.details(await lost);
        source.close();
        return [reason, failed, status];
      } finally {
        clock.end();
      }
    },
    expected: ['status', true, 500],
  },
  {
    name: 'a probe that nobody answers is given up, and reconnect() gives it up at once',
    realms: ['window', 'dedicated worker'],
    run: async ({ EventSource, there, tidings, seen, leapingClock, key }) => {
      const clock = leapingClock();
      const log = [];
      try {
        for (const [name, idleTimeout, leap] of [['patience', 0, 10_000], ['idle', 60_000, 10_000], ['reconnect', 0, 0]]) {
          // What is refused for its origin is asked without CORS, and nothing comes of that.
          const source = new EventSource(`${there}/sequence?cors=none&steps=200,no-answer&key=${key}-${name}`, { idleTimeout });
          const lost = new Promise((resolve) => (source.onerror = resolve));
          await seen('requests=2', `${key}-${name}`);
          if (leap) {
            clock.leap(leap);
          } else {
            tidings.reconnect(source);
          }
          const { reason, failed, delay } = tidings.details(await lost);
          log.push([name, reason, failed, delay]);
          const { log: requests } = await seen('closed=2', `${key}-${name}`);
          log.push(requests[1].ended);
          source.close();
        }
      } finally {
        clock.end();
      }
      return log;
    },
    expected: [
      ['patience', 'network', false, 3000], 'client-gone',
      ['idle', 'network', false, 3000], 'client-gone',
      ['reconnect', 'requested', false, 100], 'client-gone',
    ],
  },
  {
    name: 'after a sleep of the machine it looks at once',
    run: async ({ EventSource, here, tidings, seen, leapingClock, key }) => {
      const clock = leapingClock();
      const log = [];
      const note = (event) => {
        const { reason, delay } = tidings.details(event);
        log.push([reason, delay]);
      };
      try {
        const waiting = new EventSource(`${here}/sequence?steps=200,open&retry=3600000&key=${key}`);
        await new Promise((resolve) => waiting.addEventListener('error', (event) => resolve(note(event))));
        log.push(clock.leap(0));
        clock.leap(3_600_000);
        await new Promise((resolve) => (waiting.onmessage = resolve));
        waiting.close();
        const silent = new EventSource(`${here}/sequence?steps=open&key=${key}-silent`, { idleTimeout: 60_000 });
        await new Promise((resolve) => (silent.onmessage = resolve));
        log.push(clock.leap(0));
        silent.addEventListener('error', note);
        clock.leap(3_600_000);
        await new Promise((resolve) => (silent.onmessage = resolve));
        silent.close();
      } finally {
        clock.end();
      }
      return [log, (await seen('open=0&closed=2')).requests, (await seen('open=0&closed=2', `${key}-silent`)).requests];
    },
    expected: [[['body-ended', 3_600_000], 1, 1, ['idle', 100]], 2, 2],
  },
  {
    name: 'whenHidden: a hidden page lets go and resumes when it is shown',
    realms: ['window'],
    run: async ({ EventSource, here, key, seen, tidings }) => {
      let hidden = true;
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      const show = (given) => {
        hidden = given;
        document.dispatchEvent(new Event('visibilitychange'));
      };
      const source = new EventSource(`${here}/drip?every=10&count=0&key=${key}`, { whenHidden: 'pause' });
      const kept = new EventSource(`${here}/message?end=hang`);
      await new Promise((resolve) => (kept.onopen = resolve));
      const log = [source.readyState];
      source.onerror = (event) => log.push(tidings.details(event).reason, source.readyState);
      const message = () => new Promise((resolve) => source.addEventListener('message', resolve, { once: true }));
      show(false);
      const first = await message();
      show(true);
      await seen('open=0&closed=1');
      log.push(kept.readyState);
      show(false);
      await message();
      source.close();
      kept.close();
      show(true);
      delete document.hidden;
      const requests = (await seen('open=0&closed=2')).log;
      return [log, first.lastEventId, requests.length, requests[1].last_event_id !== null];
    },
    expected: [[0, 'hidden', 0, 1], '1', 2, true],
  },

  // Telling.
  {
    name: 'open tells status, headers and the address after redirects; a plain event tells nothing',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/redirect/307?to=${encodeURIComponent(`${here}/message?end=hang`)}`);
      const message = new Promise((resolve) => (source.onmessage = resolve));
      const event = await new Promise((resolve) => (source.onopen = resolve));
      const { status, headers, url, attempt } = tidings.details(event);
      const told = tidings.details(await message);
      source.close();
      return [status, headers.get('content-type'), url === source.url ? 'before' : url.replace(here, ''), attempt, told === undefined];
    },
    expected: [200, 'text/event-stream', '/message?end=hang', 1, true],
  },
  {
    name: 'the beginning of a body that is no event stream: 4 KiB of it, and what hangs is not waited for',
    run: async ({ EventSource, here, tidings }) => {
      const told = async (path) => {
        const source = new EventSource(here + path);
        const event = await new Promise((resolve) => (source.onerror = resolve));
        const { reason, status, body } = tidings.details(event);
        return [reason, status, body.length, body.slice(0, 5), source.readyState];
      };
      return [
        await told(`/message?type=text/html&body=${new Array(5001).join('x')}`),
        await told('/message?status=500&body=oops&end=hang'),
        await told('/status/204'),
        // A character that 4,096 bytes would cut is not among them.
        await told(`/message?type=text/html&body=x${new Array(2101).join('%C3%A9')}`),
      ];
    },
    expected: [['content-type', 200, 4096, 'xxxxx', 2], ['status', 500, 4, 'oops', 2], ['status', 204, 0, '', 2], ['content-type', 200, 2048, 'xéééé', 2]],
  },
  {
    name: 'the beginning of a body that is no event stream: where the machine stalls, what came meanwhile is told',
    // By fetch alone, which is stood in for here.
    realms: ['node', 'dedicated worker'],
    run: async ({ EventSource, here, tidings }) => {
      const { setTimeout } = globalThis;
      let waiting = [];
      globalThis.setTimeout = (run, delay, ...given) => (delay === 512 ? -waiting.push(() => run(...given)) : setTimeout.call(globalThis, run, delay, ...given));
      try {
        const bodies = [];
        for (const silent of [false, true]) {
          let send;
          const body = new ReadableStream({ start: (controller) => (send = (text) => controller.enqueue(new TextEncoder().encode(text))) });
          const source = new EventSource(`${here}/`, { fetch: async () => new Response(body, { status: 500 }) });
          const error = new Promise((resolve) => (source.onerror = resolve));
          waiting = [];
          while (!waiting.length) await new Promise((resolve) => setTimeout(resolve));
          const stall = () => waiting.splice(0).forEach((run) => run());
          stall();
          if (silent) stall();
          else send(new Array(4097).join('x'));
          bodies.push(tidings.details(await error).body.length);
        }
        return bodies;
      } finally {
        globalThis.setTimeout = setTimeout;
      }
    },
    expected: [4096, 0],
  },
  {
    name: 'comments can be listened to, and no more when that is ended',
    run: async ({ EventSource, here, tidings }) => {
      const body = encodeURIComponent(': first\n\ndata: x\n\n:second\n\ndata: y\n\n');
      const source = new EventSource(`${here}/message?body=${body}`, { method: 'POST' });
      const log = [];
      const stop = tidings.onComment(source, (text) => {
        log.push(`:${text}`);
        if (text === 'second') stop();
      });
      source.onmessage = ({ data }) => log.push(data);
      await new Promise((resolve) => source.addEventListener('close', resolve));
      return log;
    },
    expected: [':first', 'x', ':second', 'y'],
  },

  // Consuming.
  {
    name: 'messages: all types in order, and done at the end',
    run: async ({ EventSource, here, tidings }) => {
      const body = encodeURIComponent('data: 1\n\nevent: b\ndata: 2\nid: 7\n\ndata: 3\n\n');
      const source = new EventSource(`${here}/message?body=${body}`, { method: 'POST' });
      const log = [];
      for await (const { type, data, lastEventId } of tidings.messages(source)) log.push([type, data, lastEventId]);
      return [log, source.readyState];
    },
    expected: [[['message', '1', ''], ['b', '2', '7'], ['message', '3', '7']], 2],
  },
  {
    name: 'messages: a body is sent again as it was, of whatever kind',
    run: async ({ EventSource, here, tidings }) => {
      const form = new FormData();
      form.append('q', 'ü');
      const told = [];
      for (const body of ['ü', new TextEncoder().encode('ü'), new URLSearchParams({ q: 'ü' }), new Blob(['ü']), form]) {
        const source = new EventSource(`${here}/echo-headers?end=close`, { method: 'POST', body, repeat: true, reconnection: { min: 100, max: 100 } });
        const bodies = [];
        for await (const { data } of tidings.messages(source, { json: true })) {
          if (bodies.push(data.body) === 3) source.close();
        }
        told.push(bodies.map((sent) => (body === form ? /name="q"\s+ü\s/.test(sent) : sent)));
      }
      return told;
    },
    expected: ['ü', 'ü', 'q=%C3%BC', 'ü', true].map((body) => [body, body, body]),
  },
  {
    name: 'messages: reconnect while it is prepared, and while reading is paused',
    run: async ({ EventSource, here, key, seen, tidings }) => {
      const attempts = [];
      const signals = [];
      const source = new EventSource(`${here}/resume?count=20&total=40&every=1&key=${key}`, {
        async prepare({ attempt, signal }) {
          signals.push(signal);
          // The first never comes to an end.
          if (attempts.push(attempt) === 1) await new Promise(() => {});
        },
        reconnection: { min: 100, max: 100 },
      });
      const iterator = tidings.messages(source, { queue: 2 });
      tidings.reconnect(source);
      const ids = [Number((await iterator.next()).value.lastEventId)];
      tidings.reconnect(source);
      try {
        for await (const { lastEventId } of iterator) ids.push(Number(lastEventId));
      } catch (error) {
        ids.push(error.status);
      }
      const { log } = await seen('open=0');
      return [attempts.slice(0, 3), signals[0].aborted, ids.length, ids.every((id, index) => id === index + 1 || index === 40) && ids[40], log[0].last_event_id, log.length >= 3];
    },
    expected: [[1, 2, 3], true, 41, 204, null, true],
  },
  {
    name: 'messages: json, until its marker',
    run: async ({ EventSource, here, tidings }) => {
      const body = encodeURIComponent('data: {"a":1}\n\ndata: [2]\n\ndata: [DONE]\n\ndata: 3\n\n');
      const source = new EventSource(`${here}/message?body=${body}&end=hang`);
      const log = [];
      for await (const { data } of tidings.messages(source, { json: true, until: '[DONE]' })) log.push(data);
      return [log, source.readyState];
    },
    expected: [[{ a: 1 }, [2]], 2],
  },
  {
    name: 'messages: an end without the marker is truncated, text that is no JSON is kept, a failure is thrown',
    run: async ({ EventSource, here, tidings }) => {
      const take = async (path, options) => {
        const log = [];
        try {
          const source = new EventSource(here + path, { method: 'POST' });
          for await (const { data } of tidings.messages(source, options)) log.push(data);
        } catch (error) {
          log.push(error.reason, error.message, error.text, error.status);
        }
        return log;
      };
      return [
        await take('/message', { until: '[DONE]' }),
        await take('/message?body=data:1%0A%0Adata:{%0A%0A', { json: true }),
        await take('/status/500', {}),
      ];
    },
    expected: [
      ['data', 'truncated', 'tidings: truncated', 'undefined', 'undefined'],
      [1, 'decode', 'tidings: decode', '{', 'undefined'],
      ['status', 'tidings: status', 'undefined', 500],
    ],
  },
  {
    name: 'messages: of a source that has failed or ended already, they say the same',
    run: async ({ EventSource, here, tidings }) => {
      const over = async (path, type, options) => {
        const source = new EventSource(here + path, { method: 'POST' });
        let within;
        await new Promise((resolve) => {
          source.addEventListener(type, () => {
            within = tidings.messages(source, options);
            resolve();
          });
        });
        const told = [];
        for (const iterator of [within, tidings.messages(source, options)]) {
          try {
            told.push((await iterator.next()).done);
          } catch (error) {
            told.push(error.reason);
          }
        }
        return told;
      };
      return [await over('/status/500', 'error', {}), await over('/message', 'close', { until: '[DONE]' }), await over('/message', 'close', {})];
    },
    expected: [['status', 'status'], ['truncated', 'truncated'], [true, true]],
  },
  {
    name: 'messages: close() is the end, and leaving the loop is not',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/drip?every=1&count=0`);
      const log = [];
      for await (const { data } of tidings.messages(source)) {
        log.push(data);
        if (log.length === 2) break;
      }
      log.push(source.readyState);
      const iterator = tidings.messages(source);
      await iterator.next();
      const pending = [iterator.next(), iterator.next()];
      source.close();
      log.push((await Promise.all(pending)).map(({ done }) => done).pop());
      log.push((await tidings.messages(source).next()).done);
      // What nobody has taken yet is not wanted any more.
      const full = new EventSource(`${here}/burst?count=20&size=10`, { method: 'POST' });
      const untaken = tidings.messages(full);
      await new Promise((resolve) => full.addEventListener('message', resolve));
      full.close();
      log.push((await untaken.next()).done);
      return log;
    },
    expected: ['event 1', 'event 2', 1, true, true, true],
  },
  {
    name: 'overflow, pause: nothing more is read until the queue was taken, and nothing is lost',
    run: async ({ EventSource, here, tidings, seen, tell, key }) => {
      const source = new EventSource(`${here}/told?key=${key}`, { method: 'POST' });
      let fired = 0;
      // With one that is taken.
      const full = new Promise((resolve) => source.addEventListener('message', () => (fired += 1) === 11 && resolve()));
      const iterator = tidings.messages(source, { queue: 10 });
      const first = iterator.next();
      await tell('data: x\n\n', { count: 20 });
      await first;
      await full;
      await tell('data: x\n\n', { count: 380, end: 'close' });
      await seen('closed=1');
      // The rest of the chunk that was read may still come, and no more than that.
      const paused = fired <= 20;
      let taken = 1;
      for await (const { type } of iterator) taken += type === 'message';
      return [paused, taken, fired];
    },
    expected: [true, 400, 400],
  },
  {
    name: 'messages: a marker is the end to all consumers, and what waits is given first',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/message?end=hang&body=${encodeURIComponent('data:1\n\ndata:[DONE]\n\ndata:2\n\n')}`);
      const [one, other, same] = [{ until: '[DONE]' }, {}, { until: '[DONE]' }].map((options) => tidings.messages(source, options));
      const log = [];
      for (const iterator of [one, other, same]) {
        for await (const { data } of iterator) log.push(data);
        log.push(source.readyState);
      }
      return log;
    },
    expected: ['1', 2, '1', '[DONE]', 2, '1', 2],
  },
  {
    name: 'messages: who leaves is told no failure any more',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/status/500`);
      const iterator = tidings.messages(source);
      await new Promise((resolve) => (source.onerror = resolve));
      const { done, value } = await iterator.return(7);
      return [done, value, (await iterator.next()).done];
    },
    expected: [true, 7, true],
  },
  {
    name: 'messages: 1,024 may wait unless told otherwise, and each consumer has a queue of its own',
    run: async ({ EventSource, here, tidings, seen, tell, key }) => {
      const source = new EventSource(`${here}/told?key=${key}`, { method: 'POST' });
      let fired = 0;
      const many = new Promise((resolve) => source.addEventListener('message', () => (fired += 1) === 1024 && resolve()));
      const [one, other] = [tidings.messages(source), tidings.messages(source, { queue: 100_000 })];
      await tell('data: x\n\n', { count: 1100 });
      await many;
      await tell('data: x\n\n', { count: 900, end: 'close' });
      await seen('closed=1');
      const paused = fired <= 1100;
      const counts = [];
      for (const iterator of [one, other]) {
        let count = 0;
        for await (const { type } of iterator) count += type === 'message';
        counts.push(count);
      }
      return [paused, ...counts];
    },
    expected: [true, 2000, 2000],
  },
  {
    name: 'messages: a source that is paused is not silent, whatever its idleTimeout',
    run: async ({ EventSource, here, tidings, seen, tell, leapingClock, key }) => {
      const clock = leapingClock();
      const log = [];
      const follow = (url, init) => {
        const source = new EventSource(url, { idleTimeout: 60_000, ...init });
        source.onerror = (event) => log.push(tidings.details(event).reason);
        return source;
      };
      try {
        const source = follow(`${here}/told?key=${key}`, { method: 'POST' });
        const all = new Promise((resolve) => {
          let fired = 0;
          source.addEventListener('message', () => (fired += 1) === 11 && resolve());
        });
        const iterator = tidings.messages(source, { queue: 10 });
        const first = iterator.next();
        await tell('data: x\n\n', { count: 11 });
        await first;
        await all;
        // Turns come one after another: when the second of these is fired, that which pauses the other source is over.
        const silent = follow(`${here}/message?end=hang&body=data:1%0A%0Adata:2%0A%0A`);
        await new Promise((resolve) => silent.addEventListener('message', ({ data }) => data === '2' && resolve()));
        const lost = new Promise((resolve) => silent.addEventListener('error', resolve));
        clock.leap(61_000);
        await lost;
        silent.close();
        clock.leap(61_000);
        clock.leap(61_000);
        log.push('three minutes');
        await tell('data: x\n\n', { count: 9, end: 'close' });
        await seen('closed=1');
        let taken = 1;
        for await (const { type } of iterator) taken += type === 'message';
        log.push(taken);
      } finally {
        clock.end();
      }
      return log;
    },
    expected: ['idle', 'three minutes', 20],
  },
  {
    name: 'overflow, resume-later: the connection is let go, and resumed by its id when the queue was taken',
    run: async ({ EventSource, here, key, seen, tidings }) => {
      const source = new EventSource(`${here}/resume?count=40&total=60&every=1&key=${key}`, { reconnection: { max: 100 } });
      const iterator = tidings.messages(source, { queue: 5, overflow: 'resume-later' });
      const reasons = [];
      const overflow = new Promise((resolve) => {
        source.onerror = (event) => {
          const { reason } = tidings.details(event);
          reasons.includes(reason) || reasons.push(reason);
          if (reason === 'overflow') resolve();
        };
      });
      await overflow;
      const first = await seen('open=0&closed=1');
      const ids = [];
      try {
        for await (const { lastEventId } of iterator) ids.push(Number(lastEventId));
      } catch (error) {
        reasons.push(error.status);
      }
      return [first.requests, ids.every((id, index) => id === index + 1) && ids.length, reasons.includes('overflow'), reasons.pop()];
    },
    expected: [1, 60, true, 204],
  },
  {
    name: 'overflow, resume-later: a request that is not repeated fails instead',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/burst?count=100&size=5&end=hang`, { method: 'POST' });
      tidings.messages(source, { queue: 5, overflow: 'resume-later' });
      const { reason, failed } = tidings.details(await new Promise((resolve) => (source.onerror = resolve)));
      return [reason, failed, source.readyState];
    },
    expected: ['overflow', true, 2],
  },
  {
    name: 'overflow, fail: the connection fails, and the chunk that was read is given whole',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/burst?count=100&size=5&end=hang`);
      let fired = 0;
      source.addEventListener('message', () => (fired += 1));
      const iterator = tidings.messages(source, { queue: 5, overflow: 'fail' });
      const event = await new Promise((resolve) => (source.onerror = resolve));
      const { reason, failed } = tidings.details(event);
      let taken = 0;
      try {
        for await (const { type } of iterator) taken += type === 'message';
      } catch (error) {
        return [reason, failed, error.reason, taken >= 5 && taken === fired, source.readyState];
      }
    },
    expected: ['overflow', true, 'overflow', true, 2],
  },
  {
    name: 'overflow: each consumer has its own way, and the strictest wins',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/burst?count=100&size=5&end=hang`);
      let fired = 0;
      source.addEventListener('message', () => (fired += 1));
      const consumers = ['pause', 'fail'].map((overflow) => tidings.messages(source, { queue: 5, overflow }));
      const told = [];
      for (const iterator of consumers) {
        let taken = 0;
        try {
          for await (const { type } of iterator) taken += type === 'message';
        } catch ({ reason }) {
          told.push(reason, taken === fired && taken >= 5);
        }
      }
      return [...told, source.readyState];
    },
    expected: ['overflow', true, 'overflow', true, 2],
  },
  {
    name: 'stream: a ReadableStream of the same, which can be cancelled',
    run: async ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/burst?count=3&size=1`, { method: 'POST' });
      const log = [];
      const reader = tidings.stream(source).getReader();
      for (let result; !(result = await reader.read()).done; ) log.push(result.value.type);
      const endless = new EventSource(`${here}/drip?every=1&count=0`);
      const other = tidings.stream(endless).getReader();
      await other.read();
      await other.cancel();
      log.push(endless.readyState);
      endless.close();
      return log;
    },
    expected: ['message', 'message', 'message', 'done', 1],
  },

  {
    name: 'maxEventSize: one event that is too big fails, or is left out',
    run: async ({ EventSource, here, tidings }) => {
      const body = encodeURIComponent('data: 1\n\nid: 7\ndata: 123456789\ndata: 0\n\ndata: 2\n\n');
      const log = [];
      for (const whenTooBig of ['fail', 'skip']) {
        const source = new EventSource(`${here}/message?body=${body}&end=hang`, { maxEventSize: 8, whenTooBig });
        await new Promise((resolve) => {
          source.onmessage = ({ data, lastEventId }) => {
            log.push(data + lastEventId);
            if (data === '2') {
              resolve();
            }
          };
          source.onerror = (event) => resolve(log.push(tidings.details(event).reason));
        });
        source.close();
      }
      return log;
    },
    expected: ['1', 'event-too-big', '1', '27'],
  },

  {
    name: 'what listeners leave to promises is done before an error that comes in the same chunk',
    run: async ({ EventSource, here }) => {
      const body = encodeURIComponent('data: 1\n\ndata: 12345');
      const log = [];
      const source = new EventSource(`${here}/message?body=${body}&end=hang`, { maxEventSize: 4 });
      await new Promise((resolve) => {
        source.onmessage = async () => {
          log.push('message');
          for (let ticks = 0; ticks < 9; ticks++) await null;
          log.push('done');
        };
        source.onerror = () => resolve(log.push('error'));
      });
      return log;
    },
    expected: ['message', 'done', 'error'],
  },

  // What is bad.
  {
    name: 'bad options fail at construction, and the message names the option, what was given and what is allowed',
    run: ({ EventSource, here }) => {
      const stream = () => {
        try {
          return new ReadableStream();
        } catch (error) {
          // What it is known by.
          return { getReader() {} };
        }
      };
      const long = new Array(4098).join('x');
      return [
        { method: 'GET POST' }, { method: 'TRACE' }, { body: 'secret' }, { headers: { a: 'secret', 'a b': 'secret' } },
        { headers: [['a b', 'secret'], ['a', 'secret']] }, { headers: { a: 'secret\nsecret' } }, { headers: 'secret' }, { headers: [['a: secret']] }, { method: 'POST', body: stream() },
        { credentials: 'all' }, { credentials: 'omit', withCredentials: false }, { redirect: 'away' }, { lastEventId: 'a\nb' }, { lastEventId: long },
        { lastEventId: '\ud800' }, { prepare: 1 }, { fetch: {} }, { idleTimeout: -1 }, { idleTimeout: '5' }, { idleTimeout: NaN }, { whenHidden: 'close' },
        { whenHidden: 'pause', method: 'POST' }, { maxEventSize: -1 }, { whenTooBig: 'cut' }, { reconnection: { min: -1 } },
        { reconnection: { min: 5, max: 4 } }, { reconnection: { attempts: -1 } }, { reconnection: { statuses: [200] } }, { reconnection: { statuses: ['503'] } },
        { reconnection: { statuses: 503 } }, { lastEventIdParam: 5 }, { lastEventIdParam: '' }, { reconnection: { decide: true } },
        { reconnection: 5 }, { reconnection: { tries: 1 } }, { retries: 3 }, { Authorization: 'secret' }, { idleTimeout: Object.create(null) }, { prepare: '' },
      ].map((init) => {
        try {
          new EventSource(`${here}/message`, init).close();
          return 'nothing';
        } catch (error) {
          // No header's value is printed. The engine may add its own words to what is allowed. Not every text comes out of every engine.
          return /secret/.test(error) ? error.message : String(error).replace('\ud800', 'half').replace(long, 'xxx').replace(/: \w*Error[^]*\)$/, ')');
        }
      });
    },
    expected: BAD,
    limits: {
      Bun: { why: 'the Request of Bun takes any method, also with a body', told: BAD.map((bad, index) => ([0, 1, 2].includes(index) ? 'nothing' : bad)) },
      workerd: { why: 'the Request of workerd takes the method TRACE', told: BAD.map((bad, index) => (index === 1 ? 'nothing' : bad)) },
    },
  },
  {
    name: 'messages: bad options fail too',
    run: ({ EventSource, here, tidings }) => {
      const source = new EventSource(`${here}/message`);
      const told = [null, 5, { queue: 0 }, { queue: '5' }, { overflow: 'drop' }, { until: 5 }, { size: 5 }].map((options) => {
        try {
          tidings.messages(source, options);
          return 'nothing';
        } catch (error) {
          return String(error);
        }
      });
      try {
        tidings.onComment(source, 5);
      } catch (error) {
        told.push(String(error));
      }
      source.close();
      return told;
    },
    expected: [
      'options: null (an object)', 'options: 5 (an object)', 'queue: 0 (a number, 1 or more)', 'queue: 5 (a number, 1 or more)', 'overflow: drop (pause, resume-later or fail)',
      'until: 5 (a string)', 'size: no such option', 'hear: 5 (a function)',
    ].map((option) => `TypeError: tidings: bad ${option}`),
  },
  { name: 'a bad signal likewise', run: giveBadSignal, expected: 'TypeError: tidings: bad signal: [object Object] (an AbortSignal)', realms: ['node', 'dedicated worker', 'window'] },
];

function giveBadSignal({ EventSource, here }) {
  try {
    new EventSource(`${here}/message`, { signal: {} }).close();
    return 'nothing';
  } catch (error) {
    return String(error).replace(/: \w*Error.*\)$/, ')');
  }
}
