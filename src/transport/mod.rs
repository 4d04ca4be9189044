//! How bytes get here. A transport starts and aborts one request and reports what happens to it; it decides nothing.

pub(crate) mod fetch;
pub(crate) mod native;
pub(crate) mod probe;
mod promised;

use crate::MessageEvent;
use tidings_core::connection::{Attempt, Input};

/// What a request is made of.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) attempt: Attempt,
    pub(crate) url: &'a str,
    pub(crate) with_credentials: bool,
    /// Sent as `Last-Event-ID` when not empty.
    pub(crate) last_event_id: &'a str,
}

/// Whom a transport tells what happened.
pub(crate) trait Receiver {
    /// Where the answer that is about to be told comes from, and what it says of itself.
    fn answered(&self, url: String, status: u16, content_type: Option<String>);

    /// What the platform says of the network error that is about to be told, for people to read; may be empty.
    fn failed(&self, detail: String);

    /// What happened; with a received chunk, its bytes. It may run listeners, and may abort the request.
    fn receive(&self, input: Input<'_>, chunk: &[u8]);

    /// An event that the browser has parsed.
    fn receive_message(&self, event: &MessageEvent<'_>);

    /// Whether more of the body is wanted now; if not, [`read_on`](fetch::FetchRequest::read_on) will say when.
    fn reads_on(&self) -> bool;

    /// A listener panicked inside one of these, which therefore never returned.
    fn abandoned(&self);

    /// Whether one of these was called and has not returned, which cannot be unless a listener panicked.
    fn is_busy(&self) -> bool;
}
