//! Ending it: in every state, inside listeners, by dropping.

use super::tools::{Journal, Replaced, Told, over_both, route, ticks, within};
use std::cell::RefCell;
use std::rc::Rc;
use tidings::{EventSource, ReadyState, Transport};

/// Ends a source in the first of three events that come in one chunk, and says what was told after that.
async fn end_in_the_first_of_three(transport: Transport, end: impl FnOnce(Rc<RefCell<Option<EventSource>>>) + 'static) {
    let route = route("/message?body=data:1%0A%0Adata:2%0A%0Adata:3%0A%0A&end=hang");
    let source = Rc::new(RefCell::new(Some(route.connect(transport))));
    let told = Rc::new(RefCell::new(Vec::new()));
    let (done, ended) = futures_channel::oneshot::channel();
    let mut once = Some((end, done));
    let guards = {
        let listener = |name: &'static str| {
            let told = told.clone();
            move |event: &tidings::MessageEvent<'_>| told.borrow_mut().push(format!("{name}{}", event.data))
        };
        let borrowed = source.borrow();
        let source_of = borrowed.as_ref().expect("it is still there");
        let for_listener = source.clone();
        [
            source_of.on_message(listener("a")),
            source_of.on_message(move |_| {
                if let Some((end, done)) = once.take() {
                    end(for_listener.clone());
                    _ = done.send(());
                }
            }),
            source_of.on_message(listener("b")),
        ]
    };
    within("the first event", ended).await.expect("it is sent");
    route.seen("open=0&closed=1").await;
    assert_eq!(*told.borrow(), ["a1"], "nobody is told anything after that");
    drop(guards);
}

over_both! {
    async fn close_before_the_answer(transport) {
        let route = route("/no-answer");
        let (source, mut journal) = route.watch(transport, &["message"]);
        route.seen("open=1").await;
        source.close();
        assert_eq!(source.ready_state(), ReadyState::Closed);
        let seen = route.seen("open=0&closed=1").await;
        assert_eq!(seen["log"][0]["ended"], "client-gone", "{seen}");
        assert_eq!(journal.rest(), []);
    }

    async fn close_while_open(transport) {
        let route = route("/drip?every=1&count=0");
        let (source, mut journal) = route.watch(transport, &["message"]);
        journal.open().await;
        journal.data().await;
        source.close();
        source.close();
        let told_until_close = journal.rest();
        assert!(told_until_close.iter().all(|told| matches!(told, Told::Message { .. })), "{told_until_close:?}");
        let seen = route.seen("open=0&closed=1").await;
        assert_eq!(seen["log"][0]["ended"], "client-gone", "{seen}");
        assert_eq!(journal.rest(), [], "nothing is told after close, not even an error");
    }

    async fn close_while_waiting(transport) {
        let ended = route("/resume?count=1&retry=100");
        let (source, mut journal) = ended.watch(transport, &["message"]);
        journal.open().await;
        journal.data().await;
        journal.interruption().await;
        source.close();
        assert_eq!(source.ready_state(), ReadyState::Closed);
        // Longer than the wait, also than the half second that Firefox's own source waits at least.
        ticks(15).await;
        assert_eq!(journal.rest(), []);
        assert_eq!(ended.seen("open=0").await["requests"], 1);
    }

    async fn dropping_closes(transport) {
        let route = route("/silent");
        let (source, mut journal) = route.watch(transport, &[]);
        route.seen("open=1").await;
        // Firefox announces a response with the first byte of its body, so there it is not open yet.
        journal.rest();
        drop(source);
        let seen = route.seen("open=0&closed=1").await;
        assert_eq!(seen["log"][0]["ended"], "client-gone", "{seen}");
        assert_eq!(journal.rest(), []);
    }

    async fn dropping_at_once_sends_nothing(transport) {
        let route = route("/silent");
        drop(route.connect(transport));
        ticks(3).await;
        assert_eq!(route.seen("open=0").await["requests"], 0, "it was not begun yet");
    }

    async fn close_inside_a_listener(transport) {
        end_in_the_first_of_three(transport, |source| {
            let source = source.borrow();
            let source = source.as_ref().expect("it is there");
            source.close();
            assert_eq!(source.ready_state(), ReadyState::Closed);
        })
        .await;
    }

    async fn drop_inside_a_listener(transport) {
        end_in_the_first_of_three(transport, |source| {
            let source = source.take();
            drop(source);
        })
        .await;
    }

    async fn close_inside_open(transport) {
        let route = route("/message?end=hang");
        let source = Rc::new(route.connect(transport));
        let mut journal = {
            let closing = Rc::downgrade(&source);
            source.on_open(move |_| closing.upgrade().expect("it is there").close()).forget();
            Journal::of(&source, &["message"])
        };
        route.seen("open=0&closed=1").await;
        assert_eq!(journal.rest(), [], "the later open listener is not told, and no message");
    }

    async fn close_as_soon_as_it_opens_again_and_again(transport) {
        let route = route("/message?end=hang");
        for opened in 1..=40 {
            let (source, mut journal) = route.watch(transport, &["message"]);
            journal.open().await;
            source.close();
            if opened % 5 == 0 {
                route.seen(&format!("open=0&closed={opened}")).await;
            }
        }
    }

    async fn close_inside_error(transport) {
        let ended = route("/resume?count=1&retry=100");
        let source = Rc::new(ended.connect(transport));
        let (done, closed) = futures_channel::oneshot::channel();
        let mut done = Some(done);
        source
            .on_error({
                let source = Rc::downgrade(&source);
                move |error| {
                    assert!(error.will_reconnect());
                    let source = source.upgrade().expect("it is there");
                    assert_eq!(source.ready_state(), ReadyState::Connecting);
                    source.close();
                    assert_eq!(source.ready_state(), ReadyState::Closed);
                    _ = done.take().expect("it is told once").send(());
                }
            })
            .forget();
        within("the interruption", closed).await.expect("it is sent");
        ticks(15).await;
        assert_eq!(ended.seen("open=0").await["requests"], 1, "it does not reconnect");
    }
}

