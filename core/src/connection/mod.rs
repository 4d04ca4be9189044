//! The connection of one `EventSource`, as a machine without I/O.
//!
//! A host tells a [`Connection`] what happened ([`Input`]) and performs what it asks for ([`Action`]). What has to be decided
//! is decided here: whether a response is an event stream, when to reconnect, what is late and to be ignored, what `close()` ends.

mod action;
mod input;
mod limits;
mod options;
mod parser;
mod queue;
mod reconnect;
mod response;
mod state;

pub use action::{Action, ErrorEvent, ReadyState, Reason, Verdict};
pub use input::{Attempt, Fact, Input, ProbeOutcome, Response};
pub use limits::Limits;
pub use options::{Options, ReconnectionOptions, Settings, Statuses};
pub use parser::{Lent, Parser};
pub use state::{Cause, State, Step, TRANSITIONS, Transition};

use core::mem::{self, offset_of};
use queue::Queue;
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
/// A host behind a border of numbers tells [`Fact`]s instead of inputs, by [`tell`](Self::tell), takes [`Step`]s instead of actions, by
/// [`poll_step`](Self::poll_step), and feeds the parser [in place](Self::parser), which is a [`Tokenizer`](crate::event_stream::Tokenizer). Such a connection is
/// nothing but words, all 0 before it [begins](Self::begin), which hosts may move as they like.
///
/// ```
/// use tidings_core::connection::{Action, Connection, Input, Options, ReadyState, Response};
///
/// let mut connection = Connection::new(Options::default(), 0);
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
#[repr(C)]
pub struct Connection<P: Parser = Lent> {
    /// Away while a chunk is dispatched, if it is one that is lent.
    parser: P,
    record: Record,
    state: State,
    /// A timer runs, or was asked for.
    timer: bool,
    /// A chunk is to be dispatched, or about to be.
    dispatching: bool,
    /// The machine was asleep, or the page was: how the last attempts went means nothing.
    awoken: bool,
    /// Let go until those who listen have caught up.
    overflowed: bool,
    /// The host does not read.
    paused: bool,
    opened_once: bool,
    /// A request in a row of those that were to resume failed before this one.
    failed_to_resume: bool,
    /// The status of the last response is one that passes by itself.
    is_transient: bool,
    now: u32,
    /// Since when the state or the silence lasts.
    began: u32,
    /// When the connection was opened.
    opened: u32,
    /// What `Retry-After` said.
    retry_after: u32,
    reconnection: Reconnection,
    settings: Settings,
    /// What is still to be asked for. Steps, not actions: an action is made when it is polled, of what the machine knows then.
    queue: Queue,
    transient: P::Transient,
}

/// What belongs to the [`Step`] polled last, as a host behind a border of numbers reads it from where it lies.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Record {
    /// The attempt that is under way or was last.
    pub attempt: Attempt,
    /// Of [`Step::StartTimer`]: how long the timer is to run, in milliseconds.
    pub delay: u32,
    /// Of [`Step::FireError`] and [`Step::AskRetry`].
    pub reason: Reason,
    /// The same.
    pub verdict: Verdict,
    /// The same: the attempt that has ended. Another may have begun before the error is fired.
    pub error_attempt: Attempt,
    /// The same: when the next one begins, [`NEVER`](Fact::NEVER) if that is not known.
    pub error_delay: u32,
}

impl Connection {
    /// A connection that wants to send its first request at `now` (milliseconds).
    pub fn new(options: Options, now: u64) -> Self {
        let mut connection = Self::unset(None);
        connection.transient = options.transient;
        connection.settings = options.into();
        connection.begin(now as u32);
        connection
    }

