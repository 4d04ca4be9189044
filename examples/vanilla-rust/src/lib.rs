//! Events on a page, without a framework.

use futures_util::StreamExt;
use wasm_bindgen::prelude::*;

/// Shows each tick, for as long as the page is there. `/ticks` is a route of the test server that serves the page.
#[wasm_bindgen(start)]
pub async fn start() -> Result<(), JsError> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsError::new("there is no page"))?;
    let ticks = document.get_element_by_id("ticks").ok_or(JsError::new("there is no place for ticks"))?;
    let mut events = tidings::EventSource::new("/ticks")?.events_named(["tick"]);
    while let Some(event) = events.next().await {
        ticks.set_text_content(Some(&match event {
            tidings::Event::Message(message) => format!("tick {}", message.data),
            other => format!("{other:?}"),
        }));
    }
    Ok(())
}
