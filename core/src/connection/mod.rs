//! The connection of one `EventSource`, as a machine without I/O.
//!
//! A host tells a [`Connection`] what happened ([`Input`]) and performs what it asks for ([`Action`]). What has to be decided
//! is decided here: whether a response is an event stream, when to reconnect, what is late and to be ignored, what `close()` ends.

mod action;
mod input;
mod limits;
mod options;
mod reconnect;
mod response;
mod state;

pub use action::{Action, ErrorEvent, Failure, Interruption, ReadyState};
pub use input::{Attempt, Input, ProbeOutcome, Response};
pub use limits::Limits;
pub use options::Options;
pub use state::{Cause, State, Step, TRANSITIONS, Transition};

use crate::event_stream::EventStream;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use reconnect::Reconnection;

/// The machine of one `EventSource`: it [announces], [reestablishes] and [fails] the connection.
///
/// # The contract
///
/// 1. Make one; its first action is already there.
/// 2. Take actions with [`poll_action`](Self::poll_action), one at a time, and perform each before taking the next, until there is none.
/// 3. When something happens, tell it with [`handle`](Self::handle), and go to 2.
///
/// [`Action::Dispatch`] lends the parser: feed it the chunk that was just received, deliver the events, and hand it back with
/// [`Input::Dispatched`] before the next chunk. A chunk that comes while the parser is away is ignored.
///
/// Listeners run while the host performs [`Action::FireOpen`], [`Action::FireError`] and [`Action::Dispatch`]. The machine is not borrowed
/// then: they may call in. Of what they can do only `close()` has to act before they return: handle
/// [`Input::CloseCalled`] and perform the actions that are there. It drops whatever was queued and never asks to fire anything; a
/// host that is in the middle of a chunk stops delivering when the ready state is Closed.
///
/// No input panics, in any order. Inputs of an earlier attempt, and inputs that mean nothing in the present state, are ignored.
/// Time is handed in: `now` is in milliseconds from any fixed start, and should not go back.
///
/// ```
/// use tidings_core::connection::{Action, Connection, Input, Options, ReadyState, Response};
///
/// let mut connection = Connection::new(Options::default());
/// let Some(Action::SendRequest { attempt }) = connection.poll_action() else { unreachable!() };
///
/// let response = Response { status: 200, content_type: Some("text/event-stream; charset=utf-8") };
/// connection.handle(Input::ResponseStarted { attempt, response }, 0);
/// assert!(matches!(connection.poll_action(), Some(Action::SetReadyState(ReadyState::Open))));
/// assert!(matches!(connection.poll_action(), Some(Action::FireOpen { .. })));
/// assert!(connection.poll_action().is_none());
/// ```
///
/// [announces]: https://html.spec.whatwg.org/multipage/server-sent-events.html#announce-the-connection
/// [reestablishes]: https://html.spec.whatwg.org/multipage/server-sent-events.html#reestablish-the-connection
/// [fails]: https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection
#[derive(Debug)]
pub struct Connection {
    state: State,
    attempt: Attempt,
    /// What is still to be asked for. Steps, not actions: an action is made when it is polled, of what the machine knows then.
    steps: Vec<Step>,
    /// How many of them were polled.
    polled: usize,
    /// What the next [`Step::FireError`] tells.
    error: Option<ErrorEvent>,
    /// Away while a chunk is dispatched.
    stream: Option<Box<EventStream>>,
    reconnection: Reconnection,
    /// The attempt after which the wait began.
    waiting_after: Attempt,
    options: Options,
    opened_once: bool,
    /// A request with `Last-Event-ID` was accepted.
    resumed_once: bool,
    probed: bool,
    /// What the platform said of the request that is being probed.
    detail: String,
    /// Requests in a row that failed while there was something to resume.
    failed_resumptions: u32,
}

