//! Every transition of a connection, in one table.
//!
//! Theory of operation: the machine turns an [`Input`](super::Input) into a [`Cause`], which is the input after it was judged (a response
//! is accepted or refused, a chunk may have gone past the limit), and looks up the state and the cause in [`TRANSITIONS`]. What is
//! not in the table does nothing. The diagram in ARCHITECTURE.md is this table, and a test compares the two.
//!
//! Three states are gates: [`State::Held`], [`State::Preparing`] and [`State::Deciding`]. Who did not ask for what they are there for
//! passes them at once, and never sees their steps [`Step::Prepare`] and [`Step::AskRetry`].
//!
//! Rules for the steps of a row: the ready state changes before the event that tells of it is fired ("set the readyState
//! attribute to CONNECTING. Fire an event named error"); timers are started and requests aborted before listeners run, so
//! that nothing hangs on what a listener does; nothing that runs listeners stands before something that does not. All rows can have their
//! steps in the same order, which is that of their numbers. There is one timer:
//! the wait in `Waiting`, the patience with a probe in `Probing`, and else the idle timeout, if there is one; a `StopTimer` while none runs is left out.

use super::Reason;
use core::num::NonZeroU32;

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// No request is to be sent for now: the page is hidden, or who listens is behind. A gate. The ready state is Connecting.
    Held,
    /// The user prepares the next request. A gate. The ready state is Connecting.
    Preparing,
    /// A request was sent and not answered yet. The ready state is Connecting.
    Requesting,
    /// The first request failed, and a probe is to tell whether the server refused it. The ready state is Connecting.
    Probing,
    /// The response is an event stream, and its body is being read. The ready state is Open.
    Streaming,
    /// The connection was lost or refused, and the user says what becomes of it. A gate. The ready state is what it was.
    Deciding,
    /// The connection was lost, and the time until the next request runs. The ready state is Connecting.
    Waiting,
    /// It is over: closed by the user, ended, or failed. The ready state is Closed.
    Closed,
}

/// Why a connection moves on. Its number is that of the [`Fact`](super::Fact) that it is by itself, if it is one; else that of a fact which never moves anything by
/// itself, so that numbers stay small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Cause {
    /// Nothing holds back the next attempt.
    Released = 16,
    /// The page was hidden, or who listens is behind.
    HeldBack = 13,
    /// The user is ready for the next request.
    Prepared = 7,
    /// The user could not prepare it.
    PrepareFailed = 8,
    /// The status and the content type are those of an event stream.
    ResponseAccepted = 22,
    /// They are not.
    ResponseRefused = 1,
    /// The network failed, before the response or within its body.
    RequestFailed = 4,
    /// It failed before anything was ever received, which may also mean that the server does not allow this origin.
    FirstRequestFailed = 23,
    /// The server answered the probe, though not to us: it refuses this origin.
    ProbeAnswered = 24,
    /// The probe tells of no refusal.
    ProbeFailed = 5,
    /// Some of the body came.
    ChunkReceived = 2,
    /// An event, or what waits for those who listen, outgrew its limit.
    LimitExceeded = 15,
    /// The body came to its end.
    BodyEnded = 3,
    /// The same, of a request that is not to be repeated.
    Ended = 17,
    /// Nothing was heard for too long.
    Idled = 11,
    /// The wait is over.
    WaitOver = 6,
    /// It is not, or nothing was missed so far: a new timer for what is left.
    WaitOn = 14,
    /// The user wants a new connection.
    ReconnectCalled = 12,
    /// It is tried again.
    RetryGranted = 9,
    /// It is not.
    RetryDenied = 10,
    /// `close()` was called.
    CloseCalled = 18,
    /// The browser's own source is open.
    NativeOpened = 19,
    /// It lost its connection and reconnects by itself.
    NativeInterrupted = 20,
    /// It gave up.
    NativeFailed = 21,
}

/// What a transition asks for. The numbers cross borders; those of a row are taken in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Wait no longer.
    StopTimer = 1,
    /// Free the connection to the server; give up what the user prepares.
    AbortRequest = 2,
    /// Begin the next attempt: let the user prepare its request.
    Prepare = 3,
    /// Send it.
    SendRequest = 4,
    /// Ask whether the server answers at all.
    SendProbe = 5,
    /// Ask the user whether and when to try again.
    AskRetry = 6,
    /// The ready state becomes Connecting.
    BecomeConnecting = 7,
    /// The ready state becomes Open.
    BecomeOpen = 8,
    /// The ready state becomes Closed.
    BecomeClosed = 9,
    /// Begin to wait, or to watch for silence.
    StartTimer = 10,
    /// Fire an event named `open`.
    FireOpen = 11,
    /// Fire an event named `error`.
    FireError = 12,
    /// Tell of the end that is no error.
    FireClose = 13,
    /// Dispatch the events of the chunk just received.
    Dispatch = 14,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// In this state,
    pub from: State,
    /// when this happens,
    pub cause: Cause,
    /// go to this state
    pub to: State,
    /// and do this.
    pub steps: &'static [Step],
}