    /// Sets the last event ID string to start from, as UTF-8; before the first request. It is for a stream to be able to send it, and for a
    /// request header to hold it: at most 4,096 bytes, no NUL, CR or LF. Says whether that is so, and does nothing if it is not.
    #[must_use = "an id that cannot be is not set"]
    pub fn start_from(&mut self, last_event_id: &[u8]) -> bool {
        let sendable = last_event_id.len() <= LONGEST_ID && !last_event_id.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
        match &mut self.parser {
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
        let attempt = self.record.attempt;
        let (fact, attempt, number) = match input {
            Input::Dispatched(stream) => {
                self.now = now;
                if self.state != State::Closed && self.parser.is_none() {
                    self.parser = Some(stream);
                    self.settle();
                }
                return;
            }
            Input::ResponseStarted { attempt, response } => {
                let passes = if self.transient.contains(response.status) { Fact::TRANSIENT } else { 0 };
                let number = if response.is_event_stream() { Fact::EVENT_STREAM } else { u32::from(response.status) | passes };
                (Fact::ResponseStarted, attempt, number)
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
        self.tell(fact, attempt, number, now);
    }

    /// The next thing to do, if there is one.
    pub fn poll_action(&mut self) -> Option<Action> {
        let step = self.poll_step()?;
        let Record { attempt, delay, reason, verdict, error_attempt, error_delay } = self.record;
        let error_delay = (error_delay != Fact::NEVER).then_some(error_delay);
        let error = ErrorEvent { reason, verdict, attempt: error_attempt, delay: error_delay };
        Some(match step {
            Step::Prepare => Action::Prepare { attempt },
            Step::SendRequest => Action::SendRequest { attempt },
            Step::SendProbe => Action::SendProbe { attempt },
            Step::AbortRequest => Action::AbortRequest,
            Step::StartTimer => Action::StartTimer { attempt, delay },
            Step::StopTimer => Action::StopTimer,
            Step::AskRetry => Action::AskRetry(error),
            Step::BecomeConnecting => Action::SetReadyState(ReadyState::Connecting),
            Step::BecomeOpen => Action::SetReadyState(ReadyState::Open),
            Step::BecomeClosed => Action::SetReadyState(ReadyState::Closed),
            Step::FireOpen => Action::FireOpen { attempt },
            Step::FireClose => Action::FireClose { attempt },
            Step::FireError => Action::FireError(error),
            // It is asked for while the parser is here, and void when it goes.
            Step::Dispatch => Action::Dispatch(self.parser.take()?),
        })
    }

    /// The last event ID string: sent as `Last-Event-ID`, as UTF-8 bytes, when it is not empty. Empty while the parser is lent.
    pub fn last_event_id(&self) -> &str {
        self.parser.as_ref().map_or("", |stream| stream.last_event_id())
    }
}

impl<P: Parser> Connection<P> {
    /// Where its [record](Self::record) lies in it, in bytes.
    pub const RECORD: usize = offset_of!(Self, record);
    /// Where its [settings](Self::settings) lie in it, in bytes.
    pub const SETTINGS: usize = offset_of!(Self, settings);

    /// A connection without [settings](Self::settings), which are to be set before it [begins](Self::begin).
    pub const fn unset(parser: P) -> Self {
        Connection {
            parser,
            record: Record {
                attempt: Attempt::from_number(0),
                delay: 0,
                reason: Reason::Unknown,
                verdict: Verdict::Interrupted,
                error_attempt: Attempt::from_number(0),
                error_delay: 0,
            },
            state: State::Held,
            timer: false,
            dispatching: false,
            awoken: false,
            overflowed: false,
            paused: false,
            opened_once: false,
            failed_to_resume: false,
            is_transient: false,
            now: 0,
            began: 0,
            opened: 0,
            retry_after: 0,
            reconnection: Reconnection::new(),
            settings: Settings::UNSET,
            queue: Queue::new(),
            transient: P::NONE_TRANSIENT,
        }
    }

    /// How it is to behave.
    pub fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Makes it want to send its first request. Once, before anything is told.
    pub fn begin(&mut self, now: u32) {
        // Before the first attempt no floor holds.
        (self.now, self.began) = (now, now.wrapping_sub(FLOOR));
        let Settings { max_event_size, skips, .. } = self.settings;
        self.parser.set_up(max_event_size, skips != 0);
        if let Some(cause) = self.next() {
            self.go(cause);
        }
    }

    /// The same for a host behind a border of numbers; says whether a transition came of it.
    pub fn tell(&mut self, fact: Fact, attempt: Attempt, number: u32, now: u32) -> bool {
        if fact.has_attempt() && attempt != self.record.attempt {
            return false;
        }
        // Nobody performs what is asked for; but an end can still come, and what holds back be over.
        if self.queue.is_full() && !fact.ends_something() {
            return false;
        }
        self.now = now;
        if self.state == State::Streaming {
            self.reconnection.is_open(since(self.opened, now));
        }
        let is_waiting = self.state == State::Waiting;
        let repeats = self.settings.repeats != 0;
        let mut cause = fact.cause();
        // In the place of what is told of the cause by itself.
        let mut reason = None;
        match fact {
            Fact::RetryAfterReceived => {
                self.retry_after = number;
                return false;
            }
            Fact::ResponseStarted => {
                self.is_transient = number & Fact::TRANSIENT != 0;
                if !matches!(number % Fact::TRANSIENT, 429 | 503) {
                    self.retry_after = 0;
                }
                match number {
                    Fact::EVENT_STREAM => cause = Cause::ResponseAccepted,
                    200 => reason = Some(Reason::ContentType),
                    _ => {}
                }
            }
            // The parser is away, or about to be.
            Fact::ChunkReceived if self.dispatching || !self.parser.is_here() => return false,
            Fact::BodyEnded if !repeats => cause = Cause::Ended,
            Fact::RequestFailed if self.state == State::Requesting => {
                if self.settings.probe != 0 {
                    cause = Cause::FirstRequestFailed;
                } else if self.failed_to_resume_again() {
                    reason = Some(Reason::ResumeRefused);
                }
            }
            Fact::ProbeEnded if number == ProbeOutcome::OtherOrigin as u32 => cause = Cause::ProbeAnswered,
            Fact::RetryAnswered if self.state != State::Deciding => return false,
            Fact::RetryAnswered => cause = self.decide(number),
            // As soon as the floor allows.
            Fact::ReconnectCalled if is_waiting => cause = self.wait_for_floor(Cause::WaitOver),
            Fact::TimerFired | Fact::WentOnline => {
                if !self.timer {
                    return false;
                }
                self.timer = fact == Fact::WentOnline;
                if !is_waiting {
                    cause = if self.is_silent() {
                        Cause::Idled
                    } else if self.timer {
                        return false;
                    } else {
                        Cause::WaitOn
                    };
                } else if self.timer {
                    // Who said when to come again can be reached.
                    if self.retry_after > 0 {
                        return false;
                    }
                    cause = self.wait_for_floor(Cause::WaitOver);
                }
            }
            Fact::BecameHidden if !repeats => return false,
            Fact::BecameHidden => self.settings.hidden = 1,
            Fact::BecameVisible | Fact::Resumed => {
                if fact == Fact::Resumed {
                    (self.paused, self.overflowed) = (false, false);
                    // The host was not listening.
                    if !matches!(self.state, State::Held | State::Waiting) {
                        self.began = now;
                    }
                } else {
                    self.settings.hidden = 0;
                }
                if self.state != State::Held {
                    return false;
                }
                let Some(next) = self.next() else { return false };
                cause = next;
            }
            Fact::Paused => {
                self.paused = true;
                return false;
            }
            Fact::Overflowed => {
                reason = Some(Reason::Overflow);
                if number != 0 && repeats {
                    self.overflowed = true;
                    cause = Cause::HeldBack;
                }
            }
            _ => {}
        }
        let moved = self.go(cause);
        if let (true, Some(reason)) = (moved, reason) {
            self.record.reason = reason;
        }
        moved
    }

    /// The same as a step of the table; what belongs to it is in the [record](Self::record). After [`Step::Dispatch`] the host delivers what the
    /// [parser](Self::parser), which it has fed when the chunk came, gave, and only then polls on.
    pub fn poll_step(&mut self) -> Option<Step> {
        if self.queue.is_empty() {
            self.settle();
        }
        let step = self.queue.take();
        self.dispatching &= step != Some(Step::Dispatch);
        step
    }

    /// What belongs to the step polled last, until something is told.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The parser.
    pub fn parser(&mut self) -> &mut P {
        &mut self.parser
    }

    /// Takes in what the parser heard, once its events were delivered.
    fn settle(&mut self) {
        if let Some(milliseconds) = self.parser.reconnection_time() {
            self.reconnection.set_time(milliseconds);
        }
        if self.parser.limit_exceeded() {
            self.go(Cause::LimitExceeded);
        }
    }

    /// Where the connection stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The reconnection time in milliseconds: 3,000 until the stream says otherwise.
    pub fn reconnection_time(&self) -> u32 {
        self.reconnection.time()
    }

    /// Whether it is the second request in a row that failed while it may have been refused to resume.
    fn failed_to_resume_again(&mut self) -> bool {
        // Whether this one sends `Last-Event-ID` to another origin, which never let that pass so far.
        let may_be_refused = self.opened_once && self.settings.cross_origin != 0 && self.parser.resumes();
        mem::replace(&mut self.failed_to_resume, may_be_refused) && may_be_refused
    }

    /// Whether the server was silent for too long; if not, `delay` is for how long it may still be.
    fn is_silent(&mut self) -> bool {
        self.be_patient();
        let timeout = self.record.delay;
        let silence = if self.paused { 0 } else { since(self.began, self.now) };
        if silence == 0 {
            self.began = self.now;
        }
        self.record.delay = timeout.saturating_sub(silence);
        let is_silent = timeout > 0 && self.record.delay == 0;
        if is_silent {
            self.awoken = silence - timeout > LATE;
        }
        is_silent
    }

    /// Makes `delay` how long the server may be silent; 0 is for ever.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn be_patient(&mut self) {
        self.record.delay = self.settings.idle_timeout;
        // For ever is longer than all else.
        if self.state == State::Probing && self.record.delay.wrapping_sub(1) >= PROBE {
            self.record.delay = PROBE;
        }
    }

    /// The cause for going on after the floor: at once if it has passed, else when what is left of it has.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn wait_for_floor(&mut self, cause: Cause) -> Cause {
        self.record.delay = FLOOR.saturating_sub(since(self.began, self.now));
        if self.record.delay > 0 { Cause::WaitOn } else { cause }
    }

    /// What the options make of the loss; nothing yet if the user is asked.
    fn propose(&mut self) -> Option<Cause> {
        let Record { reason, .. } = self.record;
        let settings = &mut self.settings;
        if reason == Reason::Network {
            // A probe has told what it could.
            settings.probe = 0;
        }
        let mut wait = self.reconnection.next_wait(settings, self.now, self.retry_after);
        let is_refusal = reason == Reason::Status && !self.is_transient;
        let mut verdict = if wait == Fact::NEVER { Verdict::RetriesExhausted } else { Verdict::Interrupted };
        // Without what is prepared nothing was sent.
        if settings.repeats == 0 && reason != Reason::Prepare {
            verdict = Verdict::NotRepeated;
        }
        if is_refusal {
            verdict = Verdict::Failed;
        }
        if mem::take(&mut self.awoken) {
            wait = FLOOR;
        }
        if verdict != Verdict::Interrupted {
            wait = Fact::NEVER;
        }
        self.record = Record { verdict, error_delay: wait, ..self.record };
        if settings.asks != 0 { None } else { Some(self.decide(wait)) }
    }

    /// Tries again after so long, or not.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn decide(&mut self, delay: u32) -> Cause {
        let Record { verdict, .. } = self.record;
        self.record.delay = delay.max(FLOOR);
        if delay != Fact::NEVER {
            self.record.verdict = Verdict::Interrupted;
            Cause::RetryGranted
        } else {
            if verdict == Verdict::Interrupted {
                self.record.verdict = Verdict::Declined;
            }
            Cause::RetryDenied
        }
    }

