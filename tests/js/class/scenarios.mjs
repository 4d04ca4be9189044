// What a source goes through, one function per case, run with our class and with the platform's own: both must tell the same.
//
// The functions are sent into windows and workers as text and run as strict code, so each uses nothing but its argument; see `realm_tools.js`:
//   EventSource  the class under test
//   here, there  the test server's two origins
//   key          a key of its own, for what the server saw
//   watch        logs the events of a source, with the ready state that listeners see
//   outcome      the value of a function, or the name of what it throws
//   seen         what the server saw of the key, once it is so
//   caught       collects errors that the platform reports, until it is called
// Names are those of the platform tests that they mirror, where there are such.
//
// `differs` names engines whose own EventSource does something else, and why ours does not follow; `expected` is what ours tells there.
// `limits` names engines that do not let a script do it: why, and what ours tells there.

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {(tools: any) => unknown} run
 * @property {Record<string, string>} [differs]
 * @property {unknown} [expected]
 * @property {Record<string, { why: string, told: unknown }>} [limits]
 * @property {string[]} [realms] Where it runs, if not everywhere.
 */

/**
 * What our class tells, and why, in an engine where that is not what the engine's own class tells.
 *
 * @param {Scenario} scenario
 * @param {string} engine
 */
export function apart({ differs, expected, limits }, engine) {
  if (differs?.[engine]) return { why: `${differs[engine]}; ours is as the standard says`, expected };
  if (limits?.[engine]) return { why: limits[engine].why, expected: limits[engine].told };
}

const chromiumReads = 'Chromium reads data: and blob: URLs; the standard leaves it to fetch, Firefox refuses them, and so do we';

