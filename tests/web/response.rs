//! What comes back: statuses, types, encodings, messages.

use super::tools::{Journal, Told, over_both, route, server, told_by_fetch};
use std::rc::Rc;
use tidings::{Failure, ReadyState, Transport, WhenTooBig};
use wasm_bindgen_test::wasm_bindgen_test;

over_both! {
    async fn status_error(transport) {
        for status in [204, 205, 210, 299, 404, 410, 500, 503] {
            let route = route(&format!("/status/{status}"));
            let (source, mut journal) = route.watch(transport, &["message"]);
            assert_eq!(journal.failure().await, told_by_fetch(transport, Failure::Status(status)));
            assert_eq!(source.ready_state(), ReadyState::Closed);
            route.seen("open=0&requests=1").await;
        }
    }

    async fn content_type(transport) {
        for accepted in ["text/event-stream", "TEXT/event-stream", "text/event-stream;charset=utf-8", "text/event-stream;"] {
            let (_source, mut journal) = route(&format!("/content-type?value={accepted}&end=hang")).watch(transport, &["message"]);
            journal.opened(transport, 1).await;
            journal.data().await;
        }
        // Their bodies end, for Chromium waits for what may be sniffed before it tells its own source of text/plain.
        for refused in ["text/html", "text/plain", "text/event-streamx", "application/json"] {
            let (_source, mut journal) = route(&format!("/content-type?value={refused}")).watch(transport, &["message"]);
            let reason = Failure::ContentType(Some(refused.to_owned()));
            assert_eq!(journal.failure().await, told_by_fetch(transport, reason));
        }
    }

    async fn a_message_tells_all(transport) {
        let body = "id:%207%0Aevent:%20price%0Adata:%20{%22a%22:1}%0Adata:%20two%0A%0A";
        let (source, mut journal) = route(&format!("/message?body={body}&end=hang")).watch(transport, &["price", "message"]);
        assert_eq!(source.ready_state(), ReadyState::Connecting);
        let opened = journal.next().await;
        let url = told_by_fetch(transport, source.url().to_owned());
        assert_eq!(opened, Told::Open { attempt: told_by_fetch(transport, 1), url, state: ReadyState::Open });
        let expected = Told::Message {
            event_type: "price".into(),
            data: "{\"a\":1}\ntwo".into(),
            id: "7".into(),
            origin: server().into(),
            state: ReadyState::Open,
        };
        assert_eq!(journal.next().await, expected);
    }

    async fn types_of_every_name(transport) {
        let names = ["constructor", "__proto__", "error", "open", "close", "ä", "a b"];
        let body: String = names.iter().map(|name| format!("event: {name}\ndata: {name}\n\n")).collect();
        let body = String::from(js_sys::encode_uri_component(&body));
        let (_source, mut journal) = route(&format!("/message?body={body}&end=hang")).watch(transport, &names);
        journal.open().await;
        for name in names {
            assert_eq!(journal.data().await, name);
        }
    }

    async fn a_burst_arrives_whole_and_in_order(transport) {
        let (_source, mut journal) = route("/burst?count=5000&size=80&chunk=1000&end=hang").watch(transport, &["message", "done"]);
        journal.open().await;
        for _ in 0..5000 {
            journal.data().await;
        }
        assert_eq!(journal.data().await, "5000");
    }
}

#[wasm_bindgen_test]
async fn without_a_content_type_it_fails() {
    let (_source, mut journal) = route("/content-type?end=hang").watch(Transport::Fetch, &["message"]);
    assert_eq!(journal.failure().await, Some(Failure::ContentType(None)));
}

#[wasm_bindgen_test]
async fn charset_is_utf_8_whatever_it_says() {
    // Over fetch only: Chromium's own source refuses any charset but UTF-8.
    let body = "data:%20%D1%8F%E2%82%AC%0A%0A";
    let (_source, mut journal) = route(&format!("/message?body={body}&type=text/event-stream%3Bcharset%3Dwindows-1251&end=hang"))
        .watch(Transport::Fetch, &["message"]);
    journal.open().await;
    assert_eq!(journal.data().await, "я€");
}

#[wasm_bindgen_test]
async fn past_the_limit_it_fails_and_frees_the_connection() {
    let route = route("/endless?size=5000&chunk=512");
    let source = route.builder(Transport::Auto).max_event_size(4096).build().expect("the URL is good");
    let source = Rc::new(source);
    let mut journal = Journal::of(&source, &["message"]);
    journal.open().await;
    assert_eq!(journal.failure().await, Some(Failure::LimitExceeded { limit: 4096 }));
    route.seen("open=0&closed=1").await;
}

#[wasm_bindgen_test]
async fn or_leaves_out_what_is_too_big() {
    let body = "data:1%0A%0Aid:7%0Adata:123456789%0Adata:0%0A%0Adata:2%0A%0A";
    let route = route(&format!("/message?body={body}&end=hang"));
    let source =
        route.builder(Transport::Auto).max_event_size(8).when_too_big(WhenTooBig::Skip).build().expect("the options are good");
    let source = Rc::new(source);
    let mut journal = Journal::of(&source, &["message"]);
    journal.open().await;
    assert_eq!([journal.data().await, journal.data().await], ["1", "2"]);
}
