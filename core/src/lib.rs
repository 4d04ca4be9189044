//! The parser and the connection machine under tidings: [Server-Sent Events] without I/O.
//!
//! Two rooms, neither of which knows a clock, a socket, a random source or JavaScript:
//!
//! - [`event_stream`] turns the bytes of a body into events: push a chunk, drain its items. It cannot fail.
//! - [`connection`] is the state machine of one `EventSource`: a host tells it what happened and performs what it asks for.
//!
//! ```
//! use tidings_core::{EventStream, Item};
//!
//! let mut stream = EventStream::new();
//! let mut items = stream.feed(b"event: greeting\ndata: hello\n\n");
//! while let Some(item) = items.next() {
//!     if let Item::Event(event) = item {
//!         assert_eq!((event.event_type, event.data), ("greeting", "hello"));
//!     }
//! }
//! ```
//!
//! The crate is `no_std` and needs `alloc`. Its one feature, `std`, only lets the byte search look up the processor's abilities
//! at run time; behaviour is the same without it.
//!
//! [Server-Sent Events]: https://html.spec.whatwg.org/multipage/server-sent-events.html
#![no_std]

extern crate alloc;

pub mod connection;
pub mod event_stream;
mod version;

pub use event_stream::{Block, EncodeError, EventStream, Item, Items, MessageEvent, encode};
pub use version::{STAMP, VERSION};

/// The README's code runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
