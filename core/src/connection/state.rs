//! Every transition of a connection, in one table.
//!
//! Theory of operation: the machine turns an [`Input`](super::Input) into a [`Cause`], which is the input after it was judged (a response
//! is accepted or refused, a chunk may have gone past the limit), and looks up the state and the cause in [`TRANSITIONS`]. What is
//! not in the table does nothing. The diagram in ARCHITECTURE.md is this table, and a test compares the two.
//!
//! Rules for the steps of a row: the ready state changes before the event that tells of it is fired ("set the readyState
//! attribute to CONNECTING. Fire an event named error"); timers are started and requests aborted before listeners run, so
//! that nothing hangs on what a listener does; nothing that runs listeners stands before something that does not.

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// A request was sent and not answered yet. The ready state is Connecting.
    Requesting,
    /// The first request failed, and a probe is to tell whether the server refused it. The ready state is Connecting.
    Probing,
    /// The response is an event stream, and its body is being read. The ready state is Open.
    Streaming,
    /// The connection was lost, and the time until the next request runs. The ready state is Connecting.
    Waiting,
    /// It is over: closed by the user, or failed. The ready state is Closed.
    Closed,
}

/// Why a connection moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The status and the content type are those of an event stream.
    ResponseAccepted,
    /// They are not.
    ResponseRefused,
    /// The network failed, before the response or within its body.
    RequestFailed,
    /// It failed before anything was ever received, which may also mean that the server does not allow this origin.
    FirstRequestFailed,
    /// The server answered the probe, though not to us: it refuses this origin.
    ProbeAnswered,
    /// The probe tells of no refusal.
    ProbeFailed,
    /// Some of the body came.
    ChunkReceived,
    /// An event outgrew the limit.
    LimitExceeded,
    /// The body came to its end.
    BodyEnded,
    /// The wait is over.
    TimerFired,
    /// The host believes that there is a network again.
    WentOnline,
    /// The same, but the shortest wait is not over.
    WentOnlineEarly,
    /// `close()` was called.
    CloseCalled,
    /// The browser's own source is open.
    NativeOpened,
    /// It lost its connection and reconnects by itself.
    NativeInterrupted,
    /// It gave up.
    NativeFailed,
}

/// What a transition asks for, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Begin the next attempt.
    SendRequest,
    /// Ask whether the server answers at all.
    SendProbe,
    /// Free the connection to the server.
    AbortRequest,
    /// Begin to wait.
    StartTimer,
    /// Wait no longer.
    StopTimer,
    /// The ready state becomes Connecting.
    BecomeConnecting,
    /// The ready state becomes Open.
    BecomeOpen,
    /// The ready state becomes Closed.
    BecomeClosed,
    /// Fire an event named `open`.
    FireOpen,
    /// Fire an event named `error`.
    FireError,
    /// Dispatch the events of the chunk just received.
    Dispatch,
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

/// All there is. Rows with [`BecomeConnecting`](Step::BecomeConnecting) *reestablish* the connection, the one with
/// [`FireOpen`](Step::FireOpen) *announces* it, those with [`BecomeClosed`](Step::BecomeClosed) and [`FireError`](Step::FireError) *fail* it.
pub const TRANSITIONS: &[Transition] = &[
    row(Requesting, ResponseAccepted, Streaming, &[BecomeOpen, FireOpen]),
    row(Requesting, ResponseRefused, Closed, &[AbortRequest, BecomeClosed, FireError]),
    row(Requesting, RequestFailed, Waiting, &[BecomeConnecting, StartTimer, FireError]),
    row(Requesting, FirstRequestFailed, Probing, &[SendProbe]),
    row(Requesting, CloseCalled, Closed, &[AbortRequest, BecomeClosed]),
    row(Probing, ProbeAnswered, Closed, &[BecomeClosed, FireError]),
    row(Probing, ProbeFailed, Waiting, &[BecomeConnecting, StartTimer, FireError]),
    row(Probing, CloseCalled, Closed, &[AbortRequest, BecomeClosed]),
    row(Streaming, ChunkReceived, Streaming, &[Dispatch]),
    row(Streaming, LimitExceeded, Closed, &[AbortRequest, BecomeClosed, FireError]),
    row(Streaming, BodyEnded, Waiting, &[BecomeConnecting, StartTimer, FireError]),
    row(Streaming, RequestFailed, Waiting, &[BecomeConnecting, StartTimer, FireError]),
    row(Streaming, CloseCalled, Closed, &[AbortRequest, BecomeClosed]),
    row(Waiting, TimerFired, Requesting, &[SendRequest]),
    row(Waiting, WentOnline, Requesting, &[StopTimer, SendRequest]),
    row(Waiting, WentOnlineEarly, Waiting, &[StopTimer, StartTimer]),
    row(Waiting, CloseCalled, Closed, &[StopTimer, BecomeClosed]),
    // The browser's own source does its own waiting: it is requesting until it says otherwise.
    row(Requesting, NativeOpened, Streaming, &[BecomeOpen, FireOpen]),
    row(Requesting, NativeInterrupted, Requesting, &[BecomeConnecting, FireError]),
    row(Requesting, NativeFailed, Closed, &[AbortRequest, BecomeClosed, FireError]),
    row(Streaming, NativeInterrupted, Requesting, &[BecomeConnecting, FireError]),
    row(Streaming, NativeFailed, Closed, &[AbortRequest, BecomeClosed, FireError]),
];

pub(super) fn transition(from: State, cause: Cause) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|transition| transition.from == from && transition.cause == cause)
}
