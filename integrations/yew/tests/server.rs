//! On a server: it renders, and connects to nothing. Built with `ssr`, apart from what is built for browsers.
#![cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]

use tidings_yew::{Options, use_event_source};
use yew::prelude::*;

#[component]
fn Page() -> Html {
    let source = use_event_source("/news", Options::new());
    let closed = use_event_source("not:a url", Options::new().starts_closed());
    html! {
        <p>
            { source.ready_state().to_string() }{ " " }{ closed.ready_state().to_string() }{ " " }
            { source.message().is_some() }{ " " }{ source.error().is_some() }
        </p>
    }
}

#[tokio::test(flavor = "current_thread")]
async fn it_renders_and_does_not_connect() {
    let html = yew::ServerRenderer::<Page>::new().hydratable(false).render().await;
    // Connecting here would be an error, for there is no browser.
    assert_eq!(html, "<p>connecting closed false false</p>");
}
