//! How bytes get here. A transport starts and aborts one request and reports what happens to it; it decides nothing.

mod ending;
pub(crate) mod fetch;
pub(crate) mod native;
pub(crate) mod probe;
mod promised;

use crate::request::{Body, Credentials, Headers, Redirect};
use crate::{MessageEvent, Response};
use tidings_core::connection::{self, Attempt, Input};

/// What a request is made of.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) attempt: Attempt,
    pub(crate) url: &'a str,
    pub(crate) method: &'a str,
    pub(crate) headers: &'a Headers,
    pub(crate) body: Option<&'a Body>,
    pub(crate) credentials: Credentials,
    pub(crate) redirect: Redirect,
    /// Sent as `Last-Event-ID` when not empty.
    pub(crate) last_event_id: &'a str,
}

/// Whom a transport tells what happened.
pub(crate) trait Receiver {
    /// The answer that is about to be told.
    fn answered(&self, response: Response);

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

/// Tells of an answer: all that a user may want to know of it, and what has to be judged.
pub(crate) fn report_answer(receiver: &dyn Receiver, attempt: Attempt, response: Response) {
    let status = response.status;
    let content_type = response.headers.get("content-type").map(str::to_owned);
    if let Some(delay) = response.headers.get("retry-after").and_then(retry_after) {
        receiver.receive(Input::RetryAfterReceived { attempt, delay }, &[]);
    }
    receiver.answered(response);
    let response = connection::Response { status, content_type: content_type.as_deref().map(str::as_bytes) };
    receiver.receive(Input::ResponseStarted { attempt, response }, &[]);
}

/// [`Retry-After`](https://www.rfc-editor.org/rfc/rfc9110#name-retry-after), seconds or a date, in milliseconds from now.
fn retry_after(value: &str) -> Option<u32> {
    let value = value.trim();
    let milliseconds = match value.bytes().all(|byte| byte.is_ascii_digit()) {
        true => value.parse::<f64>().ok()? * 1_000.0,
        false => js_sys::Date::parse(value) - js_sys::Date::now(),
    };
    // A cast of what is too large gives the largest; of less than nothing, nothing.
    (!milliseconds.is_nan()).then_some(milliseconds as u32)
}
