//! Time.

use gloo_timers::callback::Timeout;

/// A timer that is stopped by being dropped.
#[derive(Debug)]
pub(crate) struct Timer {
    _timeout: Timeout,
}

impl Timer {
    /// Calls `callback` after so many milliseconds, at most 2,147,483,647.
    pub(crate) fn start(milliseconds: u32, callback: impl FnOnce() + 'static) -> Self {
        Timer { _timeout: Timeout::new(milliseconds, callback) }
    }
}

/// Milliseconds since the page or worker began; it does not go back.
pub(crate) fn now() -> u64 {
    crate::sys::performance_now() as u64
}
