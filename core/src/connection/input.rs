//! What can happen to a connection, in the past tense.

use crate::event_stream::EventStream;
use alloc::boxed::Box;

/// One request and what comes of it. Numbered from 1, so that what comes late from an earlier one can be told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The host does not read on, for who listens is behind: silence is not the server's.
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

impl Input<'_> {
    pub(super) fn attempt(&self) -> Option<Attempt> {
        match self {
            Input::Prepared { attempt }
            | Input::PrepareFailed { attempt }
            | Input::RetryAfterReceived { attempt, .. }
            | Input::RetryAnswered { attempt, .. }
            | Input::ResponseStarted { attempt, .. }
            | Input::ChunkReceived { attempt }
            | Input::BodyEnded { attempt }
            | Input::RequestFailed { attempt }
            | Input::ProbeEnded { attempt, .. }
            | Input::TimerFired { attempt }
            | Input::NativeOpened { attempt }
            | Input::NativeInterrupted { attempt }
            | Input::NativeFailed { attempt } => Some(*attempt),
            Input::Dispatched(_)
            | Input::WentOnline
            | Input::ReconnectCalled
            | Input::BecameHidden
            | Input::BecameVisible
            | Input::Paused
            | Input::Resumed
            | Input::Overflowed { .. }
            | Input::CloseCalled => None,
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
