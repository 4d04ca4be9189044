/**
 * The events that a source fires where a script cannot make the platform's: objects of our own, which only our own targets dispatch.
 *
 * They inherit from the platform's prototypes, so that `instanceof` says what it should; each attribute has a value of its own before
 * that, since the platform's getters throw on objects that are not the platform's.
 */

import { realm } from './stand_ins.js';

/** An event on its way: what a target sets. */
export interface Dispatched {
  type: string;
  target: unknown;
  srcElement: unknown;
  currentTarget: unknown;
  eventPhase: number;
  defaultPrevented: boolean;
  /** No listener is called any more. */
  stopped?: boolean;
  stopImmediatePropagation(): void;
}

type Made = Dispatched & { timeStamp: number; data: string; origin: string; lastEventId: string };

export function event(type: string): Event {
  return make(PlainEvent ||= define('Event', {}), type) as unknown as Event;
}

export function message(type: string, data: string, origin: string, lastEventId: string): Event {
  const event = make(Message ||= define('MessageEvent', { source: null, ports: Object.freeze([]) }), type);
  event.data = data;
  event.origin = origin;
  event.lastEventId = lastEventId;
  return event as unknown as Event;
}

let PlainEvent: (new () => Made) | undefined;
let Message: (new () => Made) | undefined;

function make(Class: new () => Made, type: string): Made {
  const event = new Class();
  event.type = type;
  event.timeStamp = Date.now();
  return event;
}

/** A constructor whose prototype has these attributes, before those of the platform's prototype of that name. */
function define(name: 'Event' | 'MessageEvent', attributes: Record<string, unknown>): new () => Made {
  const Class = function () {} as unknown as new () => Made;
  const platforms = realm[name] as { prototype: object } | undefined;
  const prototype = Object.create(platforms ? platforms.prototype : Object.prototype);
  const own = (key: string, value: unknown) =>
    Object.defineProperty(prototype, key, { value, writable: true, enumerable: true, configurable: true });
  for (let above = platforms && platforms.prototype; above; above = Object.getPrototypeOf(above)) {
    Object.getOwnPropertyNames(above).forEach((key) => {
      // What an engine has beyond the standard's would throw.
      if (key !== '__proto__' && (Object.getOwnPropertyDescriptor(above!, key) || {}).get) {
        own(key, null);
      }
    });
  }
  [EVENT, attributes].forEach((members) => {
    Object.keys(members).forEach((key) => own(key, members[key]));
  });
  Object.defineProperty(prototype, /* @__KEY__ */ 'stopped', { value: false, writable: true });
  Class.prototype = prototype;
  return Class;
}

/** The members of [`Event`](https://dom.spec.whatwg.org/#event), but those that are set when it is made. */
const EVENT: Record<string, unknown> = {
  target: null,
  srcElement: null,
  currentTarget: null,
  eventPhase: 0,
  bubbles: false,
  cancelable: false,
  composed: false,
  defaultPrevented: false,
  returnValue: true,
  cancelBubble: false,
  isTrusted: false,
  preventDefault() {},
  stopPropagation(this: Event) {
    this.cancelBubble = true;
  },
  stopImmediatePropagation(this: Dispatched & Event) {
    this.cancelBubble = this.stopped = true;
  },
  composedPath(this: Event) {
    return this.currentTarget ? [this.currentTarget] : [];
  },
};