impl Connection {
    /// A connection that wants to send its first request.
    pub fn new(options: Options) -> Self {
        let mut connection = Connection {
            state: State::Requesting,
            attempt: Attempt::default(),
            steps: Vec::new(),
            polled: 0,
            error: None,
            stream: Some(Box::new(EventStream::with_limit(options.limits.max_event_size))),
            reconnection: Reconnection::default(),
            waiting_after: Attempt::default(),
            options,
            opened_once: false,
            resumed_once: false,
            probed: false,
            detail: String::new(),
            failed_resumptions: 0,
        };
        connection.take_step(Step::SendRequest);
        connection
    }

    /// Takes in what happened at `now` (milliseconds).
    pub fn handle(&mut self, input: Input<'_>, now: u64) {
        if input.attempt().is_some_and(|attempt| attempt != self.attempt) {
            return;
        }
        let cause = match input {
            Input::ResponseStarted { response, .. } => match response.judge() {
                Ok(()) => Cause::ResponseAccepted,
                Err(failure) => self.fail(Cause::ResponseRefused, failure),
            },
            // The parser is away, or about to be.
            Input::ChunkReceived { .. } if self.stream.is_none() || self.pending().contains(&Step::Dispatch) => return,
            Input::ChunkReceived { .. } => Cause::ChunkReceived,
            Input::Dispatched(stream) => match self.take_back(stream) {
                Some(cause) => cause,
                None => return,
            },
            Input::BodyEnded { .. } => self.interrupt(Cause::BodyEnded, Interruption::BodyEnded, now),
            Input::RequestFailed { detail, .. } => self.request_failed(detail, now),
            Input::ProbeEnded { outcome: ProbeOutcome::OtherOrigin, .. } => {
                self.fail(Cause::ProbeAnswered, Failure::OriginRefused)
            }
            Input::ProbeEnded { .. } => {
                let detail = mem::take(&mut self.detail);
                self.interrupt(Cause::ProbeFailed, Interruption::Network { detail }, now)
            }
            Input::TimerFired { .. } => Cause::TimerFired,
            Input::WentOnline => match self.reconnection.cut_short(now) {
                0 => Cause::WentOnline,
                _ => Cause::WentOnlineEarly,
            },
            Input::CloseCalled => Cause::CloseCalled,
            Input::NativeOpened { .. } => Cause::NativeOpened,
            Input::NativeInterrupted { attempt } => {
                self.tell(Cause::NativeInterrupted, ErrorEvent::Interruption { reason: None, attempt, delay: None })
            }
            Input::NativeFailed { attempt } => self.tell(Cause::NativeFailed, ErrorEvent::Failure { reason: None, attempt }),
        };
        self.go(cause);
    }

    /// The next thing to do, if there is one.
    pub fn poll_action(&mut self) -> Option<Action> {
        while let Some(&step) = self.steps.get(self.polled) {
            self.polled += 1;
            let attempt = self.attempt;
            let action = match step {
                Step::SendRequest => Action::SendRequest { attempt },
                Step::SendProbe => Action::SendProbe { attempt },
                Step::AbortRequest => Action::AbortRequest,
                Step::StartTimer => Action::StartTimer { attempt: self.waiting_after, delay: self.reconnection.delay() },
                Step::StopTimer => Action::StopTimer,
                Step::BecomeConnecting => Action::SetReadyState(ReadyState::Connecting),
                Step::BecomeOpen => Action::SetReadyState(ReadyState::Open),
                Step::BecomeClosed => Action::SetReadyState(ReadyState::Closed),
                Step::FireOpen => Action::FireOpen { attempt },
                Step::FireError => match self.error.take() {
                    Some(error) => Action::FireError(error),
                    None => continue,
                },
                Step::Dispatch => match self.stream.take() {
                    Some(stream) => Action::Dispatch(stream),
                    None => continue,
                },
            };
            return Some(action);
        }
        self.forget_steps();
        None
    }

    /// Where the connection stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The last event ID string: sent as `Last-Event-ID`, as UTF-8 bytes, when it is not empty. Empty while the parser is lent.
    pub fn last_event_id(&self) -> &str {
        self.stream.as_ref().map_or("", |stream| stream.last_event_id())
    }

