//! The signals in a browser, against the real server and against one in memory.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

#[path = "../../../tests/web/tools.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "it serves more tests than these")]
mod tools;

mod page;

use leptos::mount::{UnmountHandle, hydrate_from, mount_to};
use leptos::prelude::*;
use page::{Page, RENDERED};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tidings::test_util::TestServer;
use tidings::{DecodeErrorKind, ErrorKind, Message, ReadyState, Transport};
use tidings_leptos::{Options, UseEventSource, use_event_source, use_event_source_as};
use tools::{Route, route, within};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn new_element() -> web_sys::HtmlElement {
    document().create_element("div").expect("there is a page").unchecked_into()
}

/// Mounts a component that is nothing but `make`; dropping what comes with its result unmounts it.
fn mounted<S: 'static>(make: impl FnOnce() -> S + 'static) -> (S, Box<dyn Any>) {
    let made = Rc::new(Cell::new(None));
    let root = new_element();
    let keep = made.clone();
    let handle: UnmountHandle<_> = mount_to(root, move || {
        keep.set(Some(make()));
        view! { <p></p> }
    });
    (made.take().expect("it is mounted"), Box::new(handle))
}

/// Waits until a signal is so; whoever hears of it is an effect, as in an app.
async fn until(what: &str, is_so: impl Fn() -> bool + 'static) {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let sender = Cell::new(Some(sender));
    let owner = Owner::new();
    owner.with(|| {
        Effect::new(move |_| {
            if is_so()
                && let Some(sender) = sender.take()
            {
                _ = sender.send(());
            }
        })
    });
    within(what, receiver).await.expect("the effect is there");
}

async fn opened(source: UseEventSource) {
    until("open", move || source.ready_state.get() == ReadyState::Open).await;
}

/// A stream that goes on, of its own key.
fn lasting() -> Route {
    route("/interleaved?count=1&types=message&end=hang")
}

/// Where everything has to be the same.
const BOTH: [Transport; 2] = [Transport::Fetch, Transport::Native];

/// What was heard, and options that write it down.
fn hearing(transport: Transport) -> (Rc<RefCell<Vec<String>>>, Options) {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let options = Options::new().source(move |source| source.transport(transport)).on_message({
        let heard = heard.clone();
        move |message: &Message| heard.borrow_mut().push(message.data.clone())
    });
    (heard, options)
}

#[wasm_bindgen_test]
async fn every_message_is_heard_in_order_and_the_newest_is_a_signal() {
    for transport in BOTH {
        let many = route("/interleaved?count=3000&end=hang");
        let (heard, options) = hearing(transport);
        let url = many.url.clone();
        let (source, unmount) = mounted(move || use_event_source(url, options.named(["tick", "trade"])));
        until("the last", move || source.message.get().is_some_and(|message| message.data == "3000")).await;
        let expected: Vec<String> = (1..=3_000).map(|nth: u32| nth.to_string()).collect();
        assert_eq!(*heard.borrow(), expected);
        drop(unmount);
        let seen = many.seen("open=0&closed=1").await;
        assert_eq!(seen["log"][0]["ended"], "client-gone", "unmounting closes: {seen}");
    }
}

#[wasm_bindgen_test]
async fn only_what_is_named_is_heard() {
    for transport in BOTH {
        let mixed = route("/interleaved?count=300&end=hang");
        let (heard, options) = hearing(transport);
        let (source, unmount) = mounted(move || use_event_source(mixed.url, options.named(["tick"])));
        // The 300th is a message.
        until("the last", move || source.message.get().is_some_and(|message| message.data == "300")).await;
        let expected: Vec<String> = (1..=300).filter(|nth: &u32| nth * nth / 3 % 3 != 2).map(|nth| nth.to_string()).collect();
        assert_eq!(*heard.borrow(), expected);
        drop(unmount);
    }
}

#[wasm_bindgen_test]
async fn a_change_closes_once_and_opens_once_and_equal_ones_do_nothing() {
    for transport in BOTH {
        let (first, second) = (lasting(), lasting());
        let url = ArcRwSignal::new(first.url.clone());
        let capacity = ArcRwSignal::new(64);
        let (source, unmount) = mounted({
            let (url, capacity) = (url.clone(), capacity.clone());
            move || {
                let options = Options::new().source(move |source| source.transport(transport).queue_capacity(capacity.get()));
                use_event_source(RwSignal::from(url), options)
            }
        });
        opened(source).await;
        url.set(first.url.clone());
        url.notify();
        capacity.set(64);
        // An effect that was made later runs after those before it.
        until("another effect", || true).await;
        assert_eq!(source.ready_state.get_untracked(), ReadyState::Open);
        url.set(second.url.clone());
        assert_eq!(first.seen("open=0&closed=1").await["requests"], 1);
        assert_eq!(second.seen("open=1").await["requests"], 1);
        opened(source).await;

        capacity.set(65);
        let seen = second.seen("requests=2&open=1&closed=1").await;
        assert_eq!(seen["requests"], 2, "other options make another source");
        drop(unmount);
        assert_eq!(second.seen("open=0&closed=2").await["requests"], 2);
    }
}

