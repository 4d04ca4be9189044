//! What a host tells a connection before it begins.

use super::Limits;

/// How a [`Connection`](super::Connection) is to behave, and what it has to know of its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// What a stream may make us hold.
    pub limits: Limits,
    /// The URL is of another origin than the host, so that browsers ask the server before they send `Last-Event-ID`. False by default.
    pub cross_origin: bool,
    /// Whether the first request, if it fails, is followed by a probe, which tells a refusal by CORS (a failure) from a server that cannot be
    /// reached (an interruption); `fetch` does not. True by default.
    pub probe: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { limits: Limits::default(), cross_origin: false, probe: true }
    }
}
