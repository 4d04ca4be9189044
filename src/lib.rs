//! [Server-Sent Events] for Rust in the browser: typed callbacks, reconnection and resuming, over the browser's own `EventSource` or over
//! `fetch`.
//!
//! ```no_run
//! use tidings::EventSource;
//!
//! # fn main() -> Result<(), tidings::Error> {
//! let source = EventSource::new("/prices")?;
//! let prices = source.on("price", |event| println!("{} (id {})", event.data, event.last_event_id));
//! let errors = source.on_error(|error| println!("{error}"));
//! # Ok(())
//! # }
//! ```
//!
//! - The [`EventSource`] owns the connection; dropping it closes it.
//! - A [`Subscription`] owns one listener; dropping it removes that listener and nothing else.
//! - A lost connection is reestablished by itself, after the time the server asked for, from the last event ID.
//!   [`on_error`](EventSource::on_error) hears of it.
//! - [`events`](EventSource::events) and [`messages`](EventSource::messages) are the same as streams, for `async` code;
//!   [`json`](Messages::json) and [`on_json`](EventSource::on_json) make payloads into types (feature `serde`, on by default).
//! - By default the browser's own source is used, which tells neither why a connection was lost nor when it comes back.
//!   [`Transport::Fetch`] tells both, and is faster: `EventSource::builder(url).transport(Transport::Fetch).build()`.
//!
//! Parsing and reconnecting follow the WHATWG standard, decided in the crate `tidings-core`.
//! It runs in windows, in all kinds of workers, and over fetch in Node. On other targets the crate builds, so that code
//! shared with a server links, and constructing gives [`ErrorKind::Unsupported`].
//!
//! [Server-Sent Events]: https://html.spec.whatwg.org/multipage/server-sent-events.html

#![cfg_attr(docsrs, feature(doc_cfg))]

mod driver;
mod error;
mod event_source;
mod function;
mod host;
mod options;
mod preparation;
mod queue;
mod reason;
mod reconnection;
mod request;
mod stream;
mod subscription;
mod sys;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod test_util;
mod trace;
mod transport;
#[cfg(feature = "serde")]
mod typed;

pub use error::{Error, ErrorKind};
pub use event_source::{EventSource, MessageEvent, OpenEvent};
pub use options::{EventSourceBuilder, Overflow, Transport, WhenHidden, WhenTooBig};
pub use reason::{Failure, Interruption};
pub use reconnection::{Reconnection, Retry};
pub use request::{Body, Credentials, Form, Headers, PreparedRequest, Redirect, Response};
pub use stream::{CloseReason, Event, Events, Message, Messages};
pub use subscription::Subscription;
pub use tidings_core::connection::ReadyState;
pub use tidings_core::{Block, EncodeError, encode};
#[cfg(feature = "serde")]
pub use typed::{DecodeError, DecodeErrorKind, Json, Position, event_types};

/// The README's code compiles.
#[cfg(all(doctest, feature = "serde", feature = "test-util"))]
#[doc = include_str!("../README.md")]
struct Readme;
