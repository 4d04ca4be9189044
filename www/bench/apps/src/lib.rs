//! The same small app four times: it receives events, looks at the data of each as Rust text, and says how long that took.
//!
//! `clients` holds the four, each written as its documentation shows; `tally` is what every one of them does with an event. The
//! page only loads this; `www/bench/apps.mjs` calls it, and measures the processor's time from outside.

mod clients;
mod tally;

use tidings::Transport;
use wasm_bindgen::prelude::*;

pub use tally::Run;
use tally::Work;

/// tidings over `fetch`.
///
/// # Errors
///
/// When the source cannot be made, or ends before `count` events have come.
#[wasm_bindgen]
pub async fn tidings_fetch(url: String, count: u32, parse: bool) -> Result<Run, JsError> {
    clients::tidings(&url, Transport::Fetch, Work { count, parse }).await
}

/// tidings over the browser's own `EventSource`.
///
/// # Errors
///
/// As for [`tidings_fetch`].
#[wasm_bindgen]
pub async fn tidings_native(url: String, count: u32, parse: bool) -> Result<Run, JsError> {
    clients::tidings(&url, Transport::Native, Work { count, parse }).await
}

/// The browser's own `EventSource`, by web-sys.
///
/// # Errors
///
/// As for [`tidings_fetch`].
#[wasm_bindgen]
pub async fn web_sys(url: String, count: u32, parse: bool) -> Result<Run, JsError> {
    clients::web_sys(&url, Work { count, parse }).await
}

/// gloo-net's `EventSource`.
///
/// # Errors
///
/// As for [`tidings_fetch`].
#[wasm_bindgen]
pub async fn gloo_net(url: String, count: u32, parse: bool) -> Result<Run, JsError> {
    clients::gloo_net(&url, Work { count, parse }).await
}
