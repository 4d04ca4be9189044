//! The native transport: the browser's own `EventSource`, which parses and reconnects by itself.
//!
//! It gives named events only to listeners of that name, so it has to be told which names are listened to.

use super::{Receiver, Request};
use crate::MessageEvent;
use crate::request::Credentials;
use gloo_events::EventListener;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use tidings_core::connection::{Attempt, Input};
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventSource, EventSourceInit};

/// A browser's source; dropping it closes it.
pub(crate) struct NativeSource {
    source: EventSource,
    receiver: Weak<dyn Receiver>,
    /// Where the open connection's events come from, once one has told: asking each event costs a JavaScript string.
    origin: Rc<RefCell<Option<Rc<str>>>>,
    messages: RefCell<BTreeMap<String, EventListener>>,
    _open: EventListener,
    _error: EventListener,
}

impl NativeSource {
    /// Opens it, and reports to `receiver` for as long as that lives.
    pub(crate) fn open(request: &Request<'_>, receiver: Weak<dyn Receiver>) -> Result<Self, JsValue> {
        let init = EventSourceInit::new();
        init.set_with_credentials(request.credentials == Credentials::Include);
        let source = EventSource::new_with_event_source_init_dict(request.url, &init)?;
        let attempt = request.attempt;
        let origin = Rc::<RefCell<Option<Rc<str>>>>::default();
        let stale = origin.clone();
        let open = heard(&source, "open", &receiver, move |_, receiver| {
            // Another server may have answered.
            stale.take();
            receiver.receive(Input::NativeOpened { attempt }, &[]);
        });
        let error = heard(&source, "error", &receiver, {
            let source = source.clone();
            move |event, receiver| failed(&source, attempt, event, receiver)
        });
        Ok(NativeSource { source, receiver, origin, messages: RefCell::default(), _open: open, _error: error })
    }

    /// Hears events of these types from now on.
    pub(crate) fn listen_to<'a>(&self, types: impl Iterator<Item = &'a str>) {
        let mut before = self.messages.take();
        let mut now = BTreeMap::new();
        for event_type in types {
            let listener = before.remove(event_type).unwrap_or_else(|| self.hear_messages(event_type));
            now.insert(event_type.to_owned(), listener);
        }
        self.messages.replace(now);
    }

    fn hear_messages(&self, event_type: &str) -> EventListener {
        let (name, origin) = (event_type.to_owned(), self.origin.clone());
        heard(&self.source, event_type, &self.receiver, move |event, receiver| message(event, &name, &origin, receiver))
    }
}

impl Drop for NativeSource {
    fn drop(&mut self) {
        self.source.close();
    }
}

fn heard(
    source: &EventSource,
    event_type: &str,
    receiver: &Weak<dyn Receiver>,
    hear: impl Fn(&Event, &dyn Receiver) + 'static,
) -> EventListener {
    let receiver = receiver.clone();
    EventListener::new(source, event_type.to_owned(), move |event| {
        if let Some(receiver) = receiver.upgrade() {
            hear(event, &*receiver);
        }
    })
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

fn message(event: &Event, event_type: &str, origin: &RefCell<Option<Rc<str>>>, receiver: &dyn Receiver) {
    // An `open` or `error` of the connection itself is no message.
    if let Some(event) = event.dyn_ref::<web_sys::MessageEvent>() {
        let data = event.data().as_string().unwrap_or_default();
        let origin = origin.borrow_mut().get_or_insert_with(|| event.origin().into()).clone();
        let last_event_id = event.last_event_id();
        receiver.receive_message(&MessageEvent { event_type, data: &data, last_event_id: &last_event_id, origin: &origin });
    }
}
