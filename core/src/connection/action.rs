//! What a connection asks of its host, and the words for how it ends.

use super::Attempt;
use crate::event_stream::EventStream;
use alloc::boxed::Box;
use core::fmt;

/// Something to do, now and in this order. See the contract at [`Connection`](super::Connection).
#[derive(Debug)]
#[non_exhaustive]
pub enum Action {
    /// Let the user prepare the request of this attempt, and report [`Prepared`](super::Input::Prepared) or
    /// [`PrepareFailed`](super::Input::PrepareFailed). Only with [`Options::prepares`](super::Options::prepares).
    Prepare {
        /// The attempt that begins.
        attempt: Attempt,
    },
    /// Send a request, with [`last_event_id`](super::Connection::last_event_id) if that is not empty; report under this attempt.
    SendRequest {
        /// The attempt that begins, or for which was prepared.
        attempt: Attempt,
    },
    /// Send a GET request to the same URL in mode `no-cors`, without credentials and without headers, end it as soon as its headers
    /// are there, and report [`ProbeEnded`](super::Input::ProbeEnded): such a request may not read, but hears whether there is an answer.
    SendProbe {
        /// The attempt that has failed.
        attempt: Attempt,
    },
    /// Abort the request, the probe or what the user prepares, so that the server sees it; reports about it will be ignored.
    AbortRequest,
    /// Report [`TimerFired`](super::Input::TimerFired) after so long. No other timer runs.
    StartTimer {
        /// The attempt that has ended, or is watched for silence.
        attempt: Attempt,
        /// How long, in milliseconds; at most 2,147,483,647.
        delay: u32,
    },
    /// Stop that timer, if it runs.
    StopTimer,
    /// Ask the user what becomes of a connection that was lost or refused, and report [`RetryAnswered`](super::Input::RetryAnswered). This is
    /// what the options make of it. Only with [`Options::asks`](super::Options::asks).
    AskRetry(ErrorEvent),
    /// The ready state is this from now on.
    SetReadyState(ReadyState),
    /// [Announce the connection](https://html.spec.whatwg.org/multipage/server-sent-events.html#announce-the-connection): tell the `open` listeners.
    FireOpen {
        /// The attempt that succeeded.
        attempt: Attempt,
    },
    /// Tell the `error` listeners.
    FireError(ErrorEvent),
    /// Tell that the stream came to its end, which is no error: its request is not to be repeated.
    FireClose {
        /// The attempt that ended.
        attempt: Attempt,
    },
    /// Feed the chunk at hand to this parser, deliver what it gives, hand it back with [`Dispatched`](super::Input::Dispatched).
    Dispatch(Box<EventStream>),
}

/// The [ready state](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate) of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// Not established yet, or lost and being reestablished.
    Connecting = 0,
    /// Open, and dispatching events as they come.
    Open = 1,
    /// Not open, and not trying to be: closed by `close()`, or failed.
    Closed = 2,
}

impl fmt::Display for ReadyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReadyState::Connecting => "connecting",
            ReadyState::Open => "open",
            ReadyState::Closed => "closed",
        })
    }
}

/// What an `error` event tells. Texts are the host's: what the platform said, the content type, the status it told of last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorEvent {
    /// What happened.
    pub reason: Reason,
    /// What comes of it.
    pub verdict: Verdict,
    /// The attempt that ended.
    pub attempt: Attempt,
    /// The next one begins in so many milliseconds, if that is known.
    pub delay: Option<u32>,
}

/// Why a connection was lost or failed. The numbers cross borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Reason {
    /// The browser's own source does not tell.
    #[default]
    Unknown = 0,
    /// A network error, before the response or in its body.
    Network = 1,
    /// The server ended the body.
    BodyEnded = 2,
    /// A network error at the second attempt or a later one to resume a stream of another origin: perhaps the server does not allow
    /// the header `Last-Event-ID`, about which browsers ask it first and then say only that the network failed.
    ResumeRefused = 3,
    /// The status was not 200.
    Status = 4,
    /// The content type was not `text/event-stream`.
    ContentType = 5,
    /// The server answers, but does not allow this origin to read what it says (CORS).
    OriginRefused = 6,
    /// An event held more than is allowed.
    LimitExceeded = 7,
    /// Not one byte came for [so long](super::Options::idle_timeout).
    Idle = 8,
    /// What the user does before each request failed, so that none was sent.
    Prepare = 9,
    /// The page is hidden; the connection is reestablished when it is shown again.
    Hidden = 10,
    /// Who listens is behind; the connection is reestablished when that was made up for, unless it failed.
    Overflow = 11,
    /// The user asked for a new connection.
    Requested = 12,
}

impl Reason {
    pub(super) const fn from_number(number: u32) -> Option<Self> {
        use Reason::*;
        Some(match number {
            0 => Unknown,
            1 => Network,
            2 => BodyEnded,
            3 => ResumeRefused,
            4 => Status,
            5 => ContentType,
            6 => OriginRefused,
            7 => LimitExceeded,
            8 => Idle,
            9 => Prepare,
            10 => Hidden,
            11 => Overflow,
            12 => Requested,
            _ => return None,
        })
    }
}

/// What comes of a connection that was lost or refused. The numbers cross borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Verdict {
    /// It will be reestablished.
    #[default]
    Interrupted = 0,
    /// It failed for good, for the sake of the reason itself.
    Failed = 1,
    /// It failed, for its request is not to be repeated.
    NotRepeated = 2,
    /// It failed, for it was lost once more than is allowed, or for longer.
    RetriesExhausted = 3,
    /// It failed, for the user does not want to try again.
    Declined = 4,
}