const fn row(from: State, cause: Cause, to: State, steps: &'static [Step]) -> Transition {
    Transition { from, cause, to, steps }
}

use Cause::*;
use State::*;
use Step::*;

/// All there is. Rows with [`BecomeConnecting`](Step::BecomeConnecting) *reestablish* the connection, those with
/// [`FireOpen`](Step::FireOpen) *announce* it, those with [`BecomeClosed`](Step::BecomeClosed) and [`FireError`](Step::FireError) *fail* it.
pub const TRANSITIONS: &[Transition] = &[
    row(Held, Released, Preparing, &[Prepare]),
    row(Held, WaitOn, Waiting, &[StartTimer]),
    row(Held, CloseCalled, Closed, &[BecomeClosed]),
    row(Preparing, Prepared, Requesting, &[SendRequest, StartTimer]),
    row(Preparing, PrepareFailed, Deciding, &[AskRetry]),
    row(Preparing, HeldBack, Held, &[AbortRequest]),
    row(Preparing, ReconnectCalled, Waiting, &[AbortRequest, StartTimer]),
    row(Preparing, CloseCalled, Closed, &[AbortRequest, BecomeClosed]),
    row(Requesting, ResponseAccepted, Streaming, &[BecomeOpen, FireOpen]),
    row(Requesting, ResponseRefused, Deciding, &[StopTimer, AbortRequest, AskRetry]),
    row(Requesting, RequestFailed, Deciding, &[StopTimer, AskRetry]),
    row(Requesting, FirstRequestFailed, Probing, &[StopTimer, SendProbe, StartTimer]),
    row(Requesting, Idled, Deciding, &[StopTimer, AbortRequest, AskRetry]),
    row(Requesting, WaitOn, Requesting, &[StopTimer, StartTimer]),
    row(Requesting, HeldBack, Held, &[StopTimer, AbortRequest]),
    row(Requesting, ReconnectCalled, Waiting, &[StopTimer, AbortRequest, BecomeConnecting, StartTimer, FireError]),
    row(Requesting, CloseCalled, Closed, &[StopTimer, AbortRequest, BecomeClosed]),
    row(Probing, ProbeAnswered, Closed, &[StopTimer, BecomeClosed, FireError]),
    row(Probing, ProbeFailed, Deciding, &[StopTimer, AskRetry]),
    row(Probing, Idled, Deciding, &[StopTimer, AbortRequest, AskRetry]),
    row(Probing, WaitOn, Probing, &[StopTimer, StartTimer]),
    row(Probing, HeldBack, Held, &[StopTimer, AbortRequest]),
    row(Probing, ReconnectCalled, Waiting, &[StopTimer, AbortRequest, BecomeConnecting, StartTimer, FireError]),
    row(Probing, CloseCalled, Closed, &[StopTimer, AbortRequest, BecomeClosed]),
    row(Streaming, ChunkReceived, Streaming, &[Dispatch]),
    row(Streaming, LimitExceeded, Closed, &[StopTimer, AbortRequest, BecomeClosed, FireError]),
    row(Streaming, BodyEnded, Deciding, &[StopTimer, AskRetry]),
    row(Streaming, Ended, Closed, &[StopTimer, BecomeClosed, FireClose]),
    row(Streaming, RequestFailed, Deciding, &[StopTimer, AskRetry]),
    row(Streaming, Idled, Deciding, &[StopTimer, AbortRequest, AskRetry]),
    row(Streaming, WaitOn, Streaming, &[StopTimer, StartTimer]),
    row(Streaming, HeldBack, Held, &[StopTimer, AbortRequest, BecomeConnecting, FireError]),
    row(Streaming, ReconnectCalled, Waiting, &[StopTimer, AbortRequest, BecomeConnecting, StartTimer, FireError]),
    row(Streaming, CloseCalled, Closed, &[StopTimer, AbortRequest, BecomeClosed]),
    row(Deciding, RetryGranted, Waiting, &[BecomeConnecting, StartTimer, FireError]),
    row(Deciding, RetryDenied, Closed, &[BecomeClosed, FireError]),
    row(Deciding, CloseCalled, Closed, &[BecomeClosed]),
    row(Waiting, WaitOver, Held, &[StopTimer]),
    row(Waiting, WaitOn, Waiting, &[StopTimer, StartTimer]),
    row(Waiting, CloseCalled, Closed, &[StopTimer, BecomeClosed]),
    // The browser's own source does its own waiting: it is requesting until it says otherwise.
    row(Requesting, NativeOpened, Streaming, &[BecomeOpen, FireOpen]),
    row(Requesting, NativeInterrupted, Requesting, &[BecomeConnecting, FireError]),
    row(Requesting, NativeFailed, Closed, &[StopTimer, AbortRequest, BecomeClosed, FireError]),
    row(Streaming, NativeInterrupted, Requesting, &[BecomeConnecting, FireError]),
    row(Streaming, NativeFailed, Closed, &[StopTimer, AbortRequest, BecomeClosed, FireError]),
];

