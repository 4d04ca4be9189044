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
use alloc::collections::VecDeque;
use alloc::string::String;
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
    actions: VecDeque<Action>,
    /// Away while a chunk is dispatched.
    stream: Option<Box<EventStream>>,
    reconnection: Reconnection,
    options: Options,
    opened_once: bool,
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
            actions: VecDeque::new(),
            stream: Some(Box::new(EventStream::with_limit(options.limits.max_event_size))),
            reconnection: Reconnection::default(),
            options,
            opened_once: false,
            probed: false,
            detail: String::new(),
            failed_resumptions: 0,
        };
        connection.perform(Step::SendRequest, None);
        connection
    }

    /// Takes in what happened at `now` (milliseconds).
    pub fn handle(&mut self, input: Input<'_>, now: u64) {
        if input.attempt().is_some_and(|attempt| attempt != self.attempt) {
            return;
        }
        match input {
            Input::ResponseStarted { response, .. } => match response.judge() {
                Ok(()) => self.go(Cause::ResponseAccepted, None),
                Err(failure) => self.go(Cause::ResponseRefused, Some(self.failure(failure))),
            },
            Input::ChunkReceived { .. } => {
                if self.stream.is_some() {
                    self.go(Cause::ChunkReceived, None);
                }
            }
            Input::Dispatched(stream) => self.take_back(stream),
            Input::BodyEnded { .. } => self.interrupt(Cause::BodyEnded, Interruption::BodyEnded, now),
            Input::RequestFailed { detail, .. } => self.request_failed(detail, now),
            Input::ProbeEnded { outcome: ProbeOutcome::OtherOrigin, .. } => {
                self.go(Cause::ProbeAnswered, Some(self.failure(Failure::OriginRefused)));
            }
            Input::ProbeEnded { .. } => {
                let detail = mem::take(&mut self.detail);
                self.interrupt(Cause::ProbeFailed, Interruption::Network { detail }, now);
            }
            Input::TimerFired { .. } => self.go(Cause::TimerFired, None),
            Input::WentOnline => {
                let cause = match self.reconnection.cut_short(now) {
                    0 => Cause::WentOnline,
                    _ => Cause::WentOnlineEarly,
                };
                self.go(cause, None);
            }
            Input::CloseCalled => self.go(Cause::CloseCalled, None),
            Input::NativeOpened { .. } => self.go(Cause::NativeOpened, None),
            Input::NativeInterrupted { attempt } => {
                self.go(Cause::NativeInterrupted, Some(ErrorEvent::Interruption { reason: None, attempt, delay: None }));
            }
            Input::NativeFailed { attempt } => self.go(Cause::NativeFailed, Some(ErrorEvent::Failure { reason: None, attempt })),
        }
    }

    /// The next thing to do, if there is one.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
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

    fn request_failed(&mut self, detail: String, now: u64) {
        if self.state != State::Requesting {
            return self.interrupt(Cause::RequestFailed, Interruption::Network { detail }, now);
        }
        if !self.opened_once && self.options.probe && !mem::replace(&mut self.probed, true) {
            self.detail = detail;
            return self.go(Cause::FirstRequestFailed, None);
        }
        let resuming = self.opened_once && self.options.cross_origin && !self.last_event_id().is_empty();
        self.failed_resumptions = if resuming { self.failed_resumptions.saturating_add(1) } else { 0 };
        let reason = match self.failed_resumptions {
            0 | 1 => Interruption::Network { detail },
            _ => Interruption::ResumeRefused { detail },
        };
        self.interrupt(Cause::RequestFailed, reason, now);
    }

    fn interrupt(&mut self, cause: Cause, reason: Interruption, now: u64) {
        if state::transition(self.state, cause).is_none() {
            return;
        }
        let delay = self.reconnection.begin_wait(now);
        self.go(cause, Some(ErrorEvent::Interruption { reason: Some(reason), attempt: self.attempt, delay: Some(delay) }));
    }

    fn failure(&self, reason: Failure) -> ErrorEvent {
        ErrorEvent::Failure { reason: Some(reason), attempt: self.attempt }
    }

    fn take_back(&mut self, stream: Box<EventStream>) {
        if self.state == State::Closed || self.stream.is_some() {
            return;
        }
        if let Some(milliseconds) = stream.reconnection_time() {
            self.reconnection.set_time(milliseconds);
        }
        let exceeded = stream.limit_exceeded().then(|| stream.limit()).flatten();
        self.stream = Some(stream);
        if let Some(limit) = exceeded {
            self.go(Cause::LimitExceeded, Some(self.failure(Failure::LimitExceeded { limit })));
        }
    }

    /// Looks the cause up in the table and does what stands there; nothing if nothing stands there.
    fn go(&mut self, cause: Cause, mut error: Option<ErrorEvent>) {
        let Some(transition) = state::transition(self.state, cause) else {
            return;
        };
        if transition.to == State::Closed {
            // What was asked for and not yet done is void.
            self.actions.clear();
        }
        self.state = transition.to;
        for &step in transition.steps {
            self.perform(step, error.take_if(|_| step == Step::FireError));
        }
    }

    fn perform(&mut self, step: Step, error: Option<ErrorEvent>) {
        let action = match step {
            Step::SendRequest => {
                self.attempt = self.attempt.next();
                Some(Action::SendRequest { attempt: self.attempt })
            }
            Step::SendProbe => Some(Action::SendProbe { attempt: self.attempt }),
            Step::AbortRequest => Some(Action::AbortRequest),
            Step::StartTimer => Some(Action::StartTimer { attempt: self.attempt, delay: self.reconnection.delay() }),
            Step::StopTimer => Some(Action::StopTimer),
            Step::BecomeConnecting => Some(Action::SetReadyState(ReadyState::Connecting)),
            Step::BecomeOpen => {
                self.opened_once = true;
                self.failed_resumptions = 0;
                // A body may begin with a BOM again, and what the last one left unfinished is void.
                if let Some(stream) = &mut self.stream {
                    stream.restart();
                }
                Some(Action::SetReadyState(ReadyState::Open))
            }
            Step::BecomeClosed => {
                self.stream = None;
                Some(Action::SetReadyState(ReadyState::Closed))
            }
            Step::FireOpen => Some(Action::FireOpen { attempt: self.attempt }),
            Step::FireError => error.map(Action::FireError),
            Step::Dispatch => self.stream.take().map(Action::Dispatch),
        };
        self.actions.extend(action);
    }
}
