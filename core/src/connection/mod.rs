//! The connection of one `EventSource`, as a machine without I/O.
//!
//! A host tells a [`Connection`] what happened ([`Input`]) and performs what it asks for ([`Action`]). What has to be decided
//! is decided here: whether a response is an event stream, when to reconnect, what is late and to be ignored, what `close()` ends.

mod action;
mod input;
mod limits;
mod options;
mod queue;
mod reconnect;
mod response;
mod state;

pub use action::{Action, ErrorEvent, ReadyState, Reason, Verdict};
pub use input::{Attempt, Fact, Input, ProbeOutcome, Response};
pub use limits::Limits;
pub use options::{Options, ReconnectionOptions, Statuses};
pub use state::{Cause, State, Step, TRANSITIONS, Transition};

use crate::event_stream::EventStream;
use alloc::boxed::Box;
use core::mem;
use queue::Queue;
use reconnect::{FLOOR, LONGEST, Reconnection, since};
use response::is_event_stream;

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
/// A host behind a border of numbers tells [`Fact`]s instead of inputs, by [`tell`](Self::tell), takes [`Step`]s instead of actions, by
/// [`poll_step`](Self::poll_step), and feeds the parser [in place](Self::parser).
///
/// ```
/// use tidings_core::connection::{Action, Connection, Input, Options, ReadyState, Response};
///
/// let mut connection = Connection::new(Options::default());
/// let Some(Action::SendRequest { attempt }) = connection.poll_action() else { unreachable!() };
///
/// let response = Response { status: 200, content_type: Some(b"text/event-stream; charset=utf-8") };
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
    queue: Queue,
    /// What the next [`Step::FireError`] or [`Step::AskRetry`] tells.
    error: ErrorEvent,
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
    /// Of the last response.
    status: u16,
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
    /// Requests in a row that failed while there was something to resume.
    failed_resumptions: u32,
}

impl Connection {
    /// A connection that wants to send its first request.
    pub fn new(options: Options) -> Self {
        let attempt = Attempt::default();
        let Limits { max_event_size, skips } = options.limits;
        let mut connection = Connection {
            state: State::Held,
            attempt,
            queue: Queue::default(),
            error: ErrorEvent { reason: Reason::Unknown, verdict: Verdict::Interrupted, attempt, delay: None },
            stream: Some(Box::new(EventStream::with_limit(max_event_size).skipping_what_exceeds(skips))),
            reconnection: Reconnection::new(options.seed),
            options,
            now: 0,
            began: 0,
            opened: 0,
            timer: false,
            delay: 0,
            retry_after: 0,
            status: 0,
            awoken: false,
            hidden: options.hidden,
            overflowed: false,
            paused: false,
            opened_once: false,
            resumed_once: false,
            probed: false,
            failed_resumptions: 0,
        };
        connection.release();
        connection
    }

    /// Sets the last event ID string to start from, as UTF-8; before the first request. It is for a stream to be able to send it, and for a
    /// request header to hold it: at most 4,096 bytes, no NUL, CR or LF. Says whether that is so, and does nothing if it is not.
    #[must_use = "an id that cannot be is not set"]
    pub fn start_from(&mut self, last_event_id: &[u8]) -> bool {
        let sendable = last_event_id.len() <= LONGEST_ID && !last_event_id.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
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
        let now = now as u32;
        let attempt = self.attempt;
        let (fact, attempt, number) = match input {
            Input::Dispatched(stream) => {
                self.now = now;
                if self.state != State::Closed && self.stream.is_none() {
                    self.stream = Some(stream);
                    self.dispatched();
                }
                return;
            }
            Input::ResponseStarted { attempt, response: Response { status, content_type } } => {
                self.tell(Fact::ResponseStarted, attempt, status.into(), content_type.unwrap_or_default(), now);
                return;
            }
            Input::RetryAfterReceived { attempt, delay } => (Fact::RetryAfterReceived, attempt, delay),
            Input::RetryAnswered { attempt, delay: Some(delay) } => (Fact::RetryAnswered, attempt, delay.min(LONGEST)),
            Input::RetryAnswered { attempt, delay: None } => (Fact::RetryAnswered, attempt, Fact::NEVER),
            Input::ProbeEnded { attempt, outcome } => (Fact::ProbeEnded, attempt, outcome as u32),
            Input::Overflowed { resume_later } => (Fact::Overflowed, attempt, resume_later.into()),
            Input::Prepared { attempt } => (Fact::Prepared, attempt, 0),
            Input::PrepareFailed { attempt } => (Fact::PrepareFailed, attempt, 0),
            Input::ChunkReceived { attempt } => (Fact::ChunkReceived, attempt, 0),
            Input::BodyEnded { attempt } => (Fact::BodyEnded, attempt, 0),
            Input::RequestFailed { attempt } => (Fact::RequestFailed, attempt, 0),
            Input::TimerFired { attempt } => (Fact::TimerFired, attempt, 0),
            Input::NativeOpened { attempt } => (Fact::NativeOpened, attempt, 0),
            Input::NativeInterrupted { attempt } => (Fact::NativeInterrupted, attempt, 0),
            Input::NativeFailed { attempt } => (Fact::NativeFailed, attempt, 0),
            Input::WentOnline => (Fact::WentOnline, attempt, 0),
            Input::ReconnectCalled => (Fact::ReconnectCalled, attempt, 0),
            Input::BecameHidden => (Fact::BecameHidden, attempt, 0),
            Input::BecameVisible => (Fact::BecameVisible, attempt, 0),
            Input::Paused => (Fact::Paused, attempt, 0),
            Input::Resumed => (Fact::Resumed, attempt, 0),
            Input::CloseCalled => (Fact::CloseCalled, attempt, 0),
        };
        self.tell(fact, attempt, number, &[], now);
    }

