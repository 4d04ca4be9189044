//! What can happen to a connection, in the past tense.

use super::{Cause, response::is_event_stream};
use crate::event_stream::EventStream;
use alloc::boxed::Box;

/// One request and what comes of it. Numbered from 1, so that what comes late from an earlier one can be told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Attempt(u32);

impl Attempt {
    /// The attempt of this number, for a host that keeps numbers only.
    pub const fn from_number(number: u32) -> Self {
        Attempt(number)
    }

    /// Its number: 1 for the first.
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(super) const fn next(self) -> Self {
        Attempt(self.0.wrapping_add(1))
    }
}

/// What a host tells a [`Connection`](super::Connection).
#[derive(Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The user has prepared the request that [`Prepare`](super::Action::Prepare) asked for.
    Prepared {
        /// The attempt that was prepared.
        attempt: Attempt,
    },
    /// The user could not.
    PrepareFailed {
        /// The attempt that was to be prepared.
        attempt: Attempt,
    },
    /// The headers of the response that is about to be told of hold
    /// [`Retry-After`](https://www.rfc-editor.org/rfc/rfc9110#name-retry-after), which counts with the statuses 429 and 503.
    RetryAfterReceived {
        /// The attempt that was answered.
        attempt: Attempt,
        /// How long that is from now, in milliseconds; of a date, what lies between.
        delay: u32,
    },
    /// The status line and the headers of the response came.
    ResponseStarted {
        /// The attempt that was answered.
        attempt: Attempt,
        /// What is to be judged of the answer.
        response: Response<'a>,
    },
    /// Some bytes of the body came. The host keeps them at hand for the [`Dispatch`](super::Action::Dispatch) that follows.
    ChunkReceived {
        /// The attempt whose body it is.
        attempt: Attempt,
    },
    /// The answer to [`Dispatch`](super::Action::Dispatch): the parser comes back.
    Dispatched(Box<EventStream>),
    /// The body came to its proper end.
    BodyEnded {
        /// The attempt whose body it was.
        attempt: Attempt,
    },
    /// A network error, before the response or in its body.
    RequestFailed {
        /// The attempt that failed.
        attempt: Attempt,
    },
    /// The probe of [`SendProbe`](super::Action::SendProbe) came to an end.
    ProbeEnded {
        /// The attempt that failed before it.
        attempt: Attempt,
        /// What it tells.
        outcome: ProbeOutcome,
    },
    /// The timer of [`StartTimer`](super::Action::StartTimer) ran out.
    TimerFired {
        /// The attempt that came with it.
        attempt: Attempt,
    },
    /// The answer to [`AskRetry`](super::Action::AskRetry).
    RetryAnswered {
        /// The attempt that has ended.
        attempt: Attempt,
        /// How long to wait, in milliseconds, or not to try again.
        delay: Option<u32>,
    },
    /// A hint that the network is there again: ends a wait, and looks whether the server was silent for too long. That it went away is no
    /// input, for such hints are often wrong.
    WentOnline,
    /// The user wants a new connection now: ends a wait, and a connection too. A source that is closed stays closed.
    ReconnectCalled,
    /// The page was hidden. Told only where hidden pages are to pause; what cannot be repeated goes on.
    BecameHidden,
    /// It is shown again.
    BecameVisible,
    /// The host does not read on, for who listens is behind; or it reads what it will tell of later. Until it reads on, or sends another request, silence
    /// is not the server's.
    Paused,
    /// It reads on; after [`Overflowed`](Self::Overflowed), it wants the connection back.
    Resumed,
    /// More events wait for those who listen than is allowed.
    Overflowed {
        /// Whether to let the server go until [`Resumed`](Self::Resumed), and then resume; else, or if the request cannot be repeated, the
        /// connection fails.
        resume_later: bool,
    },
    /// The user closed the source.
    CloseCalled,
    /// The browser's own `EventSource`, which a host may put in the place of a request, fired `open`.
    NativeOpened {
        /// The attempt that it stands for.
        attempt: Attempt,
    },
    /// It fired `error` and is CONNECTING: it reconnects by itself. It does not say why or when.
    NativeInterrupted {
        /// The attempt that it stands for.
        attempt: Attempt,
    },
    /// It fired `error` and is CLOSED. It does not say why.
    NativeFailed {
        /// The attempt that it stands for.
        attempt: Attempt,
    },
}

/// What a request without CORS found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// The server, or the one it redirects to, is of another origin, and it answered.
    OtherOrigin,
    /// The server is of our own origin, so the request did not fail for the sake of CORS.
    OwnOrigin,
    /// Nobody answered.
    Unreachable,
}

