//! What a connection has to know of its parser.

use super::{Statuses, state};
use crate::event_stream::{EventStream, Tokenizer};
use alloc::boxed::Box;
use core::fmt::Debug;

/// The parser of a connection: one that is lent to the host for each chunk, or one that the host feeds where it is.
pub trait Parser {
    /// The table, as far as hosts with such a parser can get.
    #[doc(hidden)]
    const ROWS: &'static [u32];
    /// Which statuses pass by themselves, where the host does not say that of each.
    #[doc(hidden)]
    type Transient: Debug;
    #[doc(hidden)]
    const NONE_TRANSIENT: Self::Transient;
    /// Gets it ready, with a limit on what one event may hold (`u32::MAX` for none), and whether what exceeds it is skipped.
    fn set_up(&mut self, limit: u32, skips: bool);
    /// Whether it is here, and not lent or gone.
    fn is_here(&self) -> bool;
    /// A new body begins.
    fn restart(&mut self);
    /// No other body will come.
    fn end(&mut self);
    /// What the stream asked for last, in milliseconds.
    fn reconnection_time(&self) -> Option<u32>;
    /// Whether an event went past the limit, so that nothing is read any more.
    fn limit_exceeded(&self) -> bool;
    /// Whether there is a last event ID to resume from.
    fn resumes(&self) -> bool;
}

/// A parser that is lent, and nothing in its place meanwhile.
pub type Lent = Option<Box<EventStream>>;

impl Parser for Lent {
    const ROWS: &'static [u32] = state::ROWS;
    type Transient = Statuses;
    const NONE_TRANSIENT: Statuses = Statuses::NONE;

    fn set_up(&mut self, limit: u32, skips: bool) {
        let limit = (limit != u32::MAX).then_some(limit as usize);
        *self = Some(Box::new(EventStream::with_limit(limit).skipping_what_exceeds(skips)));
    }

    fn is_here(&self) -> bool {
        self.is_some()
    }

    fn restart(&mut self) {
        if let Some(stream) = self {
            stream.restart();
        }
    }

    fn end(&mut self) {
        *self = None;
    }

    fn reconnection_time(&self) -> Option<u32> {
        self.as_ref().and_then(|stream| stream.reconnection_time())
    }

    fn limit_exceeded(&self) -> bool {
        self.as_ref().is_some_and(|stream| stream.limit_exceeded())
    }

    fn resumes(&self) -> bool {
        self.as_ref().is_some_and(|stream| !stream.last_event_id().is_empty())
    }
}

/// It keeps nothing, and so is always here.
impl Parser for Tokenizer {
    const ROWS: &'static [u32] = state::ROWS_OF_REQUESTS;
    type Transient = ();
    const NONE_TRANSIENT: () = ();

    fn set_up(&mut self, limit: u32, skips: bool) {
        Tokenizer::set_up(self, limit, skips);
    }

    fn is_here(&self) -> bool {
        true
    }

    fn restart(&mut self) {
        Tokenizer::restart(self);
    }

    fn end(&mut self) {}

    fn reconnection_time(&self) -> Option<u32> {
        Tokenizer::reconnection_time(self)
    }

    fn limit_exceeded(&self) -> bool {
        Tokenizer::limit_exceeded(self)
    }

    fn resumes(&self) -> bool {
        Tokenizer::resumes(self)
    }
}
