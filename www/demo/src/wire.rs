//! What the bytes on the wire become: the parser of the crate is fed one byte at a time, so that it is seen which byte ends what.

use js_sys::Array;
use tidings_core::{EventStream, Item};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// The parser of the wire view.
#[wasm_bindgen]
#[derive(Default)]
pub struct Wire {
    stream: EventStream,
}

#[wasm_bindgen]
impl Wire {
    /// A parser that has read nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Wire {
        Wire::default()
    }

    /// Reads a chunk: `[end, what, …]`, where each thing ends in the chunk, and what it is.
    pub fn feed(&mut self, chunk: &[u8]) -> Array {
        let became = Array::new();
        for (at, byte) in chunk.iter().enumerate() {
            let mut items = self.stream.feed(std::slice::from_ref(byte));
            while let Some(item) = items.next() {
                became.push(&JsValue::from_f64((at + 1) as f64));
                became.push(&words(&item).into());
            }
        }
        became
    }

    /// The last event ID string.
    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.stream.last_event_id().to_owned()
    }

    /// The next chunk is of another connection.
    pub fn restart(&mut self) {
        self.stream.restart();
    }
}

fn words(item: &Item<'_>) -> String {
    match item {
        Item::Event(event) if event.last_event_id.is_empty() => event.event_type.to_owned(),
        Item::Event(event) => format!("{} {}", event.event_type, event.last_event_id),
        Item::ReconnectionTime(ms) => format!("retry {ms} ms"),
        Item::Comment(_) => "comment".to_owned(),
        Item::LimitExceeded { .. } => "too big".to_owned(),
        _ => "something new".to_owned(),
    }
}
