//! Whether a response is an event stream.
//!
//! "If *res* is not a network error […] if *res*'s status is not 200, or if *res*'s `Content-Type` is not `text/event-stream`, then fail
//! the connection." Parameters of the type do not matter: the stream is UTF-8 whatever a charset says.

/// [Extracts the MIME type](https://fetch.spec.whatwg.org/#concept-header-extract-mime-type) and compares its essence: of several values the last
/// one that is a MIME type counts. Values end at commas that do not stand in a quoted string.
pub(super) fn is_event_stream(content_type: &[u8]) -> bool {
    let mut is_event_stream = false;
    let mut quoted = false;
    let mut essence = Essence::default();
    let mut bytes = content_type.iter();
    loop {
        let byte = bytes.next();
        match byte {
            Some(b'\\') if quoted => _ = bytes.next(),
            Some(&byte) if quoted || byte != b',' => {
                quoted ^= byte == b'"';
                essence.read(byte);
            }
            _ => {
                if essence.is_mime_type() {
                    is_event_stream = essence.matching == WANTED.len() && essence.length == WANTED.len();
                }
                if byte.is_none() {
                    return is_event_stream;
                }
                essence = Essence::default();
            }
        }
    }
}

/// What stands before the parameters of a value, without the blanks around it: two tokens with a slash between them.
#[derive(Default)]
struct Essence {
    length: usize,
    /// Where the slash is; 0 if there is none, or too much.
    slash: usize,
    /// How many bytes are those of the essence that is wanted.
    matching: usize,
    stars: usize,
    /// A blank came after it.
    ended: bool,
    /// Nothing more belongs to it.
    over: bool,
}

impl Essence {
    fn read(&mut self, byte: u8) {
        if self.over {
            return;
        }
        let is_slash = byte == b'/' && self.slash == 0 && self.length > 0;
        if byte == b';' {
            self.over = true;
        } else if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            self.ended = self.length > 0;
        } else if (is_slash || is_token(byte)) && !self.ended {
            if is_slash {
                self.slash = self.length;
            }
            // A letter in lower case.
            self.matching += usize::from(WANTED.get(self.length) == Some(&(byte | 0x20)));
            self.stars += usize::from(byte == b'*');
            self.length += 1;
        } else {
            (self.over, self.slash) = (true, 0);
        }
    }

    /// Whether it is one, and not `*/*`.
    fn is_mime_type(&self) -> bool {
        self.slash > 0 && self.slash + 1 < self.length && (self.length, self.stars) != (3, 2)
    }
}

fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte >> 5)] >> (byte & 31) & 1 != 0
}

const WANTED: &[u8] = b"text/event-stream";
/// A bit for each byte that tokens are made of.
const TOKEN: [u32; 8] = {
    let mut token = [0; 8];
    let mut byte = 0;
    while byte < 128u8 {
        if matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'^'..=b'z' | b'|' | b'~')
        {
            token[(byte >> 5) as usize] |= 1 << (byte & 31);
        }
        byte += 1;
    }
    token
};

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
            "text/event-stream; a=ü",
            "text/event-stream, ü/ü",
            "text/event-stream, */* ;a/b",
            "text/event-stream;a=\"\\\", b/c\"",
            "text/event-stream;a=\", b/c",
            "text/event-stream, b/\"c\"",
            "text/event-stream, a/b\t c;d",
            "a/b,,\ttext/event-stream\t,",
        ] {
            assert!(is_event_stream(yes.as_bytes()), "{yes}");
        }
        for no in [
            "",
            "text/html",
            "text/event-streamx",
            "text/event-streamü",
            "text/event-stream, text/html",
            "event-stream",
            "text /event-stream",
            "text/event-stream, a/b",
            "text/event-stream\\, x/y",
            "text/event-stream, */*x",
            "text/event-stream, x*/*",
            "text/event-stream;a=\"\\\\\", b/c",
            "text/\"event-stream\"",
            "\"text/html, text/event-stream\"",
            "text/event-stream x",
            "text/event-stream\u{A0}",
            "text/event-stream/, x",
        ] {
            assert!(!is_event_stream(no.as_bytes()), "{no}");
        }
    }
}
