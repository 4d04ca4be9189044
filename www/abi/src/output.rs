//! The events of one chunk, as text and a table. See the crate's contract for the layout.
//!
//! Dangers: offsets count what JavaScript counts, UTF-16 code units, while the text is UTF-8. They have 30 bits, which is enough: no engine makes
//! strings as long, so decoding such a text throws before the offsets are looked at.

use crate::numbers::{NEW_ID, NEW_TYPE};
use alloc::vec::Vec;
use core::ops::Range;
use tidings_core::event_stream::decode;
use tidings_core::{EventStream, Item};

/// Where the events of the last chunk are written to.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: Vec<u8>,
    /// Little-endian words.
    table: Vec<u8>,
    /// The length of the text in code units.
    units: usize,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Output { text: Vec::new(), table: Vec::new(), units: 0 }
    }

    /// Feeds the chunk and writes down all its events.
    pub(crate) fn write(&mut self, stream: &mut EventStream, chunk: &[u8]) {
        for buffer in [&mut self.text, &mut self.table] {
            if buffer.capacity() > KEPT {
                *buffer = Vec::new();
            }
            buffer.clear();
        }
        self.units = 0;
        self.table.extend_from_slice(&[0; HEADER]);
        let mut count = 0;
        // Where in the text the type and the id of the event before lie.
        let (mut event_type, mut id) = (0..0, 0..0);
        let mut items = stream.feed(chunk);
        while let Some(item) = items.next_bytes() {
            if let Item::Event(event) = item {
                count += 1;
                let new_type = event.event_type != self.slice(&event_type);
                let new_id = event.last_event_id != self.slice(&id);
                self.string(event.data, if new_type { NEW_TYPE } else { 0 } | if new_id { NEW_ID } else { 0 });
                if new_type {
                    event_type = self.string(event.event_type, 0);
                }
                if new_id {
                    id = self.string(event.last_event_id, 0);
                }
            }
        }
        let header = [self.text.as_ptr() as usize as u32, self.text.len() as u32, self.units as u32, count];
        for (place, word) in self.table.as_chunks_mut().0.iter_mut().zip(header) {
            *place = word.to_le_bytes();
        }
    }

    /// The table, whose first words are the header.
    pub(crate) fn table(&self) -> &[u8] {
        &self.table
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn string(&mut self, bytes: &[u8], flags: u32) -> Range<usize> {
        let start = self.text.len();
        self.units += decode(bytes, &mut self.text);
        self.table.extend_from_slice(&((self.units as u32) << 2 | flags).to_le_bytes());
        start..self.text.len()
    }
}

/// The bytes before the first event.
const HEADER: usize = 16;
/// Memory up to this many bytes is kept for the next chunk.
pub(crate) const KEPT: usize = 1024 * 1024;