    /// The same for a host behind a border of numbers; says whether a transition came of it.
    pub fn tell(&mut self, fact: Fact, attempt: Attempt, number: u32, content_type: &[u8], now: u32) -> bool {
        if fact.has_attempt() && attempt != self.attempt {
            return false;
        }
        // Nobody performs what is asked for; but an end can still come, and what holds back be over.
        if self.queue.is_full() && !matches!(fact, Fact::CloseCalled | Fact::Resumed | Fact::BecameVisible) {
            return false;
        }
        self.now = now;
        if let Fact::ResponseStarted | Fact::ChunkReceived | Fact::Resumed = fact {
            self.heard();
        }
        let is_waiting = self.state == State::Waiting;
        let (cause, reason) = match fact {
            Fact::Prepared => (Cause::Prepared, None),
            Fact::PrepareFailed => (Cause::PrepareFailed, Some(Reason::Prepare)),
            Fact::RetryAfterReceived => {
                self.retry_after = number;
                return false;
            }
            Fact::ResponseStarted => {
                self.status = number as u16;
                if !matches!(number, 429 | 503) {
                    self.retry_after = 0;
                }
                if number != 200 {
                    (Cause::ResponseRefused, Some(Reason::Status))
                } else if is_event_stream(content_type) {
                    (Cause::ResponseAccepted, None)
                } else {
                    (Cause::ResponseRefused, Some(Reason::ContentType))
                }
            }
            // The parser is away, or about to be.
            Fact::ChunkReceived if self.stream.is_none() || self.queue.holds_dispatch() => return false,
            Fact::ChunkReceived => (Cause::ChunkReceived, None),
            Fact::BodyEnded if !self.options.repeats => (Cause::Ended, None),
            Fact::BodyEnded => (Cause::BodyEnded, Some(Reason::BodyEnded)),
            Fact::RequestFailed => self.request_failed(),
            Fact::ProbeEnded if number == ProbeOutcome::OtherOrigin as u32 => (Cause::ProbeAnswered, Some(Reason::OriginRefused)),
            Fact::ProbeEnded => (Cause::ProbeFailed, Some(Reason::Network)),
            Fact::TimerFired if !mem::take(&mut self.timer) => return false,
            Fact::TimerFired if is_waiting => (Cause::WaitOver, None),
            Fact::TimerFired if self.is_silent() => (Cause::Idled, Some(Reason::Idle)),
            Fact::TimerFired => (Cause::WaitOn, None),
            Fact::RetryAnswered => {
                self.decide(number);
                return false;
            }
            // Who said when to come again can be reached.
            Fact::WentOnline if is_waiting && self.retry_after > 0 => return false,
            Fact::WentOnline | Fact::ReconnectCalled if is_waiting => {
                // As soon as the floor allows.
                self.delay = FLOOR.saturating_sub(since(self.began, self.now));
                (if self.delay > 0 { Cause::WaitOn } else { Cause::WaitOver }, None)
            }
            Fact::WentOnline if matches!(self.state, State::Requesting | State::Streaming) && self.is_silent() => {
                (Cause::Idled, Some(Reason::Idle))
            }
            Fact::WentOnline => return false,
            Fact::ReconnectCalled => {
                (self.began, self.delay) = (self.now, FLOOR);
                let begins = self.go(Cause::ReconnectCalled, Some(Reason::Requested));
                if begins {
                    self.error.delay = Some(FLOOR);
                }
                return begins;
            }
            Fact::BecameHidden if !self.options.repeats => return false,
            Fact::BecameHidden => {
                self.hidden = true;
                (Cause::HeldBack, Some(Reason::Hidden))
            }
            Fact::BecameVisible => {
                self.hidden = false;
                self.release();
                return false;
            }
            Fact::Paused => {
                self.paused = true;
                return false;
            }
            Fact::Resumed => {
                (self.paused, self.overflowed) = (false, false);
                self.release();
                return false;
            }
            Fact::Overflowed if number != 0 && self.options.repeats => {
                self.overflowed = true;
                (Cause::HeldBack, Some(Reason::Overflow))
            }
            Fact::Overflowed => (Cause::LimitExceeded, Some(Reason::Overflow)),
            Fact::CloseCalled => (Cause::CloseCalled, None),
            Fact::NativeOpened => (Cause::NativeOpened, None),
            Fact::NativeInterrupted => (Cause::NativeInterrupted, Some(Reason::Unknown)),
            Fact::NativeFailed => (Cause::NativeFailed, Some(Reason::Unknown)),
        };
        self.go(cause, reason)
    }

