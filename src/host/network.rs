//! Hints about the network.
//!
//! Only `online` is heard, as a reason to try again sooner. `offline` and `navigator.onLine` are no reason to stop: they are wrong on
//! machines that reach their server well.

use gloo_events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

/// Listens for `online` until it is dropped.
#[derive(Debug)]
pub(crate) struct OnlineHint {
    _listener: EventListener,
}

impl OnlineHint {
    /// Calls `callback` each time the browser says that it came online; `None` where the global object tells no such thing (Node).
    pub(crate) fn listen(callback: impl Fn() + 'static) -> Option<Self> {
        let global = js_sys::global();
        if !Reflect::has(&global, &JsValue::from_str("addEventListener")).unwrap_or(false) {
            return None;
        }
        let target = global.unchecked_into::<EventTarget>();
        Some(OnlineHint { _listener: EventListener::new(&target, "online", move |_| callback()) })
    }
}
