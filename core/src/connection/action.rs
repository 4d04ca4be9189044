//! What a connection asks of its host, and the words for how it ends.

use super::Attempt;
use crate::event_stream::EventStream;
use alloc::boxed::Box;
use alloc::string::String;
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
    /// Ask the user what becomes of a connection that was lost or refused, for [`reason`](super::Connection::reason), and report
    /// [`RetryAnswered`](super::Input::RetryAnswered). Only with [`Options::asks`](super::Options::asks).
    AskRetry {
        /// The attempt that has ended.
        attempt: Attempt,
        /// What the options make of it: the wait until the next attempt in milliseconds, or none at all.
        delay: Option<u32>,
    },
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

/// What an `error` event tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorEvent {
    /// The connection was lost and will be reestablished.
    Interruption {
        /// What happened, if it is known.
        reason: Option<Interruption>,
        /// The attempt that ended.
        attempt: Attempt,
        /// The next one begins in so many milliseconds, if that is known.
        delay: Option<u32>,
    },
    /// The connection failed for good.
    Failure {
        /// What happened, if it is known.
        reason: Option<Failure>,
        /// The attempt that ended.
        attempt: Attempt,
    },
}

/// Why a connection was lost that will be reestablished.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interruption {
    /// A network error, before the response or in its body.
    Network {
        /// What the platform said of it; may be empty.
        detail: String,
    },
    /// The server ended the body.
    BodyEnded,
    /// A network error at the second attempt or a later one to resume a stream of another origin: perhaps the server does not allow
    /// the header `Last-Event-ID`, about which browsers ask it first and then say only that the network failed.
    ResumeRefused {
        /// What the platform said of it; may be empty.
        detail: String,
    },
    /// The status was not 200, but one that passes.
    Status(u16),
    /// The content type was not `text/event-stream`, and the user wants to try again all the same.
    ContentType(
        /// What it was, shortened if it was very long; `None` if there was none.
        Option<String>,
    ),
    /// Not one byte came for so long.
    Idle {
        /// How long that is, in milliseconds.
        timeout: u32,
    },
    /// What the user does before each request failed, so that none was sent.
    Prepare {
        /// What was said of it; may be empty.
        detail: String,
    },
    /// The page is hidden, and the connection is reestablished when it is shown again.
    Hidden,
    /// Who listens is behind, and the connection is reestablished when that was made up for.
    Overflow,
    /// The user asked for a new connection.
    Requested,
}

/// Why a connection failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The status was not 200.
    Status(u16),
    /// The content type was not `text/event-stream`.
    ContentType(
        /// What it was, shortened if it was very long; `None` if there was none.
        Option<String>,
    ),
    /// The server answers, but does not allow this origin to read what it says (CORS).
    OriginRefused,
    /// An event held more than is allowed.
    LimitExceeded {
        /// What is allowed, in bytes.
        limit: usize,
    },
    /// More events waited for those who listen than is allowed.
    Overflow,
    /// The connection was lost, and its request is not to be repeated.
    NotRepeated(Interruption),
    /// The connection was lost once more than is allowed, or for longer.
    RetriesExhausted(Interruption),
    /// The connection was lost, and the user does not want to try again.
    Declined(Interruption),
}

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Interruption::Network { detail } if detail.is_empty() => f.write_str("the network failed"),
            Interruption::Network { detail } => write!(f, "the network failed ({detail})"),
            Interruption::BodyEnded => f.write_str("the server ended the stream"),
            Interruption::ResumeRefused { detail } => {
                f.write_str("the network failed")?;
                if !detail.is_empty() {
                    write!(f, " ({detail})")?;
                }
                f.write_str(
                    " again while resuming; if the server is up, it has to answer preflights with \
                     `Access-Control-Allow-Headers: Last-Event-ID`",
                )
            }
            Interruption::Status(status) => write!(f, "the server answered with status {status}"),
            Interruption::ContentType(None) => f.write_str("the server sent no Content-Type"),
            Interruption::ContentType(Some(content_type)) => write!(f, "the server sent Content-Type {content_type:?}"),
            Interruption::Idle { timeout } => write!(f, "the server was silent for {timeout} ms"),
            Interruption::Prepare { detail } if detail.is_empty() => f.write_str("the request could not be prepared"),
            Interruption::Prepare { detail } => write!(f, "the request could not be prepared ({detail})"),
            Interruption::Hidden => f.write_str("the page is hidden"),
            Interruption::Overflow => f.write_str("the events come faster than they are taken"),
            Interruption::Requested => f.write_str("a new connection was asked for"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Status(204) => f.write_str("the server answered with status 204, which asks clients to stop"),
            Failure::Status(status) => write!(f, "the server answered with status {status}, but an event stream needs 200"),
            Failure::ContentType(None) => {
                f.write_str("the server sent no Content-Type, but an event stream needs text/event-stream")
            }
            Failure::ContentType(Some(content_type)) => {
                write!(f, "the server sent Content-Type {content_type:?}, but an event stream needs text/event-stream")
            }
            Failure::OriginRefused => f.write_str(
                "the server answers, but does not allow this origin to read it (CORS): it has to send `Access-Control-Allow-Origin` \
                 for this origin, and `Access-Control-Allow-Credentials: true` if credentials are sent",
            ),
            Failure::LimitExceeded { limit } => write!(f, "an event held more than the limit of {limit} bytes"),
            Failure::Overflow => f.write_str("more events wait to be taken than the limit allows"),
            Failure::NotRepeated(reason) => write!(f, "{reason}, and the request is not one to be repeated"),
            Failure::RetriesExhausted(reason) => write!(f, "{reason}, and no more attempts are allowed"),
            Failure::Declined(reason) => write!(f, "{reason}, and no new attempt is wanted"),
        }
    }
}