/// What follows from a cause in a state, if anything does, in rows of these.
pub(super) fn transition(rows: &[u32], from: State, cause: Cause) -> Option<Row> {
    let key = key(from, cause);
    let row = rows.iter().find(|row| **row & 0xFF == key)?;
    NonZeroU32::new(*row).map(Row)
}

/// A row as the machine keeps it: see [`ROWS`]. No cause is 0, so no row is, and none takes no word more than one.
#[derive(Clone, Copy)]
pub(super) struct Row(NonZeroU32);

impl Row {
    /// Where it leads.
    pub(super) fn to(self) -> State {
        STATES[(self.0.get() >> TO & 7) as usize]
    }

    /// What is told of its cause, if anything is.
    pub(super) fn reason(self) -> Option<Reason> {
        Reason::from_number((self.0.get() >> REASON & 0xF).wrapping_sub(1))
    }

    pub(super) fn has(self, step: Step) -> bool {
        self.0.get() >> (STEPS + step as u32) & 1 != 0
    }

    pub(super) fn steps(self) -> impl Iterator<Item = Step> {
        (1..).map_while(Step::from_number).filter(move |step| self.has(*step))
    }
}

impl Step {
    /// Whether it ends something that was begun.
    pub(super) const fn ends_something(self) -> bool {
        // A match takes more code.
        self as u32 <= AbortRequest as u32
    }

    pub(super) const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            1 => StopTimer,
            2 => AbortRequest,
            3 => Prepare,
            4 => SendRequest,
            5 => SendProbe,
            6 => AskRetry,
            7 => BecomeConnecting,
            8 => BecomeOpen,
            9 => BecomeClosed,
            10 => StartTimer,
            11 => FireOpen,
            12 => FireError,
            13 => FireClose,
            14 => Dispatch,
            _ => return None,
        })
    }
}

impl Transition {
    /// What an `error` event tells of its cause, unless the fact behind it says more.
    const fn reason(&self) -> Option<Reason> {
        Some(match self.cause {
            RequestFailed | ProbeFailed => Reason::Network,
            // A probe that nobody answers tells no more than the failure that it was about.
            Idled if matches!(self.from, Probing) => Reason::Network,
            BodyEnded => Reason::BodyEnded,
            ResponseRefused => Reason::Status,
            ProbeAnswered => Reason::OriginRefused,
            LimitExceeded => Reason::LimitExceeded,
            Idled => Reason::Idle,
            PrepareFailed => Reason::Prepare,
            HeldBack => Reason::Hidden,
            ReconnectCalled => Reason::Requested,
            NativeInterrupted | NativeFailed => Reason::Unknown,
            _ => return None,
        })
    }
}

/// All rows.
pub(super) const ROWS: &[u32] = &rows::<{ TRANSITIONS.len() }>();
/// Those of requests: without the browser's own source, whose rows are the last.
pub(super) const ROWS_OF_REQUESTS: &[u32] = &rows::<{ TRANSITIONS.len() - 5 }>();

/// So many rows of the table in a word each, since they go into every page: the key in the low byte, where it leads, the reason and 1, a bit for each step.
const fn rows<const COUNT: usize>() -> [u32; COUNT] {
    let mut rows = [0; COUNT];
    let mut index = 0;
    while index < rows.len() {
        let Transition { from, cause, to, steps } = TRANSITIONS[index];
        let reason = match TRANSITIONS[index].reason() {
            Some(reason) => reason as u32 + 1,
            None => 0,
        };
        let mut row = key(from, cause) | (to as u32) << TO | reason << REASON;
        let mut last = 0;
        let mut index_of_step = 0;
        while index_of_step < steps.len() {
            let step = steps[index_of_step] as u32;
            assert!(step > last, "steps are in order");
            row |= 1 << (STEPS + step);
            last = step;
            index_of_step += 1;
        }
        rows[index] = row;
        index += 1;
    }
    rows
}

const fn key(from: State, cause: Cause) -> u32 {
    (from as u32) << 5 | cause as u32
}

/// By number.
const STATES: [State; 8] = [Held, Preparing, Requesting, Probing, Streaming, Deciding, Waiting, Closed];

/// Where in a row these begin.
const TO: u32 = 8;
const REASON: u32 = 11;
const STEPS: u32 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_table() {
        for Transition { from, cause, to, steps } in TRANSITIONS {
            let row = transition(ROWS, *from, *cause).expect("it is there");
            assert!(row.to() == *to && row.steps().eq(steps.iter().copied()));
            let is_native = matches!(cause, NativeOpened | NativeInterrupted | NativeFailed);
            assert_eq!(transition(ROWS_OF_REQUESTS, *from, *cause).is_none(), is_native);
        }
        assert!(transition(ROWS, Closed, CloseCalled).is_none());
    }
}
