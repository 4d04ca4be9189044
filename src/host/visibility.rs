//! Whether the page is hidden; never so in workers and in Node, which have none.

use crate::sys::{Document, Global};
use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

/// Whether it is hidden now.
pub(crate) fn is_hidden() -> bool {
    page().is_some_and(|page| page.hidden() == Some(true))
}

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Visibility {
    _listener: EventListener,
}

impl Visibility {
    /// Calls `callback` whenever it may have changed; `None` where there is no page.
    pub(crate) fn watch(callback: impl Fn(bool) + 'static) -> Option<Self> {
        let page = page()?;
        let target: &EventTarget = page.unchecked_ref();
        Some(Visibility { _listener: EventListener::new(target, "visibilitychange", move |_| callback(is_hidden())) })
    }
}

fn page() -> Option<Document> {
    js_sys::global().unchecked_into::<Global>().document()
}
