//! Runs the parser over a body that comes in chunks, and keeps what it lends.

use crate::twin::OwnedItem;
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
