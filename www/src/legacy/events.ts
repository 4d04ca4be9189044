/**
 * The events that a source fires where a script cannot make the platform's: objects of our own, which only our own targets dispatch.
 *
 * They inherit from the platform's prototypes, so that `instanceof` says what it should; each attribute has a value or a getter of our own before
 * that, since the platform's getters throw on objects that are not the platform's.
 *
 * Danger: old WebKits are slow to give an object a property that is an accessor further up, and to find one whose name is no identifier or stands in a variable. So what
 * belongs to an event is in one object, in a property of one name in every engine.
 */

import type { Message as Item } from '../core/contract.js';
import { realm, redefine } from './stand_ins.js';

/** What belongs to an event; of a platform's own, it is the event. */
export interface State {
  type: string;
  target: unknown;
  srcElement: unknown;
  currentTarget: unknown;
  eventPhase: number;
  /** No listener is called any more. */
  stopped?: boolean;
  stopImmediatePropagation?(): void;
}

export interface Ours extends Event {
  $event: State & { data?: string | undefined; origin: string; lastEventId?: string | undefined };
}

type Class = new (type: string, timeStamp: number, data?: string, lastEventId?: string) => Ours;

export function event(type: string): Event {
  return new (PlainEvent ||= classOf('Event', ATTRIBUTES, {}))(type, Date.now());
}

/** A message as it was read at that time: "Create an event", and that is what is fired later. */
export function received(type: string, timeStamp: number, data: string, lastEventId: string): Item {
  return new (Message ||= classOf('MessageEvent', 'data origin lastEventId ' + ATTRIBUTES, { source: null, ports: Object.freeze([]) }))(type, timeStamp, data, lastEventId) as never;
}

export function message(item: Item, origin: string): Event {
  const event = item as unknown as Ours;
  event.$event.origin = origin;
  return event;
}

let PlainEvent: Class | undefined;
let Message: Class | undefined;

/** A constructor whose prototype has these attributes, before those of the platform's prototype of that name, and others that do not change. */
function classOf(name: 'Event' | 'MessageEvent', attributes: string, others: object): Class {
  const Class = function (this: Ours, type: string, timeStamp: number, data?: string, lastEventId?: string): void {
    // All that it will ever have is there at once: engines make room for so much.
    const state = { type, timeStamp, data, origin: '', lastEventId, target: null, srcElement: null, currentTarget: null, eventPhase: 0, stopped: false };
    this.$event = state;
  } as unknown as Class;
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
  Class.prototype = redefine(Object.create(above), { ...nothing, ...EVENT, ...others }, true);
  attributes.split(' ').forEach((key) => {
    Object.defineProperty(Class.prototype, key, {
      get(this: Ours) {
        return (this.$event as unknown as Record<string, unknown>)[key];
      },
      enumerable: true,
      configurable: true,
    });
  });
  return Class;
}

/** What changes. */
const ATTRIBUTES = 'type timeStamp target srcElement currentTarget eventPhase';
/** The other members of [`Event`](https://dom.spec.whatwg.org/#event). */
const EVENT: Record<string, unknown> = {
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
  stopImmediatePropagation(this: Ours) {
    this.cancelBubble = this.$event.stopped = true;
  },
  composedPath(this: Event) {
    return this.currentTarget ? [this.currentTarget] : [];
  },
};