/// What happened, without what belongs to it: an [`Input`] for hosts behind a border of numbers, which tell it by
/// [`Connection::tell`](super::Connection::tell). The numbers cross borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u32)]
pub enum Fact {
    /// See [`Input::ResponseStarted`]. The number is [`EVENT_STREAM`](Self::EVENT_STREAM), or the status, with [`TRANSIENT`](Self::TRANSIENT) if it passes by
    /// itself.
    ResponseStarted = 1,
    /// See [`Input::ChunkReceived`].
    ChunkReceived = 2,
    /// See [`Input::BodyEnded`].
    BodyEnded = 3,
    /// See [`Input::RequestFailed`].
    RequestFailed = 4,
    /// See [`Input::ProbeEnded`]. The number is that of the [`ProbeOutcome`].
    ProbeEnded = 5,
    /// See [`Input::TimerFired`].
    TimerFired = 6,
    /// See [`Input::Prepared`].
    Prepared = 7,
    /// See [`Input::PrepareFailed`].
    PrepareFailed = 8,
    /// See [`Input::RetryAfterReceived`]. The number is the delay.
    RetryAfterReceived = 9,
    /// See [`Input::RetryAnswered`]. The number is the delay, [`NEVER`](Self::NEVER) for none.
    RetryAnswered = 10,
    /// See [`Input::WentOnline`].
    WentOnline = 11,
    /// See [`Input::ReconnectCalled`].
    ReconnectCalled = 12,
    /// See [`Input::BecameHidden`].
    BecameHidden = 13,
    /// See [`Input::Paused`].
    Paused = 14,
    /// See [`Input::Overflowed`]. The number is 1 to resume later, else 0.
    Overflowed = 15,
    /// See [`Input::BecameVisible`].
    BecameVisible = 16,
    /// See [`Input::Resumed`].
    Resumed = 17,
    /// See [`Input::CloseCalled`].
    CloseCalled = 18,
    /// See [`Input::NativeOpened`].
    NativeOpened = 19,
    /// See [`Input::NativeInterrupted`].
    NativeInterrupted = 20,
    /// See [`Input::NativeFailed`].
    NativeFailed = 21,
}

impl Fact {
    /// The delay that means not to try again.
    pub const NEVER: u32 = u32::MAX;
    /// In the place of the status: it is 200, and the content type is that of an event stream.
    pub const EVENT_STREAM: u32 = u32::MAX;
    /// Added to a status that passes by itself.
    pub const TRANSIENT: u32 = 1 << 16;

    /// The fact of this number, but for those of the browser's own source.
    pub const fn from_number(number: u32) -> Option<Self> {
        use Fact::*;
        Some(match number {
            1 => ResponseStarted,
            2 => ChunkReceived,
            3 => BodyEnded,
            4 => RequestFailed,
            5 => ProbeEnded,
            6 => TimerFired,
            7 => Prepared,
            8 => PrepareFailed,
            9 => RetryAfterReceived,
            10 => RetryAnswered,
            11 => WentOnline,
            12 => ReconnectCalled,
            13 => BecameHidden,
            14 => Paused,
            15 => Overflowed,
            16 => BecameVisible,
            17 => Resumed,
            18 => CloseCalled,
            _ => return None,
        })
    }

    /// Whether it is about an attempt.
    pub(super) const fn has_attempt(self) -> bool {
        use Fact::*;
        !matches!(self, WentOnline | ReconnectCalled | BecameHidden | Paused | Overflowed | BecameVisible | Resumed | CloseCalled)
    }

    /// Whether it ends what holds the connection back, or all.
    pub(super) const fn ends_something(self) -> bool {
        matches!(self, Fact::BecameVisible | Fact::Resumed | Fact::CloseCalled)
    }

    /// The cause that it is by itself. Facts that are none are the cause that has their number, which [`tell`](super::Connection::tell) never looks up for them:
    /// what was asked for after such a fact depends on more.
    pub(super) const fn cause(self) -> Cause {
        match self {
            Fact::ResponseStarted => Cause::ResponseRefused,
            Fact::ChunkReceived => Cause::ChunkReceived,
            Fact::BodyEnded => Cause::BodyEnded,
            Fact::RequestFailed => Cause::RequestFailed,
            Fact::ProbeEnded => Cause::ProbeFailed,
            Fact::TimerFired => Cause::WaitOver,
            Fact::Prepared => Cause::Prepared,
            Fact::PrepareFailed => Cause::PrepareFailed,
            Fact::RetryAfterReceived => Cause::RetryGranted,
            Fact::RetryAnswered => Cause::RetryDenied,
            Fact::WentOnline => Cause::Idled,
            Fact::ReconnectCalled => Cause::ReconnectCalled,
            Fact::BecameHidden => Cause::HeldBack,
            Fact::Paused => Cause::WaitOn,
            Fact::Overflowed => Cause::LimitExceeded,
            Fact::BecameVisible => Cause::Released,
            Fact::Resumed => Cause::Ended,
            Fact::CloseCalled => Cause::CloseCalled,
            Fact::NativeOpened => Cause::NativeOpened,
            Fact::NativeInterrupted => Cause::NativeInterrupted,
            Fact::NativeFailed => Cause::NativeFailed,
        }
    }
}

/// What a connection has to know of a response, after redirects.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// The status code.
    pub status: u16,
    /// The value of the `Content-Type` header; of several headers, all values joined by a comma, as `fetch` gives them.
    pub content_type: Option<&'a [u8]>,
}

impl Response<'_> {
    /// Whether it opens the connection: its status is 200 and its content type `text/event-stream`. Of any other a host may read how its body begins, before
    /// it tells of it.
    pub fn is_event_stream(&self) -> bool {
        self.status == 200 && is_event_stream(self.content_type.unwrap_or_default())
    }
}
