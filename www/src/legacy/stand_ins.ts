/**
 * What the shared sources take for granted and old engines lack. The build puts what is exported here in the place of the globals of the same
 * names, in this one file of the package: no global is changed.
 */

import { createDecode } from './decode.js';
import { originOf } from './url.js';

/** The global object: old engines have `self`, in windows and workers; where there is none, there is `globalThis`. */
export const realm = (typeof self === 'object' ? self : globalThis) as typeof globalThis;

/** In the place of `Symbol.toStringTag`; where that is not, a name that nobody asks for. */
export const toStringTag: symbol = (realm.Symbol && realm.Symbol.toStringTag) || ('@@toStringTag' as never);

/** In the place of `Math.imul`, which IE lacks: the core in JavaScript multiplies with it. */
export const imul: (a: number, b: number) => number =
  realm.Math.imul || ((a, b) => ((a & 0xffff) * b + ((((a >>> 16) * b) & 0xffff) << 16)) | 0);

/** In the place of `Math.clz32`, which IE and old WebKits lack. */
export const clz32: (value: number) => number =
  realm.Math.clz32 || ((value) => ((value >>>= 0) ? 31 - Math.floor(Math.log(value + 0.5) * Math.LOG2E) : 32));

/** Gives an object these members, as far as it lets that be. */
export function redefine<Given extends object>(object: Given, members: object, enumerable?: boolean): Given {
  for (const key in members) {
    try {
      Object.defineProperty(object, key, { value: (members as Record<string, unknown>)[key], writable: true, enumerable: enumerable!, configurable: true });
    } catch (error) {
      // It keeps what it has.
    }
  }
  return object;
}

/**
 * `WeakMap` as far as it is used here, for IE 10 and its like: in one property that no loop shows. It also says whose it is, for what inherits from a key is none;
 * engines find that sooner than they look for properties of its own.
 */
const WeakMapOrLike = realm.WeakMap || (HiddenProperty as never);

function HiddenProperty(this: { get(key: object): unknown; set(key: object, value: unknown): void }): void {
  const index = ++hidden;
  this.get = (key) => {
    const values = key && (key as Hiding).$tidings;
    return values && values[0] === key ? values[index] : undefined;
  };
  this.set = (key, value) => {
    const { $tidings: values } = key as Hiding;
    if (!values || values[0] !== key) {
      redefine(key, { $tidings: [key] });
    }
    (key as Hiding).$tidings![index] = value;
  };
}

type Hiding = { $tidings?: unknown[] };

let hidden = 0;

/** What `new DOMException` gives, also where nothing can be made by that. */
function DOMExceptionOrLike(message: string, name: string): Error {
  try {
    return new realm.DOMException(message, name);
  } catch (error) {
    // The platform's prototype may have getters of these names, which want its own objects.
    return redefine(Object.create((realm.DOMException || Error).prototype), {
      message,
      name,
      code: name === 'SyntaxError' ? 12 : 11,
      stack: new Error(message).stack,
    });
  }
}

/** Of a `URL`, what is asked for. */
function UrlOrLike(this: { origin: string }, href: string): void {
  this.origin = originOf(href);
}

/** A `Set` as far as it is used here: mostly empty, and looked through at each event, which engines of 2016 do more slowly with theirs. */
function OwnSet(this: Set<unknown>): void {
  let all: unknown[] = [];
  this.forEach = (call) => {
    if (all.length) {
      all.forEach((one) => all.indexOf(one) < 0 || call(one, one, this));
    }
  };
  this.add = (one) => {
    all = all.concat(one);
    return this;
  };
  this.delete = (one) => {
    all = all.filter((other) => other !== one);
    return true;
  };
  this.clear = () => {
    all = [];
  };
}

