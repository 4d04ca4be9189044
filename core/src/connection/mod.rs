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
pub use options::{Options, ReconnectionOptions, Statuses};
pub use state::{Cause, State, Step, TRANSITIONS, Transition};

use crate::event_stream::EventStream;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use reconnect::{FLOOR, LONGEST, Reconnection, since};

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
/// Time is handed in: `now` is in milliseconds from any fixed start, and should not go back. Let it run on while the machine sleeps (a wall clock
/// does), so that a sleep shows.
///
/// [`Action::AskRetry`] and [`Action::Prepare`] put questions to the user, and only to those who asked for that; [`Input::CloseCalled`] may come instead of
/// the answer. Whether hidden pages pause, and what becomes of events that nobody takes, is the host's to offer: it tells
/// [`Input::BecameHidden`], [`Input::Paused`] or [`Input::Overflowed`] only where the user wants that.
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
    /// Why the connection was lost or refused, until that is told.
    lost: Option<Interruption>,
    /// What the next [`Step::FireError`] tells.
    error: Option<ErrorEvent>,
    /// Away while a chunk is dispatched.
    stream: Option<Box<EventStream>>,
    reconnection: Reconnection,
    options: Options,
    now: u32,
    /// Since when the wait or the silence lasts.
    began: u32,
    /// When the connection was opened.
    opened: u32,
    /// A timer runs, or was asked for.
    timer: bool,
    /// For how long it is to run.
    delay: u32,
    /// What `Retry-After` said.
    retry_after: u32,
    /// What the options make of the loss: the wait, or no more attempts.
    proposal: Option<u32>,
    /// The machine was asleep, or the page was: how the last attempts went means nothing.
    awoken: bool,
    hidden: bool,
    /// Let go until those who listen have caught up.
    overflowed: bool,
    /// The host does not read.
    paused: bool,
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
    pub fn new(mut options: Options) -> Self {
        options.idle_timeout = options.idle_timeout.min(LONGEST);
        let mut connection = Connection {
            state: State::Held,
            attempt: Attempt::default(),
            steps: Vec::new(),
            polled: 0,
            lost: None,
            error: None,
            stream: Some(Box::new(EventStream::with_limit(options.limits.max_event_size))),
            reconnection: Reconnection::new(options.reconnection, options.seed),
            options,
            now: 0,
            began: 0,
            opened: 0,
            timer: false,
            delay: 0,
            retry_after: 0,
            proposal: None,
            awoken: false,
            hidden: options.hidden,
            overflowed: false,
            paused: false,
            opened_once: false,
            resumed_once: false,
            probed: false,
            detail: String::new(),
            failed_resumptions: 0,
        };
        connection.release();
        connection
    }

    /// Sets the last event ID string to start from; before the first request. It is for a stream to be able to send it, and for a request
    /// header to hold it: at most 4,096 bytes, no NUL, CR or LF. Says whether that is so, and does nothing if it is not.
    #[must_use = "an id that cannot be is not set"]
    pub fn start_from(&mut self, last_event_id: &str) -> bool {
        let sendable = last_event_id.len() <= LONGEST_ID && !last_event_id.bytes().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
        match &mut self.stream {
            Some(stream) if sendable => {
                stream.set_last_event_id(last_event_id);
                true
            }
            _ => false,
        }
    }

    /// Takes in what happened at `now` (milliseconds).
    pub fn handle(&mut self, input: Input<'_>, now: u64) {
        if input.attempt().is_some_and(|attempt| attempt != self.attempt) {
            return;
        }
        self.now = now as u32;
        if let Input::ResponseStarted { .. } | Input::ChunkReceived { .. } | Input::Resumed = input {
            self.heard();
        }
        let cause = match input {
            Input::Prepared { .. } => Cause::Prepared,
            Input::PrepareFailed { detail, .. } => self.lose(Cause::PrepareFailed, Interruption::Prepare { detail }),
            Input::RetryAfterReceived { delay, .. } => {
                self.retry_after = delay;
                return;
            }
            Input::ResponseStarted { response, .. } => {
                let retry_after = mem::take(&mut self.retry_after);
                match response.judge() {
                    Ok(()) => Cause::ResponseAccepted,
                    Err(reason) => {
                        if let 429 | 503 = response.status {
                            self.retry_after = retry_after;
                        }
                        self.lose(Cause::ResponseRefused, reason)
                    }
                }
            }
            // The parser is away, or about to be.
            Input::ChunkReceived { .. } if self.stream.is_none() || self.pending().contains(&Step::Dispatch) => return,
            Input::ChunkReceived { .. } => Cause::ChunkReceived,
            Input::Dispatched(stream) => match self.take_back(stream) {
                Some(cause) => cause,
                None => return,
            },
            Input::BodyEnded { .. } if !self.options.repeats => Cause::Ended,
            Input::BodyEnded { .. } => self.lose(Cause::BodyEnded, Interruption::BodyEnded),
            Input::RequestFailed { detail, .. } => self.request_failed(detail),
            Input::ProbeEnded { outcome: ProbeOutcome::OtherOrigin, .. } => {
                self.fail(Cause::ProbeAnswered, Failure::OriginRefused)
            }
            Input::ProbeEnded { .. } => {
                let detail = mem::take(&mut self.detail);
                self.lose(Cause::ProbeFailed, Interruption::Network { detail })
            }
            Input::TimerFired { .. } => {
                if !mem::take(&mut self.timer) {
                    return;
                }
                match self.state {
                    State::Waiting => Cause::WaitOver,
                    _ => self.look_for_silence().unwrap_or(Cause::WaitOn),
                }
            }
            Input::RetryAnswered { delay, .. } => return self.decide(delay),
            Input::WentOnline => match self.state {
                // Who said when to come again can be reached.
                State::Waiting if self.retry_after > 0 => return,
                State::Waiting => self.cut_short(),
                State::Requesting | State::Streaming => match self.look_for_silence() {
                    Some(cause) => cause,
                    None => return,
                },
                _ => return,
            },
            Input::ReconnectCalled => match self.state {
                State::Waiting => self.cut_short(),
                _ => {
                    (self.began, self.delay) = (self.now, FLOOR);
                    self.interrupt(Cause::ReconnectCalled, Interruption::Requested, Some(FLOOR))
                }
            },
            Input::BecameHidden if !self.options.repeats => return,
            Input::BecameHidden => {
                self.hidden = true;
                self.interrupt(Cause::HeldBack, Interruption::Hidden, None)
            }
            Input::BecameVisible => {
                self.hidden = false;
                return self.release();
            }
            Input::Paused => {
                self.paused = true;
                return;
            }
            Input::Resumed => {
                (self.paused, self.overflowed) = (false, false);
                return self.release();
            }
            Input::Overflowed { resume_later: true } if self.options.repeats => {
                self.overflowed = true;
                self.interrupt(Cause::HeldBack, Interruption::Overflow, None)
            }
            Input::Overflowed { .. } => self.fail(Cause::LimitExceeded, Failure::Overflow),
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
                Step::Prepare => Action::Prepare { attempt },
                Step::SendRequest => Action::SendRequest { attempt },
                Step::SendProbe => Action::SendProbe { attempt },
                Step::AbortRequest => Action::AbortRequest,
                Step::StartTimer => Action::StartTimer { attempt, delay: self.delay },
                Step::StopTimer => Action::StopTimer,
                Step::AskRetry => Action::AskRetry { attempt, delay: self.proposal },
                Step::BecomeConnecting => Action::SetReadyState(ReadyState::Connecting),
                Step::BecomeOpen => Action::SetReadyState(ReadyState::Open),
                Step::BecomeClosed => Action::SetReadyState(ReadyState::Closed),
                Step::FireOpen => Action::FireOpen { attempt },
                Step::FireClose => Action::FireClose { attempt },
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

    /// The same as bytes; see [`EventStream::last_event_id_bytes`].
    pub fn last_event_id_bytes(&self) -> &[u8] {
        self.stream.as_ref().map_or(&[], |stream| stream.last_event_id_bytes())
    }

    /// The reconnection time in milliseconds: 3,000 until the stream says otherwise.
    pub fn reconnection_time(&self) -> u32 {
        self.reconnection.time()
    }

    /// Why the connection was lost or refused, while [`Action::AskRetry`] waits for its answer.
    pub fn reason(&self) -> Option<&Interruption> {
        self.lost.as_ref()
    }

    fn request_failed(&mut self, detail: String) -> Cause {
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
        self.lose(Cause::RequestFailed, reason)
    }

    /// Whether this request sends `Last-Event-ID` to another origin, which never let that pass so far.
    fn may_be_refused_to_resume(&self) -> bool {
        self.opened_once && self.options.cross_origin && !self.resumed_once && !self.last_event_id_bytes().is_empty()
    }

    /// Something came, or the host was not listening.
    fn heard(&mut self) {
        if self.state != State::Waiting {
            self.began = self.now;
        }
    }

    /// Whether the server was silent for too long; if not, for how long it may still be.
    fn look_for_silence(&mut self) -> Option<Cause> {
        let timeout = self.options.idle_timeout;
        let silence = since(self.began, self.now);
        if self.paused || silence == 0 {
            self.began = self.now;
            self.delay = timeout;
            return None;
        }
        self.delay = timeout.saturating_sub(silence);
        if timeout == 0 || self.delay > 0 {
            return None;
        }
        self.awoken = silence - timeout > LATE;
        Some(self.lose(Cause::Idled, Interruption::Idle { timeout }))
    }

    /// Ends the wait as soon as the floor allows.
    fn cut_short(&mut self) -> Cause {
        self.delay = FLOOR.saturating_sub(since(self.began, self.now));
        if self.delay > 0 { Cause::WaitOn } else { Cause::WaitOver }
    }

    /// The connection was lost or refused; what becomes of it is decided behind the gate.
    fn lose(&mut self, cause: Cause, reason: Interruption) -> Cause {
        if state::transition(self.state, cause).is_some() {
            self.lost = Some(reason);
            if self.state == State::Streaming {
                self.reconnection.was_open(since(self.opened, self.now));
            }
        }
        cause
    }

    /// What the options make of the loss.
    fn propose(&mut self) {
        let Some(reason) = &self.lost else { return };
        let mut wait = self.reconnection.next_wait(self.now, self.retry_after);
        if mem::take(&mut self.awoken) {
            wait = wait.map(|_| FLOOR);
        }
        let fails = match reason {
            // Nothing was sent.
            Interruption::Prepare { .. } => false,
            Interruption::ContentType(_) => true,
            Interruption::Status(status) if !self.options.transient.contains(*status) => true,
            _ => !self.options.repeats,
        };
        self.proposal = wait.filter(|_| !fails);
        if !self.options.asks {
            self.decide(self.proposal);
        }
    }

    /// Tries again after so long, or not.
    fn decide(&mut self, delay: Option<u32>) {
        if self.state != State::Deciding {
            return;
        }
        let Some(reason) = self.lost.take() else { return };
        let Some(delay) = delay else {
            let failure = match reason {
                Interruption::Status(status) if !self.options.transient.contains(status) => Failure::Status(status),
                Interruption::ContentType(content_type) => Failure::ContentType(content_type),
                _ if self.proposal.is_some() => Failure::Declined(reason),
                Interruption::Prepare { .. } => Failure::RetriesExhausted(reason),
                _ if !self.options.repeats => Failure::NotRepeated(reason),
                _ => Failure::RetriesExhausted(reason),
            };
            let cause = self.fail(Cause::RetryDenied, failure);
            return self.go(cause);
        };
        let delay = delay.clamp(FLOOR, LONGEST);
        (self.began, self.delay) = (self.now, delay);
        let cause = self.interrupt(Cause::RetryGranted, reason, Some(delay));
        self.go(cause);
    }

    fn interrupt(&mut self, cause: Cause, reason: Interruption, delay: Option<u32>) -> Cause {
        self.tell(cause, ErrorEvent::Interruption { reason: Some(reason), attempt: self.attempt, delay })
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
            // What was asked for and not yet done is void, but for what ends something.
            let [stops, aborts] = [Step::StopTimer, Step::AbortRequest].map(|step| self.pending().contains(&step));
            self.forget_steps();
            if stops {
                self.steps.push(Step::StopTimer);
            }
            if aborts {
                self.steps.push(Step::AbortRequest);
            }
        }
        self.state = transition.to;
        for &step in transition.steps {
            self.take_step(step);
        }
        match self.state {
            State::Held => self.release(),
            State::Preparing if !self.options.prepares => self.go(Cause::Prepared),
            State::Deciding => self.propose(),
            _ => {}
        }
    }

    /// Lets the next attempt begin, unless something holds it back.
    fn release(&mut self) {
        if !self.hidden && !self.overflowed {
            self.go(Cause::Released);
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
            Step::Prepare => {
                self.attempt = self.attempt.next();
                if !self.options.prepares {
                    return;
                }
            }
            Step::SendRequest => {
                self.retry_after = 0;
                (self.began, self.delay) = (self.now, self.options.idle_timeout);
            }
            Step::AskRetry if !self.options.asks => return,
            Step::StartTimer if self.delay == 0 => return,
            Step::StartTimer => self.timer = true,
            Step::StopTimer if !mem::take(&mut self.timer) => return,
            Step::BecomeOpen => {
                self.opened = self.now;
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

/// The longest id to start from, in bytes: servers take headers of about twice as much.
const LONGEST_ID: usize = 4_096;
/// A timer that is so late was asleep; those of hidden pages may be late by a minute.
const LATE: u32 = 90_000;
