//! The crate against the real server, over real HTTP. Each shell (`window.rs`, `dedicated_worker.rs`, …) runs all of it in its kind of
//! global object, and nearly all of it over both transports.
//!
//! The runner's page has an origin of its own, so every route here is cross-origin; same-origin behaviour is for the pages that the
//! test server itself serves.

mod close;
mod corpus;
mod leaks;
mod listeners;
mod options;
mod oracle;
mod reconnect;
mod request;
mod response;
mod stream;
#[cfg(feature = "test-util")]
mod test_util;
mod tools;
#[cfg(feature = "tracing")]
mod trace;
mod transport;
mod typed;
