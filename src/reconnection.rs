//! When to try again, as far as users choose it.

use crate::Error;
use crate::function::Function;
use std::rc::Rc;
use std::time::Duration;
use tidings_core::connection::{ReconnectionOptions, Statuses};

/// When a connection that was lost is tried again, and how often.
///
/// By default each wait is what the server's `retry` says, else 3 seconds, and there is no end to it. No wait is shorter than 100 ms. A connection
/// that was open for 5 seconds makes the next loss the first again. `Retry-After` (seconds, or a date) is the least wait after 429 and 503, where these are
/// tried again at all.
///
/// ```
/// use std::time::Duration;
/// use tidings::{EventSource, Reconnection, Retry};
///
/// let reconnection = Reconnection::new()
///     .max(Duration::from_secs(30)) // growing waits
///     .attempts(10)
///     .statuses([429, 502, 503])
///     .decide(|error, attempt| match error.status() {
///         Some(401) if attempt == 1 => Retry::After(Duration::ZERO), // `prepare` fetches another token
///         _ => Retry::Default,
///     });
/// let source = EventSource::builder("/prices").reconnection(reconnection);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "it does nothing until it is given to a builder"]
pub struct Reconnection {
    min: Option<Duration>,
    max: Option<Duration>,
    attempts: Option<u32>,
    time: Option<Duration>,
    statuses: Vec<u16>,
    decide: Option<Decide>,
}

/// What becomes of a connection that was lost or refused: see [`Reconnection::decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// What the other options make of it.
    Default,
    /// It is tried again after this time, but not before 100 ms have passed.
    After(Duration),
    /// It fails.
    Never,
}

type Deciding = dyn Fn(&Error, u32) -> Retry;

pub(crate) type Decide = Function<Deciding>;

impl Reconnection {
    /// As it is by default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The shortest wait, where waits grow: 1 second by default, or what the server's `retry` says where that is longer, up to [`max`](Self::max).
    pub fn min(mut self, wait: Duration) -> Self {
        self.min = Some(wait);
        self
    }

    /// The longest wait, and that waits grow: each is drawn from between [`min`](Self::min) and an end that doubles from wait to wait
    /// (exponential back-off with full jitter). By default they do not.
    pub fn max(mut self, wait: Duration) -> Self {
        self.max = Some(wait);
        self
    }

    /// How many attempts in a row may fail; any number by default, and 0 is never to try again.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// For how long to go on trying: no attempt begins later than so long after the first loss. For ever by default.
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// Statuses, from 201 to 599, that pass by themselves, so that they are interruptions and not failures. None by default.
    pub fn statuses(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.statuses.extend(statuses);
        self
    }

    /// Called with what happened and the number of the attempt after each loss and each refusal, to decide what becomes of it. The error says what the
    /// other options would make of it: [`Error::will_reconnect`], [`Error::reconnect_in`]. It must not panic: that ends the source.
    ///
    /// Two functions are taken to be equal if they are written in the same place, whatever they captured.
    pub fn decide<D: Fn(&Error, u32) -> Retry + 'static>(mut self, decide: D) -> Self {
        let call: Rc<Deciding> = Rc::new(decide);
        self.decide = Some(Function::written_as::<D>(call));
        self
    }

    pub(crate) fn decision(&self) -> Option<Decide> {
        self.decide.clone()
    }

    /// For the core; or which option is bad.
    pub(crate) fn check(&self) -> Result<(ReconnectionOptions, Statuses), Error> {
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            let given = format!("{min:?}, which is more than `reconnection.max`, {max:?}");
            return Err(Error::invalid_option("reconnection.min", given, "it is at most as long"));
        }
        if self.max.is_some_and(|max| max.is_zero()) {
            return Err(Error::invalid_option("reconnection.max", "0 s".to_owned(), "it is longer; left out, waits do not grow"));
        }
        let mut options = ReconnectionOptions::default();
        options.min = self.min.map_or(options.min, milliseconds);
        options.max = self.max.map_or(options.max, |max| milliseconds(max).max(1));
        options.attempts = self.attempts.unwrap_or(options.attempts);
        options.time = self.time.map_or(options.time, milliseconds);
        let mut statuses = Statuses::default();
        for &status in &self.statuses {
            if !statuses.insert(status) {
                return Err(Error::invalid_option("reconnection.statuses", status.to_string(), "they are from 201 to 599"));
            }
        }
        Ok((options, statuses))
    }
}

/// In milliseconds; what does not fit is for ever.
pub(crate) fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_options_are_named() {
        let second = Duration::from_secs(1);
        for (bad, named, given) in [
            (Reconnection::new().min(second * 2).max(second), "`reconnection.min`", "2s"),
            (Reconnection::new().max(Duration::ZERO), "`reconnection.max`", "0 s"),
            (Reconnection::new().statuses([503, 200]), "`reconnection.statuses`", "200"),
            (Reconnection::new().statuses([600]), "`reconnection.statuses`", "600"),
        ] {
            let error = bad.check().expect_err(named).to_string();
            assert!(error.contains(named) && error.contains(given), "{error}");
        }
        assert!(Reconnection::new().max(Duration::from_millis(500)).check().is_ok(), "the default `min` gives way");
    }

    #[test]
    fn functions_are_compared_by_their_place() {
        let deciding = |wait| Reconnection::new().decide(move |_, _| Retry::After(wait));
        assert_eq!(deciding(Duration::ZERO), deciding(Duration::MAX));
        assert_ne!(deciding(Duration::ZERO), Reconnection::new().decide(|_, _| Retry::Never));
        assert_ne!(deciding(Duration::ZERO), Reconnection::new());
    }
}
