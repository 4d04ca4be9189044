//! The one loop: feed an input, take one action, let go of the borrow, perform it, repeat.
//!
//! Rules: no cell is borrowed while user code runs. Of what a listener calls, only `close` acts at once; everything else is taken up by the
//! loop that is already running. What listeners may see (the ready state) changes as an action, in order.
//!
//! Danger: a listener that panics leaves this loop for good without unwinding it. [`Receiver::abandoned`] then puts an end to the source.

use crate::host::network::OnlineHint;
use crate::host::platform;
use crate::host::timers::{self, Timer};
use crate::subscription::Listeners;
use crate::transport::fetch::FetchRequest;
use crate::transport::{Receiver, Request};
use crate::{Error, ErrorKind, MessageEvent, OpenEvent, ReadyState};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use tidings_core::connection::{Action, Attempt, Connection, Input, Limits};
use tidings_core::{EventStream, Item};

/// Checks that a source can be made here, and resolves its URL.
pub(crate) fn resolve(url: &str) -> Result<String, Error> {
    let unsupported = |what: String| Err(Error::at_construction(ErrorKind::Unsupported(what)));
    if !platform::IS_JAVASCRIPT {
        return unsupported(
            "an EventSource needs a browser or another JavaScript platform: make it on the client only".to_owned(),
        );
    }
    if let Some(missing) = platform::missing_for_fetch() {
        return unsupported(format!("an EventSource needs `{missing}`, which this platform does not have"));
    }
    platform::resolve(url)
}

/// What is behind one `EventSource`.
pub(crate) struct Driver {
    itself: Weak<Driver>,
    url: String,
    with_credentials: bool,
    connection: RefCell<Connection>,
    ready_state: Cell<ReadyState>,
    listeners: Rc<Listeners>,
    /// Where the newest answer came from.
    answer: RefCell<Answer>,
    request: RefCell<Option<FetchRequest>>,
    timer: RefCell<Option<Timer>>,
    online_hint: RefCell<Option<OnlineHint>>,
    /// The loop is running, and this call came from inside it.
    running: Cell<bool>,
    /// `close` was called: nobody is told anything any more.
    closed: Cell<bool>,
}

#[derive(Clone, Default)]
struct Answer {
    url: Rc<str>,
    origin: Rc<str>,
}

impl Driver {
    /// Makes it and sends the first request.
    pub(crate) fn start(url: String, with_credentials: bool, limits: Limits) -> Rc<Self> {
        let driver = Rc::new_cyclic(|itself: &Weak<Driver>| Driver {
            itself: itself.clone(),
            url,
            with_credentials,
            connection: RefCell::new(Connection::new(limits)),
            ready_state: Cell::new(ReadyState::Connecting),
            listeners: Rc::default(),
            answer: RefCell::default(),
            request: RefCell::default(),
            timer: RefCell::default(),
            online_hint: RefCell::default(),
            running: Cell::new(false),
            closed: Cell::new(false),
        });
        let hint = driver.weak_call(|driver| driver.receive(Input::WentOnline, &[]));
        driver.online_hint.replace(OnlineHint::listen(hint));
        driver.run(&[]);
        driver
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn with_credentials(&self) -> bool {
        self.with_credentials
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        self.ready_state.get()
    }

    pub(crate) fn listeners(&self) -> &Rc<Listeners> {
        &self.listeners
    }

    /// Closes at once, also when called from inside the loop: what the machine asks for then runs no listener.
    pub(crate) fn close(&self) {
        if !self.closed.replace(true) {
            self.connection.borrow_mut().handle(Input::CloseCalled, timers::now());
            self.perform_all(&[]);
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
            Action::AbortRequest => drop(self.request.take()),
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
                let url = self.answer.borrow().url.to_string();
                self.listeners.open(&OpenEvent { attempt: attempt.number(), url }, || !self.closed.get());
            }
            Action::FireError(error) => {
                self.listeners.error(&Error::from(error), || !self.closed.get());
            }
            Action::Dispatch(stream) => self.dispatch(stream, chunk),
            // Actions of a newer core that this driver does not know would be a mistake of ours; there are none.
            _ => {}
        }
    }

    fn send(&self, attempt: Attempt) {
        let receiver: Weak<dyn Receiver> = self.itself.clone();
        let request = {
            let connection = self.connection.borrow();
            // An id that cannot be sent must not stop the reconnection: it goes without.
            let last_event_id = Some(connection.last_event_id()).filter(|id| platform::can_send(id)).unwrap_or_default();
            FetchRequest::send(
                &Request { attempt, url: &self.url, with_credentials: self.with_credentials, last_event_id },
                receiver,
            )
        };
        self.request.replace(Some(request));
    }

    fn dispatch(&self, mut stream: Box<EventStream>, chunk: &[u8]) {
        let origin = self.answer.borrow().origin.clone();
        let mut items = stream.feed(chunk);
        while let Some(item) = items.next() {
            if let Item::Event(event) = item {
                let event = MessageEvent {
                    event_type: event.event_type,
                    data: event.data,
                    last_event_id: event.last_event_id,
                    origin: &origin,
                };
                self.listeners.message(&event, || !self.closed.get());
                if self.closed.get() {
                    break;
                }
            }
        }
        drop(items);
        self.connection.borrow_mut().handle(Input::Dispatched(stream), timers::now());
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
        self.answer.replace(Answer { url: url.into(), origin });
    }

    fn receive(&self, input: Input<'_>, chunk: &[u8]) {
        self.connection.borrow_mut().handle(input, timers::now());
        self.run(chunk);
    }

    fn abandoned(&self) {
        self.running.set(false);
        self.close();
    }
}
