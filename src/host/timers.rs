//! Time.

use crate::sys::Settling;
use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

/// A timer that is stopped by being dropped.
#[derive(Debug)]
pub(crate) struct Timer {
    _timeout: Timeout,
}

impl Timer {
    /// Calls `callback` after so many milliseconds, at most 2,147,483,647.
    pub(crate) fn start(milliseconds: u32, callback: impl FnOnce() + 'static) -> Self {
        Timer { _timeout: Timeout::new(milliseconds, callback) }
    }
}

/// Milliseconds since the page or worker began; it does not go back.
pub(crate) fn now() -> u64 {
    crate::sys::performance_now() as u64
}

/// Calls `callback` in a microtask: when the code that is running comes to an `await` or to its end.
pub(crate) fn soon(callback: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(callback);
    Promise::resolve(&JsValue::UNDEFINED).unchecked_into::<Settling>().then(&callback, &JsValue::UNDEFINED);
}
