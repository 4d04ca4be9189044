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
        false => js_sys::Date::parse(&http_date(value)?) - js_sys::Date::now(),
    };
    // A cast of what is too large gives the largest; of less than nothing, nothing.
    (!milliseconds.is_nan()).then_some(milliseconds as u32)
}

/// An [HTTP date](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7) for engines to read, if it looks like one: they take much more for a date. That of `asctime`,
/// which is obsolete, does not say that its time is GMT.
fn http_date(value: &str) -> Option<String> {
    let (day, rest) = value.split_at(value.find(|character: char| !character.is_ascii_alphabetic())?);
    let is_short = DAYS.iter().any(|name| day == &name[..3]);
    let has_time = rest.contains(':');
    if (is_short || DAYS.contains(&day)) && has_time && rest.starts_with(", ") && rest.ends_with(" GMT") {
        Some(value.to_owned())
    } else if is_short && has_time && rest.starts_with(' ') && rest.ends_with(|character: char| character.is_ascii_digit()) {
        Some(format!("{value} GMT"))
    } else {
        None
    }
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_an_http_date_is_read_as_one() {
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Wednesday, 09-Nov-94 08:49:37 GMT"] {
            assert_eq!(http_date(date).as_deref(), Some(date));
        }
        assert_eq!(http_date("Sun Nov  6 08:49:37 1994").as_deref(), Some("Sun Nov  6 08:49:37 1994 GMT"));
        for other in [
            "",
            "foo 2090",
            "Foo 2090",
            "Foo, 06 Nov 1994 08:49:37 GMT",
            "Sun",
            "Sun, 2090 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 +0200",
            "Sunday Nov  6 08:49:37 1994",
            "Sun Nov 6 1994",
            "2090-01-01T00:00:00Z",
            "-5",
            "1.5",
            "5 s",
            "ä",
        ] {
            assert_eq!(http_date(other), None, "{other}");
        }
    }
}
