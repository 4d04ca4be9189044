//! Bytes to lines to fields to events.
//!
//! [`EventStream`] is the parser; [`Item`] is what it gives. [`encode`] is the way back. They know nothing of connections.

mod encode;
mod field;
mod interpret;
mod items;
mod line;
mod text;
mod tokens;

pub use encode::{Block, EncodeError, encode};
pub use interpret::{DEFAULT_LIMIT, EventStream};
pub use items::Items;
pub use text::decode;
pub use tokens::{Beside, Buffers, Desk, Token, Tokenizer};

/// One thing that an event stream said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A block with data ended: [dispatch the event](https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage).
    Event(MessageEvent<'a>),
    /// A `retry` field: the reconnection time, in milliseconds, from now on. At most 2,147,483,647, the longest wait browsers know.
    ReconnectionTime(u32),
    /// A comment, without its colon and one space after that; the standard ignores it. At most its first 4 KiB, as received, are
    /// given.
    Comment(&'a str),
    /// The event being read went past the limit, and what was kept of it is gone. It is the last item, and nothing is read any more until
    /// [`EventStream::restart`]; unless such events [are skipped](EventStream::skipping_what_exceeds).
    LimitExceeded {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// A message, with its text borrowed from the chunk or from the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageEvent<'a> {
    /// The event type: `message` unless an `event` field said otherwise.
    pub event_type: &'a str,
    /// The data; several `data` lines are joined by LF.
    pub data: &'a str,
    /// The last event ID string as of this event; empty if there was none yet.
    pub last_event_id: &'a str,
}