    /// The next thing to do, if there is one.
    pub fn poll_action(&mut self) -> Option<Action> {
        let attempt = self.attempt;
        Some(match self.poll_step()? {
            Step::Prepare => Action::Prepare { attempt },
            Step::SendRequest => Action::SendRequest { attempt },
            Step::SendProbe => Action::SendProbe { attempt },
            Step::AbortRequest => Action::AbortRequest,
            Step::StartTimer => Action::StartTimer { attempt, delay: self.delay },
            Step::StopTimer => Action::StopTimer,
            Step::AskRetry => Action::AskRetry(self.error),
            Step::BecomeConnecting => Action::SetReadyState(ReadyState::Connecting),
            Step::BecomeOpen => Action::SetReadyState(ReadyState::Open),
            Step::BecomeClosed => Action::SetReadyState(ReadyState::Closed),
            Step::FireOpen => Action::FireOpen { attempt },
            Step::FireClose => Action::FireClose { attempt },
            Step::FireError => Action::FireError(self.error),
            // It is asked for while the parser is here, and void when it goes.
            Step::Dispatch => Action::Dispatch(self.stream.take()?),
        })
    }

    /// The same as a step of the table; what belongs to it is in [`attempt`](Self::attempt), [`delay`](Self::delay) and [`error`](Self::error).
    /// After [`Step::Dispatch`] the host feeds [`parser`](Self::parser) and calls [`dispatched`](Self::dispatched).
    pub fn poll_step(&mut self) -> Option<Step> {
        self.queue.take()
    }

    /// The attempt that is under way or was last.
    pub fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// How long the timer of the [`Step::StartTimer`] polled last is to run, in milliseconds.
    pub fn delay(&self) -> u32 {
        self.delay
    }

    /// What the [`Step::FireError`] or [`Step::AskRetry`] polled last tells.
    pub fn error(&self) -> ErrorEvent {
        self.error
    }

    /// The parser, unless it is lent or the connection is closed.
    pub fn parser(&mut self) -> Option<&mut EventStream> {
        self.stream.as_deref_mut()
    }