    /// Looks the cause up in the table, keeps the reason to be told, does what stands there, and goes on from a gate that is open; says whether anything
    /// stands there.
    fn go(&mut self, mut cause: Cause) -> bool {
        let mut moved = false;
        while let Some(row) = state::transition(P::ROWS, self.state, cause) {
            moved = true;
            let to = row.to();
            if let Some(reason) = row.reason() {
                let verdict = if to == State::Closed { Verdict::Failed } else { Verdict::Interrupted };
                self.record = Record { delay: Fact::NEVER, reason, verdict, ..self.record };
            }
            self.state = to;
            match cause {
                Cause::WaitOn => {}
                // The floor has passed.
                Cause::WaitOver => self.began = self.now.wrapping_sub(FLOOR),
                Cause::ReconnectCalled => (self.began, self.record.delay) = (self.now, FLOOR),
                _ => self.began = self.now,
            }
            for step in row.steps() {
                self.take_step(step);
            }
            let Some(next) = self.next() else { break };
            cause = next;
        }
        moved
    }

    /// The cause to go on with from a gate that is open.
    fn next(&mut self) -> Option<Cause> {
        match self.state {
            State::Held if self.settings.hidden != 0 || self.overflowed => None,
            State::Held => Some(self.wait_for_floor(Cause::Released)),
            State::Preparing if self.settings.prepares == 0 => Some(Cause::Prepared),
            State::Deciding => self.propose(),
            _ => None,
        }
    }

