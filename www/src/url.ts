/** The URL of a source. */

import type { Address } from './host/platform.js';
import { complaint } from './options.js';

/**
 * Parses a URL [as the constructor does](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource): against the document's
 * base URL, or the worker's location; where there is neither (Node), it has to be a URL in full.
 *
 * @throws {DOMException} "If urlRecord is failure, then throw a "SyntaxError" DOMException."
 */
export function resolve(text: string): Address {
  const { document, location, origin } = globalThis as { document?: Document; location?: Location; origin?: string };
  const base = document?.baseURI || location?.href;
  try {
    const url = new URL(text, base);
    const { href } = url;
    // "A forbidden domain code point is […] U+0025 (%)": Chromium's parser lets a blank in a host pass, as %20. Hosts
    // of other schemes may hold one.
    if (!/^https?:.*%/.test(url.protocol + url.hostname)) {
      return {
        url: href,
        // `fetch` refuses a URL with a user name or a password at every attempt, and Chromium's own EventSource fails with one.
        fetchable: /^https?:..[^/@]+\//.test(href),
        crossOrigin: !!base && url.origin !== origin,
        corsApplies: !!base,
      };
    }
  } catch {
    // As with one that holds such a code point.
  }
  throw new DOMException(complaint('url', text, !base && 'no page to be relative to'), 'SyntaxError');
}
