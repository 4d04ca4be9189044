//! The crate against the real server, over real HTTP. Each shell (`window.rs`, `dedicated_worker.rs`, `node.rs`) runs all of it in its
//! kind of global object.
//!
//! The runner's page has an origin of its own, so every route here is cross-origin; same-origin behaviour is for the pages that the
//! test server itself serves.

mod close;
mod corpus;
mod listeners;
mod reconnect;
mod request;
mod response;
mod tools;
