/** Blocks into text: `core/src/event_stream/encode.rs` in JavaScript, held to it by a table of cases that the tests of both run. */

/** What one block of an event stream is to say. */
export interface EventStreamBlock {
  /** The event type, without line ends; `message` if there is none, or if it is empty. It takes data to make an event. */
  type?: string | undefined;
  /** The data. Its line ends (LF, CR or CR LF) all arrive as LF; empty data makes an event, no data makes none. */
  data?: string | undefined;
  /** What the last event ID is from here on, also without data: no line end, no U+0000. An empty one makes clients forget theirs. */
  id?: string | undefined;
  /** The reconnection time from here on: a whole number of milliseconds. Browsers wait 2,147,483,647 at most. */
  retry?: number | undefined;
  /** A comment, which clients skip; its line ends make several of it. An empty one keeps a connection from idling. */
  comment?: string | undefined;
}

/**
 * Writes a block of an [event stream](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream), with the blank line
 * that ends it. Send it as UTF-8, with the content type `text/event-stream`.
 *
 * ```js
 * import { encode } from 'tidings/parser';
 *
 * encode({ type: 'greeting', data: 'hello\nworld' }); // 'event: greeting\ndata: hello\ndata: world\n\n'
 * ```
 *
 * @throws {TypeError} If a member is of the wrong type, if no stream can say what it says (a line end in `type` or `id`, U+0000 in `id`), or if
 * nobody would see it (a `type` without `data`, no member at all).
 */
export function encode(block: EventStreamBlock): string {
  const { type, data, id, retry, comment } = block;
  for (const [name, value] of Object.entries({ type, data, id, comment })) {
    if (value !== undefined && typeof value !== 'string') {
      refuse(`${name} has to be a string` + (name === 'data' ? '; JSON.stringify makes one' : ''));
    }
  }
  if (retry !== undefined && !(Number.isSafeInteger(retry) && retry >= 0)) {
    refuse('retry has to be a whole number of milliseconds, 0 or more');
  }
  if ('event' in block) {
    refuse('the event type is called type here, not event');
  }
  if (type !== undefined) {
    if (LINE_END.test(type)) {
      refuse('the type holds a line end, behind which another field would begin: take it out');
    }
    if (data === undefined) {
      refuse('there is a type but no data, and clients drop such an event: give it data, if only an empty string');
    }
  }
  if (id !== undefined) {
    if (LINE_END.test(id)) {
      refuse('the id holds a line end, behind which another field would begin: take it out');
    }
    if (id.includes('\0')) {
      refuse('the id holds U+0000, and clients ignore such an id: take it out');
    }
  }
  const text = lines('', comment) + lines('event', type) + lines('id', id) + lines('retry', retry) + lines('data', data);
  if (!text) {
    refuse('the block is empty: give it data, an id, a retry or a comment');
  }
  return text + '\n';
}

/** A field for each line of the value. */
function lines(name: string, value: string | number | undefined): string {
  return value === undefined ? '' : String(value).split(LINE_END).map((line) => `${name}: ${line}\n`).join('');
}

function refuse(reason: string): never {
  throw new TypeError('tidings: ' + reason);
}

const LINE_END = /\r\n|\r|\n/;
