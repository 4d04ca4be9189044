//! The one loop: feed an input, take one action, let go of the borrow, perform it, repeat.
//!
//! Rules: no cell is borrowed while user code runs. Of what a listener calls, only `close` acts at once; everything else is taken up by the
//! loop that is already running. What listeners may see (the ready state) changes as an action, in order.
//!
//! Danger: a listener that panics leaves this loop for good without unwinding it. The transport notices and calls
//! [`Receiver::abandoned`], which puts an end to the source.

use crate::host::network::OnlineHint;
use crate::host::timers::{self, Timer};
use crate::host::visibility::{self, Visibility};
use crate::host::{panics, platform};
use crate::options::Overflow;
use crate::preparation::{Preparation, Prepare};
use crate::queue::{Queue, Queues};
use crate::reason::Said;
use crate::reconnection::{Decide, Retry, milliseconds};
use crate::request::{Body, Credentials, Headers, PreparedRequest, Redirect};
use crate::subscription::{Listeners, Subscription};
#[cfg(feature = "test-util")]
use crate::test_util::{ScriptedRequest, Served, Wait};
use crate::transport::fetch::FetchRequest;
use crate::transport::native::NativeSource;
use crate::transport::probe::Probe;
use crate::transport::{Receiver, Request};
use crate::{Error, MessageEvent, OpenEvent, ReadyState, Response, Transport, trace};
use gloo_events::EventListener;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use tidings_core::connection::{Action, Attempt, Connection, ErrorEvent, Input, Options};
use tidings_core::{EventStream, Item};

/// What was chosen at construction, checked.
pub(crate) struct Plan {
    pub(crate) url: String,
    pub(crate) transport: Transport,
    pub(crate) request: RequestPlan,
    pub(crate) last_event_id: String,
    /// For the core; what it has to know of the surroundings is added.
    pub(crate) connection: Options,
    pub(crate) prepare: Option<Prepare>,
    pub(crate) decide: Option<Decide>,
    pub(crate) pauses_when_hidden: bool,
    pub(crate) queue_capacity: usize,
    pub(crate) overflow: Overflow,
}

/// What every request is made of, unless it is prepared.
pub(crate) struct RequestPlan {
    pub(crate) method: String,
    pub(crate) headers: Headers,
    pub(crate) body: Option<Body>,
    pub(crate) credentials: Credentials,
    pub(crate) redirect: Redirect,
    pub(crate) last_event_id_param: Option<String>,
}

/// What is behind one `EventSource`.
pub(crate) struct Driver {
    itself: Weak<Driver>,
    url: String,
    request: RequestPlan,
    prepare: Option<Prepare>,
    decide: Option<Decide>,
    /// The next request, if the user has prepared it.
    prepared: RefCell<Option<PreparedRequest>>,
    /// Where the newest request went.
    requested: RefCell<Option<String>>,
    /// [`Transport::Auto`] until the first request is sent.
    transport: Cell<Transport>,
    connection: RefCell<Connection>,
    ready_state: Cell<ReadyState>,
    listeners: Rc<Listeners>,
    queues: Queues,
    queue_capacity: usize,
    overflow: Overflow,
    /// A queue was full when last looked at, and what that calls for was done.
    behind: Cell<bool>,
    /// Where the newest answer came from; unknown over the native transport.
    answer: RefCell<Option<Answer>>,
    /// What was said of what went wrong.
    said: RefCell<Said>,
    underway: RefCell<Option<Underway>>,
    timer: RefCell<Option<Timer>>,
    online_hint: RefCell<Option<OnlineHint>>,
    panics: RefCell<Option<EventListener>>,
    visibility: RefCell<Option<Visibility>>,
    /// The loop is running, and this call came from inside it.
    running: Cell<bool>,
    /// `close` was called: nobody is told anything any more.
    closed: Cell<bool>,
    #[cfg(feature = "test-util")]
    scripted: Option<Scripted>,
}

/// The test that serves this source, and the time that it let pass.
#[cfg(feature = "test-util")]
struct Scripted {
    served: Rc<Served>,
    wait: RefCell<Option<Rc<Wait>>>,
    passed: Cell<u64>,
}

/// What is under way, and ends by being dropped.
#[derive(Clone)]
enum Underway {
    Preparation {
        _preparation: Rc<Preparation>,
    },
    Fetch(Rc<FetchRequest>),
    Probe {
        _probe: Rc<Probe>,
    },
    Native(Rc<NativeSource>),
    #[cfg(feature = "test-util")]
    Scripted(Rc<ScriptedRequest>),
}

