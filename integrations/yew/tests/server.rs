//! On a server: it renders, and connects to nothing. Built with `ssr`, apart from what is built for browsers.
#![cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]

mod page;

use page::{Page, PageProps, RENDERED};

#[tokio::test(flavor = "current_thread")]
async fn it_renders_and_does_not_connect() {
    let props = || PageProps { url: "/news".into() };
    let html = yew::ServerRenderer::<Page>::with_props(props).render().await;
    // Connecting here would be an error, for there is no browser. Components are named while debugging.
    assert_eq!(html.replace(std::any::type_name::<Page>(), ""), RENDERED);
}
