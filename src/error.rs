//! The one error of the crate.

use crate::Response;
use crate::reason::{Failure, Interruption, Said};
use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use tidings_core::connection::{ErrorEvent, Verdict};

/// Why a source could not be made, why its connection was lost, or why it failed; and whether it reconnects.
///
/// Its text is made for people: `the server answered with status 404, but an event stream needs 200; not reconnecting`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    cause: Cause,
    attempt: Option<u32>,
    reconnect_in: Option<Duration>,
    response: Option<Arc<Response>>,
}

/// What kind of [`Error`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL cannot be used. Given at construction.
    InvalidUrl,
    /// An option that no source can have. Given at construction; its text names the option, what was given, and what is allowed.
    InvalidOption,
    /// Something that was asked for cannot be had here, or not together with something else. Given when it is asked for.
    Unsupported,
    /// The connection was lost and is being reestablished.
    Interruption,
    /// The connection failed for good.
    Failure,
    /// An event is not what was asked for. The connection does not care.
    Decode,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cause {
    InvalidUrl(String),
    InvalidOption(String),
    Unsupported(String),
    Interruption(Option<Interruption>),
    Failure(Option<Failure>),
    #[cfg(feature = "serde")]
    Decode(Box<crate::DecodeError>),
}

impl Error {
    pub(crate) fn invalid_url(message: String) -> Self {
        Cause::InvalidUrl(message).into()
    }

    pub(crate) fn invalid_option(option: &str, given: impl fmt::Display, allowed: &str) -> Self {
        Cause::InvalidOption(format!("the option `{option}` cannot be {given}: {allowed}")).into()
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Cause::Unsupported(message.into()).into()
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match self.cause {
            Cause::InvalidUrl(_) => ErrorKind::InvalidUrl,
            Cause::InvalidOption(_) => ErrorKind::InvalidOption,
            Cause::Unsupported(_) => ErrorKind::Unsupported,
            Cause::Interruption(_) => ErrorKind::Interruption,
            Cause::Failure(_) => ErrorKind::Failure,
            #[cfg(feature = "serde")]
            Cause::Decode(_) => ErrorKind::Decode,
        }
    }

    /// Why the connection was lost. `None` for other kinds, and over [`Transport::Native`](crate::Transport::Native), which does not tell.
    pub fn interruption(&self) -> Option<&Interruption> {
        match &self.cause {
            Cause::Interruption(reason) => reason.as_ref(),
            _ => None,
        }
    }

    /// Why the connection failed. `None` for other kinds, and over [`Transport::Native`](crate::Transport::Native), which does not tell.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.cause {
            Cause::Failure(reason) => reason.as_ref(),
            _ => None,
        }
    }

    /// The event that is not what was asked for. `None` for other kinds.
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn decode(&self) -> Option<&crate::DecodeError> {
        match &self.cause {
            Cause::Decode(error) => Some(error),
            _ => None,
        }
    }

    /// The status of the response, if that is why the connection was lost or failed.
    pub fn status(&self) -> Option<u16> {
        match (self.failure(), self.last_interruption()) {
            (Some(Failure::Status(status)), _) | (_, Some(Interruption::Status(status))) => Some(*status),
            _ => None,
        }
    }

    /// The interruption that it is, or that became a failure because it is not to be retried.
    fn last_interruption(&self) -> Option<&Interruption> {
        match self.failure() {
            Some(Failure::NotRepeated(reason) | Failure::RetriesExhausted(reason) | Failure::Declined(reason)) => Some(reason),
            _ => self.interruption(),
        }
    }

    /// Whether the source goes on by itself: true for an [interruption](ErrorKind::Interruption).
    pub fn will_reconnect(&self) -> bool {
        self.kind() == ErrorKind::Interruption
    }

    /// Whether the same might go well at another time, so that trying again makes sense: true for every interruption, also one that was not to
    /// be retried and so became a failure, and for a status that passes (408, 425, 429, 500, 502, 503, 504).
    ///
    /// A failure is never retried by itself; this helps to decide whether to offer it. Of the native transport's failures nothing is known, and so
    /// they are not.
    pub fn is_transient(&self) -> bool {
        self.will_reconnect()
            || self.last_interruption().is_some()
            || matches!(self.status(), Some(408 | 425 | 429 | 500 | 502..=504))
    }

    /// How long it waits before it reconnects, if it does and the transport tells. It may be sooner when the browser comes back online.
    pub fn reconnect_in(&self) -> Option<Duration> {
        self.reconnect_in
    }

    /// The number of the attempt that ended, counted from 1. `None` for an error at construction, and over
    /// [`Transport::Native`](crate::Transport::Native), which does not tell.
    pub fn attempt(&self) -> Option<u32> {
        self.attempt
    }

    /// What the server answered in that attempt; of an answer that was refused, with the beginning of its body. `None` if there was no answer, for errors at
    /// construction, and over [`Transport::Native`](crate::Transport::Native).
    pub fn response(&self) -> Option<&Response> {
        self.response.as_deref()
    }
}

