// The core behind its border, as wasm and as JavaScript: the whole corpus, the flow of a connection, misuse, and memory.
//
// Wants what `node www/build.mjs` makes. Runs in Node alone, without a server.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { corpus } from './corpus.mjs';

const root = new URL('../../', import.meta.url);
const { ActionKind, Border, createCore, Field, findCore, Input, isEventStream, Option, ProbeOutcome, Reason, Token, Verdict } = await load('internals.mjs');
const { default: instantiateJs } = await load('core-js.mjs');

const bytes = readFileSync(new URL('dist/core.wasm', root));
const module = new WebAssembly.Module(bytes);
const instantiateWasm = () => new WebAssembly.Instance(module).exports;
/** Options as the class gives them where nothing is set, but for these. */
const optionsOf = (probe, maxEventSize = 64 * 1024 * 1024) => [0, probe, 1, 0, 0, 0, 0, maxEventSize, 0, 0, 1000, 0, 2 ** 32 - 1, 2 ** 32 - 1];
const same = optionsOf(1);

describe('the border', () => {
  test('both sides have the same numbers', () => {
    const rust = numbersOf(readFileSync(new URL('www/abi/src/numbers.rs', root), 'utf8'));
    const ours = { action: ActionKind, input: Input, field: Field, reason: Reason, verdict: Verdict, probe_outcome: ProbeOutcome, option: Option, token: Token, border: Border };
    for (const [room, numbers] of Object.entries(ours)) {
      const named = Object.entries(numbers).filter(([name]) => Number.isNaN(Number(name)));
      const expected = Object.fromEntries(named.map(([name, number]) => [upperSnake(name), number >>> 0]));
      assert.deepEqual(expected, rust[room], room || 'constants');
    }
  });

  test('a trace has names for all of them', () => {
    const dev = readFileSync(new URL('www/src/entry/dev.ts', root), 'utf8');
    const names = (list) => dev.match(new RegExp(`const ${list} =\\s*'([^']*)'`))[1].split(' ');
    const byNumber = (numbers) => Object.keys(numbers).filter((key) => !Number.isNaN(Number(key))).map((key) => numbers[key]);
    assert.deepEqual(names('ACTIONS'), byNumber(ActionKind));
    assert.deepEqual(names('INPUTS'), ['', ...byNumber(Input)]);
  });

  test('the stamp is that of the sources in this checkout', () => {
    const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    const list = readFileSync(new URL('core/src/version.rs', root), 'utf8').match(/^sources! \{([^}]*)\}/m)[1];
    const files = [...list.matchAll(/"([^"]+)"/g)].map(([, path]) => readFileSync(new URL(`core/src/${path}`, root)));
    let hash = 0x811c9dc5;
    for (const content of [Buffer.from(manifest.version), ...files]) {
      for (const byte of content) {
        if (byte !== 13) {
          hash = Math.imul(hash ^ byte, 0x01000193);
        }
      }
    }
    for (const instantiate of [instantiateWasm, instantiateJs]) {
      const { area, memory } = instantiate();
      assert.equal(new Uint32Array(memory.buffer, area())[Border.Stamp], hash >>> 0);
      createCore(instantiate);
      assert.throws(() => createCore(() => ({ ...instantiate(), area: () => 0 })), { message: `tidings: this is not the core of ${manifest.version}` });
    }
  });

  test('content types are what they are to Rust', () => {
    const rust = readFileSync(new URL('core/src/connection/response.rs', root), 'utf8');
    for (const [list, expected] of [['yes', true], ['no', false]]) {
      const types = JSON.parse(`[${new RegExp(`for ${list} in \\[([^]*?),\\s*\\] \\{`).exec(rust)[1]}]`.replace(/\\u\{(\w+)\}/g, (_, digits) => `\\u${digits.padStart(4, '0')}`));
      assert.ok(types.length > 8);
      for (const type of types) {
        assert.equal(isEventStream(200, Buffer.from(type).toString('latin1')), expected, type);
        assert.equal(isEventStream(201, type), false);
      }
    }
    assert.equal(isEventStream(200, null), false);
  });

  test('the core is found at once, and found again', () => {
    const core = findCore();
    assert.ok(!(core instanceof Promise));
    assert.equal(findCore(), core);
  });

  test('a module of another version is refused', () => {
    assert.throws(() => createCore(() => ({ ...instantiateWasm(), area: () => 0 })), /not the core of/);
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    assert.throws(() => createCore(() => new WebAssembly.Instance(empty).exports), /not the core of/);
  });
});

