//! A source over `fetch`, whose events are counted in Rust: JavaScript asks for the sum ten times a second, and gets the newest rows as text.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function};
use tidings::{EventSource, ReadyState, Transport};
use wasm_bindgen::{JsError, JsValue, prelude::wasm_bindgen};

use crate::watch::Watch;

/// The lane of the crate.
#[wasm_bindgen]
pub struct Lane {
    source: EventSource,
    watch: Rc<RefCell<Watch>>,
}

#[wasm_bindgen]
impl Lane {
    /// Opens a source. `opened` is called without arguments, `failed` with the error in words.
    ///
    /// # Errors
    ///
    /// When the URL cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn open(url: &str, types: Vec<String>, opened: Function, failed: Function) -> Result<Lane, JsError> {
        let source = EventSource::builder(url).transport(Transport::Fetch).build()?;
        let watch = Rc::new(RefCell::new(Watch::default()));
        source
            .on_open(move |_| {
                // What the page's own code throws is the page's to report.
                let _ = opened.call0(&JsValue::NULL);
            })
            .forget();
        source
            .on_error(move |error| {
                let _ = failed.call1(&JsValue::NULL, &error.to_string().into());
            })
            .forget();
        for event_type in types {
            let watch = Rc::clone(&watch);
            source
                .on(&event_type, move |event| watch.borrow_mut().received(event.event_type, event.last_event_id, event.data))
                .forget();
        }
        Ok(Lane { source, watch })
    }

    /// The ready state, by the numbers of the standard.
    #[wasm_bindgen(getter, js_name = readyState)]
    pub fn ready_state(&self) -> u8 {
        match self.source.ready_state() {
            ReadyState::Connecting => 0,
            ReadyState::Open => 1,
            ReadyState::Closed => 2,
        }
    }

    /// The sums so far and the rows since the last time: `[events, lost, repeated, lastEventId, [id, type, data, …]]`.
    pub fn take(&self) -> Array {
        let mut watch = self.watch.borrow_mut();
        let rows = Array::new();
        for text in watch.rows.drain(..).flatten() {
            rows.push(&text.into());
        }
        let counts = [watch.events, watch.lost, watch.repeated].map(|count| JsValue::from_f64(count as f64));
        let sums: Array = counts.into_iter().collect();
        sums.push(&watch.last_event_id.as_str().into());
        sums.push(&rows);
        sums
    }

    /// Closes the source.
    pub fn close(&self) {
        self.source.close();
    }
}
