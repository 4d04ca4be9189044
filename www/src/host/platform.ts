/**
 * Everything in which today's browsers, workerd and the old browsers differ. The build puts the file of an entry's host in the place of
 * `tidings:host`, so that what is asked of it is called by name.
 */

import type { Core, Message } from '../core/contract.js';
import type { Answered, Begins, Happened, ProbeAnswer, Request } from '../transport/transport.js';

/** A URL that was parsed. */
export interface Address {
  /** The URL, serialized. */
  readonly url: string;
  /** Whether it can be fetched at all: if not, the connection fails for good. */
  readonly fetchable: boolean;
  /** Whether it is of another origin than the page or worker. */
  readonly crossOrigin: boolean;
  /** Whether answers may be refused for the sake of CORS; true also for our own origin, which may redirect to another. False in Node. */
  readonly corsApplies: boolean;
}

/** What the class and its driver ask of their surroundings. */
export interface Platform {
  /** What the class extends. */
  readonly Base: typeof EventTarget;
  /** Parses a URL; throws a `SyntaxError` DOMException if it cannot be parsed. */
  resolve(text: string): Address;
  /** The core, now or later; throws or rejects with an error that names the remedy. */
  findCore(): Core | PromiseLike<Core>;
  /** Makes a plain event. */
  event(type: string): Event;
  /** Makes a message event; `origin` is a serialized origin. */
  message(item: Message, origin: string): Event;
  /** Sends a request, and reports what comes of it. It does not report before it has returned. */
  send(request: Request, begins: Begins, answered: Answered, happened: Happened): void;
  /** Sends one to the same place without CORS, and says once how it went. */
  probe(request: Request, begins: Begins, answer: ProbeAnswer): void;
  /**
   * Calls `timeout` after so many milliseconds (at most 2,147,483,647), and until then `online` when the network seems to be there again.
   * What it returns ends both.
   */
  wait(milliseconds: number, timeout: () => void, online: () => void): () => void;
  /** Calls `turn` until it returns true; see `turns.ts` and `legacy.ts`. */
  inTurns(turn: () => boolean | void): void;
}

/** The hosts, each of which has all of that. */
export type Hosts = [Whole<typeof import('./modern.js')>, Whole<typeof import('./workerd.js')>, Whole<typeof import('./legacy.js')>];
type Whole<Host extends Platform> = Host;
