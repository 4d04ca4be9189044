// What the parser entry does, as functions for any realm, each with what it has to tell. They get:
//   parser   what `tidings/parser` exports
//   here     the test server
//   key      a key of its own, for what the server saw
//   seen     what the server saw of the key, once it is so
// `not` says where one does not hold, and why.

const PAST = 'RangeError: tidings: an event exceeds maxEventSize, 4 bytes';
const NO_BYTES = 'TypeError: tidings: a chunk has to be a Uint8Array, not ';
const TEXT = `${NO_BYTES}String: leave out what decodes it, such as TextDecoderStream`;
const NO_SOURCE = 'TypeError: tidings: parseEventStream takes a Response, a ReadableStream or an async iterable';

export const scenarios = [
  {
    name: 'the corpus, from responses',
    run: async ({ parser, here }) => {
      const json = async (path) => (await fetch(`${here}/corpus/${path}`)).json();
      const names = await json('index.json');
      const wrong = names.length < 190 ? ['it is not whole'] : [];
      for (const name of names) {
        const { items, limit } = await json(`${name}.json`);
        const got = await read(parser, await fetch(`${here}/corpus/${name}?split=64`), limit);
        const text = JSON.stringify(got);
        const expected = JSON.stringify(itemsByKind(items));
        if (text !== expected) wrong.push(`${name}: ${text} instead of ${expected}`);
      }
      return wrong;
    },
    expected: [],
  },
  {
    name: 'chunks in any cuts, and a decoder that begins anew',
    run: ({ parser }) => {
      const decoder = new parser.EventStreamDecoder();
      const bytes = utf8('\uFEFFid: ü\r\nevent: a\r\ndata: 😀\r\ndata: 2\r\n\r\ndata: x\n\ndata: lost');
      const events = [...bytes].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
      decoder.reset();
      return [events, decoder.push(utf8('\uFEFFdata: new\n\ndata:')), decoder.push(new Uint8Array(0)), decoder.push(utf8('b\n\n'))];
    },
    expected: [
      [{ type: 'a', data: '😀\n2', lastEventId: 'ü' }, { type: 'message', data: 'x', lastEventId: 'ü' }],
      [{ type: 'message', data: 'new', lastEventId: '' }],
      [],
      [{ type: 'message', data: 'b', lastEventId: '' }],
    ],
  },
  {
    name: 'comments and reconnection times',
    run: ({ parser }) => {
      const told = [];
      const decoder = new parser.EventStreamDecoder({ onComment: (text) => told.push(text), onRetry: (time) => told.push(time) });
      const events = decoder.push(utf8(': a\nretry: 10\ndata: x\n:\nretry: 99999999999\nretry: -1\n\n:  é\nretry: 0\ndata: y\nevent: \\n\n\n'));
      return [told, events.map(({ type, data }) => [type, data])];
    },
    expected: [['a', 10, '', 2147483647, ' é', 0], [['message', 'x'], ['\\n', 'y']]],
  },
  {
    name: 'two decoders do not mix',
    run: ({ parser }) => {
      const decoders = Array.from({ length: 300 }, () => new parser.EventStreamDecoder());
      decoders.forEach((decoder, index) => decoder.push(utf8(`id: ${index}\ndata: ${index}`)));
      const events = decoders.flatMap((decoder) => decoder.push(utf8('\n\n')));
      return events.every(({ data, lastEventId }, index) => data === `${index}` && lastEventId === data) && events.length;
    },
    expected: 300,
  },
  {
    name: 'an event past the limit',
    run: async ({ parser }) => {
      const told = [];
      const { EventStreamDecoder, EventStreamTransform, parseEventStream } = parser;
      const body = utf8('data: ok\n\ndata: 12345\n\ndata: never\n\n');
      const tell = async (work) => {
        try {
          told.push(await work());
        } catch (error) {
          told.push(`${error.name}: ${error.message}`);
        }
      };
      const decoder = new EventStreamDecoder({ maxEventSize: 4 });
      const push = (bytes) => () => decoder.push(bytes).map(({ data }) => data);
      for (const bytes of [body, body, new Uint8Array(0)]) await tell(push(bytes));
      decoder.reset();
      for (const bytes of [utf8('data: 1234\n\n'), utf8('data: 12345'), utf8('\n\n')]) await tell(push(bytes));
      // What came before is given first, and the source is told.
      for (const source of [[body, body], [utf8('data: ok\n\n'), utf8('data: 12345'), body]]) {
        const log = [];
        const chunks = streamOf(source, log);
        await tell(async () => {
          for await (const { data } of parseEventStream(chunks, { maxEventSize: 4 })) told.push(data);
        });
        told.push(log.join());
      }
      await tell(async () => {
        const reader = streamOf([body, body], []).pipeThrough(new EventStreamTransform({ maxEventSize: 4 })).getReader();
        for (let read; !(read = await reader.read()).done; ) told.push(read.value.data);
      });
      await tell(async () => {
        const reader = streamOf([body], []).pipeThrough(new EventStreamTransform({ maxEventSize: 4 })).getReader();
        for (let read; !(read = await reader.read()).done; ) told.push(read.value.data);
      });
      await tell(() => new EventStreamDecoder({ maxEventSize: null }).push(utf8('data: ok\n\n')).length);
      await tell(() => new EventStreamDecoder({ maxEventSize: Infinity }).push(utf8('data: ok\n\n')).length);
      return told;
    },
    expected: [
      ['ok'], PAST, PAST,
      ['1234'], PAST, PAST,
      'ok', PAST, 'pull,cancel: RangeError',
      'ok', PAST, 'pull,pull,cancel: RangeError',
      'ok', PAST, 'ok', PAST,
      1, 1,
    ],
  },
  {
    name: 'what is refused, and how to mend it',
    run: async ({ parser }) => {
      const { EventStreamDecoder, EventStreamTransform, parseEventStream } = parser;
      const used = new Response('data: x\n\n');
      await used.text();
      const locked = streamOf([], []);
      locked.getReader();
      const first = (source) => parseEventStream(source).next();
      const works = [
        () => new EventStreamDecoder().push('data: x\n\n'),
        ...[undefined, null, 1, {}, new ArrayBuffer(2), new Uint16Array(2)].map((chunk) => () => new EventStreamDecoder().push(chunk)),
        () => new EventStreamDecoder({ maxEventSize: -1 }),
        () => new EventStreamDecoder({ maxEventSize: '1 MB' }),
        () => new EventStreamTransform({ onComment: 'x' }),
        () => parseEventStream(streamOf([], []), { onRetry: {} }),
        () => new EventStreamDecoder({ maxSize: 5 }),
        () => parseEventStream('data: x\n\n'),
        () => parseEventStream(null),
        () => parseEventStream(utf8('data: x\n\n')),
        () => parseEventStream(used),
        () => first(streamOf(['data: x\n\n'], [])),
        () => first((async function* () { yield 'data: x\n\n'; })()),
        () => streamOf(['data: x\n\n'], []).pipeThrough(new EventStreamTransform()).getReader().read(),
      ];
      const told = [];
      for (const work of works) {
        told.push(await Promise.resolve().then(work).then((value) => ['accepted', value], ({ name, message }) => `${name}: ${message}`));
      }
      told.push(await Promise.resolve().then(() => parseEventStream(locked)).catch(({ name }) => name));
      return told;
    },
    expected: [
      TEXT,
      ...['Undefined', 'Null', 'Number', 'Object', 'ArrayBuffer', 'Uint16Array'].map((kind) => NO_BYTES + kind),
      'TypeError: tidings: maxEventSize has to be a number of bytes',
      'TypeError: tidings: maxEventSize has to be a number of bytes',
      'TypeError: tidings: onComment and onRetry have to be functions',
      'TypeError: tidings: onComment and onRetry have to be functions',
      'TypeError: tidings: no option maxSize',
      NO_SOURCE, NO_SOURCE, NO_SOURCE,
      'TypeError: tidings: this body was read already',
      TEXT, TEXT, TEXT,
      'TypeError',
    ],
  },
  {
    name: 'a chunk is asked for only when an event is',
    run: async ({ parser }) => {
      const log = [];
      const events = parser.parseEventStream(streamOf([utf8('data: 1\n\ndata: 2\n\n'), utf8('data'), utf8(': 3\n\n')], log));
      await turns();
      for (let index = 0; index < 4; index++) {
        const { done, value } = await events.next();
        log.push(done ? 'done' : value.data);
        await turns();
      }
      return log;
    },
    expected: ['pull', '1', '2', 'pull', 'pull', '3', 'pull', 'done'],
  },
  {
    name: 'a transform holds its source back, one chunk ahead',
    not: { workerd: 'its pipes read on, and do not hear of it when the reader has enough' },
    run: async ({ parser }) => {
      const log = [];
      const chunks = [1, 2, 3, 4].map((number) => utf8(`data: ${number}\n\n`));
      const reader = streamOf(chunks, log).pipeThrough(new parser.EventStreamTransform()).getReader();
      await turns();
      log.push((await reader.read()).value.data);
      await turns();
      const pulls = log.filter((entry) => entry === 'pull').length;
      await reader.cancel('enough');
      await turns();
      return [log[0], log.includes('1'), pulls <= 3, log.at(-1)];
    },
    expected: ['pull', true, true, 'cancel: enough'],
  },
  {
    name: 'to leave the loop cancels the source',
    run: async ({ parser }) => {
      const log = [];
      for await (const { data } of parser.parseEventStream(streamOf([utf8('data: 1\n\ndata: 2\n\n')], log))) {
        log.push(data);
        break;
      }
      try {
        for await (const { data } of parser.parseEventStream(streamOf([utf8('data: 1\n\ndata: 2\n\n')], log))) {
          log.push(data);
          throw new Error('mine');
        }
      } catch (error) {
        log.push(error.message);
      }
      const unread = parser.parseEventStream(streamOf([], log));
      log.push(JSON.stringify(await unread.return('x')), JSON.stringify(await unread.next()));
      const thrown = parser.parseEventStream(streamOf([utf8('data: 1\n\n')], log));
      await thrown.next();
      log.push(await thrown.throw(new Error('handed in')).catch(({ message }) => message));
      return log;
    },
    expected: [
      'pull', '1', 'cancel: undefined',
      'pull', '1', 'cancel: undefined', 'mine',
      'cancel: x', '{"value":"x","done":true}', '{"done":true}',
      'pull', 'cancel: Error', 'handed in',
    ],
  },
  {
    name: 'return cancels at once, also while a chunk is waited for',
    run: async ({ parser }) => {
      const log = [];
      const waiting = new ReadableStream({ pull: () => new Promise(() => {}), cancel: (reason) => void log.push(`cancel: ${reason}`) });
      const events = parser.parseEventStream(waiting);
      const next = events.next();
      await turns();
      const ended = await events.return('enough');
      log.push(JSON.stringify(await next), JSON.stringify(ended), JSON.stringify(await events.next()));
      return log;
    },
    expected: ['cancel: enough', '{"done":true}', '{"value":"enough","done":true}', '{"done":true}'],
  },
  {
    name: 'what is wrong with a source is told as it is',
    run: async ({ parser }) => {
      const log = [];
      const fail = async (work) => work().catch((error) => void log.push(error.message));
      const read = (source) => async () => {
        for await (const { data } of parser.parseEventStream(source)) log.push(data);
      };
      let count = 0;
      await fail(read(new ReadableStream({ pull(controller) { count++ ? controller.error(new Error('broken')) : controller.enqueue(utf8('data: 1\n\n')); } }, { highWaterMark: 0 })));
      await fail(read((async function* () { yield utf8('data: 2\n\n'); throw new Error('broken too'); })()));
      const stubborn = new ReadableStream({ pull: (controller) => controller.enqueue(utf8('data: 3\n\n')), cancel() { throw new Error('not cancelled'); } }, { highWaterMark: 0 });
      await fail(async () => {
        for await (const { data } of parser.parseEventStream(stubborn)) { log.push(data); break; }
      });
      await fail(read(new ReadableStream({ pull: (controller) => controller.enqueue('text'), cancel() { throw new Error('not cancelled'); } }, { highWaterMark: 0 })));
      return log;
    },
    expected: ['1', 'broken', '2', 'broken too', '3', 'not cancelled', TEXT.slice('TypeError: '.length)],
  },
  {
    name: 'async iterables, and bodies of all kinds',
    run: async ({ parser }) => {
      const log = [];
      const all = async (source) => {
        for await (const { data } of parser.parseEventStream(source)) log.push(data);
      };
      const made = async function* () {
        try {
          yield utf8('data: 1\n\n');
          yield utf8('data: 2\n\n');
        } finally {
          log.push('returned');
        }
      };
      await all(made());
      for await (const { data } of parser.parseEventStream(made())) { log.push(data); break; }
      // One without `return`, whose results are no promises.
      const chunks = [utf8('data: 3\n\n'), utf8('data: 4\n\n')];
      const plain = { [Symbol.asyncIterator]: () => ({ next: () => (chunks.length ? { done: false, value: chunks.shift() } : { done: true }) }) };
      for await (const { data } of parser.parseEventStream(plain)) { log.push(data); break; }
      await all(plain);
      await all(new Response('data: 5\n\n'));
      await all(new Response(null));
      await all({ body: made() });
      await all(streamOf([utf8('data: 6\n\ndata: unfinished')], []));
      return log;
    },
    expected: ['1', '2', 'returned', '1', 'returned', '3', '4', '5', '1', '2', 'returned', '6'],
  },
  {
    name: 'to leave a loop over a response ends its request',
    run: async ({ parser, here, key, seen }) => {
      const response = await fetch(`${here}/burst?count=3&end=hang&key=${key}`);
      const data = [];
      for await (const event of parser.parseEventStream(response)) {
        data.push(event.data);
        if (data.length === 2) break;
      }
      return [data.length, (await seen('requests=1&open=0')).log.length];
    },
    expected: [2, 1],
  },
  {
    name: 'very many streams, one after the other',
    run: async ({ parser }) => {
      let count = 0;
      for (let index = 0; index < 1500; index++) {
        for await (const { data } of parser.parseEventStream(streamOf([utf8(`data: ${index}\n\n`)], []))) count += data === `${index}`;
      }
      return count;
    },
    expected: 1500,
  },
];

