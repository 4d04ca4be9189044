//! The hook in a browser, against the real server and against one in memory.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

#[path = "../../../tests/web/tools.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "it serves more tests than these")]
mod tools;

mod page;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use page::{Page, PageProps, RENDERED};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tidings::test_util::TestServer;
use tidings::{DecodeErrorKind, ErrorKind, Message, ReadyState, Transport};
use tidings_yew::{Options, UseEventSource, use_event_source, use_event_source_as};
use tools::{Route, route, within};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

/// What a component is told, and whom it tells. It never changes: all probes are equal.
struct Probe<T = Message> {
    rendered: UnboundedSender<UseEventSource<T>>,
    heard: Rc<RefCell<Vec<Rc<T>>>>,
}

impl<T> Clone for Probe<T> {
    fn clone(&self) -> Self {
        Probe { rendered: self.rendered.clone(), heard: self.heard.clone() }
    }
}

impl<T> PartialEq for Probe<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Clone, PartialEq, Properties)]
struct Props {
    url: AttrValue,
    #[prop_or_default]
    transport: Transport,
    /// The types that are named; without any, all are asked for.
    #[prop_or_default]
    types: &'static [&'static str],
    #[prop_or(64)]
    capacity: usize,
    #[prop_or_default]
    starts_closed: bool,
    /// To render anew without a change.
    #[prop_or_default]
    again: u32,
    probe: Probe,
}

#[component]
fn Component(props: &Props) -> Html {
    let (transport, capacity) = (props.transport, props.capacity);
    let heard = props.probe.heard.clone();
    let mut options = Options::new()
        .source(move |source| source.transport(transport).queue_capacity(capacity))
        .on_message(move |message| heard.borrow_mut().push(message));
    if !props.types.is_empty() {
        options = options.named(props.types.iter().copied());
    }
    if props.starts_closed {
        options = options.starts_closed();
    }
    let source = use_event_source(&props.url, options);
    _ = props.probe.rendered.unbounded_send(source.clone());
    html! { <p>{ source.message().map(|message| message.data.clone()) }</p> }
}

/// A component on the page.
struct Shown {
    app: yew::AppHandle<Component>,
    props: Props,
    rendered: UnboundedReceiver<UseEventSource>,
    root: web_sys::Element,
}

impl Shown {
    fn at(url: &str, change: impl FnOnce(&mut Props)) -> Self {
        let (sender, rendered) = unbounded();
        let probe = Probe { rendered: sender, heard: Rc::default() };
        let mut props = Props {
            url: url.to_owned().into(),
            transport: Transport::Auto,
            types: &[],
            capacity: 64,
            starts_closed: false,
            again: 0,
            probe,
        };
        change(&mut props);
        let root = new_element();
        let app = yew::Renderer::<Component>::with_root_and_props(root.clone(), props.clone()).render();
        Shown { app, props, rendered, root }
    }

    fn change(&mut self, change: impl FnOnce(&mut Props)) {
        change(&mut self.props);
        self.app.update(self.props.clone());
    }

    async fn until(&mut self, what: &str, is_so: impl Fn(&UseEventSource) -> bool) -> UseEventSource {
        let rendered = self.rendered.by_ref().filter(|source| std::future::ready(is_so(source)));
        within(what, std::pin::pin!(rendered).next()).await.expect("the component is there")
    }

    async fn open(&mut self) -> UseEventSource {
        self.until("open", |source| source.ready_state() == ReadyState::Open).await
    }

    fn heard(&self) -> Vec<String> {
        self.props.probe.heard.borrow().iter().map(|message| message.data.clone()).collect()
    }
}

fn new_element() -> web_sys::Element {
    web_sys::window().and_then(|window| window.document()?.create_element("div").ok()).expect("there is a page")
}

/// Waits until this is what can be read there.
async fn shows(root: &web_sys::Element, text: &str) {
    within(text, async {
        while root.text_content().as_deref() != Some(text) {
            gloo_timers::future::TimeoutFuture::new(0).await;
        }
    })
    .await;
}

/// A stream that goes on, of its own key.
fn lasting() -> Route {
    route("/interleaved?count=1&types=message&end=hang")
}

/// Where everything has to be the same.
const BOTH: [Transport; 2] = [Transport::Fetch, Transport::Native];

