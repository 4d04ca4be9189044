//! Bytes into text.
//!
//! The standard decodes the whole stream before it looks for lines. Here lines are found in bytes and only whole values are
//! decoded, which gives the same: every byte that ends or splits a line is ASCII, so no character reaches across a border.
//! Invalid sequences become U+FFFD as the Encoding standard says (one for each maximal subpart).

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::str;

/// A stretch of the chunk that is known to be UTF-8. One check serves many values.
#[derive(Debug, Default)]
pub(super) struct CheckedText<'a> {
    from: usize,
    text: &'a str,
}

impl<'a> CheckedText<'a> {
    /// The bytes from `start` to `end` as text, if they are UTF-8.
    #[inline]
    pub(super) fn slice(&mut self, chunk: &'a [u8], start: usize, end: usize) -> Option<&'a str> {
        if start < self.from || end > self.from + self.text.len() {
            self.check(chunk, start, end);
        }
        self.text.get(start - self.from..end - self.from)
    }

    #[inline(never)]
    fn check(&mut self, chunk: &'a [u8], start: usize, end: usize) {
        // Not the whole chunk at once: what was checked should still lie in the processor's cache when it is used.
        let mut until = chunk.len().min(end.max(start + WINDOW));
        // Nor half a character, which would only make the check look broken; three bytes back is as far as one can reach.
        let mut steps = 3;
        while steps > 0 && until > end && chunk.get(until).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {
            until -= 1;
            steps -= 1;
        }
        let window = chunk.get(start..until).unwrap_or_default();
        self.from = start;
        self.text = checked(window).unwrap_or_else(|| window.utf8_chunks().next().map_or("", |piece| piece.valid()));
    }
}

/// A data buffer of our own, for data that does not lie in one piece: text as long as only checked text went in, bytes from
/// the first piece on that may be cut or broken.
#[derive(Debug)]
pub(super) enum DataBuffer {
    Text(String),
    Bytes(Vec<u8>),
}

impl DataBuffer {
    pub(super) const fn new() -> Self {
        DataBuffer::Text(String::new())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            DataBuffer::Text(buffer) => buffer.len(),
            DataBuffer::Bytes(buffer) => buffer.len(),
        }
    }

    pub(super) fn push_text(&mut self, text: &str) {
        match self {
            DataBuffer::Text(buffer) => buffer.push_str(text),
            DataBuffer::Bytes(buffer) => buffer.extend_from_slice(text.as_bytes()),
        }
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        if let DataBuffer::Text(buffer) = self {
            *self = DataBuffer::Bytes(mem::take(buffer).into_bytes());
        }
        if let DataBuffer::Bytes(buffer) = self {
            buffer.extend_from_slice(bytes);
        }
    }

    /// The whole buffer as text: as it lies there, or in `repaired` if something in it has to be replaced.
    pub(super) fn decode<'t>(&'t self, repaired: &'t mut String) -> &'t str {
        match self {
            DataBuffer::Text(text) => text,
            DataBuffer::Bytes(bytes) => match checked(bytes) {
                Some(text) => text,
                None => {
                    decode_into(repaired, bytes);
                    repaired
                }
            },
        }
    }

    /// Empties the buffer; its memory is kept for the next event, unless it is a lot.
    pub(super) fn clear(&mut self) {
        let mut bytes = match self {
            DataBuffer::Text(buffer) => mem::take(buffer).into_bytes(),
            DataBuffer::Bytes(buffer) => mem::take(buffer),
        };
        clear_bytes(&mut bytes);
        // Nothing is no UTF-8 error: only the memory goes on.
        *self = DataBuffer::Text(String::from_utf8(bytes).unwrap_or_default());
    }
}

/// The bytes as text, if they are UTF-8. Checking is the dearest part of a large event, and simdutf8 checks several times faster than
/// the standard library; it too has to ask the processor what it can do.
fn checked(bytes: &[u8]) -> Option<&str> {
    #[cfg(feature = "std")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "std"))]
    return str::from_utf8(bytes).ok();
}

/// Replaces the text by what the bytes decode to.
pub(super) fn decode_into(text: &mut String, bytes: &[u8]) {
    clear_text(text);
    for piece in bytes.utf8_chunks() {
        text.push_str(piece.valid());
        if !piece.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

pub(super) fn clear_text(text: &mut String) {
    if text.capacity() > KEPT {
        *text = String::new();
    }
    text.clear();
}

pub(super) fn clear_bytes(bytes: &mut Vec<u8>) {
    if bytes.capacity() > KEPT {
        *bytes = Vec::new();
    }
    bytes.clear();
}

/// Cuts off a character that lacks its last bytes, where it was our own limit that cut it.
pub(super) fn without_cut_character(bytes: &[u8]) -> &[u8] {
    (1..=3)
        .filter_map(|count| bytes.len().checked_sub(count))
        .find(|&at| bytes.get(at..).is_some_and(|tail| str::from_utf8(tail).is_err_and(|error| is_cut(error, tail))))
        .map_or(bytes, |at| &bytes[..at])
}

fn is_cut(error: str::Utf8Error, tail: &[u8]) -> bool {
    error.valid_up_to() == 0 && error.error_len().is_none() && !tail.is_empty()
}

/// How many bytes are checked ahead at once.
const WINDOW: usize = 16 * 1024;
/// Memory up to this many bytes is kept for the next event.
const KEPT: usize = 1024 * 1024;
