//! A page that a server renders, and a browser hydrates.

use tidings_yew::{Options, use_event_source};
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(crate) struct PageProps {
    pub(crate) url: AttrValue,
}

#[component]
pub(crate) fn Page(props: &PageProps) -> Html {
    let source = use_event_source(&props.url, Options::new());
    let closed = use_event_source("not:a url", Options::new().starts_closed());
    html! {
        <p>
            { source.ready_state().to_string() }{ " " }{ closed.ready_state().to_string() }{ " " }
            { source.message().is_some() }{ " " }{ source.error().is_some() }
        </p>
    }
}

/// What the server makes of it.
pub(crate) const RENDERED: &str = "<!--<[]>--><p>connecting closed false false</p><!--</[]>-->";
