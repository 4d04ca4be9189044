//! The events of one chunk, as text and a table. See the crate's contract for the layout.
//!
//! Dangers: offsets count what JavaScript counts, UTF-16 code units, while the text is UTF-8. They have 30 bits, which is enough: no engine makes
//! strings as long, so decoding such a text throws before the offsets are looked at.

use crate::numbers::{NEW_ID, NEW_TYPE};
use alloc::vec::Vec;
use core::mem::ManuallyDrop;
use core::ops::Range;
use tidings_core::{EventStream, Item, MessageEvent};

/// Where the events of the last chunk are written to.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: Vec<u8>,
    table: Vec<u32>,
    /// The length of the text in code units.
    units: u32,
    /// Where in the text the type of the event before lies; nowhere while that is `message`.
    event_type: Option<Range<usize>>,
    /// Where in the text its id lies.
    id: Range<usize>,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Output { text: Vec::new(), table: Vec::new(), units: 0, event_type: None, id: 0..0 }
    }

    /// Feeds the chunk and writes down all its events.
    pub(crate) fn write(&mut self, stream: &mut EventStream, chunk: &[u8]) {
        self.clear();
        let mut count = 0;
        // The data of the first event, if that is all there is so far and it lies in the chunk: alone it need not be copied.
        let mut lone = None;
        // They are read to their end; what they do when dropped is for those who stop before.
        let mut items = ManuallyDrop::new(stream.feed(chunk));
        while let Some(item) = items.next() {
            let Item::Event(event) = item else { continue };
            count += 1;
            if count == 1 && event.event_type == MESSAGE && event.last_event_id.is_empty() {
                lone = position(event.data, chunk);
                if lone.is_some() {
                    self.units = units(event.data);
                    self.table.push(self.units << 2);
                    continue;
                }
            }
            if let Some(data) = lone.take() {
                self.text.extend_from_slice(chunk.get(data).unwrap_or_default());
            }
            self.event(&event);
        }
        let text = lone.and_then(|data| chunk.get(data)).unwrap_or(&self.text);
        let header = [text.as_ptr() as usize as u32, text.len() as u32, self.units, count];
        if let Some(place) = self.table.first_chunk_mut() {
            *place = header;
        }
    }

    /// The table, whose first words are the header.
    pub(crate) fn table(&self) -> &[u32] {
        &self.table
    }

    fn clear(&mut self) {
        if self.text.capacity() > KEPT {
            self.text = Vec::new();
        }
        if self.table.capacity() > KEPT / size_of::<u32>() {
            self.table = Vec::new();
        }
        self.text.clear();
        self.table.clear();
        self.table.extend_from_slice(&[0; HEADER]);
        self.units = 0;
        self.event_type = None;
        self.id = 0..0;
    }

    fn event(&mut self, event: &MessageEvent<'_>) {
        let old_type = self.event_type.clone().map_or(MESSAGE.as_bytes(), |range| self.text.get(range).unwrap_or_default());
        let new_type = event.event_type.as_bytes() != old_type;
        let new_id = event.last_event_id.as_bytes() != self.text.get(self.id.clone()).unwrap_or_default();
        self.string(event.data, if new_type { NEW_TYPE } else { 0 } | if new_id { NEW_ID } else { 0 });
        if new_type {
            self.event_type = Some(self.string(event.event_type, 0));
        }
        if new_id {
            self.id = self.string(event.last_event_id, 0);
        }
    }

    fn string(&mut self, text: &str, flags: u32) -> Range<usize> {
        let start = self.text.len();
        self.text.extend_from_slice(text.as_bytes());
        self.units = self.units.wrapping_add(units(text));
        self.table.push(self.units << 2 | flags);
        start..self.text.len()
    }
}

/// Where in the chunk the text lies, if it does.
fn position(text: &str, chunk: &[u8]) -> Option<Range<usize>> {
    let start = (text.as_ptr() as usize).checked_sub(chunk.as_ptr() as usize)?;
    let end = start + text.len();
    (end <= chunk.len()).then_some(start..end)
}

/// The length of the text in UTF-16 code units: one for each byte that begins a character, and one more for those of four bytes.
fn units(text: &str) -> u32 {
    let (blocks, rest) = text.as_bytes().as_chunks();
    let rest = rest.iter().map(|&byte| u32::from(byte as i8 >= CONTINUING_END) + u32::from(byte >= OF_FOUR)).sum();
    blocks.iter().fold(rest, |units, block| units + units_in_block(block))
}

/// The same for a block of bytes at once, which may end within a character.
#[cfg(target_feature = "simd128")]
#[allow(unsafe_code, reason = "there is no safe way from an array to a register")]
#[inline]
fn units_in_block(block: &[u8; 16]) -> u32 {
    use core::arch::wasm32::{i8x16_bitmask, i8x16_ge, i8x16_splat, u8x16_ge, u8x16_splat, v128_load};
    // SAFETY: the array has the 16 bytes that are read, and they may lie anywhere.
    let bytes = unsafe { v128_load(block.as_ptr().cast()) };
    let starting = i8x16_bitmask(i8x16_ge(bytes, i8x16_splat(CONTINUING_END)));
    let of_four = i8x16_bitmask(u8x16_ge(bytes, u8x16_splat(OF_FOUR)));
    u32::from(starting).count_ones() + u32::from(of_four).count_ones()
}

#[cfg(not(target_feature = "simd128"))]
#[inline]
fn units_in_block(block: &[u8; 4]) -> u32 {
    let word = u32::from_le_bytes(*block);
    let high = word >> 7 & EACH_BYTE;
    if high == 0 {
        return 4;
    }
    let continuing = high & !(word >> 6);
    let of_four = high & word >> 6 & word >> 5 & word >> 4;
    4 - continuing.count_ones() + of_four.count_ones()
}

/// What the type is when no `event` field says otherwise.
const MESSAGE: &str = "message";
/// The words before the first event.
const HEADER: usize = 4;
/// Memory up to this many bytes is kept for the next chunk.
pub(crate) const KEPT: usize = 1024 * 1024;
/// As signed numbers, the bytes within a character are those below.
const CONTINUING_END: i8 = -64;
/// The least byte that begins a character of four bytes.
const OF_FOUR: u8 = 0xF0;
#[cfg(not(target_feature = "simd128"))]
const EACH_BYTE: u32 = 0x0101_0101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_utf_16() {
        for text in
            ["", "a", "abcdefgh", "é", "aé€😀", "😀😀😀", "€€€€€", "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}"]
        {
            for padding in 0..20 {
                let text = format!("{}{text}", "x".repeat(padding));
                assert_eq!(units(&text) as usize, text.encode_utf16().count(), "{text:?}");
            }
        }
    }
}
