//! Which transport is taken, and what needs fetch: a test for each row of the table at `Transport`.

use super::tools::{has_native, over_both, route, within};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use js_sys::Function;
use tidings::{ErrorKind, Transport};
use wasm_bindgen::prelude::*;
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

over_both! {
    /// Over fetch no text of an event becomes a JavaScript string, or comes from one. What turns the one into the other is counted.
    async fn strings_are_made_for_each_event_over_native_only(transport) {
        let conversions = Function::new_no_args(
            "let count = 0
            const counted = ({ prototype }, name) => {
                const original = prototype[name]
                prototype[name] = function (...given) { count += 1; return original.apply(this, given) }
                return () => { prototype[name] = original }
            }
            const restore = [counted(TextDecoder, 'decode'), counted(TextEncoder, 'encodeInto')]
            return () => { restore.forEach(again => again()); return count }",
        );
        // Not ASCII: bindings copy what is short and ASCII by hand.
        let body = String::from(js_sys::encode_uri_component(&"data: größe\n\n".repeat(EVENTS)));
        let (source, mut journal) = route(&format!("/message?body={body}&end=hang")).watch(transport, &[]);
        let (tell, mut told) = unbounded();
        let mut count = 0;
        let _guard = source.on_message(move |event| {
            count += usize::from(event.data == "größe");
            if count == EVENTS {
                _ = tell.unbounded_send(());
            }
        });
        let end_count: Function = conversions.call0(&JsValue::UNDEFINED).expect("a function").unchecked_into();
        journal.open().await;
        within("all events", told.next()).await;
        let conversions = end_count.call0(&JsValue::UNDEFINED).ok().and_then(|count| count.as_f64()).expect("a count");
        match transport {
            // The URL, the content type, what the open event tells.
            Transport::Fetch => assert!(conversions < 40.0, "{conversions} conversions for {EVENTS} events"),
            _ => assert!(conversions >= EVENTS as f64, "{conversions} conversions: is nothing counted any more?"),
        }
    }
}

const EVENTS: usize = 200;
