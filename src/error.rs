//! The one error of the crate.

use core::fmt;
use core::time::Duration;
use tidings_core::connection::{ErrorEvent, Failure, Interruption};

/// Why a source could not be made, why its connection was lost, or why it failed; and whether it reconnects.
///
/// Its text is made for people: `the server answered with status 404, but an event stream needs 200; not reconnecting`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    attempt: Option<u32>,
    reconnect_in: Option<Duration>,
}

/// What kind of [`Error`] it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL cannot be used; the text names it and says why. Given at construction.
    InvalidUrl(String),
    /// Something is missing here that the source needs; the text says what. Given at construction.
    Unsupported(String),
    /// The connection was lost and is being reestablished.
    Interruption(Interruption),
    /// The connection failed for good.
    Failure(Failure),
}

impl Error {
    pub(crate) fn at_construction(kind: ErrorKind) -> Self {
        Error { kind, attempt: None, reconnect_in: None }
    }

    /// What kind of error it is, with all that is known of it.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Whether the source goes on by itself: true for an [`Interruption`].
    pub fn will_reconnect(&self) -> bool {
        matches!(self.kind, ErrorKind::Interruption(_))
    }

    /// How long it waits before it reconnects, if it does. It may be sooner when the browser comes back online.
    pub fn reconnect_in(&self) -> Option<Duration> {
        self.reconnect_in
    }

    /// The number of the attempt that ended, counted from 1; `None` for an error at construction.
    pub fn attempt(&self) -> Option<u32> {
        self.attempt
    }
}

impl From<ErrorEvent> for Error {
    fn from(event: ErrorEvent) -> Self {
        match event {
            ErrorEvent::Interruption { reason, attempt, delay } => Error {
                kind: ErrorKind::Interruption(reason),
                attempt: Some(attempt.number()),
                reconnect_in: Some(Duration::from_millis(delay.into())),
            },
            ErrorEvent::Failure { reason, attempt } => {
                Error { kind: ErrorKind::Failure(reason), attempt: Some(attempt.number()), reconnect_in: None }
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::InvalidUrl(message) | ErrorKind::Unsupported(message) => f.write_str(message),
            ErrorKind::Interruption(reason) => {
                write!(f, "{reason}; reconnecting")?;
                self.reconnect_in.map_or(Ok(()), |delay| write!(f, " in {} s", delay.as_secs_f32()))
            }
            ErrorKind::Failure(reason) => write!(f, "{reason}; not reconnecting"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_core::connection::Attempt;

    #[test]
    fn an_interruption_says_when_it_reconnects() {
        let attempt = Attempt::from_number(4);
        let event = ErrorEvent::Interruption { reason: Interruption::BodyEnded, attempt, delay: 1_500 };
        let error = Error::from(event);
        assert!(error.will_reconnect());
        assert_eq!((error.attempt(), error.reconnect_in()), (Some(4), Some(Duration::from_millis(1_500))));
        assert_eq!(error.to_string(), "the server ended the stream; reconnecting in 1.5 s");
    }

    #[test]
    fn a_failure_says_that_it_does_not() {
        let event = ErrorEvent::Failure { reason: Failure::Status(500), attempt: Attempt::from_number(1) };
        let error = Error::from(event);
        assert!(!error.will_reconnect() && error.reconnect_in().is_none());
        assert_eq!(error.to_string(), "the server answered with status 500, but an event stream needs 200; not reconnecting");
    }

    #[test]
    fn it_can_be_passed_on() {
        fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}
        is_an_error::<Error>();
    }
}
