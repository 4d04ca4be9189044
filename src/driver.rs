//! The one loop: feed an input, take one action, let go of the borrow, perform it, repeat.
//!
//! Rules: no cell is borrowed while user code runs. Of what a listener calls, only `close` acts at once; everything else is taken up by the
//! loop that is already running. What listeners may see (the ready state) changes as an action, in order.
//!
//! Danger: a listener that panics leaves this loop for good without unwinding it. The transport notices and calls
//! [`Receiver::abandoned`], which puts an end to the source.

use crate::host::network::OnlineHint;
use crate::host::platform;
use crate::host::timers::{self, Timer};
use crate::options::not_over_native;
use crate::subscription::{Listeners, Subscription};
use crate::sys::Settling;
use crate::transport::fetch::FetchRequest;
use crate::transport::native::NativeSource;
use crate::transport::probe::Probe;
use crate::transport::{Receiver, Request};
use crate::{Error, MessageEvent, OpenEvent, ReadyState, Transport};
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use tidings_core::connection::{Action, Attempt, Connection, Input, Limits, Options};
use tidings_core::{EventStream, Item};
use wasm_bindgen::prelude::*;

/// What was chosen at construction, checked.
pub(crate) struct Plan {
    pub(crate) url: String,
    pub(crate) with_credentials: bool,
    pub(crate) transport: Transport,
    pub(crate) limits: Limits,
    pub(crate) probe: bool,
}

/// What is behind one `EventSource`.
pub(crate) struct Driver {
    itself: Weak<Driver>,
    url: String,
    with_credentials: bool,
    /// [`Transport::Auto`] until the first request is sent.
    transport: Cell<Transport>,
    connection: RefCell<Connection>,
    ready_state: Cell<ReadyState>,
    listeners: Rc<Listeners>,
    /// Where the newest answer came from; unknown over the native transport.
    answer: RefCell<Option<Answer>>,
    underway: RefCell<Option<Underway>>,
    timer: RefCell<Option<Timer>>,
    online_hint: RefCell<Option<OnlineHint>>,
    /// The loop is running, and this call came from inside it.
    running: Cell<bool>,
    /// `close` was called: nobody is told anything any more.
    closed: Cell<bool>,
}

/// What is under way, and ends by being dropped.
enum Underway {
    Fetch { _request: FetchRequest },
    Probe { _probe: Probe },
    Native(Rc<NativeSource>),
}

#[derive(Clone)]
struct Answer {
    url: Rc<str>,
    origin: Rc<str>,
}

impl Driver {
    /// Makes it. The first request is sent in a microtask, when the code that made the source has added its first listeners.
    pub(crate) fn start(plan: Plan) -> Rc<Self> {
        let cross_origin = platform::is_cross_origin(&plan.url);
        let mut options = Options::default();
        options.limits = plan.limits;
        options.cross_origin = cross_origin.unwrap_or(false);
        // Without origins nobody can refuse one.
        options.probe = plan.probe && cross_origin.is_some();
        let driver = Rc::new_cyclic(|itself: &Weak<Driver>| Driver {
            itself: itself.clone(),
            url: plan.url,
            with_credentials: plan.with_credentials,
            transport: Cell::new(plan.transport),
            connection: RefCell::new(Connection::new(options)),
            ready_state: Cell::new(ReadyState::Connecting),
            listeners: Rc::default(),
            answer: RefCell::default(),
            underway: RefCell::default(),
            timer: RefCell::default(),
            online_hint: RefCell::default(),
            running: Cell::new(false),
            closed: Cell::new(false),
        });
        let begin = Closure::once_into_js(driver.weak_call(Driver::begin));
        Promise::resolve(&JsValue::UNDEFINED).unchecked_into::<Settling>().then(&begin, &JsValue::UNDEFINED);
        driver
    }

