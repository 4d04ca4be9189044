/** Everything of this folder, for tests and benches; no entry of the package. */

export { isEventStream } from './content_type.js';
export { ActionKind, Field, Input, Option, ProbeOutcome, Reason, Verdict } from './contract.js';
export { findCore, setCore } from './find.js';
export { createCore } from './instance.js';
export { Border, Token } from './memory.js';
