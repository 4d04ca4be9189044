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

export function event(type: string): Event {
  return new (PlainEvent ||= classOf('Event', Plain, {}))(type) as unknown as Event;
}

/** A message as it was read at that time: "Create an event", and that is what is fired later. */
export function received(type: string, timeStamp: number, data: string, lastEventId: string): Item {
  return new (MessageEvent ||= classOf('MessageEvent', Message, { source: null, ports: Object.freeze([]) }))(type, timeStamp, data, lastEventId);
}

export function message(item: Item, origin: string): Event {
  const event = item as unknown as Dispatched & { origin: string };
  event.origin = origin;
  return event as unknown as Event;
}

let PlainEvent: typeof Plain | undefined;
let MessageEvent: typeof Message | undefined;

function PlainOf(this: Record<string, unknown>, type: string): void {
  this.type = type;
  this.timeStamp = Date.now();
}

/** All that it will ever have is set at once: engines make room for so much. */
function MessageOf(this: Record<string, unknown>, type: string, timeStamp: number, data: string, lastEventId: string): void {
  this.type = type;
  this.timeStamp = timeStamp;
  this.data = data;
  this.origin = '';
  this.lastEventId = lastEventId;
  this.target = null;
  this.srcElement = null;
  this.currentTarget = null;
  this.eventPhase = 0;
}

const Plain = PlainOf as unknown as new (type: string) => object;
const Message = MessageOf as unknown as new (type: string, timeStamp: number, data: string, lastEventId: string) => Item;

/** Gives a constructor a prototype that has these attributes, before those of the platform's prototype of that name. */
function classOf<Class extends { prototype: object }>(name: 'Event' | 'MessageEvent', Class: Class, attributes: object): Class {
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
