//! Why connections are lost and fail, in words.
//!
//! The core tells a [`Reason`] and a [`Verdict`]; what the platform and the server said of it, [`Said`], stays here.

use crate::Response;
use core::fmt;
use std::sync::Arc;
use tidings_core::connection::{ErrorEvent, Reason, Verdict};

/// What a reason does not say of itself.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// The status of the newest response.
    pub(crate) status: u16,
    /// Its content type.
    pub(crate) content_type: Option<String>,
    /// All of it.
    pub(crate) response: Option<Arc<Response>>,
    /// What the platform said of the newest network error.
    pub(crate) detail: String,
    /// What one event may hold, in bytes.
    pub(crate) limit: usize,
    /// How long a server may be silent, in milliseconds.
    pub(crate) idle_timeout: u32,
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

impl Interruption {
    /// `None` if it is not known.
    pub(crate) fn told(error: &ErrorEvent, said: &Said) -> Option<Self> {
        let detail = || said.detail.clone();
        Some(match error.reason {
            Reason::Network => Interruption::Network { detail: detail() },
            Reason::BodyEnded => Interruption::BodyEnded,
            Reason::ResumeRefused => Interruption::ResumeRefused { detail: detail() },
            Reason::Status => Interruption::Status(said.status),
            Reason::ContentType => Interruption::ContentType(said.shown_content_type()),
            Reason::Idle => Interruption::Idle { timeout: said.idle_timeout },
            Reason::Prepare => Interruption::Prepare { detail: detail() },
            Reason::Hidden => Interruption::Hidden,
            Reason::Overflow => Interruption::Overflow,
            Reason::Requested => Interruption::Requested,
            _ => return None,
        })
    }
}

impl Failure {
    /// `None` if it is not known.
    pub(crate) fn told(error: &ErrorEvent, said: &Said) -> Option<Self> {
        let lost = || Interruption::told(error, said);
        Some(match (error.verdict, error.reason) {
            (Verdict::NotRepeated, _) => Failure::NotRepeated(lost()?),
            (Verdict::RetriesExhausted, _) => Failure::RetriesExhausted(lost()?),
            (Verdict::Declined, _) => Failure::Declined(lost()?),
            (_, Reason::Status) => Failure::Status(said.status),
            (_, Reason::ContentType) => Failure::ContentType(said.shown_content_type()),
            (_, Reason::OriginRefused) => Failure::OriginRefused,
            (_, Reason::LimitExceeded) => Failure::LimitExceeded { limit: said.limit },
            (_, Reason::Overflow) => Failure::Overflow,
            _ => return None,
        })
    }
}

impl Said {
    fn shown_content_type(&self) -> Option<String> {
        let text = self.content_type.as_deref()?;
        text.get(..text.floor_char_boundary(LONGEST_SHOWN)).map(str::to_owned)
    }
}

/// How much of a wrong content type goes into the error, in bytes.
const LONGEST_SHOWN: usize = 200;

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

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_core::connection::Attempt;

    #[test]
    fn errors_show_what_came() {
        let mut said = Said { content_type: Some("é".repeat(1000)), ..Said::default() };
        let (attempt, delay) = (Attempt::from_number(1), None);
        let error = ErrorEvent { reason: Reason::ContentType, verdict: Verdict::Failed, attempt, delay };
        let Some(Failure::ContentType(Some(shown))) = Failure::told(&error, &said) else { panic!("refused for its type") };
        assert_eq!(shown.len(), LONGEST_SHOWN);
        said.content_type = None;
        assert_eq!(Failure::told(&error, &said), Some(Failure::ContentType(None)));
    }

    #[test]
    fn a_failure_keeps_what_was_lost() {
        let said = Said { detail: "refused".to_owned(), status: 503, ..Said::default() };
        let told = |reason, verdict| {
            Failure::told(&ErrorEvent { reason, verdict, attempt: Attempt::from_number(1), delay: None }, &said)
                .map(|failure| failure.to_string())
        };
        let words = told(Reason::Network, Verdict::NotRepeated);
        assert_eq!(words.as_deref(), Some("the network failed (refused), and the request is not one to be repeated"));
        let words = told(Reason::Status, Verdict::RetriesExhausted);
        assert_eq!(words.as_deref(), Some("the server answered with status 503, and no more attempts are allowed"));
        assert_eq!(told(Reason::Unknown, Verdict::Failed), None);
    }
}
