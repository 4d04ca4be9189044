//! A page that a server renders, and a browser hydrates.
#![allow(unreachable_pub, reason = "what the macro makes of a component is public")]

use leptos::prelude::*;
use tidings_leptos::{Options, use_event_source};

#[component]
pub(crate) fn Page(#[prop(into)] url: Signal<String>) -> impl IntoView {
    let source = use_event_source(url, Options::new());
    let closed = use_event_source("not:a url", Options::new().starts_closed());
    view! {
        <p>
            {move || source.ready_state.get().to_string()} " " {move || closed.ready_state.get().to_string()} " "
            {move || source.message.get().is_some()} " " {move || source.error.get().is_some()}
        </p>
    }
}

/// What the server makes of it.
pub(crate) const RENDERED: &str = "<p>connecting<!> <!>closed<!> <!>false<!> <!>false</p>";