/** @type {Scenario[]} */
export const scenarios = [
  // The constructor.
  {
    name: 'constructor: no-new and missing argument',
    run: ({ EventSource, outcome, here }) => [
      outcome(() => EventSource(here)),
      outcome(() => new EventSource()),
      outcome(() => new EventSource(Symbol('x'))),
      outcome(() => new EventSource({ toString: null, valueOf: null })),
    ],
  },
  {
    name: 'eventsource-constructor-stringify',
    run: ({ EventSource, outcome, here }) =>
      [1, null, undefined, true, '', new URL('/silent', here), { toString: () => '/x', valueOf: () => '/y' }, ' /x\n\t', '/\ud800', '#f', '/a?ü=%zz'].map(
        (url) =>
          outcome(() => {
            const source = new EventSource(url);
            source.close();
            return source.url;
          }),
      ),
  },
  {
    name: 'eventsource-constructor: the base URL of the document',
    realms: ['window'],
    run: ({ EventSource, outcome }) => {
      const base = document.createElement('base');
      const log = [];
      for (const href of ['/elsewhere/index.html', 'https://other.example/a/b', 'data:,x', 'http://[::1']) {
        base.href = href;
        document.head.appendChild(base);
        log.push(
          outcome(() => {
            const source = new EventSource('stream?x#y');
            source.close();
            return source.url;
          }),
        );
      }
      document.head.removeChild(base);
      return log;
    },
  },
  {
    name: 'eventsource-constructor-url-bogus',
    run: ({ EventSource, outcome }) =>
      ['http://', 'http://:80', '//', 'http://a:b', 'http://[::1', 'http://a^b/', 'http://a%00b/'].map((url) =>
        outcome(() => {
          const source = new EventSource(url);
          source.close();
          return source.url;
        }),
      ),
  },
  {
    name: 'eventsource-constructor-url-bogus: a blank in the host',
    run: ({ EventSource, outcome }) =>
      ['http://this is invalid/', 'https://a%20b/'].map((url) => outcome(() => new EventSource(url).close())),
    differs: { Chromium: 'Chromium lets a blank in a host pass, as %20, which no host can hold' },
    expected: ['SyntaxError (DOMException)', 'SyntaxError (DOMException)'],
  },
  {
    name: 'eventsource-constructor: init dictionary',
    run: ({ EventSource, outcome, here }) =>
      [undefined, null, {}, [], () => {}, { withCredentials: 1 }, { withCredentials: '' }, { withCredentials: null }, Object.create({ withCredentials: true }), 1, 'x', true, Symbol('x')].map(
        (init) =>
          outcome(() => {
            const source = new EventSource(`${here}/silent`, init);
            source.close();
            return source.withCredentials;
          }),
      ),
  },
  {
    name: 'eventsource-constructor: order of conversions',
    run: ({ EventSource, outcome }) => {
      const log = [];
      const url = { toString: () => (log.push('url'), 'http://[::1') };
      const init = {
        get withCredentials() {
          log.push('withCredentials');
          return true;
        },
      };
      log.push(outcome(() => new EventSource(url, init)));
      log.push(outcome(() => new EventSource(url, 1)));
      return log;
    },
  },
  {
    name: 'eventsource-constructor-non-same-origin: schemes that fail',
    run: async ({ EventSource, watch }) => {
      const logs = [];
      for (const url of ['mailto:whatwg@awesome.example', 'javascript:alert(1)', 'ftp://127.0.0.1/x', 'about:blank', 'ws://127.0.0.1/', 'file:///etc/hosts', 'foo://a%20b/']) {
        const source = new EventSource(url);
        const { log, until } = watch(source);
        log.push(source.url, source.readyState);
        await until('error');
        logs.push(...log);
      }
      return logs;
    },
  },
  {
    name: 'eventsource-constructor: data URL',
    run: async ({ EventSource, watch }) => {
      const source = new EventSource('data:text/event-stream,data:x%0A%0A');
      const { log, until } = watch(source);
      await until('error');
      source.close();
      return log;
    },
    differs: { Chromium: chromiumReads },
    expected: ['error | 2'],
  },
  {
    name: 'eventsource-constructor: URL with a password',
    run: async ({ EventSource, here, watch }) => {
      const source = new EventSource(here.replace('//', '//user:secret@') + '/message');
      const { log, until } = watch(source);
      log.push(source.url);
      await until('error');
      source.close();
      return log;
    },
    differs: {
      Firefox: 'Firefox sends it as Authorization; fetch refuses such URLs, and Chromium fails with them as we do',
      WebKitGTK: 'WebKitGTK takes it; fetch refuses such URLs, and Chromium fails with them as we do',
    },
    expected: ['HERE/message with a password', 'error | 2'],
  },
  {
    name: 'eventsource-prototype and constants',
    run: ({ EventSource, here, outcome }) => {
      const source = new EventSource(`${here}/silent`);
      const log = [
        String(source),
        Reflect.ownKeys(source).length,
        source instanceof EventTarget,
        Object.getPrototypeOf(source) === EventSource.prototype,
        Object.getPrototypeOf(EventSource.prototype) === EventTarget.prototype,
        Object.getPrototypeOf(EventSource) === EventTarget,
        outcome(() => {
          source.url = 'x';
        }),
        source.CONNECTING,
        source.OPEN,
        source.CLOSED,
        source.readyState,
        Object.keys(source),
        (() => {
          const keys = [];
          for (const key in source) keys.push(key);
          return keys.sort();
        })(),
      ];
      source.close();
      log.push(source.readyState, outcome(() => source.close()), outcome(() => source.close.length));
      return log;
    },
  },
  {
    name: 'a class that extends it',
    run: async ({ EventSource, here }) => {
      class Mine extends EventSource {
        constructor() {
          super(`${here}/message`);
          this.mine = true;
        }
        close() {
          super.close();
          return 'closed';
        }
      }
      const source = new Mine();
      const data = await new Promise((resolve) => {
        source.onmessage = (event) => resolve(event.data);
      });
      return [data, source.mine, source.close(), source.readyState, source instanceof EventSource, source.constructor === Mine];
    },
  },

  // Handlers and listeners.
  {
    name: 'event handlers: values',
    run: ({ EventSource, here }) => {
      const source = new EventSource(`${here}/silent`);
      const callback = () => {};
      const object = {};
      const log = [source.onopen, source.onmessage, source.onerror];
      for (const value of [callback, object, null, callback, undefined, callback, 1, callback, 'x', callback, Symbol('x')]) {
        source.onmessage = value;
        log.push(source.onmessage === value ? 'kept' : source.onmessage);
      }
      source.close();
      return log;
    },
  },
  {
    name: 'event handlers: order among listeners',
    run: async ({ EventSource, here }) => {
      const logs = [];
      for (const change of ['none', 'replace', 'remove and set', 'replace by an object', 'replace while it runs']) {
        const source = new EventSource(`${here}/message`);
        const log = [change];
        source.addEventListener('message', () => {
          log.push('listener 1');
          if (change === 'replace while it runs') {
            source.onmessage = () => log.push('third handler');
          }
        });
        source.onmessage = () => log.push('handler');
        source.addEventListener('message', () => log.push('listener 2'));
        if (change === 'replace') source.onmessage = () => log.push('other handler');
        if (change === 'remove and set') source.onmessage = null;
        if (change === 'remove and set') source.onmessage = () => log.push('other handler');
        if (change === 'replace by an object') source.onmessage = { handleEvent: () => log.push('never') };
        await new Promise((resolve) => source.addEventListener('message', () => Promise.resolve().then(resolve)));
        source.close();
        logs.push(log);
      }
      return logs;
    },
  },
  {
    name: 'event handlers: this, argument and return value',
    run: ({ EventSource, here }) => {
      const source = new EventSource(`${here}/silent`);
      const log = [];
      for (const returned of [false, true, undefined, 0]) {
        source.onmessage = function (...values) {
          log.push(this === source, values.length, values[0].type);
          return returned;
        };
        const event = new Event('message', { cancelable: true });
        log.push(source.dispatchEvent(event), event.defaultPrevented);
      }
      source.close();
      return log;
    },
  },
  {
    name: 'eventsource-eventtarget: listeners of all kinds',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/burst?count=3&end=hang`);
      const log = [];
      const controller = new AbortController();
      source.addEventListener('message', { handleEvent: (event) => log.push(`object ${event.constructor.name}`) });
      source.addEventListener('message', () => log.push('once'), { once: true });
      source.addEventListener('message', () => log.push('capture'), true);
      source.addEventListener('message', () => { log.push('signal'); controller.abort(); }, { signal: controller.signal });
      source.addEventListener('message', (event) => log.push(event.eventPhase, event.currentTarget === source, event.composedPath().length));
      const twice = () => log.push('twice is once');
      source.addEventListener('message', twice);
      source.addEventListener('message', twice);
      const removed = () => log.push('never');
      source.addEventListener('message', removed);
      source.removeEventListener('message', removed);
      await new Promise((resolve) => source.addEventListener('done', resolve));
      source.close();
      log.push(source.dispatchEvent(new Event('message')));
      return log;
    },
  },
  {
    name: 'a listener that throws is reported and stops nothing',
    run: async ({ EventSource, here, caught }) => {
      const errors = caught();
      const source = new EventSource(`${here}/burst?count=3&end=hang`);
      const log = [];
      source.onopen = () => { throw new RangeError('open'); };
      source.onmessage = () => { throw new RangeError('handler'); };
      source.addEventListener('message', () => { throw new RangeError('listener'); });
      source.addEventListener('message', () => log.push('still called'));
      await new Promise((resolve) => source.addEventListener('done', resolve));
      log.push(source.readyState);
      source.close();
      log.push(...(await errors(7)));
      return log;
    },
  },

  // Events.
  {
    name: 'eventsource-onmessage: what a message event is',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/message?body=id: 7%0Adata: a%0A%0A&end=hang`);
      const look = (event) => [
        event.type, event.data, event.lastEventId, event.origin === new URL(here).origin, event.source, event.ports, event.ports === event.ports, Object.isFrozen(event.ports),
        event.bubbles, event.cancelable, event.composed, event.defaultPrevented, event.returnValue, event.cancelBubble, event.eventPhase,
        event.target === source, event.currentTarget === source, event.srcElement === source, typeof event.timeStamp,
        event instanceof MessageEvent, event instanceof Event, event.constructor === MessageEvent, String(event), Reflect.ownKeys(event),
        (() => {
          const keys = [];
          for (const key in event) keys.push(key);
          return keys.sort();
        })(),
        'userActivation' in event, 'initMessageEvent' in event,
      ];
      const log = await new Promise((resolve) => { source.onmessage = (event) => resolve(look(event)); });
      source.close();
      return log;
    },
  },
  {
    name: 'eventsource-onopen: what open and error events are',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/message`);
      const log = [];
      for (const type of ['open', 'error']) {
        const event = await new Promise((resolve) => source.addEventListener(type, resolve));
        log.push(
          event.type, event.bubbles, event.cancelable, event.constructor === Event, 'data' in event, event.target === source, Reflect.ownKeys(event), String(event),
        );
      }
      source.close();
      return log;
    },
  },
  {
    name: 'event-data: types, ids and their order',
    run: async ({ EventSource, here, watch }) => {
      const body = 'id: 1\ndata: a\n\nevent: b\ndata: b\n\nid: ü\nevent: b\ndata: c\ndata:  d\n\ndata\n\nid\ndata: e\n\nevent: error\ndata: f\n\nevent: open\ndata: g\n\nevent: end\ndata: h\n\n';
      const source = new EventSource(`${here}/message?end=hang&body=${encodeURIComponent(body)}`);
      const { log, until } = watch(source, ['b', 'end']);
      await until('end');
      source.close();
      return log;
    },
  },
  {
    name: 'what listeners leave to promises is done before the next event',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/burst?count=80&size=5&end=hang`);
      const log = [];
      source.onopen = async () => {
        for (let ticks = 0; ticks < 9; ticks++) await null;
        log.push('opened');
      };
      source.onmessage = async () => {
        log.push('message');
        for (let ticks = 0; ticks < 9; ticks++) await null;
        log.push('done');
      };
      await new Promise((resolve) => source.addEventListener('done', resolve));
      source.close();
      return log;
    },
  },
  {
    name: 'what listeners leave to promises without giving one is done before the next event',
    run: async ({ EventSource, here }) => {
      const source = new EventSource(`${here}/burst?count=80&size=5&end=hang`);
      const log = [];
      source.onmessage = () => {
        log.push('message');
        Promise.resolve().then(() => log.push('done'));
      };
      await new Promise((resolve) => source.addEventListener('done', resolve));
      source.close();
      return log;
    },
  },
  {
    name: 'two sources at once',
    run: async ({ EventSource, here, there, watch }) => {
      const watched = [here, there].map((origin) => watch(new EventSource(`${origin}/burst?count=50&size=20&chunk=100&end=hang`), ['done']));
      await Promise.all(watched.map(({ until }) => until('done')));
      watched.forEach(({ source }) => source.close());
      return watched.map(({ log }) => log);
    },
  },

  // Close.
  {
    name: 'eventsource-close: at once',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/silent?key=${key}`);
      const { log } = watch(source);
      source.close();
      log.push(source.readyState);
      source.close();
      await seen('open=0');
      return log;
    },
  },
  {
    name: 'eventsource-close: while open frees the connection',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/drip?every=10&count=0&key=${key}`);
      const { log, until } = watch(source);
      await until('message');
      source.close();
      const count = log.length;
      const { log: requests } = await seen('open=0&closed=1');
      return [log.slice(0, 2), log.length - count, source.readyState, requests.map(({ ended }) => ended)];
    },
  },
  {
    name: 'eventsource-close: as soon as it opens, again and again, it frees the connection',
    run: async ({ EventSource, here, key, seen }) => {
      const count = 40;
      for (let opened = 0; opened < count; opened += 1) {
        const source = new EventSource(`${here}/message?end=hang&key=${key}`);
        await new Promise((resolve) => (source.onopen = resolve));
        source.close();
      }
      return [(await seen(`open=0&closed=${count}`)).requests];
    },
  },
  {
    name: 'eventsource-close: inside the first of several messages',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/burst?count=5&size=5&end=hang&key=${key}`);
      source.addEventListener('message', () => source.close());
      const { log } = watch(source, ['done']);
      await seen('open=0&closed=1');
      return [log, source.readyState];
    },
  },
  {
    name: 'eventsource-close: inside open',
    run: async ({ EventSource, here, watch, key, seen }) => {
      // Not an idle stream: in workers, Firefox may free a fetch that is aborted just when it is answered only when more of its body comes.
      const source = new EventSource(`${here}/drip?every=50&count=0&key=${key}`);
      source.addEventListener('open', () => source.close());
      const { log } = watch(source, ['done']);
      await seen('open=0&closed=1');
      return [log, source.readyState];
    },
  },
  {
    name: 'eventsource-close: inside error, no reconnect',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/message?key=${key}&body=${encodeURIComponent('retry: 100\ndata: x\n\n')}`);
      source.addEventListener('error', () => source.close());
      const { log, until } = watch(source);
      await until('error');
      // Another source that reconnects after the same time has seen that time pass.
      const other = new EventSource(`${here}/resume?count=1&retry=100`);
      await new Promise((resolve) => { let messages = 0; other.onmessage = () => ++messages === 2 && resolve(); });
      other.close();
      const { requests } = await seen('open=0');
      return [log, requests, source.readyState];
    },
  },
  {
    name: 'eventsource-close: while it waits to reconnect',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/message?key=${key}&body=${encodeURIComponent('retry: 100\ndata: x\n\n')}`);
      const { log, until } = watch(source);
      await until('error');
      source.close();
      const other = new EventSource(`${here}/resume?count=1&retry=100`);
      await new Promise((resolve) => { let messages = 0; other.onmessage = () => ++messages === 2 && resolve(); });
      other.close();
      const { requests } = await seen('open=0');
      return [log, requests, source.readyState];
    },
  },

  // Requests.
  {
    name: 'request-accept, request-cache-control, request-credentials: what is sent',
    run: async ({ EventSource, here, there, key, seen }) => {
      const log = [];
      for (const [origin, init] of [[here], [here, { withCredentials: true }], [there], [there, { withCredentials: true }]]) {
        const own = `${key}-${log.length}`;
        const source = new EventSource(`${origin}/message?end=hang&key=${own}`, init);
        await new Promise((resolve) => { source.onmessage = resolve; });
        const { requests, preflights, log: [request] } = await seen('requests=1', own);
        source.close();
        const header = (name) => request.headers[name] ?? null;
        log.push([
          requests, preflights, request.method, request.last_event_id,
          ...['accept', 'cache-control', 'pragma', 'cookie', 'authorization', 'sec-fetch-mode', 'sec-fetch-site', 'content-type'].map(header),
          header('origin') === null ? 'no origin' : 'an origin',
        ]);
        await seen('open=0', own);
      }
      return log;
    },
  },
  {
    name: 'request-redirect',
    run: async ({ EventSource, here, there, watch }) => {
      const logs = [];
      for (const code of [301, 302, 303, 307, 308]) {
        for (const origin of [here, there]) {
          // Not an idle stream: after a redirect, Firefox frees an aborted fetch only when more of its body comes.
          const to = encodeURIComponent(`${origin}/drip?every=50&count=0`);
          const source = new EventSource(`${here}/redirect/${code}?to=${to}`);
          const { log, until } = watch(source);
          await until('message');
          log.push(source.url.replace(/\?.*/, ''));
          source.close();
          logs.push(log.slice(0, 2), log[log.length - 1]);
        }
      }
      return logs;
    },
  },
  {
    name: 'request-status-error',
    run: async ({ EventSource, here, watch }) => {
      const logs = [];
      for (const status of [204, 205, 206, 210, 299, 400, 401, 404, 410, 500, 503, 599]) {
        const source = new EventSource(`${here}/status/${status}`);
        const { log, until } = watch(source);
        await until('error');
        logs.push([status, ...log]);
      }
      return logs;
    },
  },
  {
    name: 'format-mime-bogus, format-mime-valid-bogus, format-mime-trailing-semicolon',
    run: async ({ EventSource, here, watch }) => {
      const logs = [];
      for (const type of ['text/event-stream', 'text/event-stream;', 'text/event-stream; charset=utf-8', 'TEXT/Event-Stream', 'text/event-streamx', 'text/html', 'x bogus', 'text/plain;text/event-stream']) {
        const source = new EventSource(`${here}/content-type?value=${encodeURIComponent(type)}`);
        const { log, until } = watch(source);
        await Promise.race([until('error'), until('message')]);
        source.close();
        logs.push([type, ...log.slice(0, 2)]);
      }
      const source = new EventSource(`${here}/content-type`);
      const { log, until } = watch(source);
      await Promise.race([until('error'), until('message')]);
      source.close();
      return [...logs, ['none', ...log.slice(0, 2)]];
    },
  },
  {
    name: 'format-utf-8: a charset parameter is ignored',
    run: async ({ EventSource, here, watch }) => {
      const source = new EventSource(
        `${here}/message?end=hang&type=${encodeURIComponent('text/event-stream;charset=windows-1252')}&body=${encodeURIComponent('data: ok…\n\n')}`,
      );
      const { log, until } = watch(source);
      await Promise.race([until('error'), until('message')]);
      source.close();
      return log;
    },
    differs: { Chromium: 'Chromium refuses other charsets; the standard ignores them' },
    expected: ['open | 1', 'message | 1 | ok… |  | HERE'],
  },
  {
    name: 'format-utf-8: characters in pieces',
    run: async ({ EventSource, here }) => {
      const logs = [];
      for (const name of ['bom_at_start_of_later_line', 'bom_double_then_comment', 'format_bom', 'utf_8_borders']) {
        const source = new EventSource(`${here}/corpus/${name}?split=1&end=close`);
        const log = [];
        source.onmessage = ({ data, lastEventId }) => log.push([data, lastEventId]);
        await new Promise((resolve) => (source.onerror = resolve));
        source.close();
        logs.push([name, ...log]);
      }
      return logs;
    },
    differs: { WebKitGTK: 'WebKitGTK leaves a BOM that comes in pieces where it is' },
    expected: [
      ['bom_at_start_of_later_line', ['1\n3', '']],
      ['bom_double_then_comment', ['x', '']],
      ['format_bom', ['1', ''], ['3', '']],
      ['utf_8_borders', ['\x01\x7F\x80\u07FF\u0800\uD7FF\uE000\uFDD0\uFFFE\uFFFF\u{10000}\u{10FFFF}', '']],
    ],
  },
  {
    name: 'format-utf-8: what is no UTF-8',
    run: async ({ EventSource, here }) => {
      const logs = [];
      for (const name of ['utf_8_bad_among_good_events', 'utf_8_bad_in_id', 'utf_8_overlong', 'utf_8_surrogates', 'utf_8_too_large', 'utf_8_truncated_2', 'utf_8_truncated_3', 'utf_8_truncated_4']) {
        const source = new EventSource(`${here}/corpus/${name}?split=1&end=close`);
        const log = [];
        source.onmessage = ({ data, lastEventId }) => log.push([data, lastEventId]);
        await new Promise((resolve) => (source.onerror = resolve));
        source.close();
        logs.push([name, ...log]);
      }
      return logs;
    },
  },
  {
    name: 'eventsource-cross-origin: allowed',
    run: async ({ EventSource, there, watch }) => {
      const source = new EventSource(`${there}/message?end=hang`, { withCredentials: true });
      const { log, until } = watch(source);
      await until('message');
      source.close();
      return log;
    },
  },
  {
    name: 'eventsource-cross-origin: refused',
    run: async ({ EventSource, here, there, watch }) => {
      const logs = [];
      for (const url of [`${there}/message?cors=none`, `${there}/status/500?cors=none`, `${here}/redirect/302?to=${encodeURIComponent(`${there}/message?cors=none`)}`]) {
        const source = new EventSource(url);
        const { log, until } = watch(source);
        await until('error');
        source.close();
        logs.push(log);
      }
      const source = new EventSource(`${there}/message?cors=star`, { withCredentials: true });
      const { log, until } = watch(source);
      await until('error');
      source.close();
      return [...logs, log];
    },
  },

  // Reconnecting.
  {
    name: 'eventsource-reconnect: after the end of the body, with the last event ID',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/resume?count=2&retry=100&total=6&key=${key}`);
      const { log, until } = watch(source);
      await until('error', 4);
      const { log: requests } = await seen('open=0');
      return [log, requests.map(({ last_event_id }) => last_event_id), source.readyState];
    },
  },
  {
    name: 'eventsource-reconnect: after a cut, nothing is lost and the unfinished block does not count',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/drop?after=2&every=50&retry=100&end=cut&key=${key}`);
      const { log, until } = watch(source);
      await until('message', 6);
      source.close();
      const { log: requests } = await seen('open=0');
      // Engines may throw away what came just before a cut; it comes again, so how often was asked is not compared.
      return [
        log.filter((line) => /^message/.test(line)).slice(0, 6),
        log.filter((line) => /^error/.test(line)).every((line) => line === 'error | 0'),
        requests.slice(1).every(({ last_event_id }) => last_event_id === null || /^[1-9]\d*$/.test(last_event_id)),
      ];
    },
  },
  {
    name: 'eventsource-reconnect: server errors after a while fail it',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/sequence?key=${key}&steps=200,200,503&retry=100`);
      const { log, until } = watch(source);
      await until('error', 3);
      const { requests } = await seen('open=0&closed=3');
      return [log, requests, source.readyState];
    },
  },
  {
    name: 'format-field-id: ids beyond ASCII are sent as UTF-8',
    run: async ({ EventSource, here }) => {
      const logs = [];
      for (const id of ['…', 'ü', '😀', 'a b', '\t']) {
        const source = new EventSource(`${here}/id-then-echo?retry=100&id=${encodeURIComponent(id)}`);
        let messages = 0;
        const echoed = await new Promise((resolve) => {
          source.onmessage = (event) => ++messages === 2 && resolve(event);
        });
        source.close();
        logs.push([JSON.parse(echoed.data).last_event_id, echoed.lastEventId]);
      }
      return logs;
    },
    limits: {
      WebKitGTK: {
        why: "WebKitGTK takes each byte of a script's header for a character, and sends that as UTF-8: what is beyond ASCII is encoded twice",
        told: [
          ['Ã¢Â\x80Â¦', '…'],
          ['Ã\x83Â¼', 'ü'],
          ['Ã°Â\x9FÂ\x98Â\x80', '😀'],
          ['a b', 'a b'],
          ['', '\t'],
        ],
      },
    },
  },
  {
    name: 'format-field-id-3: an empty id forgets it',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const body = 'retry: 100\nid: 1\ndata: a\n\nid\ndata: b\n\n';
      const source = new EventSource(`${here}/message?key=${key}&body=${encodeURIComponent(body)}`);
      const { log, until } = watch(source);
      await until('message', 4);
      source.close();
      const { log: requests } = await seen('open=0');
      return [log.slice(0, 6), requests.map(({ last_event_id }) => last_event_id)];
    },
  },
  {
    name: 'request: nobody there, then again',
    run: async ({ EventSource, here, watch, key, seen }) => {
      const source = new EventSource(`${here}/sequence?key=${key}&steps=200,refuse,refuse,refuse,refuse,open&retry=100`);
      const { log, until } = watch(source);
      // How often a browser itself asks again after a cut is its own affair, and so how often nobody is there; what is told before and after is not.
      await until('message', 2);
      source.close();
      await seen('open=0');
      return [
        log.slice(0, 3),
        log.slice(3, -2).every((line) => line === 'error | 0'),
        log.slice(-2).map((line) => line.replace(/answer \d+ \| \d+/, 'an answer')),
      ];
    },
  },
];
