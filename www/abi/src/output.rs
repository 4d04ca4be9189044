//! The events of one chunk, as bytes and a table. See the crate's contract for the layout.

use crate::numbers::{NEW_ID, NEW_TYPE};
use alloc::vec::Vec;
use core::ops::Range;
use tidings_core::{EventStream, Item};

/// Where the events of the last chunk are written to.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: Vec<u8>,
    /// Little-endian words.
    table: Vec<u8>,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Output { text: Vec::new(), table: Vec::new() }
    }

    /// Feeds the chunk and writes down all its events, its comments if they are wanted, and with `REST` what else it says.
    pub(crate) fn write<const REST: bool>(&mut self, stream: &mut EventStream, chunk: &[u8], comments: bool) {
        for buffer in [&mut self.text, &mut self.table] {
            if buffer.capacity() > KEPT {
                *buffer = Vec::new();
            }
            buffer.clear();
        }
        self.table.extend_from_slice(&[0; HEADER]);
        let mut count = 0;
        // Where the type and the id of the event before lie.
        let (mut event_type, mut id) = (0..0, 0..0);
        let mut items = stream.feed_bytes(chunk);
        while let Some(item) = items.next() {
            let digits;
            let (its_type, data, its_id) = match item {
                Item::Event(event) => (event.event_type, event.data, Some(event.last_event_id)),
                Item::Comment(text) if comments => (COMMENT, text, None),
                Item::ReconnectionTime(time) if REST => {
                    digits = decimal(time);
                    (RECONNECTION_TIME, &digits[..], None)
                }
                Item::LimitExceeded { .. } if REST => (LIMIT_EXCEEDED, &[][..], None),
                _ => continue,
            };
            count += 1;
            let new_type = its_type != self.slice(&event_type);
            let new_id = its_id.filter(|new| *new != self.slice(&id));
            self.string(data, if new_type { NEW_TYPE } else { 0 } | if new_id.is_some() { NEW_ID } else { 0 });
            if new_type {
                event_type = self.string(its_type, 0);
            }
            if let Some(new_id) = new_id {
                id = self.string(new_id, 0);
            }
        }
        self.text.extend_from_slice(b"\n");
        let header = [self.text.as_ptr() as usize as u32, self.text.len() as u32, count];
        for (place, word) in self.table.as_chunks_mut().0.iter_mut().zip(header) {
            *place = word.to_le_bytes();
        }
    }

    /// Turns the ends of strings into ends in UTF-16 code units, if the text is UTF-8: one for each byte that begins a character, and one more for
    /// those of four bytes.
    pub(crate) fn measure(&mut self) {
        let (mut start, mut units) = (0, 0);
        for place in self.table.as_chunks_mut().0.iter_mut().skip(HEADER / size_of::<u32>()) {
            let word = u32::from_le_bytes(*place);
            let end = (word >> 2) as usize;
            for &byte in self.text.get(start..end).unwrap_or_default() {
                units += u32::from(byte & 0xC0 != 0x80) + u32::from(byte >= 0xF0);
            }
            start = end;
            *place = (units << 2 | word & 3).to_le_bytes();
        }
    }

    /// The table, whose first words are the header.
    pub(crate) fn table(&self) -> &[u8] {
        &self.table
    }

    /// The text that the table is about.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn string(&mut self, bytes: &[u8], flags: u32) -> Range<usize> {
        let start = self.text.len();
        self.text.extend_from_slice(bytes);
        let end = self.text.len();
        self.table.extend_from_slice(&((end as u32) << 2 | flags).to_le_bytes());
        start..end
    }
}

/// All ten digits that a number may have.
fn decimal(mut number: u32) -> [u8; 10] {
    let mut digits = [0; 10];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// The bytes before the first event.
const HEADER: usize = 12;
/// The type of a comment; no event can have it, nor the next two.
const COMMENT: &[u8] = b"\n";
/// That of a reconnection time, whose data is its digits.
const RECONNECTION_TIME: &[u8] = b"\r";
/// That of the end by the limit.
const LIMIT_EXCEEDED: &[u8] = b"\r\n";
/// Memory up to this many bytes is kept for the next chunk.
pub(crate) const KEPT: usize = 1024 * 1024;
