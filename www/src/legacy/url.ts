/** The URL of a source, where there need not be a `URL`. */

import type { Address } from '../host/platform.js';
import { complaint } from '../options.js';
import { DOMException, realm } from './stand_ins.js';

/**
 * Parses a URL against the document's base URL, by an anchor: it knows that base, also in engines that tell it nowhere else. In workers `URL`
 * does it; those of IE have none, and there the pieces are put together.
 *
 * @throws {DOMException} "If urlRecord is failure, then throw a "SyntaxError" DOMException."
 */
export function resolve(text: string): Address {
  const { document, location } = realm as { document?: Document; location?: Location };
  let href = '';
  try {
    if (document) {
      const anchor = document.createElement('a');
      anchor.href = text;
      // IE knows the parts only of what is set as a whole.
      anchor.href = anchor.href;
      href = anchor.protocol === ':' ? '' : anchor.href;
    } else if (typeof realm.URL === 'function') {
      href = new realm.URL(text, location && location.href).href;
    } else {
      href = join(text, location ? location.href : '');
    }
  } catch (error) {
    // It stays empty.
  }
  const parts = PARTS.exec(href) || [];
  const authority = parts[2] || '';
  const isHttp = /^https?$/i.test(parts[1]!);
  const host = authority.replace(/^.*@/, '');
  if (!parts[1] || (isHttp && !HOST.test(host))) {
    throw new DOMException(complaint('url', text), 'SyntaxError');
  }
  return {
    url: href,
    // XHR and `fetch` disagree on user names and passwords; `fetch` refuses them, and the class does everywhere.
    fetchable: isHttp && host === authority,
    crossOrigin: !!location && originOf(href) !== originOf(location.href),
    // Only `fetch` can be told to ask without CORS.
    corsApplies: !!location && typeof realm.fetch === 'function',
  };
}

/** The serialized origin of an http(s) URL. */
export function originOf(href: string): string {
  const parts = PARTS.exec(href.toLowerCase()) || [];
  return parts[1] + '://' + (parts[2] || '').replace(/^.*@/, '').replace(parts[1] === 'https' ? /:443$/ : /:80$/, '');
}

/** A URL in full; what dots mean in its path is left to whoever sends it. */
function join(text: string, base: string): string {
  text = text.replace(/^[\0- ]+|[\0- ]+$|[\t\n\r]/g, '');
  const first = text[0];
  // What of the base goes before: all up to the scheme's colon, the authority, the path, its last slash.
  const kept = first === '/' ? (text[1] === '/' ? /^[^:]*:/ : /^[^:]*:\/\/[^/?#]*/) : first === '?' ? /^[^?#]*/ : first && first !== '#' ? /^[^?#]*\// : /^[^#]*/;
  return base && !/^[a-z][a-z\d+.-]*:/i.test(text) ? kept.exec(base)![0] + text : text;
}

const PARTS = /^([a-z][a-z\d+.-]*):(?:\/\/([^/?#]*))?/i;
/** "A forbidden domain code point is a forbidden host code point, a C0 control, U+0025 (%), or U+007F DELETE." */
const HOST = /^(\[[\da-f:.]+\]|[^\0- "#%/:<>?@[\\\]^`{|}\x7f]+)(:\d*)?$/i;
