/** What every entry exports besides its class. */

export { hooks } from '../hooks.js';
export { setCore, type CoreSource } from '../core/find.js';
export { messages, onComment, reconnect, stream, type ConsumeError, type ConsumeOptions, type Message, type MessageOf } from '../consume.js';
export { details, type Answer, type ErrorDetails, type OpenDetails, type Reason } from '../details.js';
export type { EventSourceConstructor } from '../event_source.js';
export type { PreparedRequest, ReconnectionInit, TidingsEventSourceInit } from '../options.js';
export type { InstallOptions } from '../install.js';