    /// The parser was fed, and what it gave was delivered: as [`Input::Dispatched`], where it stayed in place.
    pub fn dispatched(&mut self) {
        let Some(stream) = &self.stream else { return };
        if let Some(milliseconds) = stream.reconnection_time() {
            self.reconnection.set_time(milliseconds);
        }
        if stream.limit_exceeded() {
            self.go(Cause::LimitExceeded, Some(Reason::LimitExceeded));
        }
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

    fn request_failed(&mut self) -> (Cause, Option<Reason>) {
        let mut reason = Reason::Network;
        if self.state == State::Requesting {
            if !self.opened_once && self.options.probe && !mem::replace(&mut self.probed, true) {
                return (Cause::FirstRequestFailed, None);
            }
            let failed = mem::take(&mut self.failed_resumptions);
            if self.may_be_refused_to_resume() {
                self.failed_resumptions = failed.saturating_add(1);
                if failed > 0 {
                    reason = Reason::ResumeRefused;
                }
            }
        }
        (Cause::RequestFailed, Some(reason))
    }

    /// Whether this request sends `Last-Event-ID` to another origin, which never let that pass so far.
    fn may_be_refused_to_resume(&self) -> bool {
        self.opened_once && self.options.cross_origin && !self.resumed_once && !self.last_event_id_bytes().is_empty()
    }

    /// Something came, or the host was not listening.
    fn heard(&mut self) {
        if !matches!(self.state, State::Held | State::Waiting) {
            self.began = self.now;
        }
    }

    /// Whether the server was silent for too long; if not, `delay` is for how long it may still be.
    fn is_silent(&mut self) -> bool {
        let timeout = self.options.idle_timeout.min(LONGEST);
        let mut silence = since(self.began, self.now);
        if self.paused {
            silence = 0;
        }
        if silence == 0 {
            self.began = self.now;
        }
        self.delay = timeout.saturating_sub(silence);
        let is_silent = silence > 0 && timeout > 0 && self.delay == 0;
        if is_silent {
            self.awoken = silence - timeout > LATE;
        }
        is_silent
    }

    /// What the options make of the loss.
    fn propose(&mut self) {
        let wait = self.reconnection.next_wait(&self.options.reconnection, self.now, self.retry_after);
        let wait = if mem::take(&mut self.awoken) { wait.map(|_| FLOOR) } else { wait };
        let is_refusal = match self.error.reason {
            Reason::Status => !self.options.transient.contains(self.status),
            reason => reason == Reason::ContentType,
        };
        (self.error.verdict, self.error.delay) = if is_refusal {
            (Verdict::Failed, None)
        // Without what is prepared nothing was sent.
        } else if !self.options.repeats && self.error.reason != Reason::Prepare {
            (Verdict::NotRepeated, None)
        } else if wait.is_none() {
            (Verdict::RetriesExhausted, None)
        } else {
            (Verdict::Interrupted, wait)
        };
        if !self.options.asks {
            self.decide(self.error.delay.unwrap_or(Fact::NEVER));
        }
    }

    /// Tries again after so long, or not.
    fn decide(&mut self, delay: u32) {
        if self.state != State::Deciding {
            return;
        }
        let ErrorEvent { reason, verdict, .. } = self.error;
        if delay != Fact::NEVER {
            let delay = delay.clamp(FLOOR, LONGEST);
            (self.began, self.delay) = (self.now, delay);
            self.go(Cause::RetryGranted, Some(reason));
            self.error.delay = Some(delay);
        } else {
            self.go(Cause::RetryDenied, Some(reason));
            self.error.verdict = if verdict == Verdict::Interrupted { Verdict::Declined } else { verdict };
        }
    }

    /// Looks the cause up in the table, does what stands there, and keeps the reason to be told; says whether anything stands there.
    fn go(&mut self, cause: Cause, reason: Option<Reason>) -> bool {
        let Some(transition) = state::transition(self.state, cause) else {
            return false;
        };
        if let Some(reason) = reason {
            let verdict = if transition.to == State::Closed { Verdict::Failed } else { Verdict::Interrupted };
            self.error = ErrorEvent { reason, verdict, attempt: self.attempt, delay: None };
        }
        let from = mem::replace(&mut self.state, transition.to);
        if from == State::Streaming && self.state != from {
            self.reconnection.was_open(since(self.opened, self.now));
        }
        match cause {
            Cause::HeldBack => self.began = self.now,
            // The floor has passed.
            Cause::WaitOver => self.began = self.now.wrapping_sub(FLOOR),
            _ => {}
        }
        if self.state == State::Closed {
            self.queue.void();
        }
        for step in transition {
            self.take_step(step);
        }
        match self.state {
            State::Held => self.release(),
            State::Preparing if !self.options.prepares => {
                self.go(Cause::Prepared, None);
            }
            State::Deciding => self.propose(),
            _ => {}
        }
        true
    }

    /// Lets the next attempt begin, unless something holds it back; after an earlier one not before the floor.
    fn release(&mut self) {
        if self.state == State::Held && !self.hidden && !self.overflowed {
            let passed = if self.attempt == Attempt::default() { FLOOR } else { since(self.began, self.now) };
            self.delay = FLOOR.saturating_sub(passed);
            self.go(if self.delay > 0 { Cause::WaitOn } else { Cause::Released }, None);
        }
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
                (self.began, self.delay) = (self.now, self.options.idle_timeout.min(LONGEST));
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
        self.queue.push(step);
    }
}

/// The longest id to start from, in bytes: servers take headers of about twice as much.
const LONGEST_ID: usize = 4_096;
/// A timer that is so late was asleep; those of hidden pages may be late by a minute.
const LATE: u32 = 90_000;
