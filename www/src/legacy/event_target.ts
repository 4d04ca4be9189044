/**
 * A small [`EventTarget`](https://dom.spec.whatwg.org/#eventtarget): where the platform's cannot be constructed (before Chromium 64, Firefox 59,
 * Safari 14, and in Edge before 79), the class stands on this one. Nothing is above it, so there is no capturing and no bubbling.
 *
 * Rules: the list of listeners is never changed in place, so that one which is being called stays as it was; an exception is reported in a
 * task of its own, as of an uncaught one, and stops nobody.
 */

import type { Ours, State } from './events.js';
import { DOMException, realm, redefine, WeakMap } from './stand_ins.js';

type Callback = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Listener {
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  removed?: boolean;
}

/** By type, on nothing, where `__proto__` is a type as others are. */
type Listeners = Record<string, Listener[]>;

const targets = new WeakMap<object, Listeners>();
const platforms = realm.EventTarget;

/** The base of the class. */
export const LegacyEventTarget = function EventTarget(this: object): void {
  targets.set(this, Object.create(null));
} as unknown as typeof EventTarget;

const prototype = redefine(Object.create(platforms ? platforms.prototype : Object.prototype), { constructor: LegacyEventTarget });
const operations: Record<string, unknown> = {
  addEventListener(type: string, callback: Callback | null, options?: boolean | AddEventListenerOptions): void {
    const listeners = listenersOf(this);
    // What is given is read in its order.
    type = `${type}`;
    const isThere = isCallback(callback);
    const { capture, once, signal } = flattened(options);
    if (!isThere || (signal && signal.aborted)) {
      return;
    }
    const list = listeners[type] || [];
    if (!list.some((listener) => listener.callback === callback && listener.capture === !!capture)) {
      listeners[type] = list.concat({ callback, capture: !!capture, once: !!once });
      if (signal) {
        signal.addEventListener('abort', () => remove(listeners, type, callback, capture));
      }
    }
  },

  removeEventListener(type: string, callback: Callback | null, options?: boolean | EventListenerOptions): void {
    const listeners = listenersOf(this);
    type = `${type}`;
    isCallback(callback);
    // Without a callback this finds nothing.
    remove(listeners, type, callback!, flattened(options).capture);
  },

  dispatchEvent(event: Ours): boolean {
    const listeners = listenersOf(this);
    if (!event || typeof event.type !== 'string') {
      throw new TypeError("dispatchEvent: not an Event");
    }
    const ours: State | undefined = event.$event;
    const state = ours || event;
    const { type } = state;
    if (state.eventPhase) {
      throw new DOMException('The event is already being dispatched.', 'InvalidStateError');
    }
    let stopped = false;
    if (ours) {
      ours.target = ours.srcElement = ours.currentTarget = this;
      ours.eventPhase = 2;
    } else {
      // The platform's own, which lets itself be changed only so, if at all.
      redefine(event, {
        target: this,
        srcElement: this,
        currentTarget: this,
        eventPhase: 2,
        // Whether that was called is nowhere to be seen.
        stopImmediatePropagation() {
          stopped = true;
        },
      });
    }
    const list = listeners[type] || [];
    for (let index = 0; index < list.length && !stopped && !(ours && ours.stopped); index++) {
      const { callback, capture, once, removed } = list[index]!;
      if (!removed) {
        if (once) {
          remove(listeners, type, callback, capture);
        }
        call(callback, this, event);
      }
    }
    if (ours) {
      ours.currentTarget = null;
      ours.eventPhase = 0;
      ours.stopped = false;
    } else {
      redefine(event, { currentTarget: null, eventPhase: 0 });
    }
    return !event.defaultPrevented;
  },
};
LegacyEventTarget.prototype = redefine(prototype, operations, true);

/** Whether a listener has given an object since this was last asked: as of an `async` function, it may be a promise. */
export function wasPromised(): boolean {
  const was = promised;
  promised = false;
  return was;
}

let promised = false;

/** A function of its own: those that catch something are slow in old engines. */
function call(callback: Callback, target: unknown, event: Event): void {
  try {
    const given = typeof callback === 'function' ? callback.call(target, event) : callback.handleEvent(event);
    if (given && typeof given === 'object') {
      promised = true;
    }
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

function listenersOf(target: unknown): Listeners {
  const listeners = targets.get(target as object);
  if (!listeners) {
    throw new TypeError('Illegal invocation');
  }
  return listeners;
}

/** [Flattens](https://dom.spec.whatwg.org/#event-flatten) options. */
function flattened(options: boolean | AddEventListenerOptions | undefined): AddEventListenerOptions {
  return Object(options) === options ? (options as AddEventListenerOptions) : { capture: !!options };
}

function isCallback(callback: unknown): callback is Callback {
  if (callback != null && Object(callback) !== callback) {
    throw new TypeError("not a listener");
  }
  return callback != null;
}

function remove(listeners: Listeners, type: string, callback: Callback, capture: boolean | undefined): void {
  listeners[type] = (listeners[type] || []).filter(
    (listener) => listener.callback !== callback || listener.capture !== !!capture || !(listener.removed = true),
  );
}