/** `Headers` where there is no `fetch`, without iterators. */
function OwnHeaders(this: Headers, init?: Record<string, string> | [string, string][] | Headers): void {
  const values: Record<string, string> = Object.create(null);
  const key = (name: string) => {
    name = `${name}`;
    if (!TOKEN.test(name)) {
      throw new TypeError('bad header name: ' + name);
    }
    return name.toLowerCase();
  };
  this.get = (name) => (this.has(name) ? values[key(name)]! : null);
  this.has = (name) => key(name) in values;
  this.set = (name, value) => {
    value = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
    if (/[\0\n\r]|[^\0-\xff]/.test(value)) {
      throw new TypeError('bad header value: ' + value);
    }
    values[key(name)] = value;
  };
  this.append = (name, value) => this.set(name, this.has(name) ? this.get(name) + ', ' + value : value);
  this.delete = (name) => {
    delete values[key(name)];
  };
  this.forEach = (call: (value: string, name: string, all: Headers) => void) => {
    Object.keys(values)
      .sort()
      .forEach((name) => call(values[name]!, name, this));
  };
  if (init && typeof init.forEach === 'function') {
    // Pairs, or headers again.
    (init as { forEach(call: (one: string | [string, string], name: string) => void): void }).forEach((one, name) =>
      typeof one === 'string' ? this.append(name, one) : this.append(one[0], one[1]),
    );
  } else if (init) {
    Object.keys(init).forEach((name) => this.append(name, (init as Record<string, string>)[name]!));
  }
}

/** `AbortController` where nothing can be aborted by one: it has no signal. */
function OwnAbortController(this: AbortController): void {
  this.abort = () => {};
}

/** Of `Response`, the text of these bytes. */
function OwnResponse(this: { text(): string }, bytes: Uint8Array): void {
  this.text = () => createDecode()(bytes);
}

/** Of `Request`, its check of method and body: what pages put in its place checks less. */
function OwnRequest(_: string, { method, body }: RequestInit): void {
  if ((method && (!TOKEN.test(method) || /^(connect|trace|track)$/i.test(method))) || (body != null && /^(get|head)?$/i.test(method || ''))) {
    throw new TypeError('not a value for it');
  }
}

/** A promise as far as it is used here: resolved at once, its one reaction asked for, and another for what fails. These are tasks. */
function OwnPromise(this: unknown, run: (resolve: (value: unknown) => void) => void): void {
  (this as { then: unknown }).then = (fulfilled: (value: unknown) => unknown) => ({
    catch(rejected: (error: unknown) => void): void {
      const failed = (error: unknown) => {
        setTimeout(() => rejected(error));
      };
      follow(
        () => {
          let given: unknown;
          run((value) => {
            given = value;
          });
          return given;
        },
        (value) => setTimeout(() => follow(() => fulfilled(value), () => {}, failed)),
        failed,
      );
    },
  });
}

/** Hands on what a function gives, or what a promise comes to that it gives, or what either fails with. */
function follow(give: () => unknown, next: (value: unknown) => void, failed: (error: unknown) => void): void {
  let isOver = false;
  const once = (call: (value: unknown) => void) => (value: unknown) => {
    if (!isOver) {
      isOver = true;
      call(value);
    }
  };
  try {
    const value = give();
    const then = Object(value) === value && (value as Promise<unknown>).then;
    if (typeof then === 'function') {
      then.call(
        value as Promise<unknown>,
        once((inner) => follow(() => inner, next, failed)),
        once(failed),
      );
    } else {
      next(value);
    }
  } catch (error) {
    once(failed)(error);
  }
}

/** Of a method or a header's name: RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

const DOMException = DOMExceptionOrLike as unknown as new (message: string, name: string) => Error;
/** QtWebKit has it without `fetch`, and half of what it should be. */
const HeadersOrLike = !!realm.Headers && !!realm.Headers.prototype.forEach ? realm.Headers : (OwnHeaders as never);
const AbortControllerOrLike = realm.AbortController || (OwnAbortController as never);
const PromiseOrLike = realm.Promise || (OwnPromise as never);

export {
  realm as globalThis,
  WeakMapOrLike as WeakMap,
  DOMException,
  UrlOrLike as URL,
  OwnSet as Set,
  HeadersOrLike as Headers,
  OwnRequest as Request,
  OwnResponse as Response,
  AbortControllerOrLike as AbortController,
  PromiseOrLike as Promise,
};
