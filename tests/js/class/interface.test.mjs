// No script can tell the class from the platform's: every own key of constructor, prototype and instance, with its descriptor, is compared with
// the native one's, in windows and in all workers, and then what the platform's interface tests (idlharness) ask of each member.
//
// Wants what behaviour.test.mjs wants.

import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';

import { classEngines, launch } from '../browsers.mjs';
import { LIMIT, SUITE } from '../limits.mjs';
import { present } from '../present.mjs';
import { kinds, openRealm, serveScripts } from './realms.mjs';

const here = process.env.TIDINGS_SERVER;
const there = process.env.TIDINGS_SECOND_SERVER;

for (const { engine, program } of await present(classEngines, 'the interface')) {
  describe(`the interface in ${engine.name}`, { timeout: SUITE }, () => {
    let browser;
    let scripts;

    before(async () => {
      assert.ok(here && there, 'TIDINGS_SERVER and TIDINGS_SECOND_SERVER have to be the addresses of the test server');
      scripts = await serveScripts();
      browser = await launch(engine, program);
    });

    after(async () => {
      await browser?.close();
      await scripts?.close();
    });

    const natives = {};

    for (const kind of kinds) {
      describe(`in a ${kind}`, () => {
        let realm;

        before(async () => {
          realm = await openRealm(browser, kind, { scripts: scripts.address, here });
        });

        after(() => realm?.close());

        /** Ours and the native one's; where a worker has no native one, the window's. */
        async function both(name, work) {
          const go = (which) => realm.run(work, { which, here, there, key: 'interface' });
          const ours = await go('ours');
          let native = await go('native');
          if (native === 'no native EventSource') native = natives[name];
          natives[name] ??= native;
          return { ours, native };
        }

        test('interface diff: constructor, prototype, instance', { timeout: LIMIT }, async () => {
          const { ours, native } = await both('describe', describeInterface);
          assert.deepEqual(ours, native);
          assert.equal(Object.keys(ours.prototype).length, 12);
        });

        test('brand checks', { timeout: LIMIT }, async () => {
          const { ours, native } = await both('brands', checkBrands);
          assert.deepEqual(ours, native);
        });

        test('install puts it where the native one was, and as that was', { timeout: LIMIT }, async () => {
          const { ours, native } = await realm.run(installIt, { which: 'ours', here, there, key: 'interface' });
          if (native) {
            assert.deepEqual(ours, native);
          } else {
            assert.deepEqual(ours, ['configurable', 'writable']);
          }
        });
      });
    }
  });
}

function describeInterface({ EventSource, here }) {
  const describe = (object) =>
    Object.fromEntries(
      Reflect.ownKeys(object)
        .map((key) => {
          const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key);
          const aFunction = (it) =>
            it && {
              name: it.name,
              length: it.length,
              keys: Reflect.ownKeys(it).map(String).sort(),
              prototype: Object.getPrototypeOf(it) === Function.prototype,
              constructs: (() => {
                try {
                  Reflect.construct(Object, [], it);
                  return true;
                } catch {
                  return false;
                }
              })(),
            };
          const shown = key === 'constructor' ? value === EventSource : typeof value === 'function' ? aFunction(value) : key === 'prototype' ? 'its prototype' : value;
          return [String(key), { value: shown ?? null, get: aFunction(get) ?? null, set: aFunction(set) ?? null, ...flags }];
        })
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  const source = new EventSource(`${here}/silent`);
  source.close();
  return {
    constructor: describe(EventSource),
    prototype: describe(EventSource.prototype),
    instance: describe(source),
    kind: typeof EventSource,
    text: Object.prototype.toString.call(source),
    parents: [
      Object.getPrototypeOf(EventSource) === EventTarget,
      Object.getPrototypeOf(EventSource.prototype) === EventTarget.prototype,
      Object.getPrototypeOf(source) === EventSource.prototype,
    ],
    extensible: [Object.isExtensible(source), Object.isExtensible(EventSource), Object.isExtensible(EventSource.prototype)],
  };
}

function checkBrands({ EventSource, outcome }) {
  const log = [];
  for (const key of Object.getOwnPropertyNames(EventSource.prototype)) {
    const { get, set, value } = Object.getOwnPropertyDescriptor(EventSource.prototype, key);
    for (const [kind, member] of Object.entries({ get, set, value })) {
      if (typeof member !== 'function' || key === 'constructor') continue;
      for (const wrong of [undefined, null, 1, {}, EventSource.prototype, new EventTarget(), Object.create(EventSource.prototype), globalThis]) {
        log.push(`${kind} ${key}: ${outcome(() => member.call(wrong, null))}`);
      }
    }
  }
  return log.sort();
}

function installIt() {
  const flags = () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'EventSource');
    return descriptor && Object.keys(descriptor).filter((key) => descriptor[key] === true).sort();
  };
  const before = Object.getOwnPropertyDescriptor(globalThis, 'EventSource');
  const { EventSource: ours, install } = globalThis.tidings;
  // The script has installed it already where there was none.
  const native = before && before.value !== ours ? flags() : null;
  if (native) {
    install();
    if (globalThis.EventSource === ours) throw new Error('install() replaced the native one');
    install({ force: true });
  }
  if (globalThis.EventSource !== ours) throw new Error('install({ force: true }) did not replace it');
  const after = flags();
  if (native) Object.defineProperty(globalThis, 'EventSource', before);
  return { ours: after, native };
}