    /// What the machine itself does of a step, at once; the host is asked for its part later.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn take_step(&mut self, step: Step) {
        match step {
            Step::Prepare => {
                self.record.attempt = self.record.attempt.next();
                if self.settings.prepares == 0 {
                    return;
                }
            }
            Step::SendRequest | Step::SendProbe => {
                (self.retry_after, self.paused) = (0, false);
                self.be_patient();
            }
            Step::AskRetry if self.settings.asks == 0 => return,
            Step::AskRetry | Step::FireError => {
                (self.record.error_attempt, self.record.error_delay) = (self.record.attempt, self.record.delay);
            }
            Step::StartTimer if self.record.delay == 0 => return,
            Step::StartTimer => {
                self.record.delay = self.record.delay.min(LONGEST);
                self.timer = true;
            }
            Step::StopTimer if !mem::take(&mut self.timer) => return,
            Step::BecomeOpen => {
                self.opened = self.now;
                if self.parser.resumes() {
                    // If it might have been refused to, it was not, and will not be.
                    self.settings.cross_origin = 0;
                }
                // What can be reached once need not be probed.
                (self.opened_once, self.settings.probe) = (true, 0);
                // A body may begin with a BOM again, and what the last one left unfinished is void.
                self.parser.restart();
            }
            Step::BecomeClosed => {
                self.parser.end();
                self.queue.void();
            }
            Step::Dispatch => self.dispatching = true,
            _ => {}
        }
        self.queue.push(step);
    }
}

/// The longest id to start from, in bytes: servers take headers of about twice as much.
const LONGEST_ID: usize = 4_096;
/// How long a probe may take, in milliseconds. It is over when the headers of its answer are there, which most servers send long before; others send none before their
/// first event, and may take any time.
const PROBE: u32 = 10_000;
/// A timer that is so late was asleep; those of hidden pages may be late by a minute.
const LATE: u32 = 90_000;
