//! When to try again.
//!
//! "Wait a delay equal to the reconnection time of the event source. Optionally, wait some more." That permission carries the
//! floor: a server that sends `retry: 0` and ends its streams would otherwise be asked in a busy loop.

/// The reconnection time, and the wait that runs.
#[derive(Debug)]
pub(super) struct Reconnection {
    time: u32,
    wait_began: u64,
    delay: u32,
}

impl Default for Reconnection {
    fn default() -> Self {
        Reconnection { time: DEFAULT_TIME, wait_began: 0, delay: DEFAULT_TIME }
    }
}

impl Reconnection {
    pub(super) fn time(&self) -> u32 {
        self.time
    }

    pub(super) fn set_time(&mut self, milliseconds: u32) {
        self.time = milliseconds;
    }

    /// Begins a wait and says how long it is, in milliseconds.
    pub(super) fn begin_wait(&mut self, now: u64) -> u32 {
        self.wait_began = now;
        self.delay = self.time.max(FLOOR);
        self.delay
    }

    /// How long the timer to be started should run.
    pub(super) fn delay(&self) -> u32 {
        self.delay
    }

    /// Ends the wait as soon as the floor allows, and says in how many milliseconds that is.
    pub(super) fn cut_short(&mut self, now: u64) -> u32 {
        let waited = u32::try_from(now.saturating_sub(self.wait_began)).unwrap_or(u32::MAX);
        self.delay = FLOOR.saturating_sub(waited);
        self.delay
    }
}

/// "This must initially be an implementation-defined value, probably in the region of a few seconds."
const DEFAULT_TIME: u32 = 3_000;
/// No wait is shorter, whatever the server asks for.
const FLOOR: u32 = 100;
