/**
 * Event streams without a connection: bytes in, events out, for those who fetch by themselves, and the way back for those who serve.
 *
 * Importing this touches nothing; the core is found when the first chunk comes.
 *
 * @module tidings/parser
 */

export { setCore, type CoreSource } from '../core/find.js';
export { encode, type EventStreamBlock } from '../encode.js';
export {
  EventStreamDecoder,
  EventStreamTransform,
  parseEventStream,
  type EventStreamMessage,
  type EventStreamOptions,
  type EventStreamSource,
} from '../event_stream.js';
