/**
 * The events that a source fires where a script cannot make the platform's: objects of our own, which only our own targets dispatch.
 *
 * They inherit from the platform's prototypes, so that `instanceof` says what it should; each attribute has a value of its own before
 * that, since the platform's getters throw on objects that are not the platform's.
 */

import type { Message as Item } from '../core/contract.js';
import { realm, redefine } from './stand_ins.js';

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
  return new (PlainEvent ||= classOf('Event', {}))(type) as unknown as Event;
}

export function message(item: Item, origin: string): Event {
  const event = new (Message ||= classOf('MessageEvent', { source: null, ports: Object.freeze([]) }))(item.type);
  event.data = item.data;
  event.origin = origin;
  event.lastEventId = item.lastEventId;
  return event as unknown as Event;
}

let PlainEvent: (new (type: string) => Made) | undefined;
let Message: (new (type: string) => Made) | undefined;

/** A constructor whose prototype has these attributes, before those of the platform's prototype of that name. */
function classOf(name: 'Event' | 'MessageEvent', attributes: object): new (type: string) => Made {
  const Class = function (this: Made, type: string): void {
    this.type = type;
    this.timeStamp = Date.now();
  } as unknown as new (type: string) => Made;
  const platforms = realm[name] as { prototype: object } | undefined;
  const above = platforms ? platforms.prototype : Object.prototype;
  const nothing: Record<string, null> = {};
  const collect = (prototype: object | null): void => {
    if (prototype && prototype !== Object.prototype) {
      Object.getOwnPropertyNames(prototype).forEach((key) => {
        // What an engine has beyond the standard's would throw.
        if ((Object.getOwnPropertyDescriptor(prototype, key) || {}).get) {
          nothing[key] = null;
        }
      });
      collect(Object.getPrototypeOf(prototype));
    }
  };
  collect(above);
  Class.prototype = redefine(redefine(Object.create(above), { ...nothing, ...EVENT, ...attributes }, true), { stopped: false });
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
