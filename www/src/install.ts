/** Puts the class where the platform's own is looked for. */

import type { EventSourceConstructor } from './event_source.js';

/** How {@link install} behaves. */
export interface InstallOptions {
  /** Replaces an `EventSource` that is there already. False unless set. */
  force?: boolean | undefined;
}

/** Makes `install` for a class. */
export function installer(EventSource: EventSourceConstructor): (options?: InstallOptions) => void {
  return (options) => {
    // Not by its type: in old engines that of the platform's constructors is "object".
    if ((options && options.force) || !globalThis.EventSource) {
      // As [WebIDL](https://webidl.spec.whatwg.org/#define-the-global-property-references) defines it.
      Object.defineProperty(globalThis, 'EventSource', {
        value: EventSource,
        writable: true,
        enumerable: false,
        configurable: true,
      });
    }
  };
}
