//! On a server: it renders, and connects to nothing. Built with `ssr`, apart from what is built for browsers.
#![cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]

use leptos::prelude::*;
use tidings_leptos::{Options, use_event_source};

#[component]
fn Page() -> impl IntoView {
    let source = use_event_source("/news", Options::new());
    let closed = use_event_source("not:a url", Options::new().starts_closed());
    let (ready_state, other) = (source.ready_state.get().to_string(), closed.ready_state.get().to_string());
    view! { <p>{ready_state} " " {other} " " {source.message.get().is_some()} " " {source.error.get().is_some()}</p> }
}

#[test]
fn it_renders_and_does_not_connect() {
    // A server may clean up on another thread than it rendered on.
    let owner = Owner::new();
    let html = owner.with(|| view! { <Page/> }.to_html());
    let text = html.replace("<!>", "");
    // Connecting here would be an error, for there is no browser.
    assert_eq!(text, "<p>connecting closed false false</p>");
    std::thread::spawn(move || owner.cleanup()).join().expect("nothing is tied to a thread");
}
