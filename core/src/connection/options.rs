//! What a host tells a connection before it begins.

use super::Limits;

/// How a [`Connection`](super::Connection) is to behave, and what it has to know of its surroundings. The defaults are the standard's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// What a stream may make us hold.
    pub limits: Limits,
    /// The URL is of another origin than the host, so that browsers ask the server before they send `Last-Event-ID`. False by default.
    pub cross_origin: bool,
    /// Whether the first request, if it fails, is followed by a probe, which tells a refusal by CORS (a failure) from a server that cannot be
    /// reached (an interruption); `fetch` does not. One that nobody answers within 10 seconds, or within the [`idle_timeout`](Self::idle_timeout), tells the
    /// latter. True by default.
    pub probe: bool,
    /// Whether a request that was sent may be sent again. Without it the end of the body is the end, and what would be an interruption is the
    /// failure [`NotRepeated`](super::Verdict::NotRepeated). True by default; for other methods than GET and HEAD it should be false.
    pub repeats: bool,
    /// Whether the user prepares each request: see [`Action::Prepare`](super::Action::Prepare). False by default.
    pub prepares: bool,
    /// Whether the user is asked what becomes of a connection that was lost or refused: see [`Action::AskRetry`](super::Action::AskRetry). False by
    /// default.
    pub asks: bool,
    /// The page is hidden from the start, and hidden pages are to pause: see [`Input::BecameHidden`](super::Input::BecameHidden). False by default.
    pub hidden: bool,
    /// After so long without a byte, in milliseconds (at most 2,147,483,647), the connection counts as lost; 0, the default, for never.
    pub idle_timeout: u32,
    /// When to try again, and how often.
    pub reconnection: ReconnectionOptions,
    /// The statuses that pass by themselves, so that their answer is an interruption and no failure. None by default.
    pub transient: Statuses,
    /// What waits are drawn with; any number that others do not have.
    pub seed: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limits: Limits::default(),
            cross_origin: false,
            probe: true,
            repeats: true,
            prepares: false,
            asks: false,
            hidden: false,
            idle_timeout: 0,
            reconnection: ReconnectionOptions::default(),
            transient: Statuses::default(),
            seed: 0,
        }
    }
}

/// When to try again, and how often. Times are in milliseconds.
///
/// By default each wait is the reconnection time: what the server's `retry` says, else 3,000. With a [`max`](Self::max) the waits grow instead: each is
/// drawn evenly from between `min` and an end that doubles from wait to wait until it is `max` (exponential back-off with full jitter). The
/// server's `retry` then takes the place of `min`, within these two.
///
/// A connection that stayed open for 5 seconds makes the next loss the first again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReconnectionOptions {
    /// The shortest wait, if they grow. 1,000 by default; never less than 100.
    pub min: u32,
    /// The longest wait; 0, the default, if they are not to grow. A `Retry-After` may ask for more.
    pub max: u32,
    /// How many attempts in a row may go without success; by default `u32::MAX`, which means any number. 0 is never to try again.
    pub attempts: u32,
    /// For how long to go on trying: no attempt begins later than so long after the first loss. By default `u32::MAX`, which means for ever.
    pub time: u32,
}

impl Default for ReconnectionOptions {
    fn default() -> Self {
        ReconnectionOptions { min: 1_000, max: 0, attempts: u32::MAX, time: u32::MAX }
    }
}

/// [`Options`] as words: as a connection keeps them, and as a host behind a border of numbers writes them. What is a `bool` there is 0 or 1 here.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Settings {
    /// See [`Options::cross_origin`]; 0 once the server let a request to resume pass.
    pub cross_origin: u32,
    /// See [`Options::probe`]; 0 once a connection was open, or a probe has told what it could.
    pub probe: u32,
    /// See [`Options::repeats`].
    pub repeats: u32,
    /// See [`Options::prepares`].
    pub prepares: u32,
    /// See [`Options::asks`].
    pub asks: u32,
    /// The page is hidden: see [`Options::hidden`].
    pub hidden: u32,
    /// See [`Limits::skips`].
    pub skips: u32,
    /// See [`Limits::max_event_size`]; `u32::MAX` lifts it.
    pub max_event_size: u32,
    /// What waits are drawn with: see [`Options::seed`]. Of 0, which it should not be, nothing else would ever come. After the first draw, what was drawn last.
    pub seed: u32,
    /// See [`Options::idle_timeout`].
    pub idle_timeout: u32,
    /// See [`ReconnectionOptions::min`].
    pub min: u32,
    /// See [`ReconnectionOptions::max`].
    pub max: u32,
    /// See [`ReconnectionOptions::attempts`].
    pub attempts: u32,
    /// See [`ReconnectionOptions::time`].
    pub time: u32,
}

impl Settings {
    /// All 0.
    pub(super) const UNSET: Self = Settings {
        cross_origin: 0,
        probe: 0,
        repeats: 0,
        prepares: 0,
        asks: 0,
        hidden: 0,
        skips: 0,
        max_event_size: 0,
        seed: 0,
        idle_timeout: 0,
        min: 0,
        max: 0,
        attempts: 0,
        time: 0,
    };
}

impl From<Options> for Settings {
    fn from(options: Options) -> Self {
        let Options { limits, reconnection: ReconnectionOptions { min, max, attempts, time }, .. } = options;
        Settings {
            cross_origin: options.cross_origin.into(),
            probe: options.probe.into(),
            repeats: options.repeats.into(),
            prepares: options.prepares.into(),
            asks: options.asks.into(),
            hidden: options.hidden.into(),
            skips: limits.skips.into(),
            max_event_size: limits.max_event_size.and_then(|size| size.try_into().ok()).unwrap_or(u32::MAX),
            seed: options.seed.max(1),
            idle_timeout: options.idle_timeout,
            min,
            max,
            attempts,
            time,
        }
    }
}

/// A set of statuses: a bit for each, of which number 0 is the lowest of the first word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Statuses([u32; 19]);

impl Statuses {
    pub(super) const NONE: Self = Statuses([0; 19]);

    /// Adds one from 201 to 599; says whether it is of these.
    pub fn insert(&mut self, status: u16) -> bool {
        let place = self.0.get_mut(usize::from(status / 32)).filter(|_| (201..600).contains(&status));
        place.map(|bits| *bits |= 1 << (status % 32)).is_some()
    }

    /// Whether it is in the set.
    pub fn contains(&self, status: u16) -> bool {
        self.0.get(usize::from(status / 32)).is_some_and(|bits| bits >> (status % 32) & 1 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_statuses_holds_what_was_put_in() {
        let mut statuses = Statuses::default();
        let put = [201, 204, 408, 429, 503, 599];
        assert!(put.iter().all(|&status| statuses.insert(status)));
        assert!([0, 200, 600, 607, 608, u16::MAX].iter().all(|&status| !statuses.insert(status)));
        for status in 0..=u16::MAX {
            assert_eq!(statuses.contains(status), put.contains(&status), "{status}");
        }
    }
}
