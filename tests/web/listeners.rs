//! Listeners and their guards while events come.

use super::tools::{DropObserver, Journal, is_node, over_both, route, ticks, uncaught, within};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tidings::{ReadyState, Subscription, Transport};

over_both! {
    async fn a_listener_may_add_drop_and_construct(transport) {
        let source = Rc::new(route("/drip?every=20&count=0").connect(transport));
        let (tell, mut told) = unbounded();
        let constructed = Rc::new(RefCell::new(None));
        let own_guard: Rc<RefCell<Option<Subscription>>> = Rc::default();
        let guard = source.on_message({
            let (source, constructed, own_guard) = (Rc::downgrade(&source), constructed.clone(), own_guard.clone());
            move |event| {
                _ = tell.unbounded_send(format!("first {}", event.last_event_id));
                let source = source.upgrade().expect("it is there");
                let tell = tell.clone();
                source.on_message(move |event| _ = tell.unbounded_send(format!("second {}", event.last_event_id))).forget();
                *constructed.borrow_mut() = Some(route("/silent").connect(transport));
                own_guard.borrow_mut().take();
            }
        });
        *own_guard.borrow_mut() = Some(guard);
        for expected in ["first 1", "second 2", "second 3"] {
            assert_eq!(within("an event", told.next()).await.as_deref(), Some(expected));
        }
        let constructed = constructed.take().expect("made inside the listener");
        assert_ne!(constructed.ready_state(), ReadyState::Closed);
    }

    async fn a_guard_removes_only_its_listener(transport) {
        let route = route("/drip?every=20&count=0");
        let (source, mut journal) = route.watch(transport, &["message"]);
        let (observer, dropped) = DropObserver::new();
        let calls = Rc::new(Cell::new(0));
        let guard = source.on_message({
            let calls = calls.clone();
            move |_| {
                let _kept = &observer;
                calls.set(calls.get() + 1);
            }
        });
        journal.open().await;
        journal.data().await;
        journal.data().await;
        drop(guard);
        let calls_until_then = calls.get();
        assert!(calls_until_then >= 1 && dropped.get() == 1);
        journal.data().await;
        journal.data().await;
        assert_eq!(calls.get(), calls_until_then);
        assert_eq!(source.ready_state(), ReadyState::Open, "a guard does not close");
    }

    async fn listeners_end_with_their_source(transport) {
        let source = route("/silent").connect(transport);
        let (observer, dropped) = DropObserver::new();
        source.on_message(move |_| _ = &observer).forget();
        let guard = source.on_error(|_| {});
        drop(source);
        assert_eq!(dropped.get(), 1);
        drop(guard);
    }

    async fn a_panic_on_a_message_is_reported_and_closes(transport) {
        let dripping = route("/drip?every=1&count=0");
        let source = dripping.connect(transport);
        let error = uncaught(|| source.on_message(|_| wasm_bindgen::throw_str("the listener broke")).forget()).await;
        assert!(error.contains("the listener broke"), "{error}");
        dripping.seen("open=0&closed=1").await;
        assert_eq!(source.ready_state(), ReadyState::Closed);
        // Others are not harmed.
        let (_other, mut journal) = route("/drip?every=1&count=0").watch(transport, &["message"]);
        journal.open().await;
        journal.data().await;
    }

    async fn a_panic_on_open_is_reported_and_closes(transport) {
        let dripping = route("/drip?every=1&count=0");
        let source = dripping.connect(transport);
        let error = uncaught(|| source.on_open(|_| wasm_bindgen::throw_str("the listener broke")).forget()).await;
        assert!(error.contains("the listener broke"), "{error}");
        dripping.seen("open=0&closed=1").await;
        assert_eq!(source.ready_state(), ReadyState::Closed);
    }

    async fn a_panic_on_an_error_is_reported_and_closes(transport) {
        for path in ["/resume?count=1&retry=100", "/status/500", "/told"] {
            let ending = route(path);
            let source = Rc::new(ending.connect(transport));
            let cut = (path == "/told").then(|| ending.tell("data: half", Some("cut")));
            if cut.is_some() {
                let mut journal = Journal::of(&source, &["message"]);
                ending.tell("retry: 100\n\ndata: x\n\n", None).await;
                journal.open().await;
                journal.data().await;
            }
            let error = uncaught(|| {
                source.on_error(|_| wasm_bindgen::throw_str("the listener broke")).forget();
                cut.into_iter().for_each(wasm_bindgen_futures::spawn_local);
            })
            .await;
            assert!(error.contains("the listener broke"), "{path}: {error}");
            ticks(15).await;
            assert_eq!(source.ready_state(), ReadyState::Closed, "{path}");
            assert_eq!(ending.seen("open=0").await["requests"], 1, "{path}: it does not reconnect");
        }
    }
}

/// After a request that failed, and, where there are origins, a probe that failed.
#[wasm_bindgen_test::wasm_bindgen_test]
async fn a_panic_on_the_first_error_is_reported_and_closes() {
    let source = route("/refuse?end=reset").connect(Transport::Fetch);
    let error = uncaught(|| source.on_error(|_| wasm_bindgen::throw_str("the listener broke")).forget()).await;
    assert!(error.contains("the listener broke"), "{error}");
    assert_eq!(source.ready_state(), ReadyState::Closed);
}

/// A timer's callback is no promise's: only the platform's report tells of the panic, and Node makes none that a page could hear.
#[wasm_bindgen_test::wasm_bindgen_test]
async fn a_panic_on_silence_is_reported_and_closes() {
    if is_node() {
        return;
    }
    let silent = route("/sequence?steps=silent");
    let source = silent
        .builder(Transport::Fetch)
        .idle_timeout(std::time::Duration::from_millis(200))
        .build()
        .expect("the options are good");
    let error = uncaught(|| source.on_error(|_| wasm_bindgen::throw_str("the listener broke")).forget()).await;
    assert!(error.contains("the listener broke"), "{error}");
    ticks(15).await;
    assert_eq!(source.ready_state(), ReadyState::Closed);
}
