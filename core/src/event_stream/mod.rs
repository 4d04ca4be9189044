//! Bytes to lines to fields to events.
//!
//! [`EventStream`] is the parser; [`Item`] is what it gives. [`encode`] is the way back. They know nothing of connections.

mod encode;
mod field;
mod interpret;
mod items;
mod line;
mod text;

pub use encode::{Block, EncodeError, encode};
pub use interpret::{DEFAULT_LIMIT, EventStream};
pub use items::{ByteItems, Items};
pub use text::decode;

/// One thing that an event stream said: as text, or, from [`EventStream::feed_bytes`], as the bytes that were received.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a, T: ?Sized = str> {
    /// A block with data ended: [dispatch the event](https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage).
    Event(MessageEvent<'a, T>),
    /// A `retry` field: the reconnection time, in milliseconds, from now on. At most 2,147,483,647, the longest wait browsers know.
    ReconnectionTime(u32),
    /// A comment, without its colon and one space after that; the standard ignores it. At most its first 4 KiB, as received, are
    /// given.
    Comment(&'a T),
    /// The event being read went past the limit. It is the last item: what was kept of that event is gone, and nothing is read
    /// any more until [`EventStream::restart`].
    LimitExceeded {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// A message, with its text borrowed from the chunk or from the parser.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageEvent<'a, T: ?Sized = str> {
    /// The event type: `message` unless an `event` field said otherwise. As bytes it is empty then.
    pub event_type: &'a T,
    /// The data; several `data` lines are joined by LF.
    pub data: &'a T,
    /// The last event ID string as of this event; empty if there was none yet.
    pub last_event_id: &'a T,
}

impl<T: ?Sized> Copy for Item<'_, T> {}

impl<T: ?Sized> Clone for Item<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for MessageEvent<'_, T> {}

impl<T: ?Sized> Clone for MessageEvent<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