for (const [name, instantiate] of [['wasm', instantiateWasm], ['JavaScript', instantiateJs]]) {
  describe(`the core as ${name}`, () => {
    const core = createCore(instantiate);

    describe('corpus', () => {
      const cases = corpus();
      test('is whole', () => assert.ok(cases.length >= 190, `only ${cases.length} cases`));
      for (const size of [Infinity, 1, 2, 3, 7, 64]) {
        test(size === Infinity ? 'whole' : `in chunks of ${size}`, () => {
          for (const { name, body, expected } of cases) {
            for (const [ends, bytes] of withLineEnds(body, expected.line_ends)) {
              assert.deepEqual(parse(core, bytes, size, expected.limit), readingOf(expected), `${name}, ${ends}: ${expected.about}`);
            }
          }
        });
      }
    });

    describe('a connection', () => {
      test('opens, dispatches, resumes', () => {
        const connection = core.connect(same, '');
        assert.deepEqual(take(connection), [['SendRequest', 1]]);
        assert.equal(connection.lastEventId(), '');
        connection.tell(Input.ResponseStarted, 1, 10, answerOf(200, 'text/event-stream; x="?"'));
        assert.deepEqual(take(connection), [['BecomeOpen'], ['FireOpen', 1]]);
        connection.tell(Input.ChunkReceived, 1, 20, 0, utf8('retry: 250\nid: ü1\nevent: a\ndata: x\n\n'));
        assert.deepEqual(take(connection), [['Dispatch', [['a', 'x', 'ü1']]]]);
        assert.equal(connection.lastEventId(), 'ü1');
        connection.tell(Input.BodyEnded, 1, 30);
        assert.deepEqual(take(connection), [
          ['BecomeConnecting'],
          ['StartTimer', 1, 250],
          ['FireError', { verdict: Verdict.Interrupted, reason: Reason.BodyEnded, errorAttempt: 1, errorDelay: 250 }],
        ]);
        connection.tell(Input.TimerFired, 1, 280);
        assert.deepEqual(take(connection), [['SendRequest', 2]]);
        connection.tell(Input.ChunkReceived, 1, 290, 0, utf8('data: late\n\n'));
        assert.deepEqual(take(connection), []);
      });

      test('fails by status, type, origin and limit, and says why', () => {
        const failure = (reason) => ['FireError', { verdict: Verdict.Failed, reason, errorAttempt: 1, errorDelay: -1 }];
        const answer = (status, type) => {
          const connection = core.connect(same, '');
          take(connection);
          connection.tell(Input.ResponseStarted, 1, 0, answerOf(status, type));
          const actions = take(connection);
          return actions;
        };
        assert.deepEqual(answer(204, ''), [['AbortRequest'], ['BecomeClosed'], failure(Reason.Status)]);
        assert.deepEqual(answer(200, 'text/html'), [['AbortRequest'], ['BecomeClosed'], failure(Reason.ContentType)]);
        assert.deepEqual(answer(200, ''), [['AbortRequest'], ['BecomeClosed'], failure(Reason.ContentType)]);

        const refused = core.connect(same, '');
        take(refused);
        refused.tell(Input.RequestFailed, 1, 0);
        assert.deepEqual(take(refused), [['SendProbe', 1], ['StartTimer', 1, 10_000]]);
        refused.tell(Input.ProbeEnded, 1, 0, ProbeOutcome.OtherOrigin);
        assert.deepEqual(take(refused), [['StopTimer'], ['BecomeClosed'], failure(Reason.OriginRefused)]);

        const limited = open(core, optionsOf(1, 8));
        limited.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: a\n\ndata: 123456789\n\n'));
        assert.deepEqual(take(limited), [
          ['Dispatch', [['message', 'a', '']]],
          ['AbortRequest'],
          ['BecomeClosed'],
          failure(Reason.LimitExceeded),
        ]);
      });

      test('waits across the turn of 32 bits of time', () => {
        for (const now of [2 ** 32 - 50, 2 ** 40 - 50]) {
          const connection = core.connect(optionsOf(0), '');
          take(connection);
          connection.tell(Input.RequestFailed, 1, now);
          take(connection);
          connection.tell(Input.WentOnline, 0, now + 40.6);
          assert.deepEqual(take(connection), [['StopTimer'], ['StartTimer', 1, 60]]);
          connection.tell(Input.WentOnline, 0, now + 101);
          assert.deepEqual(take(connection), [['StopTimer'], ['SendRequest', 2]]);
        }
      });

      test('closes in the first of three events, also where the limit was exceeded after them', () => {
        const connection = open(core, optionsOf(1, 8));
        connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 123456789\n\n'));
        assert.equal(connection.poll(), ActionKind.Dispatch);
        const events = connection.events();
        connection.tell(Input.CloseCalled, 0, 0);
        assert.deepEqual(take(connection), [['AbortRequest'], ['BecomeClosed']]);
        assert.deepEqual(events.map(({ data }) => data), ['1', '2', '3']);
      });

      test('closes before the dispatch was polled: nothing is dispatched', () => {
        const connection = open(core);
        connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 1\n\n'));
        connection.tell(Input.CloseCalled, 0, 0);
        assert.deepEqual(take(connection), [['AbortRequest'], ['BecomeClosed']]);
      });

      test('keeps its strings whatever other sources do meanwhile', () => {
        const [one, two] = [open(core), open(core)];
        one.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: one\n\nid: 1\ndata: é\n\n'));
        two.tell(Input.ChunkReceived, 1, 0, 0, utf8(`data: ${'x'.repeat(3_000_000)}\n\n`));
        assert.deepEqual(take(one), [['Dispatch', [['message', 'one', ''], ['message', 'é', '1']]]]);
        assert.equal(take(two)[0][1][0][1].length, 3_000_000);
      });
    });

    describe('misuse', () => {
      test('a chunk before the last one was polled is ignored, and the connection goes on', () => {
        const connection = open(core);
        connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 1\n\n'));
        connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 2\n\n'));
        assert.deepEqual(take(connection), [['Dispatch', [['message', '1', '']]]]);
        connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 3\n\n'));
        assert.deepEqual(take(connection), [['Dispatch', [['message', '3', '']]]]);
      });

      test('raw calls with any numbers do nothing bad', () => {
        const exports = instantiate();
        const area = exports.area();
        const words = new Uint32Array(exports.memory.buffer, area, Border.SourceWords);
        const wild = [0, 1, 2, 7, 9, Input.Begin, 32_768, 32_769, 65_536, 0x7fffffff, -1, -2, -65_536];
        const begin = () => {
          words.fill(0);
          words.set(same, Field.Options);
          exports.tell(area, Input.Begin, 0, 0, 0);
        };
        begin();
        for (const number of wild) {
          for (const input of wild) {
            exports.tell(area, input, 1, 200, number);
            exports.tell(area, input, 1, Border.EventStream, number);
            exports.tell(area, input, number, number, 0);
            exports.tell(area, Input.ChunkReceived, input, number, 0);
            assert.ok(exports.read(area, number) <= 2 * Border.InputSize);
            exports.poll(area);
          }
        }
        begin();
        assert.equal(exports.poll(area), ActionKind.SendRequest);
      });

      test('where a call does not return, all others go on in an instance of their own', () => {
        let instances = 0;
        let fails = false;
        const core = createCore(() => {
          const exports = instantiate();
          instances++;
          const poll = (area) => {
            if (fails) throw new RangeError('Maximum call stack size exceeded');
            return exports.poll(area);
          };
          return { ...exports, poll };
        });
        const [broken, other] = [open(core), open(core)];
        other.tell(Input.ChunkReceived, 1, 0, 0, utf8('id: 1\ndata: 1\n\ndata: tw'));
        take(other);
        broken.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 1\n\n'));
        fails = true;
        assert.throws(() => broken.poll(), RangeError);
        fails = false;
        other.tell(Input.ChunkReceived, 1, 0, 0, utf8('o\n\n'));
        assert.deepEqual(take(other), [['Dispatch', [['message', 'two', '1']]]]);
        assert.equal(instances, 2);
        const next = open(core);
        next.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: 1\n\n'));
        assert.deepEqual(take(next), [['Dispatch', [['message', '1', '']]]]);
        assert.equal(instances, 2);
      });
    });

    test('sources share an instance and nothing else', () => {
      let instances = 0;
      const core = createCore(() => (instances++, instantiate()));
      const sources = [0, 1, 2].map((id) => open(core, same, String(id)));
      const parts = ['event: type0\nid: é', '1\ndata: \u{1f600}', 'x\ndata', '\n\n'].map(utf8);
      for (const part of parts) {
        for (let at = 0; at < part.length; at++) {
          for (const source of sources) {
            source.tell(Input.ChunkReceived, 1, 0, 0, part.subarray(at, at + 1));
            const [action] = take(source);
            const isLast = part === parts.at(-1) && at === 1;
            assert.deepEqual(action, isLast ? ['Dispatch', [['type0', '\u{1f600}x\n', 'é1']]] : undefined);
          }
        }
      }
      sources.forEach((source, id) => {
        assert.equal(source.lastEventId(), 'é1');
        source.tell(Input.ResponseStarted, 1, 0, answerOf(200, 'text/event-stream'));
        assert.equal(open(core, same, String(id)).lastEventId(), String(id));
      });
      assert.equal(instances, 1);
    });

    describe('memory', () => {
      const counted = () => {
        const instances = [];
        const core = createCore(() => {
          const exports = instantiate();
          instances.push(exports);
          return exports;
        });
        const bytes = () => instances.reduce((sum, { memory }) => sum + memory.buffer.byteLength, 0);
        return { core, bytes };
      };
      /** So much, and never more. */
      const PAGES = 2 * 65_536;

      test('is the same after 100,000 chunks', () => {
        const { core, bytes } = counted();
        const connection = open(core);
        const chunks = [0, 1, 2].map((odd) =>
          utf8(`id: ${odd}\nevent: type${odd}\ndata: ${'é'.repeat(100 * odd)}\ndata: y\n\ndata: ${'z'.repeat(odd * 5000)}`),
        );
        for (let count = 0; count < 100_000; count++) {
          connection.tell(Input.ChunkReceived, 1, 0, 0, chunks[count % 3]);
          while (connection.poll()) {
            connection.events();
          }
          if (count % 1000 === 999) {
            connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('\n\n'));
            while (connection.poll());
          }
        }
        assert.equal(bytes(), PAGES);
      });

      test('is the same after 10,000 sources', () => {
        const { core, bytes } = counted();
        for (let count = 0; count < 10_000; count++) {
          const connection = open(core);
          connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('id: 1\ndata: 2\n\ndata'));
          connection.poll();
        }
        assert.equal(bytes(), PAGES);
      });

      test('is the same after a chunk of 16 MiB, in which characters are cut', () => {
        const { core, bytes } = counted();
        const connection = open(core);
        const big = utf8(`id: 1\ndata: ${'x'.repeat(8 * 1024 * 1024)}\n\ndata: ${'€'.repeat(2_796_202)}\n\n`);
        connection.tell(Input.ChunkReceived, 1, 0, 0, big);
        const [[, [first, second]]] = take(connection);
        assert.equal(first[1].length, 8 * 1024 * 1024);
        assert.equal(second[1], '€'.repeat(2_796_202));
        assert.equal(bytes(), PAGES);
        connection.tell(Input.ChunkReceived, 1, 0, 0, utf8('data: after\n\n'));
        assert.deepEqual(take(connection), [['Dispatch', [['message', 'after', '1']]]]);
      });

      test('has room for what most comes of a chunk', () => {
        const connection = open(core);
        connection.tell(Input.CommentsWanted, 0, 0);
        for (const [line, told] of [[':\n', Token.Comment], ['data\n\n', 'message'], ['data\n:\n\n', Token.Comment]]) {
          const count = 2 ** 17;
          connection.tell(Input.ChunkReceived, 1, 0, 0, utf8(line.repeat(count)));
          const [[, events]] = take(connection);
          assert.equal(events.filter(([type]) => type === told).length, count, line);
        }
      });
    });
  });
}