    fn begin(&self) {
        if self.closed.get() {
            return;
        }
        if self.transport.get() == Transport::Auto {
            let native = platform::has_native() && !self.listeners.has_comment();
            self.transport.set(if native { Transport::Native } else { Transport::Fetch });
        }
        if self.transport.get() == Transport::Fetch {
            let hint = self.weak_call(|driver| driver.receive(Input::WentOnline, &[]));
            self.online_hint.replace(OnlineHint::listen(hint));
        }
        self.run(&[]);
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn with_credentials(&self) -> bool {
        self.with_credentials
    }

    pub(crate) fn transport(&self) -> Transport {
        self.transport.get()
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        self.ready_state.get()
    }

    pub(crate) fn listeners(&self) -> &Rc<Listeners> {
        &self.listeners
    }

    pub(crate) fn on_message(&self, event_type: &str, listener: Box<dyn FnMut(&MessageEvent<'_>)>) -> Subscription {
        let subscription = self.listeners.add_message(event_type, listener);
        let native = match &*self.underway.borrow() {
            Some(Underway::Native(source)) => Some(source.clone()),
            _ => None,
        };
        if let Some(source) = native {
            self.tell_types(&source);
        }
        subscription
    }

    pub(crate) fn on_comment(&self, listener: Box<dyn FnMut(&str)>) -> Result<Subscription, Error> {
        match (self.transport.get(), platform::missing_for_fetch()) {
            (Transport::Native, _) => Err(not_over_native("`on_comment`")),
            (Transport::Auto, Some(missing)) => {
                Err(Error::unsupported(format!("`on_comment` needs fetch, and this platform has no `{missing}`")))
            }
            _ => Ok(self.listeners.add_comment(listener)),
        }
    }

    /// Closes at once, also when called from inside the loop: what the machine asks for then runs no listener.
    pub(crate) fn close(&self) {
        if !self.closed.replace(true) {
            self.connection.borrow_mut().handle(Input::CloseCalled, timers::now());
            self.perform_all(&[]);
            self.listeners.release();
        }
    }

    fn run(&self, chunk: &[u8]) {
        if !self.running.replace(true) {
            self.perform_all(chunk);
            self.running.set(false);
        }
    }

    fn perform_all(&self, chunk: &[u8]) {
        loop {
            let action = self.connection.borrow_mut().poll_action();
            match action {
                Some(action) => self.perform(action, chunk),
                None => return,
            }
        }
    }

    fn perform(&self, action: Action, chunk: &[u8]) {
        match action {
            Action::SendRequest { attempt } => self.send(attempt),
            Action::SendProbe { attempt } => {
                let probe = Probe::send(attempt, &self.url, self.receiver());
                self.underway.replace(Some(Underway::Probe { _probe: probe }));
            }
            Action::AbortRequest => drop(self.underway.take()),
            Action::StartTimer { attempt, delay } => {
                let fired = self.weak_call(move |driver| driver.receive(Input::TimerFired { attempt }, &[]));
                self.timer.replace(Some(Timer::start(delay, fired)));
            }
            Action::StopTimer => drop(self.timer.take()),
            Action::SetReadyState(ready_state) => {
                self.ready_state.set(ready_state);
                if ready_state == ReadyState::Closed {
                    drop(self.online_hint.take());
                }
            }
            Action::FireOpen { attempt } => {
                let url = self.answer.borrow().as_ref().map(|answer| answer.url.to_string());
                let attempt = self.attempts_are_told().then_some(attempt.number());
                self.listeners.open(&OpenEvent { attempt, url }, || !self.closed.get());
            }
            Action::FireError(error) => {
                let error = Error::told(error, self.attempts_are_told());
                self.listeners.error(&error, || !self.closed.get());
                if self.ready_state.get() == ReadyState::Closed {
                    self.listeners.release();
                }
            }
            Action::Dispatch(stream) => self.dispatch(stream, chunk),
            // Actions of a newer core that this driver does not know would be a mistake of ours; there are none.
            _ => {}
        }
    }

    fn attempts_are_told(&self) -> bool {
        self.transport.get() == Transport::Fetch
    }

    fn send(&self, attempt: Attempt) {
        // The page may have put something of its own in the place of `fetch` or `EventSource`, so nothing is borrowed here.
        let mut last_event_id = self.connection.borrow().last_event_id().to_owned();
        if !platform::can_send(&last_event_id) {
            // An id that cannot be sent must not stop the reconnection: it goes without.
            last_event_id.clear();
        }
        let request = Request { attempt, url: &self.url, with_credentials: self.with_credentials, last_event_id: &last_event_id };
        let underway = match self.transport.get() {
            Transport::Native => {
                NativeSource::open(&request, self.receiver()).ok().map(|source| Underway::Native(Rc::new(source)))
            }
            _ => Some(Underway::Fetch { _request: FetchRequest::send(&request, self.receiver()) }),
        };
        match &underway {
            // It was closed meanwhile, and what was just begun ends here.
            _ if self.closed.get() => return,
            Some(Underway::Native(source)) => self.tell_types(source),
            Some(_) => {}
            // The browser took neither URL nor options, though they were checked.
            None => self.connection.borrow_mut().handle(Input::NativeFailed { attempt }, timers::now()),
        }
        self.underway.replace(underway);
    }

    fn tell_types(&self, source: &NativeSource) {
        source.listen_to(self.listeners.message_types().iter().map(|event_type| &**event_type));
    }

    fn dispatch(&self, mut stream: Box<EventStream>, chunk: &[u8]) {
        let origin = self.answer.borrow().as_ref().map(|answer| answer.origin.clone()).unwrap_or_default();
        let mut items = stream.feed(chunk);
        while let Some(item) = items.next() {
            match item {
                Item::Event(event) => {
                    let event = MessageEvent {
                        event_type: event.event_type,
                        data: event.data,
                        last_event_id: event.last_event_id,
                        origin: &origin,
                    };
                    self.listeners.message(&event, || !self.closed.get());
                }
                Item::Comment(text) => self.listeners.comment(text, || !self.closed.get()),
                // The machine asks the parser for these when it comes back.
                _ => {}
            }
            if self.closed.get() {
                break;
            }
        }
        drop(items);
        self.connection.borrow_mut().handle(Input::Dispatched(stream), timers::now());
    }

    fn receiver(&self) -> Weak<dyn Receiver> {
        self.itself.clone()
    }

    /// A callback that does not keep the source alive.
    fn weak_call(&self, run: impl Fn(&Driver) + 'static) -> impl Fn() + 'static {
        let itself = self.itself.clone();
        move || {
            if let Some(driver) = itself.upgrade() {
                run(&driver);
            }
        }
    }
}

impl Receiver for Driver {
    fn answered_from(&self, url: String) {
        let origin = platform::origin(&url).into();
        self.answer.replace(Some(Answer { url: url.into(), origin }));
    }

    fn receive(&self, input: Input<'_>, chunk: &[u8]) {
        self.connection.borrow_mut().handle(input, timers::now());
        self.run(chunk);
    }

    fn receive_message(&self, event: &MessageEvent<'_>) {
        if !self.running.replace(true) {
            self.listeners.message(event, || !self.closed.get());
            self.perform_all(&[]);
            self.running.set(false);
        }
    }

    fn abandoned(&self) {
        self.running.set(false);
        self.close();
    }

    fn is_busy(&self) -> bool {
        self.running.get()
    }
}
