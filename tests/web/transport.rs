//! Which transport is taken, and what needs fetch: a test for each row of the table at `Transport`.

use super::tools::{has_native, route, within};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use tidings::{ErrorKind, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn auto_takes_native_where_there_is_one() {
    let (source, mut journal) = route("/message?end=hang").watch(Transport::Auto, &["message"]);
    assert_eq!(source.transport(), Transport::Auto, "not decided yet");
    journal.open().await;
    assert_eq!(source.transport(), if has_native() { Transport::Native } else { Transport::Fetch });
    journal.data().await;
}

#[wasm_bindgen_test]
async fn max_event_size_needs_fetch() {
    let route = route("/message?end=hang");
    let source = route.builder(Transport::Auto).max_event_size(1000).build().expect("Auto takes fetch");
    assert_eq!(source.transport(), Transport::Fetch);
    if has_native() {
        let error = route.builder(Transport::Native).max_event_size(1000).build().expect_err("native knows no limit");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("`max_event_size`"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn on_comment_needs_fetch() {
    let heartbeat = route("/heartbeat?every=10&data=x");
    let source = heartbeat.connect(Transport::Auto);
    let (tell, mut told) = unbounded();
    let _guard = source.on_comment(move |text| _ = tell.unbounded_send(text.to_owned())).expect("Auto takes fetch");
    assert!(within("a comment", told.next()).await.is_some());
    assert_eq!(source.transport(), Transport::Fetch);

    if has_native() {
        let source = heartbeat.connect(Transport::Native);
        let error = source.on_comment(|_| {}).expect_err("native drops comments");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("`on_comment`"), "{error}");

        // Auto has taken native already.
        let (source, mut journal) = route("/message?end=hang").watch(Transport::Auto, &["message"]);
        journal.open().await;
        assert_eq!(source.on_comment(|_| {}).expect_err("too late").kind(), ErrorKind::Unsupported);
    }
}

#[wasm_bindgen_test]
fn native_where_there_is_none_is_an_error() {
    if !has_native() {
        let error = route("/silent").builder(Transport::Native).build().expect_err("there is none");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("EventSource"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn native_hears_types_that_are_added_later() {
    if !has_native() {
        return;
    }
    let (source, mut journal) = route("/ticks?every=10").watch(Transport::Native, &[]);
    journal.open().await;
    let (tell, mut told) = unbounded();
    let guard = source.on("tick", move |event| _ = tell.unbounded_send(event.data.len()));
    assert!(within("a tick", told.next()).await.is_some());
    drop(guard);
    while told.next().await.is_some() {}
}