#[derive(Clone)]
struct Answer {
    response: Arc<Response>,
    origin: Rc<str>,
}

impl Driver {
    /// Makes it. The first request is sent in a microtask, when the code that made the source has added its first listeners.
    pub(crate) fn start(plan: Plan) -> Rc<Self> {
        let cross_origin = platform::is_cross_origin(&plan.url);
        let mut options = plan.connection;
        // With a parameter there is nothing that another origin might not allow.
        options.cross_origin = cross_origin.unwrap_or(false) && plan.request.last_event_id_param.is_none();
        // Without origins nobody can refuse one.
        options.probe &= cross_origin.is_some();
        options.hidden = plan.pauses_when_hidden && visibility::is_hidden();
        options.seed = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
        #[cfg(feature = "test-util")]
        let scripted = Scripted::find(&plan.url);
        #[cfg(feature = "test-util")]
        if scripted.is_some() {
            // As over fetch, but nobody is there to refuse an origin.
            options.probe = false;
        }
        let mut connection = Connection::new(options, timers::now());
        // It was checked.
        _ = connection.start_from(plan.last_event_id.as_bytes());
        let driver = Rc::new_cyclic(|itself: &Weak<Driver>| Driver {
            itself: itself.clone(),
            url: plan.url,
            request: plan.request,
            prepare: plan.prepare,
            decide: plan.decide,
            prepared: RefCell::default(),
            requested: RefCell::default(),
            transport: Cell::new(plan.transport),
            connection: RefCell::new(connection),
            ready_state: Cell::new(ReadyState::Connecting),
            listeners: Rc::default(),
            queues: Queues::default(),
            queue_capacity: plan.queue_capacity,
            overflow: plan.overflow,
            behind: Cell::new(false),
            answer: RefCell::default(),
            said: RefCell::new(Said {
                limit: plan.connection.limits.max_event_size.unwrap_or_default(),
                idle_timeout: plan.connection.idle_timeout,
                ..Said::default()
            }),
            underway: RefCell::default(),
            timer: RefCell::default(),
            online_hint: RefCell::default(),
            panics: RefCell::default(),
            visibility: RefCell::default(),
            running: Cell::new(false),
            closed: Cell::new(false),
            #[cfg(feature = "test-util")]
            scripted,
        });
        if plan.pauses_when_hidden {
            let look = driver.itself.clone();
            let visibility = Visibility::watch(move |hidden| {
                if let Some(driver) = look.upgrade() {
                    driver.receive(if hidden { Input::BecameHidden } else { Input::BecameVisible }, &[]);
                }
            });
            driver.visibility.replace(visibility);
        }
        timers::soon(driver.weak_call(Driver::begin));
        driver
    }

    fn begin(&self) {
        if self.closed.get() {
            return;
        }
        #[cfg(feature = "test-util")]
        if self.scripted.is_some() {
            self.transport.set(Transport::Fetch);
        }
        if self.transport.get() == Transport::Auto {
            let wants_fetch = self.listeners.has_comment() || self.queues.want_all() && platform::missing_for_fetch().is_none();
            let native = platform::has_native() && !wants_fetch;
            self.transport.set(if native { Transport::Native } else { Transport::Fetch });
        }
        self.panics.replace(panics::watch(self.receiver()));
        if self.transport.get() == Transport::Fetch {
            let hint = self.weak_call(|driver| driver.receive(Input::WentOnline, &[]));
            self.online_hint.replace(OnlineHint::listen(hint));
        }
        self.run(&[]);
    }

