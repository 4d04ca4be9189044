//! Events on a page, without a framework.

use futures_util::StreamExt;
use tidings::EventSource;
use wasm_bindgen::prelude::*;

/// Shows each tick, for as long as the page is there. `/ticks` is a route of the test server that serves the page.
#[wasm_bindgen(start)]
pub async fn start() -> Result<(), JsError> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsError::new("there is no page"))?;
    let place = document.get_element_by_id("ticks").ok_or(JsError::new("there is no place for ticks"))?;
    let sign = place.clone();
    let source = EventSource::new("/ticks")?;
    source.on_error(move |error| sign.set_text_content(Some(&error.to_string()))).forget();
    let mut ticks = source.events_named(["tick"]).messages();
    while let Some(tick) = ticks.next().await {
        place.set_text_content(Some(&format!("tick {}", tick.data)));
    }
    Ok(())
}
