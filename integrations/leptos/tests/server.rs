//! On a server: it renders, and connects to nothing. Built with `ssr`, apart from what is built for browsers.
#![cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]

mod page;

use leptos::prelude::*;
use page::{Page, RENDERED};

#[test]
fn it_renders_and_does_not_connect() {
    // A server may clean up on another thread than it rendered on.
    let owner = Owner::new();
    let html = owner.with(|| view! { <Page url="/news" /> }.to_html());
    // Connecting here would be an error, for there is no browser.
    assert_eq!(html, RENDERED);
    std::thread::spawn(move || owner.cleanup()).join().expect("nothing is tied to a thread");
}
