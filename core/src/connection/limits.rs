//! How much a stream may make us hold.

use crate::event_stream::DEFAULT_LIMIT;

/// Bounds on what a server can make a source keep in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most that one event may hold (data, type and id together), in bytes as received; `None` lifts it. 64 MiB by default. Past it the
    /// connection fails with [`LimitExceeded`](super::Reason::LimitExceeded), and the memory is given back.
    pub max_event_size: Option<usize>,
    /// Whether only that one event is left out, and the connection goes on. False by default.
    pub skips: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { max_event_size: Some(DEFAULT_LIMIT), skips: false }
    }
}
