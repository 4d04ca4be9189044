//! Runs the parser over a body that comes in chunks, and keeps what it lends.

use crate::twin::OwnedItem;
use tidings_core::event_stream::Beside;
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
    let mut text = Vec::new();
    stream.feed_strings(chunk, Beside::All, &mut text);
    let text = String::from_utf8_lossy(&text);
    let strings: Vec<&str> = text.split_terminator('\r').collect();
    let (items, []) = strings.as_chunks() else { panic!("not three strings for each item: {strings:?}") };
    let mut id = String::new();
    let to_owned = |&[data, event_type, new_id]: &[&str; 3]| {
        if !new_id.is_empty() {
            id = new_id.replace('\n', "");
        }
        match event_type {
            "\n" => OwnedItem::Comment(data.into()),
            "\n\n" => OwnedItem::ReconnectionTime(u32::from_str_radix(data, 8).expect("octal digits")),
            "\n\n\n" => OwnedItem::LimitExceeded(stream.limit().expect("there is a limit")),
            _ => OwnedItem::Event {
                event_type: if event_type.is_empty() { "message" } else { event_type }.into(),
                data: data.into(),
                last_event_id: id.clone(),
            },
        }
    };
    items.iter().map(to_owned).collect()
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
