/**
 * The [`EventSource`](https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface) interface, as WebIDL makes it.
 *
 * Rules: only what a script can see is here (conversions, attributes, handlers); what happens over time is `driver.ts`, and what is
 * decided is the core. This file is also lowered to ES5 for old browsers, so it has no private fields, generators or async
 * functions (a test keeps that), and it takes its base and its platform as arguments.
 *
 * Danger: a script can tell a wrapped class by its keys. State is therefore kept beside the objects, in a `WeakMap`, and nothing is put on
 * instances or on the prototype that the standard does not put there. That is also why the source cannot know who listens:
 * `addEventListener` is the platform's own, inherited as the standard has it, so a message event is made for every message.
 */

import { Base, resolve } from 'tidings:host';

import type { Input } from './core/contract.js';
import { drive } from './driver.js';
import type { Address } from './host/platform.js';
import { check, isObject, refuse, type TidingsEventSourceInit } from './options.js';

/** The sources behind all objects of all classes, for functions that take one. */
export const sources = /* @__PURE__ */ new WeakMap<object, Source>();

/**
 * The type of the class: the DOM's own, with more init members.
 *
 * Instances are of the DOM's type `EventSource`: `url`, `withCredentials`, `readyState`, `onopen`, `onmessage`, `onerror`, `close()` and what every `EventTarget`
 * has. `close()` has taken effect when it returns, also inside a listener: no event is fired after it, also none that was received already.
 */
export interface EventSourceConstructor {
  /**
   * Begins to receive the event stream at `url`. Nothing is fired before the code that is running has come to its end: there is time to add listeners.
   *
   * @param url Parsed against the document's base URL or the worker's location; in Node and the like it has to be absolute.
   * @param init The standard's `withCredentials`, and the additions. Each is read once, at construction.
   * @throws {DOMException} `SyntaxError` if the URL cannot be parsed.
   * @throws {TypeError} If an argument is missing or cannot be converted, or an option is not what it should be: the message names it.
   */
  new (url: string | URL, init?: TidingsEventSourceInit): EventSource;
  /** The standard's, to the letter: what is particular to this package is not on it. */
  readonly prototype: EventSource;
  /** The ready state while a connection is being made, or waited for. */
  readonly CONNECTING: 0;
  /** The ready state while a connection is open and dispatches events. */
  readonly OPEN: 1;
  /** The ready state when the connection failed for good, or `close()` was called. It stays so. */
  readonly CLOSED: 2;
}

/** What is behind one object, and what its driver moves. */
export interface Source extends Address, Consumer {
  readonly withCredentials: boolean;
  readyState: 0 | 1 | 2;
  /** The [event handlers](https://html.spec.whatwg.org/multipage/webappapis.html#event-handler-map). */
  onopen?: EventHandler;
  onmessage?: EventHandler;
  onerror?: EventHandler;
  /** Closes at once: when it returns, nothing is fired any more and the connection is being freed. */
  close(): void;
  /** Tells the core of something; the attempt is 0 where it means nothing. */
  tell(input: Input, attempt?: number, value?: number): void;
  /** Who takes the events besides listeners, if somebody ever did: `consume.ts` sets this, and what {@link Consumer} has. */
  consumers?: Set<Consumer>;
  /** How many of them want nothing more for now. */
  full?: number;
  /** How it ended, once it did: what {@link Consumer.end} is told. */
  over?: readonly [error: Event | undefined, complete: boolean | undefined];
  /** Goes on reading, where it stands still for their sake. */
  goOn?: (() => void) | undefined;
}

/** Who takes all messages in order. */
export interface Consumer {
  /** A message, as it is fired; says whether it marks the end. */
  take?(event: Event): boolean | void;
  /** A comment; the core gives them once somebody wanted them. */
  hear?(text: string): void;
  /** The source is closed; with its last `error` event, if it failed, and whether the stream came to its end. */
  end?(error: Event | undefined, complete: boolean | undefined): void;
}

type EventHandler = object | null;

/** Makes the class. */
export function defineEventSource(): EventSourceConstructor {
  /** The [brand check](https://webidl.spec.whatwg.org/#dfn-attribute-getter): "If jsValue […] does not implement the interface target, then […] throw a TypeError". */
  function sourceOf(object: unknown): Source {
    const source = sources.get(object as object);
    if (!source) {
      throw new TypeError('Illegal invocation');
    }
    return source;
  }

  class EventSource extends Base {
    // `length` is 1, as WebIDL counts: only the required argument.
    constructor(url: string | URL, init: TidingsEventSourceInit | null = {}) {
      super();
      if (!arguments.length) {
        refuse('url', 'missing');
      }
      // The conversions come first, in the order of the arguments, then the steps of the constructor. A template converts as
      // `ToString` does; `URL` makes a USVString of it.
      const text = `${url}`;
      init ??= {};
      if (!isObject(init)) {
        refuse('init', init, 'an object');
      }
      const plan = check(init);
      const source = {
        ...resolve(text),
        withCredentials: plan.credentials ? plan.credentials === 'include' : !!plan.withCredentials,
        readyState: 0,
        // The driver adds the rest.
      } as unknown as Source;
      sources.set(this, source);
      drive(source, plan, (event) => Base.prototype.dispatchEvent.call(this, event));
    }

    close(): void {
      sourceOf(this).close();
    }
  }

  const { prototype } = EventSource;
  const { defineProperty } = Object;
  (['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror'] as const).forEach((key, index) => {
    /**
     * One listener for all handlers of all sources: a [handler's place](https://html.spec.whatwg.org/multipage/webappapis.html#event-handlers-11)
     * among the listeners is where it was first set, whatever it is changed to later.
     */
    const handle = function (this: EventSource, event: Event): unknown {
      const handler = sourceOf(this)[key];
      // "If Type(V) is not Object, set it to null" is long done; an object that cannot be called is kept, and nothing comes of it.
      const given = typeof handler === 'function' ? handler.call(this, event) : undefined;
      if (given === false) {
        event.preventDefault();
      }
      // In old browsers `dispatchEvent` looks whether it is a promise.
      return given;
    };
    const accessors = {
      get [key](): unknown {
        return sourceOf(this)[key] ?? null;
      },
      set [key](value: unknown) {
        const source = sourceOf(this) as Partial<Record<typeof key, unknown>>;
        const handler = isObject(value) ? value : null;
        // To add it again, or to remove what is not there, changes nothing.
        if (!CALLS_HANDLERS) {
          Base.prototype[handler ? 'addEventListener' : 'removeEventListener'].call(this, key.slice(2), handle as EventListener);
        }
        source[key] = handler;
      },
    };
    const attribute = Object.getOwnPropertyDescriptor(accessors, key)!;
    // The first three are read only.
    if (index < 3) {
      delete attribute.set;
    }
    defineProperty(prototype, key, attribute);
  });
  // What a class cannot say: operations are enumerable, constants are on both objects and stay as they are, and the name is the interface's, whatever
  // a minifier calls the class.
  defineProperty(prototype, 'close', { enumerable: true });
  ['CONNECTING', 'OPEN', 'CLOSED'].forEach((key, value) => {
    defineProperty(EventSource, key, { value, enumerable: true });
    defineProperty(prototype, key, { value, enumerable: true });
  });
  defineProperty(EventSource, 'name', { value: 'EventSource' });
  defineProperty(prototype, Symbol.toStringTag, { value: 'EventSource', configurable: true });
  return EventSource as unknown as EventSourceConstructor;
}

/** Whether the `dispatchEvent` of the platform itself calls what it finds in `onmessage` and the like. */
declare const CALLS_HANDLERS: boolean;
