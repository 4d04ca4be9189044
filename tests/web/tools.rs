//! Small tools: the server's address, what it saw, and a journal of what a source told.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use tidings::{ErrorKind, EventSource, Failure, Interruption, ReadyState, Subscription};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(url: &str) -> js_sys::Promise;
}

/// The test server.
pub(crate) fn server() -> &'static str {
    option_env!("TIDINGS_SERVER").unwrap_or("http://127.0.0.1:7747")
}

/// The same routes on another origin.
pub(crate) fn second_server() -> &'static str {
    option_env!("TIDINGS_SECOND_SERVER").unwrap_or("http://127.0.0.1:7748")
}

/// Whether this runs in Node, whose fetch differs in what it can send.
pub(crate) fn is_node() -> bool {
    js_sys::Reflect::has(&js_sys::global(), &"process".into()).unwrap_or(false)
}

/// A route of the test server, whose requests are written down under a key of its own.
pub(crate) struct Route {
    pub(crate) url: String,
    pub(crate) key: String,
}

/// `route` with a fresh key.
pub(crate) fn route(route: &str) -> Route {
    let key = format!("{:x}", (js_sys::Math::random() * 1e15) as u64);
    let sign = if route.contains('?') { '&' } else { '?' };
    Route { url: format!("{}{route}{sign}key={key}", server()), key }
}

impl Route {
    pub(crate) fn connect(&self) -> EventSource {
        EventSource::new(&self.url).expect("the URL is good")
    }

    /// Connects and writes down all it tells, with messages of these types.
    pub(crate) fn watch(&self, event_types: &[&str]) -> (Rc<EventSource>, Journal) {
        let source = Rc::new(self.connect());
        let journal = Journal::of(&source, event_types);
        (source, journal)
    }

    /// What the server saw of this key, once the condition holds (`open=0&requests=2`).
    pub(crate) async fn seen(&self, condition: &str) -> serde_json::Value {
        let address = format!("{}/seen/{}/wait?{condition}", second_server(), self.key);
        let (status, text) = within("the server's view", get(&address)).await;
        assert_eq!(status, 200, "the server did not see {condition}: {text}");
        serde_json::from_str(&text).expect("the server speaks JSON")
    }
}

pub(crate) async fn get(url: &str) -> (u16, String) {
    let response: web_sys::Response = JsFuture::from(global_fetch(url)).await.expect("the test server answers").unchecked_into();
    let text = JsFuture::from(response.text().expect("a body")).await.expect("the body can be read");
    (response.status(), text.as_string().expect("text is a string"))
}

/// Waits for something that has to come, and says what was missing if it does not.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match select(pin!(future), TimeoutFuture::new(PATIENCE)).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => panic!("{what} did not come within {PATIENCE} ms"),
    }
}

/// How long a test waits for what has to come before it fails, in milliseconds.
const PATIENCE: u32 = 12_000;

/// One thing that a source told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    Open { attempt: u32, url: String, state: ReadyState },
    Interruption { reason: Interruption, delay: u128, state: ReadyState },
    Failure { reason: Failure, state: ReadyState },
    Message { event_type: String, data: String, id: String, origin: String },
}

/// All that a source tells, in order.
pub(crate) struct Journal {
    told: UnboundedReceiver<Told>,
    _guards: Vec<Subscription>,
}

impl Journal {
    pub(crate) fn of(source: &Rc<EventSource>, event_types: &[&str]) -> Self {
        let (sender, told) = unbounded();
        let tell = move |told| _ = sender.unbounded_send(told);
        let state = {
            let source = Rc::downgrade(source);
            move || source.upgrade().map_or(ReadyState::Closed, |source| source.ready_state())
        };
        let mut guards = vec![
            source.on_open({
                let (tell, state) = (tell.clone(), state.clone());
                move |open| tell(Told::Open { attempt: open.attempt, url: open.url.clone(), state: state() })
            }),
            source.on_error({
                let tell = tell.clone();
                move |error| {
                    assert_eq!(error.will_reconnect(), error.reconnect_in().is_some());
                    tell(match error.kind().clone() {
                        ErrorKind::Interruption(reason) => Told::Interruption {
                            reason,
                            delay: error.reconnect_in().expect("an interruption reconnects").as_millis(),
                            state: state(),
                        },
                        ErrorKind::Failure(reason) => Told::Failure { reason, state: state() },
                        other => panic!("{other:?} is told at construction only"),
                    })
                }
            }),
        ];
        guards.extend(event_types.iter().map(|event_type| {
            let tell = tell.clone();
            source.on(event_type, move |event| {
                tell(Told::Message {
                    event_type: event.event_type.to_owned(),
                    data: event.data.to_owned(),
                    id: event.last_event_id.to_owned(),
                    origin: event.origin.to_owned(),
                });
            })
        }));
        Self { told, _guards: guards }
    }

    pub(crate) async fn next(&mut self) -> Told {
        within("the next event", self.told.next()).await.expect("the journal's listeners are there")
    }

    /// What was told and not taken yet.
    pub(crate) fn rest(&mut self) -> Vec<Told> {
        std::iter::from_fn(|| self.told.try_recv().ok()).collect()
    }

    pub(crate) async fn open(&mut self) -> u32 {
        match self.next().await {
            Told::Open { attempt, .. } => attempt,
            other => panic!("open was to come, not {other:?}"),
        }
    }

    /// The next message's data.
    pub(crate) async fn data(&mut self) -> String {
        match self.next().await {
            Told::Message { data, .. } => data,
            other => panic!("a message was to come, not {other:?}"),
        }
    }

    pub(crate) async fn interruption(&mut self) -> (Interruption, u128) {
        match self.next().await {
            Told::Interruption { reason, delay, .. } => (reason, delay),
            other => panic!("an interruption was to come, not {other:?}"),
        }
    }

    pub(crate) async fn failure(&mut self) -> Failure {
        match self.next().await {
            Told::Failure { reason, .. } => reason,
            other => panic!("a failure was to come, not {other:?}"),
        }
    }
}

/// Counts its own end.
pub(crate) struct DropObserver(Rc<Cell<u32>>);

impl DropObserver {
    pub(crate) fn new() -> (Self, Rc<Cell<u32>>) {
        let count = Rc::new(Cell::new(0));
        (DropObserver(count.clone()), count)
    }
}

impl Drop for DropObserver {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// The next error that nobody caught, as the platform reports it.
pub(crate) async fn uncaught(cause: impl FnOnce()) -> String {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let hear = Closure::once_into_js(move |event: JsValue| {
        if let Some(event) = event.dyn_ref::<web_sys::Event>() {
            event.prevent_default();
        }
        let reason = js_sys::Reflect::get(&event, &"reason".into()).unwrap_or_default();
        let reason = if reason.is_undefined() { event } else { reason };
        _ = sender.send(reason.as_string().unwrap_or_else(|| format!("{reason:?}")));
    });
    let global = js_sys::global();
    let process = js_sys::Reflect::get(&global, &"process".into()).unwrap_or_default();
    let (target, method, name) = match process.is_undefined() {
        true => (JsValue::from(global), "addEventListener", "unhandledrejection"),
        false => (process, "once", "unhandledRejection"),
    };
    let listen: js_sys::Function = js_sys::Reflect::get(&target, &method.into()).expect("it hears of errors").unchecked_into();
    listen.call2(&target, &name.into(), &hear).expect("a listener can be added");
    cause();
    within("an uncaught error", receiver).await.expect("it is sent before it is dropped")
}