#[wasm_bindgen_test]
async fn every_message_is_heard_in_order_and_the_newest_is_state() {
    for transport in BOTH {
        let many = route("/interleaved?count=3000&end=hang");
        let mut shown = Shown::at(&many.url, |props| (props.transport, props.types) = (transport, &["tick", "trade"]));
        let source = shown.until("the last", |source| source.message().is_some_and(|message| message.data == "3000")).await;
        let expected: Vec<String> = (1..=3_000).map(|nth: u32| nth.to_string()).collect();
        assert_eq!(shown.heard(), expected);
        assert_eq!(source.ready_state(), ReadyState::Open);
        shows(&shown.root, "3000").await;
        shown.app.destroy();
        let seen = many.seen("open=0&closed=1").await;
        assert_eq!(seen["log"][0]["ended"], "client-gone", "unmounting closes: {seen}");
    }
}

#[wasm_bindgen_test]
async fn only_what_is_named_is_heard() {
    for transport in BOTH {
        let mixed = route("/interleaved?count=300&end=hang");
        let mut shown = Shown::at(&mixed.url, |props| (props.transport, props.types) = (transport, &["tick"]));
        // The 300th is a message.
        shown.until("the last", |source| source.message().is_some_and(|message| message.data == "300")).await;
        let expected: Vec<String> = (1..=300).filter(|nth: &u32| nth * nth / 3 % 3 != 2).map(|nth| nth.to_string()).collect();
        assert_eq!(shown.heard(), expected);
        shown.app.destroy();
    }
}

#[wasm_bindgen_test]
async fn a_change_closes_once_and_opens_once_and_equal_ones_do_nothing() {
    for transport in BOTH {
        let (first, second) = (lasting(), lasting());
        let mut shown = Shown::at(&first.url, |props| props.transport = transport);
        shown.open().await;
        for again in 1..=3 {
            shown.change(|props| props.again = again);
        }
        shown.change(|props| props.url = second.url.clone().into());
        shown.until("the second", |source| source.ready_state() == ReadyState::Connecting).await;
        shown.open().await;
        assert_eq!(first.seen("open=0&closed=1").await["requests"], 1);
        assert_eq!(second.seen("open=1").await["requests"], 1);

        shown.change(|props| props.capacity = 65);
        let seen = second.seen("requests=2&open=1&closed=1").await;
        assert_eq!(seen["requests"], 2, "other options make another source");
        shown.change(|props| props.types = &["tick"]);
        assert_eq!(second.seen("requests=3&open=1&closed=2").await["requests"], 3, "and so do other names");
        shown.app.destroy();
        assert_eq!(second.seen("open=0&closed=3").await["requests"], 3);
    }
}

#[wasm_bindgen_test]
async fn close_holds_at_once_and_open_makes_it_anew() {
    for transport in BOTH {
        let (first, second) = (lasting(), lasting());
        let mut shown = Shown::at(&first.url, |props| props.transport = transport);
        let source = shown.open().await;
        source.open();
        source.close();
        assert_eq!(source.ready_state(), ReadyState::Closed);
        assert_eq!(first.seen("open=0&closed=1").await["requests"], 1);
        // It stays closed, whatever changes.
        shown.change(|props| props.url = second.url.clone().into());
        shown.until("a render", |source| source.ready_state() == ReadyState::Closed).await;
        source.open();
        assert_eq!(source.ready_state(), ReadyState::Connecting);
        shown.open().await;
        assert_eq!(second.seen("open=1").await["requests"], 1);
        shown.app.destroy();
        second.seen("open=0").await;
    }
}

#[wasm_bindgen_test]
async fn who_has_outlived_the_component_is_told_so() {
    let route = lasting();
    let mut shown = Shown::at(&route.url, |_| {});
    let source = shown.open().await;
    shown.app.destroy();
    route.seen("open=0&closed=1").await;
    assert_eq!(source.ready_state(), ReadyState::Closed);
    source.open();
    assert_eq!(source.ready_state(), ReadyState::Closed, "nobody is there who could connect");
    source.close();
    assert_eq!(source.ready_state(), ReadyState::Closed);
}