#[wasm_bindgen_test]
async fn close_holds_at_once_and_open_makes_it_anew() {
    for transport in BOTH {
        let (first, second) = (lasting(), lasting());
        let url = ArcRwSignal::new(first.url.clone());
        let (source, unmount) = mounted({
            let url = url.clone();
            move || use_event_source(RwSignal::from(url), Options::new().source(move |source| source.transport(transport)))
        });
        opened(source).await;
        source.open();
        source.close();
        assert_eq!(source.ready_state.get_untracked(), ReadyState::Closed);
        assert_eq!(first.seen("open=0&closed=1").await["requests"], 1);
        // It stays closed, whatever changes.
        url.set(second.url.clone());
        until("another effect", || true).await;
        assert_eq!(source.ready_state.get_untracked(), ReadyState::Closed);
        source.open();
        assert_eq!(source.ready_state.get_untracked(), ReadyState::Connecting);
        opened(source).await;
        assert_eq!(second.seen("open=1").await["requests"], 1);
        drop(unmount);
        second.seen("open=0").await;
    }
}

#[wasm_bindgen_test]
async fn who_has_outlived_the_component_can_do_nothing() {
    let route = lasting();
    let url = route.url.clone();
    let (source, unmount) = mounted(move || use_event_source(url, Options::new()));
    opened(source).await;
    drop(unmount);
    route.seen("open=0&closed=1").await;
    source.open();
    source.close();
    source.open();
    until("another effect", || true).await;
    assert_eq!(source.ready_state.try_get_untracked(), None, "signals go with their owner");
    assert_eq!(route.seen("open=0").await["requests"], 1);
}

#[wasm_bindgen_test]
async fn what_starts_closed_opens_when_asked() {
    let route = lasting();
    let url = route.url.clone();
    let (source, unmount) = mounted(move || use_event_source(url, Options::new().starts_closed()));
    until("another effect", || true).await;
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Closed);
    source.open();
    opened(source).await;
    assert_eq!(route.seen("open=1").await["requests"], 1);
    drop(unmount);
}

#[wasm_bindgen_test]
async fn what_a_server_rendered_connects_once_it_is_hydrated() {
    let route = lasting();
    let root = new_element();
    root.set_inner_html(RENDERED);
    let paragraph = root.first_element_child();
    assert_eq!(root.text_content().as_deref(), Some("connecting closed false false"));
    let url = route.url.clone();
    let unmount = hydrate_from(root.clone(), move || view! { <Page url=url /> });
    within("a message", async {
        while root.text_content().as_deref() != Some("open closed true false") {
            gloo_timers::future::TimeoutFuture::new(0).await;
        }
    })
    .await;
    assert_eq!(root.first_element_child(), paragraph, "what was there stays");
    assert_eq!(route.seen("open=1").await["requests"], 1);
    drop(unmount);
    route.seen("open=0&closed=1").await;
}

#[wasm_bindgen_test]
async fn a_bad_url_is_an_error_state() {
    let route = lasting();
    let url = ArcRwSignal::new("http://[".to_owned());
    let (source, unmount) = mounted({
        let url = url.clone();
        move || use_event_source(RwSignal::from(url), Options::new())
    });
    until("the error", move || source.error.get().is_some_and(|error| error.kind() == ErrorKind::InvalidUrl)).await;
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Closed);
    url.set(route.url.clone());
    opened(source).await;
    assert_eq!(source.error.get_untracked(), None);
    drop(unmount);
}