/** What is told of a response. */
function answerOf(status, type) {
  return isEventStream(status, type) ? Border.EventStream : status;
}

/** A connection that is open, everything polled. */
function open(core, options = same, lastEventId = '') {
  const connection = core.connect(options, lastEventId);
  take(connection);
  connection.tell(Input.ResponseStarted, 1, 0, answerOf(200, 'text/event-stream'));
  take(connection);
  return connection;
}

/** All actions, with what belongs to them. */
function take(connection) {
  const actions = [];
  for (let kind = connection.poll(); kind; kind = connection.poll()) {
    const name = ActionKind[kind];
    switch (kind) {
      case ActionKind.SendRequest:
      case ActionKind.SendProbe:
      case ActionKind.FireOpen:
        actions.push([name, connection.field(Field.Attempt)]);
        break;
      case ActionKind.StartTimer:
        actions.push([name, connection.field(Field.Attempt), connection.field(Field.Delay)]);
        break;
      case ActionKind.FireError:
        actions.push([
          name,
          Object.fromEntries(['Verdict', 'Reason', 'ErrorAttempt', 'ErrorDelay'].map((field) => [field[0].toLowerCase() + field.slice(1), connection.field(Field[field])])),
        ]);
        break;
      case ActionKind.Dispatch: {
        const events = connection.events();
        if (events.length) {
          actions.push([name, events.map(({ type, data, lastEventId }) => [type, data, lastEventId])]);
        }
        break;
      }
      default:
        actions.push([name]);
    }
  }
  return actions;
}

