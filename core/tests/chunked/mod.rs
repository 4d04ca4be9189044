//! Runs the parser over a body that comes in chunks, and keeps what it lends.

use crate::twin::OwnedItem;
use tidings_core::event_stream::{Beside, Strings};
use tidings_core::{EventStream, Item, MessageEvent};

/// Feeds one chunk and takes all its items.
pub(crate) fn feed(stream: &mut EventStream, chunk: &[u8]) -> Vec<OwnedItem> {
    feed_and_take(stream, chunk, usize::MAX)
}

/// Feeds one chunk and drops its items after so many of them.
pub(crate) fn feed_and_take(stream: &mut EventStream, chunk: &[u8], count: usize) -> Vec<OwnedItem> {
    let mut owned = Vec::new();
    let mut items = stream.feed(chunk);
    while owned.len() < count {
        let Some(item) = items.next() else {
            assert_eq!(items.next(), None, "an end of the items that was not the end");
            break;
        };
        owned.push(to_owned(item));
    }
    owned
}

/// Feeds one chunk for its strings and reads these as JavaScript does.
#[allow(dead_code, reason = "not every test that runs the parser runs it so")]
pub(crate) fn feed_strings(stream: &mut EventStream, chunk: &[u8]) -> Vec<OwnedItem> {
    let mut strings = Strings::new();
    stream.feed_strings(chunk, Beside::All, &mut strings);
    let decoded = String::from_utf8_lossy(&strings.text);
    let mut texts = decoded.split_terminator('\r').map(String::from);
    let mut text = || texts.next().expect("as many strings as the items say");
    let (mut end, mut id) = (0, String::new());
    let items = strings.ends.chunks(size_of::<u32>()).map(|word| {
        let word = u32::from_le_bytes(word.try_into().expect("whole words"));
        assert!(end <= word >> 2 && strings.text[(word >> 2) as usize] == b'\r', "data ends where its item says");
        end = word >> 2;
        let data = text();
        let event_type = if word & Strings::NEW_TYPE != 0 { text() } else { "message".into() };
        if word & Strings::NEW_ID != 0 {
            id = text();
        }
        match &*event_type {
            "\n" => OwnedItem::Comment(data),
            "\n\n" => OwnedItem::ReconnectionTime(data.parse().expect("ten digits")),
            "\n\n\n" => OwnedItem::LimitExceeded(stream.limit().expect("there is a limit")),
            _ => OwnedItem::Event { event_type, data, last_event_id: id.clone() },
        }
    });
    let items = items.collect();
    assert_eq!(texts.next(), None, "strings of no item");
    items
}

fn to_owned(item: Item<'_>) -> OwnedItem {
    match item {
        Item::Event(MessageEvent { event_type, data, last_event_id }) => {
            OwnedItem::Event { event_type: event_type.into(), data: data.into(), last_event_id: last_event_id.into() }
        }
        Item::ReconnectionTime(milliseconds) => OwnedItem::ReconnectionTime(milliseconds),
        Item::Comment(text) => OwnedItem::Comment(text.into()),
        Item::LimitExceeded { limit } => OwnedItem::LimitExceeded(limit),
        other => panic!("an item these tests do not know: {other:?}"),
    }
}