#[wasm_bindgen_test]
async fn the_ready_state_is_true_at_all_times() {
    let server = TestServer::at("https://tidings.test/states").expect("the URL is good");
    let (source, unmount) = mounted(|| use_event_source("https://tidings.test/states", Options::new()));
    let connection = within("a request", server.request()).await;
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Connecting);
    connection.open();
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Open);
    connection.fail("cut");
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Connecting);
    assert!(source.error.get_untracked().is_some_and(|error| error.will_reconnect()));
    let connection = within("a request", server.request()).await;
    connection.answer(404, "text/plain");
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Closed);
    assert_eq!(source.error.get_untracked().and_then(|error| error.status()), Some(404));
    source.close();
    assert_eq!(source.error.get_untracked().and_then(|error| error.status()), Some(404), "why it is closed");
    // What has failed can be opened anew.
    source.open();
    let connection = within("a request", server.request()).await;
    connection.open();
    assert_eq!((source.ready_state.get_untracked(), source.error.get_untracked()), (ReadyState::Open, None));
    connection.fail("cut");
    assert!(source.error.get_untracked().is_some_and(|error| error.will_reconnect()));
    source.close();
    let told = (source.ready_state.get_untracked(), source.error.get_untracked());
    assert_eq!(told, (ReadyState::Closed, None), "it does not reconnect");
    drop(unmount);
}

#[wasm_bindgen_test]
async fn losses_and_the_end_are_told() {
    for transport in BOTH {
        // Two answers, and then a 204.
        let ending = route("/resume?count=1&retry=100&total=2");
        let (heard, options) = hearing(transport);
        let url = ending.url.clone();
        let (source, unmount) = mounted(move || use_event_source(url, options));
        opened(source).await;
        until("the loss", move || source.error.get().is_some_and(|error| error.will_reconnect())).await;
        until("the end", move || source.ready_state.get() == ReadyState::Closed).await;
        let error = source.error.get_untracked().expect("it says why");
        assert_eq!((error.kind(), error.will_reconnect()), (ErrorKind::Failure, false));
        assert_eq!(*heard.borrow(), ["event 1", "event 2"]);
        assert_eq!(ending.seen("open=0").await["requests"], 3);
        drop(unmount);
    }
}

#[wasm_bindgen_test]
async fn a_callback_may_close() {
    let server = TestServer::at("https://tidings.test/counted").expect("the URL is good");
    let heard = Rc::new(RefCell::new(Vec::new()));
    let own = Rc::new(Cell::new(None::<UseEventSource>));
    let weak = Rc::downgrade(&heard);
    let options = Options::new().on_message({
        let (heard, own) = (heard.clone(), own.clone());
        move |message: &Message| {
            heard.borrow_mut().push(message.data.clone());
            if message.data == "last" {
                own.get().iter().for_each(UseEventSource::close);
            }
        }
    });
    let (source, unmount) = mounted(move || use_event_source("https://tidings.test/counted", options));
    own.set(Some(source));
    let connection = within("a request", server.request()).await;
    connection.open();
    connection.send("data: a\n\ndata: last\n\ndata: too late\n\n");
    within("the abort", connection.aborted()).await;
    assert_eq!(source.ready_state.get_untracked(), ReadyState::Closed);
    until("another effect", || true).await;
    assert_eq!(*heard.borrow(), ["a", "last"]);
    drop((unmount, heard));
    within("the end of all that held it", async {
        while weak.strong_count() > 0 {
            gloo_timers::future::TimeoutFuture::new(0).await;
        }
    })
    .await;
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum News {
    Tick(u32),
    Halt,
}

#[wasm_bindgen_test]
async fn messages_are_made_into_an_enum_and_what_does_not_fit_is_told() {
    let blocks = "event: tick\ndata: 1\n\nid: a\nevent: tick\ndata: one\n\nevent: halt\ndata: [\n\n";
    for transport in BOTH {
        let wire = route(&format!("/message?end=hang&body={}", js_sys::encode_uri_component(blocks)));
        let heard = Rc::new(RefCell::new(Vec::new()));
        let (news, unmount) = mounted({
            let (url, heard) = (wire.url.clone(), heard.clone());
            let options = Options::new()
                .source(move |source| source.transport(transport))
                .on_message(move |news: &News| heard.borrow_mut().push(news.clone()));
            move || use_event_source_as::<News>(url, options)
        });
        until("the last", move || news.message.get() == Some(News::Halt)).await;
        let error = news.error.get_untracked().expect("one did not fit");
        let error = error.decode().expect("and that is what is told");
        assert_eq!((error.kind, &*error.event_type, &*error.last_event_id), (DecodeErrorKind::Data, "tick", "a"));
        assert_eq!((&*error.data, error.position.map(|position| position.line)), ("one", Some(1)));
        assert_eq!(*heard.borrow(), [News::Tick(1), News::Halt]);
        drop(unmount);
        wire.seen("open=0&closed=1").await;
    }
}
