//! What a chunk came to, as text.

use super::interpret::{COMMENT, Outcome, Reader};
use super::text::{self, CheckedText};
use super::{Item, MessageEvent};
use alloc::boxed::Box;
use alloc::string::String;
use core::ptr;

/// The items that one chunk completes, in order. Each borrows from the chunk or from the stream, so it has to be let go before the next.
///
/// Dropping it early reads the chunk to its end and gives nothing of the rest, so that the stream is right for the next chunk.
#[derive(Debug)]
#[must_use = "the chunk is read as its items are taken"]
pub struct Items<'a> {
    reader: Reader<'a>,
    text: CheckedText<'a>,
    /// What became of the data or comment, and of the event type, where their bytes are no UTF-8.
    repaired: Option<Box<[String; 2]>>,
}

impl<'a> Items<'a> {
    #[inline]
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Items { reader, text: CheckedText::default(), repaired: None }
    }

    /// The next item, or `None` once the chunk is used up.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend: items borrow from the stream's buffers")]
    // Where it is called, the item need not be written to memory and read back, which takes as long as to read a short line.
    #[inline]
    pub fn next(&mut self) -> Option<Item<'_>> {
        if self.reader.drained {
            return None;
        }
        match self.read() {
            Outcome::Nothing => None,
            Outcome::Event => Some(self.event()),
            Outcome::ReconnectionTime => Some(Item::ReconnectionTime(self.reader.stream.reconnection_time().unwrap_or_default())),
            Outcome::Comment => {
                let comment = text::shortened(self.reader.comment(), COMMENT);
                Some(Item::Comment(text::checked(comment).unwrap_or_else(|| {
                    let [place, _] = &mut **self.repaired.get_or_insert_default();
                    text::repaired(comment, place)
                })))
            }
            Outcome::LimitExceeded => Some(Item::LimitExceeded { limit: self.reader.stream.limit().unwrap_or(usize::MAX) }),
        }
    }

    #[inline(never)]
    fn read(&mut self) -> Outcome {
        self.reader.read()
    }

    #[inline]
    fn event(&mut self) -> Item<'_> {
        let Reader { chunk, .. } = self.reader;
        let block = self.reader.next_block();
        if let Some(id) = self.reader.last_event_id
            && !self.reader.id_text.is_some_and(|text| ptr::eq(text.as_bytes(), id))
        {
            self.reader.id_text = self.text.slice(chunk, id, block);
            if self.reader.id_text.is_none() {
                self.reader.settle_last_event_id();
            }
        }
        let stream = &*self.reader.stream;
        let (data, data_text) = match self.reader.data.take() {
            Some(data) => (data, self.text.slice(chunk, data, block)),
            None => (&*stream.data, text::checked(&stream.data)),
        };
        let (event_type, type_text) = match self.reader.event_type.take() {
            Some(event_type) if !event_type.is_empty() => (event_type, self.text.slice(chunk, event_type, block)),
            None if !stream.event_type.is_empty() => (&*stream.event_type, text::checked(&stream.event_type)),
            _ => (&[][..], Some("message")),
        };
        let [data, event_type] = match (data_text, type_text) {
            (Some(data), Some(event_type)) => [data, event_type],
            texts => repaired([data, event_type], texts.into(), &mut self.repaired),
        };
        let last_event_id = match self.reader.last_event_id {
            Some(_) => self.reader.id_text.unwrap_or_default(),
            None => stream.last_event_id(),
        };
        Item::Event(MessageEvent { event_type, data, last_event_id })
    }
}

impl Drop for Items<'_> {
    fn drop(&mut self) {
        while !self.reader.drained {
            if self.read() == Outcome::Event {
                self.reader.skip_event();
            }
        }
    }
}

/// What is no text yet is repaired.
#[cold]
fn repaired<'t>(bytes: [&[u8]; 2], texts: [Option<&'t str>; 2], places: &'t mut Option<Box<[String; 2]>>) -> [&'t str; 2] {
    let [data, event_type] = bytes;
    let [data_text, type_text] = texts;
    let [data_place, type_place] = &mut **places.get_or_insert_default();
    [
        data_text.unwrap_or_else(|| text::repaired(data, data_place)),
        type_text.unwrap_or_else(|| text::repaired(event_type, type_place)),
    ]
}