impl Error {
    /// What the core tells, and what was said of it; `attempts_are_told` if its attempts are those of requests, and not of the browser's own
    /// source.
    pub(crate) fn told(event: &ErrorEvent, said: &Said, attempts_are_told: bool) -> Self {
        let cause = match event.verdict {
            Verdict::Interrupted => Cause::Interruption(Interruption::told(event, said)),
            _ => Cause::Failure(Failure::told(event, said)),
        };
        let reconnect_in = event.delay.map(|delay| Duration::from_millis(delay.into()));
        Error {
            cause,
            attempt: attempts_are_told.then_some(event.attempt.number()),
            reconnect_in,
            response: said.response.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::InvalidUrl(message) | Cause::InvalidOption(message) | Cause::Unsupported(message) => f.write_str(message),
            Cause::Interruption(reason) => {
                match reason {
                    Some(reason) => write!(f, "{reason}; reconnecting")?,
                    None => f.write_str("the connection was lost (the browser does not tell why); reconnecting")?,
                }
                self.reconnect_in.map_or(Ok(()), |delay| write!(f, " in {} s", delay.as_secs_f64()))
            }
            Cause::Failure(Some(reason)) => write!(f, "{reason}; not reconnecting"),
            #[cfg(feature = "serde")]
            Cause::Decode(error) => error.fmt(f),
            Cause::Failure(None) => f.write_str("the connection failed (the browser does not tell why); not reconnecting"),
        }
    }
}

impl std::error::Error for Error {}

/// So that `?` takes both.
#[cfg(feature = "serde")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl From<crate::DecodeError> for Error {
    fn from(error: crate::DecodeError) -> Self {
        Cause::Decode(Box::new(error)).into()
    }
}

/// Of no attempt.
impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error { cause, attempt: None, reconnect_in: None, response: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_core::connection::{Attempt, Reason};

    fn told(reason: Reason, verdict: Verdict, delay: Option<u32>, attempts_are_told: bool) -> Error {
        let said = Said { status: 500, ..Said::default() };
        Error::told(&ErrorEvent { reason, verdict, attempt: Attempt::from_number(4), delay }, &said, attempts_are_told)
    }

    #[test]
    fn an_interruption_says_when_it_reconnects() {
        let error = told(Reason::BodyEnded, Verdict::Interrupted, Some(1_500), true);
        assert!(error.will_reconnect());
        assert_eq!((error.attempt(), error.reconnect_in()), (Some(4), Some(Duration::from_millis(1_500))));
        assert_eq!(error.to_string(), "the server ended the stream; reconnecting in 1.5 s");
        assert!(told(Reason::BodyEnded, Verdict::Interrupted, Some(1_111), true).to_string().ends_with(" in 1.111 s"));
    }

    #[test]
    fn a_failure_says_that_it_does_not() {
        let error = told(Reason::Status, Verdict::Failed, None, true);
        assert!(!error.will_reconnect() && error.reconnect_in().is_none());
        assert!(error.is_transient(), "a server may recover");
        assert_eq!((error.kind(), error.status()), (ErrorKind::Failure, Some(500)));
        assert_eq!(error.to_string(), "the server answered with status 500, but an event stream needs 200; not reconnecting");
    }

    #[test]
    fn what_will_not_pass_is_not_transient() {
        for reason in [Reason::ContentType, Reason::OriginRefused, Reason::LimitExceeded] {
            assert!(!told(reason, Verdict::Failed, None, true).is_transient());
        }
        let event =
            ErrorEvent { reason: Reason::Status, verdict: Verdict::Failed, attempt: Attempt::from_number(1), delay: None };
        for status in [204, 404] {
            let said = Said { status, ..Said::default() };
            assert!(!Error::told(&event, &said, true).is_transient());
        }
        let error = told(Reason::Status, Verdict::NotRepeated, None, true);
        assert_eq!((error.is_transient(), error.will_reconnect(), error.status()), (true, false, Some(500)));
        assert!(!Error::invalid_url(String::new()).is_transient() && !Error::unsupported("").is_transient());
    }

    #[test]
    fn what_is_not_told_is_none() {
        let lost = told(Reason::Unknown, Verdict::Interrupted, None, false);
        assert!(lost.will_reconnect() && lost.interruption().is_none());
        assert_eq!((lost.reconnect_in(), lost.attempt(), lost.status()), (None, None, None));
        let failed = told(Reason::Unknown, Verdict::Failed, None, false);
        assert!(!failed.will_reconnect() && failed.failure().is_none() && failed.attempt().is_none());
        assert_eq!(failed.to_string(), "the connection failed (the browser does not tell why); not reconnecting");
    }

    #[test]
    fn it_can_be_passed_on() {
        fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}
        is_an_error::<Error>();
    }
}
