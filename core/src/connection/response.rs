//! Whether a response is an event stream.
//!
//! "If *res* is not a network error […] if *res*'s status is not 200, or if *res*'s `Content-Type` is not `text/event-stream`, then fail
//! the connection." Parameters of the type do not matter: the stream is UTF-8 whatever a charset says.

use core::mem;

/// [Extracts the MIME type](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type) and compares its essence: of several values the last
/// one that is a MIME type counts. Values end at commas that do not stand in a quoted string.
pub(super) fn is_event_stream(content_type: &[u8]) -> bool {
    let mut is_event_stream = false;
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = content_type;
    let mut at = 0;
    loop {
        let byte = rest.get(at).copied();
        let was_escaped = mem::take(&mut escaped);
        match byte {
            Some(b'"') if !was_escaped => quoted = !quoted,
            Some(b'\\') if quoted && !was_escaped => escaped = true,
            Some(b',') if quoted => {}
            Some(b',') | None => {
                let (value, next) = rest.split_at_checked(at).unwrap_or_default();
                let essence = essence(value);
                if essence.eq_ignore_ascii_case(b"text/event-stream") {
                    is_event_stream = true;
                } else if essence != b"*/*" && is_mime_type(essence) {
                    is_event_stream = false;
                }
                let Some((_comma, next)) = next.split_first() else {
                    return is_event_stream;
                };
                rest = next;
                at = 0;
                continue;
            }
            Some(_) => {}
        }
        at += 1;
    }
}

/// What stands before the parameters, without the blanks around it.
fn essence(mut value: &[u8]) -> &[u8] {
    if let Some(end) = value.iter().position(|&byte| byte == b';') {
        value = value.get(..end).unwrap_or(value);
    }
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = value {
        value = rest;
    }
    value
}

/// Two tokens with a slash between them.
fn is_mime_type(essence: &[u8]) -> bool {
    let (mut slash, mut length) = (false, 0);
    for byte in essence {
        length += 1;
        match byte {
            b'/' if !slash && length > 1 => (slash, length) = (true, 0),
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'z' | b'|' | b'~' => {}
            _ => return false,
        }
    }
    slash && length > 0
}

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
            "text/html, text/event-stream, /, a/, /b, a/b/c, a b/c",
            "\r\n\ttext/event-stream",
        ] {
            assert!(is_event_stream(yes.as_bytes()), "{yes}");
        }
        for no in [
            "",
            "text/html",
            "text/event-streamx",
            "text/event-stream, text/html",
            "event-stream",
            "text /event-stream",
            "text/event-stream, a/b",
            "text/event-stream\\, x/y",
        ] {
            assert!(!is_event_stream(no.as_bytes()), "{no}");
        }
    }
}
