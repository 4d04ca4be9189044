//! Bytes into text.
//!
//! The standard decodes the whole stream before it looks for lines. Here lines are found in bytes and only whole values are
//! decoded, which gives the same: every byte that ends or splits a line is ASCII, so no character reaches across a border.
//! Invalid sequences become U+FFFD as the Encoding standard says (one for each maximal subpart).

use alloc::string::String;
use alloc::vec::Vec;
use core::str;

/// Appends what the bytes decode to ([UTF-8 decode without BOM](https://encoding.spec.whatwg.org/#utf-8-decode-without-bom)), as UTF-8, and
/// says how many UTF-16 code units that is, which is what JavaScript counts.
///
/// ```
/// let mut text = Vec::new();
/// assert_eq!(tidings_core::event_stream::decode(b"\xF0\x9F\x98\x80\xFF", &mut text), 2 + 1);
/// assert_eq!(text, "\u{1F600}\u{FFFD}".as_bytes());
/// ```
pub fn decode(bytes: &[u8], text: &mut Vec<u8>) -> usize {
    let (mut at, mut copied, mut units) = (0, 0, 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let ascii = ascii_length(rest);
        units += ascii;
        at += ascii;
        let Some((length, full)) = rest.get(ascii..).and_then(sequence) else {
            text.extend_from_slice(bytes.get(copied..).unwrap_or_default());
            return units;
        };
        units += if length == 4 { 2 } else { 1 };
        if length != full {
            text.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
            text.extend_from_slice(REPLACEMENT);
            copied = at + length;
        }
        at += length;
    }
}

/// How many bytes there are before the first beyond ASCII.
#[inline]
fn ascii_length(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks();
    let whole = blocks.iter().take_while(|block| u128::from_le_bytes(**block) & BEYOND_ASCII == 0).count() * size_of::<u128>();
    let rest = bytes.get(whole..).unwrap_or_default();
    whole + rest.iter().take_while(|byte| byte.is_ascii()).count()
}

/// How much of the first character is there (its maximal subpart), and how long it has to be: 0 if it can be none. The bytes that may follow
/// a first one are those of the [UTF-8 decoder](https://encoding.spec.whatwg.org/#utf-8-decoder).
fn sequence(bytes: &[u8]) -> Option<(usize, usize)> {
    let (&first, following) = bytes.split_first()?;
    let (full, mut low, mut high) = match first {
        0xC2..=0xDF => (2, 0x80, 0xBF),
        0xE0 => (3, 0xA0, 0xBF),
        0xED => (3, 0x80, 0x9F),
        0xE1..=0xEF => (3, 0x80, 0xBF),
        0xF0 => (4, 0x90, 0xBF),
        0xF1..=0xF3 => (4, 0x80, 0xBF),
        0xF4 => (4, 0x80, 0x8F),
        _ => return Some((1, 0)),
    };
    let mut length = 1;
    for &byte in following.iter().take(full - 1) {
        if byte < low || byte > high {
            break;
        }
        length += 1;
        (low, high) = (0x80, 0xBF);
    }
    Some((length, full))
}

/// A stretch of the chunk that is known to be UTF-8. One check serves many values.
#[derive(Debug, Default)]
pub(super) struct CheckedText<'a> {
    from: usize,
    text: &'a str,
}

impl<'a> CheckedText<'a> {
    /// The part of the chunk as text, if it is UTF-8; checks anew from `start` on where it has to.
    #[inline]
    pub(super) fn slice(&mut self, chunk: &'a [u8], part: &'a [u8], start: usize) -> Option<&'a str> {
        let at = offset(chunk, part);
        let end = at + part.len();
        if at < self.from || end > self.from + self.text.len() {
            self.check(chunk, start.min(at), end);
        }
        self.text.get(at - self.from..end - self.from)
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

/// Where in the chunk a part of it lies.
#[inline]
pub(super) fn offset(chunk: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).wrapping_sub(chunk.as_ptr() as usize)
}

/// What the bytes decode to.
#[cold]
pub(super) fn repaired<'t>(bytes: &[u8], place: &'t mut String) -> &'t str {
    let mut text = Vec::new();
    decode(bytes, &mut text);
    // What was decoded is UTF-8.
    *place = String::from_utf8(text).unwrap_or_default();
    place
}

/// The bytes as text, if they are UTF-8. Checking is the dearest part of a large event, and simdutf8 checks several times faster than
/// the standard library; it too has to ask the processor what it can do.
pub(super) fn checked(bytes: &[u8]) -> Option<&str> {
    #[cfg(feature = "std")]
    if bytes.len() < SHORT {
        // Where words lie in the bytes is another place in each chunk, which the processor guesses wrong.
        return match bytes.utf8_chunks().next() {
            Some(piece) if piece.invalid().is_empty() => Some(piece.valid()),
            Some(_) => None,
            None => Some(""),
        };
    }
    #[cfg(feature = "std")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "std"))]
    return str::from_utf8(bytes).ok();
}

/// Empties a buffer; its memory is kept for the next event, unless it is a lot.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn clear(bytes: &mut Vec<u8>) {
    if bytes.capacity() > KEPT {
        free(bytes);
    }
    bytes.clear();
}

/// Gives the memory of a buffer back.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn free(bytes: &mut Vec<u8>) {
    *bytes = Vec::new();
}

/// Puts these bytes in the place of what a buffer holds.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn replace(buffer: &mut Vec<u8>, bytes: &[u8]) {
    clear(buffer);
    append(buffer, bytes);
}

/// Appends to a buffer. In browsers, where bytes count, this is the one place in which buffers grow, and it has no message for the case that there is no more memory.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn append(buffer: &mut Vec<u8>, bytes: &[u8]) {
    #[cfg(target_arch = "wasm32")]
    // What is appended is mostly followed by one byte more.
    if buffer.try_reserve(bytes.len() + 1).is_err() {
        core::arch::wasm32::unreachable();
    }
    buffer.extend_from_slice(bytes);
}

/// The same for one byte, which is not worth to be copied by an instruction for many.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn push(buffer: &mut Vec<u8>, byte: u8) {
    if buffer.len() < buffer.capacity() {
        buffer.push(byte);
    } else {
        append(buffer, &[byte]);
    }
}

/// At most so many bytes, without a character that this would cut.
pub(super) fn shortened(bytes: &[u8], most: usize) -> &[u8] {
    let Some(cut) = bytes.get(..most).filter(|cut| cut.len() < bytes.len()) else {
        return bytes;
    };
    (1..=3)
        .filter_map(|count| cut.len().checked_sub(count))
        .find(|&at| cut.get(at..).and_then(sequence).is_some_and(|(length, full)| at + length == cut.len() && length < full))
        .and_then(|at| cut.get(..at))
        .unwrap_or(cut)
}

const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();
/// A block with the highest bit of each byte.
const BEYOND_ASCII: u128 = u128::MAX / 0xFF * 0x80;
/// What is too short for a check by words.
#[cfg(feature = "std")]
const SHORT: usize = 16;
/// How many bytes are checked ahead at once.
const WINDOW: usize = 16 * 1024;
/// Memory up to this many bytes is kept for the next event.
const KEPT: usize = 1024 * 1024;