/**
 * Gives what runs one of them.
 *
 * @param {object} parser
 * @param {{ here: string, key: string }} given
 */
export const telling = (parser, { here, key }) => ({ run }, index) => {
  const own = `${key}-parser-${index}`;
  const seen = async (wanted) => (await fetch(`${here}/seen/${own}/wait?${wanted}`)).json();
  return run({ parser, here, key: own, seen });
};

/** All that a source comes to, by kind: the order is told within each. */
export async function read(parser, source, limit) {
  const got = { events: [], comments: [], times: [], limitExceeded: false };
  const options = {
    maxEventSize: limit,
    onComment: (text) => got.comments.push(whole(text)),
    onRetry: (time) => got.times.push(time),
  };
  try {
    for await (const { type, data, lastEventId } of parser.parseEventStream(source, options)) got.events.push([type, data, lastEventId]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    got.limitExceeded = true;
  }
  return got;
}

/** The same of what the corpus says of a case. */
export function itemsByKind(items) {
  const of = (kind) => items.flatMap((item) => (item[kind] === undefined ? [] : [item[kind]]));
  return {
    events: of('event').map(({ type, data, id }) => [type, data, id]),
    comments: of('comment').map(whole),
    times: of('retry'),
    limitExceeded: of('limit_exceeded').length > 0,
  };
}

/** A comment that is cut at 4 KiB may be cut within a character. */
function whole(comment) {
  return comment.length > 1000 ? comment.replace(/\uFFFD+$/, '') : comment;
}

/** A stream that gives these chunks when it is asked, and logs that it was. */
function streamOf(chunks, log) {
  const rest = [...chunks];
  return new ReadableStream(
    {
      pull(controller) {
        log.push('pull');
        if (rest.length) controller.enqueue(rest.shift());
        else controller.close();
      },
      cancel(reason) {
        log.push(`cancel: ${reason instanceof Error ? reason.name : reason}`);
      },
    },
    { highWaterMark: 0 },
  );
}

function utf8(text) {
  return new TextEncoder().encode(text);
}

/** Until nothing that is under way has anything left to do. */
async function turns() {
  for (let count = 0; count < 3; count++) await new Promise((resolve) => setTimeout(resolve));
}
