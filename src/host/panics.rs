//! Panics of listeners.
//!
//! Danger: a listener that panics ends the call into Rust as a JavaScript exception, and the platform reports it by an `error` event at the
//! global object. Where no promise of ours hears of it, that is all there is, so we listen there.

use super::timers;
use crate::transport::Receiver;
use gloo_events::{EventListener, EventListenerOptions};
use js_sys::Reflect;
use std::rc::Weak;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

/// Looks, after each error that the platform reports, whether a listener of ours panicked. It looks in a microtask, when nothing runs any more:
/// a listener may be in the middle of something of the page's own that failed. `None` where the global object tells no such thing (Node).
pub(crate) fn watch(receiver: Weak<dyn Receiver>) -> Option<EventListener> {
    let global = js_sys::global();
    if !Reflect::has(&global, &JsValue::from_str("addEventListener")).unwrap_or(false) {
        return None;
    }
    let global = global.unchecked_into::<EventTarget>();
    // Before all others, which may stop the event.
    Some(EventListener::new_with_options(&global, "error", EventListenerOptions::run_in_capture_phase(), move |_| {
        if !receiver.upgrade().is_some_and(|receiver| receiver.is_busy()) {
            return;
        }
        let receiver = receiver.clone();
        timers::soon(move || {
            if let Some(receiver) = receiver.upgrade().filter(|receiver| receiver.is_busy()) {
                receiver.abandoned();
            }
        });
    }))
}