function parse(core, body, size, limit) {
  const connection = open(core, limit === undefined ? same : optionsOf(1, limit));
  const reading = { events: [], limitExceeded: false };
  for (let at = 0; at === 0 || at < body.length; at += size) {
    connection.tell(Input.ChunkReceived, 1, 0, 0, body.subarray(at, Math.min(at + size, body.length)));
    for (const [name, detail] of take(connection)) {
      if (name === 'Dispatch') {
        reading.events.push(...detail);
      } else if (name === 'FireError') {
        reading.limitExceeded = detail.reason === Reason.LimitExceeded;
      }
    }
  }
  if (!reading.limitExceeded) {
    // At its end a limited stream is gone, with its id.
    reading.lastEventId = connection.lastEventId();
    connection.tell(Input.BodyEnded, 1, 0);
    const [, [, , delay]] = take(connection);
    reading.delay = delay;
  }
  return reading;
}

function readingOf(expected) {
  const events = expected.items.flatMap(({ event }) => (event ? [[event.type, event.data, event.id]] : []));
  const limitExceeded = expected.items.some((item) => 'limit_exceeded' in item);
  if (limitExceeded) {
    return { events, limitExceeded };
  }
  const times = expected.items.flatMap((item) => (item.retry === undefined ? [] : [item.retry]));
  return { events, limitExceeded, lastEventId: expected.last_event_id, delay: Math.max(100, times.at(-1) ?? 3000) };
}

