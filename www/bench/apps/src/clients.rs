//! The four clients.

use crate::tally::{Run, SharedTally, Tally, Work};
use futures_util::StreamExt as _;
use tidings::{EventSource, Transport};
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

pub(crate) async fn tidings(url: &str, transport: Transport, work: Work) -> Result<Run, JsError> {
    let (tally, done) = SharedTally::new(work);
    let source = EventSource::builder(url).transport(transport).build()?;
    source
        .on_message({
            let tally = tally.clone();
            move |event| tally.take(event.data)
        })
        .forget();
    source.on_error(move |_| tally.stop()).forget();
    let tally = done.await?;
    source.close();
    tally.finish()
}

pub(crate) async fn web_sys(url: &str, work: Work) -> Result<Run, JsError> {
    let (tally, done) = SharedTally::new(work);
    let source = web_sys::EventSource::new(url).map_err(words)?;
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
        let tally = tally.clone();
        move |event: MessageEvent| tally.take(&event.data().as_string().unwrap_or_default())
    });
    let on_error = Closure::<dyn FnMut()>::new(move || tally.stop());
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let tally = done.await;
    source.close();
    source.set_onmessage(None);
    source.set_onerror(None);
    tally?.finish()
}

pub(crate) async fn gloo_net(url: &str, work: Work) -> Result<Run, JsError> {
    let mut tally = Tally::new(work);
    let mut source = gloo_net::eventsource::futures::EventSource::new(url)?;
    let mut messages = source.subscribe("message")?;
    while let Some(Ok((_type, message))) = messages.next().await {
        if tally.take(&message.data().as_string().unwrap_or_default()) {
            break;
        }
    }
    source.close();
    tally.finish()
}

fn words(error: JsValue) -> JsError {
    JsError::new(&error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message())).unwrap_or_default())
}
