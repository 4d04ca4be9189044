//! Whether a response is an event stream.
//!
//! "If *res* is not a network error […] if *res*'s status is not 200, or if *res*'s `Content-Type` is not `text/event-stream`, then fail
//! the connection." Parameters of the type do not matter: the stream is UTF-8 whatever a charset says.

use super::{Failure, Response};
use alloc::borrow::ToOwned;

impl Response<'_> {
    pub(super) fn judge(&self) -> Result<(), Failure> {
        if self.status != 200 {
            return Err(Failure::Status(self.status));
        }
        match self.content_type {
            Some(content_type) if is_event_stream(content_type) => Ok(()),
            Some(content_type) => Err(Failure::ContentType(Some(shortened(content_type).to_owned()))),
            None => Err(Failure::ContentType(None)),
        }
    }
}

/// [Extracts the MIME type](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type) and compares its essence: of several values the last
/// one that is a MIME type counts.
fn is_event_stream(content_type: &str) -> bool {
    let mut is_event_stream = false;
    for value in values(content_type) {
        let essence = value.split(';').next().unwrap_or_default().trim_matches(HTTP_WHITESPACE);
        if essence != "*/*" && is_mime_type(essence) {
            is_event_stream = essence.eq_ignore_ascii_case("text/event-stream");
        }
    }
    is_event_stream
}

/// Splits at commas that do not stand in a quoted string.
fn values(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    header.split(move |character| {
        let was_escaped = core::mem::take(&mut escaped);
        match character {
            '"' if !was_escaped => quoted = !quoted,
            '\\' if quoted && !was_escaped => escaped = true,
            ',' if !quoted => return true,
            _ => {}
        }
        false
    })
}

fn is_mime_type(essence: &str) -> bool {
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

fn shortened(text: &str) -> &str {
    let cut = text.floor_char_boundary(LONGEST_SHOWN);
    text.get(..cut).unwrap_or(text)
}

const HTTP_WHITESPACE: [char; 4] = [' ', '\t', '\r', '\n'];
/// How much of a wrong content type goes into the error, in bytes.
const LONGEST_SHOWN: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_essence_counts() {
        for yes in [
            "text/event-stream",
            "TEXT/Event-Stream",
            " text/event-stream ;charset=windows-1251",
            "text/event-stream;",
            "text/event-stream; a=\"x,text/html\"",
            "text/html, text/event-stream",
            "text/event-stream, nonsense",
            "text/event-stream, */*",
        ] {
            assert!(is_event_stream(yes), "{yes}");
        }
        for no in ["", "text/html", "text/event-streamx", "text/event-stream, text/html", "event-stream", "text /event-stream"] {
            assert!(!is_event_stream(no), "{no}");
        }
    }

    #[test]
    fn errors_show_what_came() {
        let judge = |status, content_type| Response { status, content_type }.judge();
        assert_eq!(judge(204, None), Err(Failure::Status(204)));
        assert_eq!(judge(200, None), Err(Failure::ContentType(None)));
        assert_eq!(judge(200, Some("text/html")), Err(Failure::ContentType(Some("text/html".to_owned()))));
        let long = "é".repeat(1000);
        let Err(Failure::ContentType(Some(shown))) = judge(200, Some(&long)) else { panic!("refused for its type") };
        assert_eq!(shown.len(), LONGEST_SHOWN);
    }
}
