//! Small tools: the server's address, what it saw, and a journal of what a source told.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use tidings::{ErrorKind, EventSource, EventSourceBuilder, Failure, Interruption, ReadyState, Subscription, Transport};
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

/// Lets the runner's page, which isolates itself (`Cross-Origin-Embedder-Policy: require-corp`), see that a server answers at all: without it
/// the browser hides that from a request in mode `no-cors`, as it would from a page of that kind anywhere.
pub(crate) const SEEN_BY_PROBES: &str = "header=Cross-Origin-Resource-Policy:%20cross-origin";

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
    pub(crate) fn builder(&self, transport: Transport) -> EventSourceBuilder {
        EventSource::builder(&self.url).transport(transport)
    }

    pub(crate) fn connect(&self, transport: Transport) -> EventSource {
        self.builder(transport).build().expect("the URL is good")
    }

    /// Connects and writes down all it tells, with messages of these types.
    pub(crate) fn watch(&self, transport: Transport, event_types: &[&str]) -> (Rc<EventSource>, Journal) {
        let source = Rc::new(self.connect(transport));
        let journal = Journal::of(&source, event_types);
        (source, journal)
    }

    /// Has `/told` send this, and then end so, if it is to end.
    pub(crate) fn tell(&self, body: &str, end: Option<&str>) -> impl Future<Output = ()> + use<> {
        let end = end.map(|end| format!("&end={end}")).unwrap_or_default();
        let address = format!("{}/tell/{}?body={}{end}", second_server(), self.key, js_sys::encode_uri_component(body));
        async move {
            let (status, text) = get(&address).await;
            assert_eq!(status, 204, "{text}");
        }
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
const PATIENCE: u32 = 120_000;

/// One thing that a source told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    Open { attempt: Option<u32>, url: Option<String>, state: ReadyState },
    Interruption { reason: Option<Interruption>, delay: Option<u128>, state: ReadyState },
    Failure { reason: Option<Failure>, state: ReadyState },
    Message { event_type: String, data: String, id: String, origin: String, state: ReadyState },
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
                let (tell, state) = (tell.clone(), state.clone());
                move |error| {
                    tell(match error.kind() {
                        ErrorKind::Interruption => {
                            assert!(error.will_reconnect());
                            let delay = error.reconnect_in().map(|delay| delay.as_millis());
                            Told::Interruption { reason: error.interruption().cloned(), delay, state: state() }
                        }
                        ErrorKind::Failure => {
                            assert!(!error.will_reconnect() && error.reconnect_in().is_none());
                            Told::Failure { reason: error.failure().cloned(), state: state() }
                        }
                        other => panic!("{other:?} is told at construction only"),
                    })
                }
            }),
        ];
        guards.extend(event_types.iter().map(|event_type| {
            let (tell, state) = (tell.clone(), state.clone());
            source.on(event_type, move |event| {
                tell(Told::Message {
                    event_type: event.event_type.to_owned(),
                    data: event.data.to_owned(),
                    id: event.last_event_id.to_owned(),
                    origin: event.origin.to_owned(),
                    state: state(),
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

    /// The next thing is that it opened; over fetch with this attempt, and native tells none.
    pub(crate) async fn opened(&mut self, transport: Transport, expected: u32) {
        match self.next().await {
            Told::Open { attempt, state: ReadyState::Open, .. } => {
                assert_eq!(attempt, (transport == Transport::Fetch).then_some(expected));
            }
            other => panic!("open was to come, not {other:?}"),
        }
    }

    pub(crate) async fn open(&mut self) {
        match self.next().await {
            Told::Open { state: ReadyState::Open, .. } => {}
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

    pub(crate) async fn interruption(&mut self) -> (Option<Interruption>, Option<u128>) {
        match self.next().await {
            Told::Interruption { reason, delay, state: ReadyState::Connecting } => (reason, delay),
            other => panic!("an interruption was to come, not {other:?}"),
        }
    }

    pub(crate) async fn failure(&mut self) -> Option<Failure> {
        match self.next().await {
            Told::Failure { reason, state: ReadyState::Closed } => reason,
            other => panic!("a failure was to come, not {other:?}"),
        }
    }
}

/// What fetch tells and native does not.
pub(crate) fn told_by_fetch<T>(transport: Transport, told: T) -> Option<T> {
    (transport == Transport::Fetch).then_some(told)
}

/// Runs each test over both transports. Where there is no native one, that half says that it was skipped.
macro_rules! over_both {
    ($($(#[$attribute:meta])* async fn $name:ident($transport:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn run($transport: tidings::Transport) $body

            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn over_fetch() {
                run(tidings::Transport::Fetch).await;
            }

            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn over_native() {
                if crate::web::tools::has_native() {
                    run(tidings::Transport::Native).await;
                } else {
                    wasm_bindgen_test::console_log!("skipped: no EventSource here");
                }
            }
        }
    )*};
}
pub(crate) use over_both;

pub(crate) fn has_native() -> bool {
    js_sys::Reflect::has(&js_sys::global(), &"EventSource".into()).unwrap_or(false)
}

/// Something of the global object, replaced until this is dropped.
pub(crate) struct Replaced {
    name: &'static str,
    original: JsValue,
}

impl Replaced {
    pub(crate) fn with(name: &'static str, stand_in: &JsValue) -> Self {
        let global = js_sys::global();
        let original = js_sys::Reflect::get(&global, &name.into()).expect("it can be read");
        js_sys::Reflect::set(&global, &name.into(), stand_in).expect("it can be replaced");
        Replaced { name, original }
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        js_sys::Reflect::set(&js_sys::global(), &self.name.into(), &self.original).expect("it can be put back");
    }
}

/// A clock in the place of the platform's, until this is dropped, that goes on by itself and by leaps, as clocks on the wall do while a machine sleeps and
/// its timers stand still. Pieces of long timers are over at the end of a leap and at no other time.
pub(crate) struct LeapingClock {
    leap: js_sys::Function,
    _replaced: [Replaced; 2],
    now: JsValue,
}

impl LeapingClock {
    pub(crate) fn new() -> Self {
        let make = js_sys::Function::new_no_args(
            "const { Date, setTimeout, clearTimeout } = globalThis
            const { now } = Date
            let leapt = 0
            let still = new Map()
            let count = 0
            Date.now = () => now.call(Date) + leapt
            return [
                now,
                milliseconds => {
                    leapt += milliseconds
                    const due = still
                    still = new Map()
                    due.forEach(run => run())
                },
                (run, delay, ...given) => {
                    if (!(delay >= 10_000 && delay <= 30_000)) return setTimeout(run, delay, ...given)
                    still.set(--count, run)
                    return count
                },
                timer => still.delete(timer) || clearTimeout(timer),
            ]",
        );
        let made: js_sys::Array = make.call0(&JsValue::UNDEFINED).expect("functions").unchecked_into();
        LeapingClock {
            now: made.get(0),
            leap: made.get(1).unchecked_into(),
            _replaced: [Replaced::with("setTimeout", &made.get(2)), Replaced::with("clearTimeout", &made.get(3))],
        }
    }

    pub(crate) fn leap(&self, milliseconds: u32) {
        self.leap.call1(&JsValue::UNDEFINED, &milliseconds.into()).expect("no timer throws");
    }
}

impl Drop for LeapingClock {
    fn drop(&mut self) {
        let date = js_sys::Reflect::get(&js_sys::global(), &"Date".into()).expect("it can be read");
        js_sys::Reflect::set(&date, &"now".into(), &self.now).expect("it can be put back");
    }
}

/// Waits so many ticks of another stream's clock, of 60 ms each.
pub(crate) async fn ticks(count: usize) {
    let (_clock, mut journal) = route("/drip?every=60&count=0").watch(Transport::Fetch, &["message"]);
    journal.open().await;
    for _ in 0..count {
        journal.data().await;
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

/// The next error that nobody caught, as the platform reports it: thrown in a task, or by a promise.
pub(crate) async fn uncaught(cause: impl FnOnce()) -> String {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let mut sender = Some(sender);
    let hear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let property = |name: &str| js_sys::Reflect::get(&event, &name.into()).ok().filter(|value| !value.is_undefined());
        if let Some(event) = event.dyn_ref::<web_sys::Event>() {
            event.prevent_default();
        }
        let error = property("reason").or_else(|| property("error")).unwrap_or_else(|| event.clone());
        if let Some(sender) = sender.take() {
            _ = sender.send(error.as_string().unwrap_or_else(|| format!("{error:?}")));
        }
    });
    let global = js_sys::global();
    let call = |target: &JsValue, method: &str, name: &str| {
        let method: js_sys::Function = js_sys::Reflect::get(target, &method.into()).expect("it hears of errors").unchecked_into();
        method.call2(target, &name.into(), hear.as_ref()).expect("a listener is a function");
    };
    let process = js_sys::Reflect::get(&global, &"process".into()).unwrap_or_default();
    let places: &[(&JsValue, &str, &str, &str)] = if process.is_undefined() {
        &[
            (&global, "addEventListener", "removeEventListener", "unhandledrejection"),
            (&global, "addEventListener", "removeEventListener", "error"),
        ]
    } else {
        &[(&process, "on", "off", "unhandledRejection")]
    };
    for (target, add, _, name) in places {
        call(target, add, name);
    }
    cause();
    let error = within("an uncaught error", receiver).await.expect("it is sent before it is dropped");
    for (target, _, remove, name) in places {
        call(target, remove, name);
    }
    error
}