#[wasm_bindgen_test]
async fn what_starts_closed_opens_when_asked() {
    let route = lasting();
    let mut shown = Shown::at(&route.url, |props| props.starts_closed = true);
    let source = shown.until("a render", |source| source.ready_state() == ReadyState::Closed).await;
    shown.change(|props| props.again = 1);
    source.open();
    shown.open().await;
    assert_eq!(route.seen("open=1").await["requests"], 1);
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn what_a_server_rendered_connects_once_it_is_hydrated() {
    let route = lasting();
    let root = new_element();
    root.set_inner_html(RENDERED);
    let paragraph = root.first_element_child();
    assert_eq!(root.text_content().as_deref(), Some("connecting closed false false"));
    let props = PageProps { url: route.url.clone().into() };
    let app = yew::Renderer::<Page>::with_root_and_props(root.clone(), props).hydrate();
    shows(&root, "open closed true false").await;
    assert_eq!(root.first_element_child(), paragraph, "what was there stays");
    assert_eq!(route.seen("open=1").await["requests"], 1);
    app.destroy();
    route.seen("open=0&closed=1").await;
}

#[wasm_bindgen_test]
async fn a_bad_url_is_an_error_state() {
    let route = lasting();
    let mut shown = Shown::at("http://[", |_| {});
    let source = shown.until("the error", |source| source.error().is_some()).await;
    assert_eq!(source.error().map(|error| error.kind()), Some(ErrorKind::InvalidUrl));
    assert_eq!(source.ready_state(), ReadyState::Closed);
    shown.change(|props| props.url = route.url.clone().into());
    let source = shown.open().await;
    assert_eq!(source.error(), None);
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn the_ready_state_is_true_at_all_times() {
    let server = TestServer::at("https://tidings.test/states").expect("the URL is good");
    let mut shown = Shown::at("https://tidings.test/states", |_| {});
    let connection = within("a request", server.request()).await;
    let source = shown.until("a render", |source| source.ready_state() == ReadyState::Connecting).await;
    connection.open();
    assert_eq!(source.ready_state(), ReadyState::Open, "before anything was rendered");
    shown.open().await;
    connection.fail("cut");
    assert_eq!(source.ready_state(), ReadyState::Connecting);
    shown.until("the loss", |source| source.error().is_some_and(|error| error.will_reconnect())).await;
    let connection = within("a request", server.request()).await;
    connection.answer(404, "text/plain");
    assert_eq!(source.ready_state(), ReadyState::Closed);
    let source = shown.until("the failure", |source| source.error().is_some_and(|error| !error.will_reconnect())).await;
    assert_eq!(source.error().and_then(|error| error.status()), Some(404));
    source.close();
    assert_eq!(source.error().and_then(|error| error.status()), Some(404), "why it is closed");
    // What has failed can be opened anew.
    source.open();
    let connection = within("a request", server.request()).await;
    connection.open();
    shown.open().await;
    connection.fail("cut");
    shown.until("the loss", |source| source.error().is_some_and(|error| error.will_reconnect())).await;
    source.close();
    assert_eq!((source.ready_state(), source.error()), (ReadyState::Closed, None), "it does not reconnect");
    shown.app.destroy();
}

#[wasm_bindgen_test]
async fn losses_and_the_end_are_told() {
    for transport in BOTH {
        // Two answers, and then a 204.
        let ending = route("/resume?count=1&retry=100&total=2");
        let mut shown = Shown::at(&ending.url, |props| props.transport = transport);
        shown.open().await;
        shown.until("the loss", |source| source.error().is_some_and(|error| error.will_reconnect())).await;
        let source = shown.until("the end", |source| source.ready_state() == ReadyState::Closed).await;
        let error = source.error().expect("it says why");
        assert_eq!((error.kind(), error.will_reconnect()), (ErrorKind::Failure, false));
        assert_eq!(shown.heard(), ["event 1", "event 2"]);
        assert_eq!(ending.seen("open=0").await["requests"], 3);
        shown.app.destroy();
    }
}

#[derive(Clone, PartialEq, Properties)]
struct CountingProps {
    round: u32,
    heard: Heard,
}

/// What was heard, and in which round. It never changes: all are equal.
#[derive(Clone, Default)]
struct Heard(Rc<RefCell<Vec<(u32, String)>>>);

impl PartialEq for Heard {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Closes its own source once it has heard "last".
#[component]
fn Counting(props: &CountingProps) -> Html {
    let own = use_mut_ref(|| None::<UseEventSource>);
    let (round, Heard(heard)) = (props.round, props.heard.clone());
    let options = Options::new().on_message({
        let own = own.clone();
        move |message: Rc<Message>| {
            heard.borrow_mut().push((round, message.data.clone()));
            if message.data == "last" {
                own.borrow().iter().for_each(UseEventSource::close);
            }
        }
    });
    let source = use_event_source("https://tidings.test/counted", options);
    own.replace(Some(source.clone()));
    html! { <p>{ format!("{} in round {round}", source.ready_state()) }</p> }
}

#[wasm_bindgen_test]
async fn the_newest_callback_is_called_and_may_close() {
    let server = TestServer::at("https://tidings.test/counted").expect("the URL is good");
    let (root, heard) = (new_element(), Heard::default());
    let props = |round| CountingProps { round, heard: heard.clone() };
    let weak = Rc::downgrade(&heard.0);
    let mut app = yew::Renderer::<Counting>::with_root_and_props(root.clone(), props(1)).render();
    let connection = within("a request", server.request()).await;
    connection.open();
    connection.send("data: a\n\ndata: b\n\n");
    shows(&root, "open in round 1").await;
    app.update(props(2));
    shows(&root, "open in round 2").await;
    connection.send("data: c\n\ndata: last\n\ndata: too late\n\n");
    shows(&root, "closed in round 2").await;
    within("the abort", connection.aborted()).await;
    let expected = [(1, "a"), (1, "b"), (2, "c"), (2, "last")].map(|(round, data)| (round, data.to_owned()));
    assert_eq!(*heard.0.borrow(), expected);
    assert_eq!(server.requests(), 1, "another callback is no reason to connect anew");
    app.destroy();
    drop(heard);
    within("the end of all that held it", async {
        while weak.strong_count() > 0 {
            gloo_timers::future::TimeoutFuture::new(0).await;
        }
    })
    .await;
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum News {
    Tick(u32),
    Halt,
}

#[derive(Clone, PartialEq, Properties)]
struct TypedProps {
    url: AttrValue,
    transport: Transport,
    probe: Probe<News>,
}

#[component]
fn Typed(props: &TypedProps) -> Html {
    let transport = props.transport;
    let heard = props.probe.heard.clone();
    let options =
        Options::new().source(move |source| source.transport(transport)).on_message(move |news| heard.borrow_mut().push(news));
    let news = use_event_source_as::<News>(&props.url, options);
    _ = props.probe.rendered.unbounded_send(news);
    html! {}
}

#[wasm_bindgen_test]
async fn messages_are_made_into_an_enum_and_what_does_not_fit_is_told() {
    let blocks = "event: tick\ndata: 1\n\nid: a\nevent: tick\ndata: one\n\nevent: halt\ndata: [\n\n";
    for transport in BOTH {
        let news = route(&format!("/message?end=hang&body={}", js_sys::encode_uri_component(blocks)));
        let (sender, mut rendered) = unbounded();
        let probe = Probe { rendered: sender, heard: Rc::default() };
        let heard = probe.heard.clone();
        let props = TypedProps { url: news.url.clone().into(), transport, probe };
        let app = yew::Renderer::<Typed>::with_root_and_props(new_element(), props).render();
        let error = Cell::new(None);
        let both = rendered.by_ref().filter(|news: &UseEventSource<News>| {
            error.set(news.error());
            std::future::ready(news.message().as_deref() == Some(&News::Halt))
        });
        within("the last", std::pin::pin!(both).next()).await.expect("the component is there");
        let error = error.take().expect("one did not fit");
        let error = error.decode().expect("and that is what is told");
        assert_eq!((error.kind, &*error.event_type, &*error.last_event_id), (DecodeErrorKind::Data, "tick", "a"));
        assert_eq!((&*error.data, error.position.map(|position| position.line)), ("one", Some(1)));
        assert_eq!(*heard.borrow(), [Rc::new(News::Tick(1)), Rc::new(News::Halt)]);
        app.destroy();
        news.seen("open=0&closed=1").await;
    }
}