function withLineEnds(body, kind) {
  const bodies = [['as is', body]];
  if (kind === 'any') {
    for (const [name, end] of [['with CR', '\r'], ['with CR LF', '\r\n']]) {
      bodies.push([name, Buffer.from(body.toString('latin1').replaceAll('\n', end), 'latin1')]);
    }
  }
  return bodies;
}

function numbersOf(text) {
  const rooms = { '': {} };
  let room = '';
  for (const line of text.split('\n')) {
    room = line.match(/^pub mod (\w+) \{/)?.[1] ?? (line === '}' ? '' : room);
    rooms[room] ??= {};
    const [, name, value] = line.match(/pub const (\w+): u32 = ([^;]+);/) ?? [];
    if (name) {
      rooms[room][name] = value === 'u32::MAX' ? 2 ** 32 - 1 : Number(value.replaceAll('_', ''));
    }
  }
  return rooms;
}

function upperSnake(name) {
  return name.replace(/(?<!^)(?=[A-Z])/g, '_').toUpperCase();
}

function utf8(text) {
  return Buffer.from(text);
}

async function load(file) {
  const url = new URL(`target/npm/${file}`, root);
  try {
    return await import(url);
  } catch (error) {
    throw new Error(`${fileURLToPath(url)} cannot be loaded; \`node www/build.mjs\` makes it`, { cause: error });
  }
}
