//! What of the demo page is in Rust: a lane that receives events with the crate, and a wire that shows what bytes become.
//!
//! `lane` ties a [`tidings::EventSource`] to what JavaScript shows; `watch` counts events and notices one that is lost or repeated;
//! `wire` gives the page's raw bytes to the parser.

mod lane;
mod watch;
mod wire;

pub use lane::Lane;
pub use wire::Wire;
