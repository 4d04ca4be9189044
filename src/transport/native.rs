//! The native transport: the browser's own `EventSource`, which parses and reconnects by itself.
//!
//! It gives named events only to listeners of that name, so it has to be told which names are listened to.
//!
//! Danger: a listener that panics ends the call into Rust as a JavaScript exception, which the browser reports, but nothing of ours
//! hears of it. So every event has a second listener of ours, which runs after the first, and notices when that did not return.

use super::{Receiver, Request};
use crate::MessageEvent;
use gloo_events::EventListener;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Weak;
use tidings_core::connection::{Attempt, Input};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventSource, EventSourceInit};

/// A browser's source; dropping it closes it.
pub(crate) struct NativeSource {
    source: EventSource,
    receiver: Weak<dyn Receiver>,
    messages: RefCell<BTreeMap<String, [EventListener; 2]>>,
    _open: [EventListener; 2],
    _error: [EventListener; 2],
}

impl NativeSource {
    /// Opens it, and reports to `receiver` for as long as that lives.
    pub(crate) fn open(request: &Request<'_>, receiver: Weak<dyn Receiver>) -> Result<Self, JsValue> {
        let init = EventSourceInit::new();
        init.set_with_credentials(request.with_credentials);
        let source = EventSource::new_with_event_source_init_dict(request.url, &init)?;
        let attempt = request.attempt;
        let open = watched(&source, "open", &receiver, move |_, receiver| {
            receiver.receive(Input::NativeOpened { attempt }, &[]);
        });
        let error = watched(&source, "error", &receiver, {
            let source = source.clone();
            move |event, receiver| failed(&source, attempt, event, receiver)
        });
        Ok(NativeSource { source, receiver, messages: RefCell::default(), _open: open, _error: error })
    }

    /// Hears events of these types from now on.
    pub(crate) fn listen_to<'a>(&self, types: impl Iterator<Item = &'a str>) {
        let mut messages = self.messages.borrow_mut();
        let mut before = std::mem::take(&mut *messages);
        for event_type in types {
            if !messages.contains_key(event_type) {
                let listeners = before.remove(event_type).unwrap_or_else(|| {
                    watched(&self.source, event_type, &self.receiver, |event, receiver| message(event, receiver))
                });
                messages.insert(event_type.to_owned(), listeners);
            }
        }
    }
}

impl Drop for NativeSource {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// Listens, and watches over the listener.
fn watched(
    source: &EventSource,
    event_type: &str,
    receiver: &Weak<dyn Receiver>,
    hear: impl Fn(&Event, &dyn Receiver) + 'static,
) -> [EventListener; 2] {
    let hearing = receiver.clone();
    let watching = receiver.clone();
    [
        EventListener::new(source, event_type.to_owned(), move |event| {
            if let Some(receiver) = hearing.upgrade() {
                hear(event, &*receiver);
            }
        }),
        EventListener::new(source, event_type.to_owned(), move |_| {
            if let Some(receiver) = watching.upgrade().filter(|receiver| receiver.is_busy()) {
                receiver.abandoned();
            }
        }),
    ]
}

/// A connection error, unless it is a message whose type is `error`.
fn failed(source: &EventSource, attempt: Attempt, event: &Event, receiver: &dyn Receiver) {
    if event.has_type::<web_sys::MessageEvent>() {
        return;
    }
    receiver.receive(
        match source.ready_state() {
            EventSource::CLOSED => Input::NativeFailed { attempt },
            _ => Input::NativeInterrupted { attempt },
        },
        &[],
    );
}

fn message(event: &Event, receiver: &dyn Receiver) {
    // An `open` or `error` of the connection itself is no message.
    if let Some(event) = event.dyn_ref::<web_sys::MessageEvent>() {
        let data = event.data().as_string().unwrap_or_default();
        receiver.receive_message(&MessageEvent {
            event_type: &event.type_(),
            data: &data,
            last_event_id: &event.last_event_id(),
            origin: &event.origin(),
        });
    }
}