    /// The reconnection time in milliseconds: 3,000 until the stream says otherwise.
    pub fn reconnection_time(&self) -> u32 {
        self.reconnection.time()
    }

    fn request_failed(&mut self, detail: String, now: u64) -> Cause {
        let mut resume_refused = false;
        if self.state == State::Requesting {
            if !self.opened_once && self.options.probe && !mem::replace(&mut self.probed, true) {
                self.detail = detail;
                return Cause::FirstRequestFailed;
            }
            let resuming = self.may_be_refused_to_resume();
            resume_refused = resuming && self.failed_resumptions > 0;
            self.failed_resumptions = if resuming { self.failed_resumptions.saturating_add(1) } else { 0 };
        }
        let reason = if resume_refused { Interruption::ResumeRefused { detail } } else { Interruption::Network { detail } };
        self.interrupt(Cause::RequestFailed, reason, now)
    }

    /// Whether this request sends `Last-Event-ID` to another origin, which never let that pass so far.
    fn may_be_refused_to_resume(&self) -> bool {
        self.opened_once && self.options.cross_origin && !self.resumed_once && !self.last_event_id().is_empty()
    }

    fn interrupt(&mut self, cause: Cause, reason: Interruption, now: u64) -> Cause {
        if state::transition(self.state, cause).is_none() {
            return cause;
        }
        let delay = self.reconnection.begin_wait(now);
        self.waiting_after = self.attempt;
        self.tell(cause, ErrorEvent::Interruption { reason: Some(reason), attempt: self.attempt, delay: Some(delay) })
    }

    fn fail(&mut self, cause: Cause, reason: Failure) -> Cause {
        self.tell(cause, ErrorEvent::Failure { reason: Some(reason), attempt: self.attempt })
    }

    /// Keeps what is to be told, if the cause leads anywhere.
    fn tell(&mut self, cause: Cause, error: ErrorEvent) -> Cause {
        if state::transition(self.state, cause).is_some() {
            self.error = Some(error);
        }
        cause
    }

    fn take_back(&mut self, stream: Box<EventStream>) -> Option<Cause> {
        if self.state == State::Closed || self.stream.is_some() {
            return None;
        }
        if let Some(milliseconds) = stream.reconnection_time() {
            self.reconnection.set_time(milliseconds);
        }
        let limit = stream.limit_exceeded().then(|| stream.limit()).flatten();
        self.stream = Some(stream);
        Some(self.fail(Cause::LimitExceeded, Failure::LimitExceeded { limit: limit? }))
    }

    /// Looks the cause up in the table and does what stands there; nothing if nothing stands there.
    fn go(&mut self, cause: Cause) {
        let Some(transition) = state::transition(self.state, cause) else {
            return;
        };
        if transition.to == State::Closed {
            // What was asked for and not yet done is void.
            self.forget_steps();
        }
        self.state = transition.to;
        for &step in transition.steps {
            self.take_step(step);
        }
    }

    /// The steps that were not polled yet.
    fn pending(&self) -> &[Step] {
        self.steps.get(self.polled..).unwrap_or_default()
    }

    fn forget_steps(&mut self) {
        self.steps.clear();
        self.polled = 0;
    }

    /// What the machine itself does of a step, at once; the host is asked for its part later.
    fn take_step(&mut self, step: Step) {
        match step {
            Step::SendRequest => self.attempt = self.attempt.next(),
            Step::BecomeOpen => {
                self.resumed_once |= self.may_be_refused_to_resume();
                self.opened_once = true;
                self.failed_resumptions = 0;
                // A body may begin with a BOM again, and what the last one left unfinished is void.
                if let Some(stream) = &mut self.stream {
                    stream.restart();
                }
            }
            Step::BecomeClosed => self.stream = None,
            _ => {}
        }
        self.steps.push(step);
    }
}