    /// What is under way ends, and the next attempt begins; in a microtask, since listeners run on the way.
    pub(crate) fn reconnect(&self) {
        timers::soon(self.weak_call(|driver| {
            if !driver.closed.get() {
                driver.receive(Input::ReconnectCalled, &[]);
            }
        }));
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn with_credentials(&self) -> bool {
        self.request.credentials == Credentials::Include
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
        self.tell_types();
        subscription
    }

    pub(crate) fn on_comment(&self, listener: Box<dyn FnMut(&str)>) -> Result<Subscription, Error> {
        self.require_fetch("`on_comment`", "")?;
        Ok(self.listeners.add_comment(listener))
    }

    /// Whether what needs fetch can be had, now that the source is made; if not, `or` is what else to do.
    pub(crate) fn require_fetch(&self, what: &str, or: &str) -> Result<(), Error> {
        match (self.transport.get(), platform::missing_for_fetch()) {
            (Transport::Native, _) => Err(Error::unsupported(format!(
                "{what} needs fetch, which the browser's own EventSource is not: choose Transport::Fetch, or with Transport::Auto \
                 call it right after the source was made{or}"
            ))),
            (Transport::Auto, Some(missing)) => {
                Err(Error::unsupported(format!("{what} needs fetch, and this platform has no `{missing}`")))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn queue_capacity(&self) -> usize {
        self.queue_capacity
    }

    pub(crate) fn add_queue(&self, queue: &Rc<Queue>) {
        self.queues.add(queue);
        self.tell_types();
    }

    pub(crate) fn remove_queue(&self, queue: &Rc<Queue>) {
        self.queues.remove(queue);
        self.drained();
    }

    /// A queue that was full is no longer.
    pub(crate) fn drained(&self) {
        if !self.running.replace(true) {
            self.leave();
        }
    }

    /// Tells the browser's own source, if there is one, which types of message are wanted now.
    pub(crate) fn tell_types(&self) {
        let native = match &*self.underway.borrow() {
            Some(Underway::Native(source)) => Some(source.clone()),
            _ => None,
        };
        if let Some(source) = native {
            self.tell_types_to(&source);
        }
    }

    /// Closes at once, also when called from inside the loop: what the machine asks for then runs no listener.
    pub(crate) fn close(&self) {
        if !self.closed.replace(true) {
            self.handle(Input::CloseCalled);
            self.perform_all(&[]);
            self.listeners.release();
            self.queues.release(Queue::discard);
        }
    }

    fn run(&self, chunk: &[u8]) {
        if !self.running.replace(true) {
            self.perform_all(chunk);
            self.leave();
        }
    }

    /// Ends the loop, and looks once more whether to read on.
    fn leave(&self) {
        let reads_on = self.pace();
        self.running.set(false);
        if reads_on {
            let underway = self.underway.borrow().clone();
            match underway {
                Some(Underway::Fetch(request)) => request.read_on(),
                #[cfg(feature = "test-util")]
                Some(Underway::Scripted(request)) => request.read_on(),
                _ => {}
            }
        }
    }

    /// Does what has to be done when a stream is behind, or has caught up; says whether it has.
    fn pace(&self) -> bool {
        let behind = self.queues.are_full();
        let was_behind = self.behind.replace(behind);
        let overflow = if self.transport.get() == Transport::Native { Overflow::Fail } else { self.overflow };
        let input = match (was_behind, behind, overflow) {
            // Again and again, for there may be no connection that could fail now.
            (_, true, Overflow::Fail) => Input::Overflowed { resume_later: false },
            // The machine forgets it with each request.
            (_, true, Overflow::Pause) => Input::Paused,
            (false, true, Overflow::ResumeLater) => Input::Overflowed { resume_later: true },
            (true, false, Overflow::Pause | Overflow::ResumeLater) => Input::Resumed,
            _ => return false,
        };
        self.handle(input);
        self.perform_all(&[]);
        !behind
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
            Action::Prepare { attempt } => self.prepare(attempt),
            Action::AskRetry(proposed) => self.ask_retry(&proposed),
            Action::SendProbe { attempt } => {
                let url = self.requested.borrow().clone();
                let probe = Rc::new(Probe::send(attempt, url.as_deref().unwrap_or(&self.url), self.receiver()));
                self.underway.replace(Some(Underway::Probe { _probe: probe }));
            }
            Action::AbortRequest => drop(self.underway.take()),
            Action::StartTimer { attempt, delay } => {
                let fired = self.weak_call(move |driver| driver.receive(Input::TimerFired { attempt }, &[]));
                #[cfg(feature = "test-util")]
                if let Some(scripted) = &self.scripted {
                    return scripted.start_timer(&self.itself, delay, fired);
                }
                self.timer.replace(Some(Timer::start(delay, fired)));
            }
            Action::StopTimer => {
                #[cfg(feature = "test-util")]
                drop(self.scripted.as_ref().and_then(|scripted| scripted.wait.take()));
                drop(self.timer.take());
            }
            Action::SetReadyState(ready_state) => {
                self.ready_state.set(ready_state);
                if ready_state == ReadyState::Closed {
                    drop(self.online_hint.take());
                    // Not before the listeners that are told of it have returned.
                    timers::soon(self.weak_call(|driver| drop(driver.panics.take())));
                    drop(self.visibility.take());
                }
            }
            Action::FireOpen { attempt } => {
                let attempt = self.attempts_are_told().then_some(attempt.number());
                let event = match self.response().as_deref() {
                    Some(Response { status, headers, url, .. }) => {
                        OpenEvent { attempt, url: Some(url.clone()), status: Some(*status), headers: Some(headers.clone()) }
                    }
                    None => OpenEvent { attempt, ..OpenEvent::default() },
                };
                let queues = self.queues.now();
                self.listeners.open(&event, || !self.closed.get());
                queues.iter().for_each(|queue| queue.open(&event));
            }
            Action::FireError(error) => {
                let error = Error::told(&error, &self.said.borrow(), self.attempts_are_told());
                let queues = self.queues.now();
                self.listeners.error(&error, || !self.closed.get());
                queues.iter().for_each(|queue| queue.error(&error));
                if self.ready_state.get() == ReadyState::Closed {
                    self.listeners.release();
                    self.queues.release(Queue::end);
                }
            }
            Action::FireClose { .. } => {
                let queues = self.queues.now();
                self.listeners.close(|| !self.closed.get());
                queues.iter().for_each(|queue| queue.close());
                self.listeners.release();
                self.queues.release(Queue::end);
            }
            Action::Dispatch(stream) => self.dispatch(stream, chunk),
            // Actions of a newer core that this driver does not know would be a mistake of ours; there are none.
            _ => {}
        }
    }

    fn attempts_are_told(&self) -> bool {
        self.transport.get() == Transport::Fetch
    }

    /// The newest answer to the newest request.
    fn response(&self) -> Option<Arc<Response>> {
        self.answer.borrow().as_ref().map(|answer| answer.response.clone())
    }

    fn prepare(&self, attempt: Attempt) {
        self.forget_answer();
        let Some(prepare) = &self.prepare else { return };
        let request = PreparedRequest {
            url: self.url.clone(),
            headers: self.request.headers.clone(),
            body: self.request.body.clone(),
            attempt: attempt.number(),
            last_event_id: self.connection.borrow().last_event_id().to_owned(),
        };
        let future = prepare.get()(request);
        let driver = self.itself.clone();
        let preparation = Preparation::begin(future, move |result| {
            if let Some(driver) = driver.upgrade() {
                driver.prepared(attempt, result);
            }
        });
        if !self.closed.get() {
            self.underway.replace(Some(Underway::Preparation { _preparation: Rc::new(preparation) }));
        }
    }

    fn prepared(&self, attempt: Attempt, result: Result<PreparedRequest, String>) {
        let checked = result.and_then(|request| {
            let url = platform::resolve(&request.url).map_err(|error| error.to_string())?;
            request.headers.check().map_err(|error| error.to_string())?;
            if request.body.is_some() && matches!(&*self.request.method, "GET" | "HEAD") {
                return Err(format!("a request by {} has no body", self.request.method));
            }
            Ok(PreparedRequest { url, ..request })
        });
        match checked {
            Ok(request) => {
                self.prepared.replace(Some(request));
                self.receive(Input::Prepared { attempt }, &[]);
            }
            Err(detail) => {
                self.said.borrow_mut().detail = detail;
                self.receive(Input::PrepareFailed { attempt }, &[]);
            }
        }
    }

    fn ask_retry(&self, proposed: &ErrorEvent) {
        let attempt = proposed.attempt;
        let error = Error::told(proposed, &self.said.borrow(), true);
        let decision = self.decide.as_ref().map_or(Retry::Default, |decide| decide.get()(&error, attempt.number()));
        let delay = match decision {
            Retry::Default => proposed.delay,
            Retry::After(wait) => Some(milliseconds(wait)),
            Retry::Never => None,
        };
        self.handle(Input::RetryAnswered { attempt, delay });
    }

    /// A new attempt: what was said before is not said of it.
    fn forget_answer(&self) {
        drop(self.answer.take());
        drop(self.said.borrow_mut().response.take());
    }

    fn send(&self, attempt: Attempt) {
        self.forget_answer();
        // The page may have put something of its own in the place of `fetch` or `EventSource`, so nothing is borrowed here.
        let mut last_event_id = self.connection.borrow().last_event_id().to_owned();
        if !platform::can_send(&last_event_id) {
            // An id that cannot be sent must not stop the reconnection: it goes without.
            last_event_id.clear();
        }
        let plan = &self.request;
        let (mut url, headers, body) = match self.prepared.take() {
            Some(PreparedRequest { url, headers, body, .. }) => (url, headers, body),
            None => (self.url.clone(), plan.headers.clone(), plan.body.clone()),
        };
        if let Some(name) = &plan.last_event_id_param
            && !last_event_id.is_empty()
        {
            url = platform::with_parameter(&url, name, &last_event_id);
            last_event_id.clear();
        }
        self.requested.replace(Some(url.clone()));
        let request = Request {
            attempt,
            url: &url,
            method: &plan.method,
            headers: &headers,
            body: body.as_ref(),
            credentials: plan.credentials,
            redirect: plan.redirect,
            last_event_id: &last_event_id,
        };
        let underway = match self.transport.get() {
            #[cfg(feature = "test-util")]
            _ if let Some(scripted) = &self.scripted => {
                let request = ScriptedRequest::send(&scripted.served, &request, self.receiver());
                Some(Underway::Scripted(Rc::new(request)))
            }
            Transport::Native => {
                NativeSource::open(&request, self.receiver()).ok().map(|source| Underway::Native(Rc::new(source)))
            }
            _ => Some(Underway::Fetch(Rc::new(FetchRequest::send(&request, self.receiver())))),
        };
        match &underway {
            // It was closed meanwhile, and what was just begun ends here.
            _ if self.closed.get() => return,
            Some(Underway::Native(source)) => self.tell_types_to(source),
            Some(_) => {}
            // The browser took neither URL nor options, though they were checked.
            None => self.handle(Input::NativeFailed { attempt }),
        }
        self.underway.replace(underway);
    }

    fn tell_types_to(&self, source: &NativeSource) {
        // Added one by one: what a set is collected from, or joined with, it sorts, and the code for that weighs 10 KB.
        let mut types = BTreeSet::new();
        self.listeners.add_types(&mut types);
        self.queues.add_types(&mut types);
        source.listen_to(types.iter().map(|event_type| &**event_type));
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
                    self.deliver(&event, false);
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
        self.handle(Input::Dispatched(stream));
    }

    fn deliver(&self, event: &MessageEvent<'_>, named_only: bool) {
        let queues = self.queues.now();
        self.listeners.message(event, || !self.closed.get());
        queues.iter().for_each(|queue| queue.message(event, named_only));
    }

    fn handle(&self, input: Input<'_>) {
        let said = trace::describe(&input);
        let mut connection = self.connection.borrow_mut();
        let from = connection.state();
        connection.handle(input, self.now());
        let to = connection.state();
        drop(connection);
        // Whoever watches is user code, too.
        trace::transition(&self.url, from, to, &said);
    }

    /// What the clock says, in milliseconds.
    fn now(&self) -> u64 {
        let now = timers::now();
        #[cfg(feature = "test-util")]
        if let Some(scripted) = &self.scripted {
            return now + scripted.passed.get();
        }
        now
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

#[cfg(feature = "test-util")]
impl Scripted {
    fn find(url: &str) -> Option<Self> {
        Some(Scripted { served: Served::at(url)?, wait: RefCell::default(), passed: Cell::new(0) })
    }

    fn start_timer(&self, driver: &Weak<Driver>, delay: u32, fired: impl Fn() + 'static) {
        let driver = driver.clone();
        let wait = self.served.start_timer(delay, move || {
            if let Some(scripted) = driver.upgrade().as_ref().and_then(|driver| driver.scripted.as_ref()) {
                scripted.passed.set(scripted.passed.get() + u64::from(delay));
            }
            fired();
        });
        self.wait.replace(Some(wait));
    }
}

impl Receiver for Driver {
    fn answered(&self, response: Response) {
        let origin = platform::origin(&response.url).into();
        let content_type = response.headers.get("content-type").map(str::to_owned);
        let (status, response) = (response.status, Arc::new(response));
        self.answer.replace(Some(Answer { response: response.clone(), origin }));
        let mut said = self.said.borrow_mut();
        (said.status, said.content_type, said.response) = (status, content_type, Some(response));
    }

    fn failed(&self, detail: String) {
        self.said.borrow_mut().detail = detail;
    }

    fn receive(&self, input: Input<'_>, chunk: &[u8]) {
        self.handle(input);
        self.run(chunk);
    }

    fn receive_message(&self, event: &MessageEvent<'_>) {
        if !self.running.replace(true) {
            self.deliver(event, true);
            self.perform_all(&[]);
            self.leave();
        }
    }

    fn abandoned(&self) {
        self.running.set(false);
        self.close();
    }

    fn reads_on(&self) -> bool {
        !self.behind.get()
    }

    fn is_busy(&self) -> bool {
        self.running.get()
    }
}