/// A page may have put something of its own in the place of `fetch` and `EventSource`, which may call in.
#[wasm_bindgen_test::wasm_bindgen_test]
async fn close_inside_a_fetch_of_the_pages_own() {
    use wasm_bindgen::prelude::*;
    let silent = route("/silent");
    let source = Rc::new(silent.connect(Transport::Fetch));
    let global = js_sys::global();
    let original = js_sys::Reflect::get(&global, &"fetch".into()).expect("there is one");
    let close = {
        let source = Rc::downgrade(&source);
        Closure::<dyn FnMut()>::new(move || source.upgrade().expect("it is there").close())
    };
    let fetch = js_sys::Function::new_with_args("close, fetch", "return (...request) => { close(); return fetch(...request) }");
    let fetch = fetch.call2(&JsValue::UNDEFINED, close.as_ref(), &original).expect("a function");
    let replaced = Replaced::with("fetch", &fetch);
    // The microtask that sends the request comes before this goes on.
    wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&JsValue::UNDEFINED)).await.expect("it resolves");
    drop(replaced);
    assert_eq!(source.ready_state(), ReadyState::Closed);
    ticks(3).await;
    silent.seen("open=0").await;
}

/// A `fetch` that does not heed its signal has its body cancelled.
#[wasm_bindgen_test::wasm_bindgen_test]
async fn close_with_a_fetch_that_heeds_no_signal() {
    let global = js_sys::global();
    let original = js_sys::Reflect::get(&global, &"fetch".into()).expect("there is one");
    let fetch = js_sys::Function::new_with_args("fetch", "return (url, { signal, ...init }) => fetch(url, init)");
    let fetch = fetch.call1(&wasm_bindgen::JsValue::UNDEFINED, &original).expect("a function");
    let replaced = Replaced::with("fetch", &fetch);
    let route = route("/drip?every=10&count=0");
    let (source, mut journal) = route.watch(Transport::Fetch, &["message"]);
    journal.open().await;
    drop(replaced);
    journal.data().await;
    source.close();
    let seen = route.seen("open=0&closed=1").await;
    assert_eq!(seen["log"][0]["ended"], "client-gone", "{seen}");
}
