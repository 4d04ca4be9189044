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
//! # Chunks
//!
//! A chunk may be cut anywhere. What lies in one chunk is borrowed from it; what was cut is joined in the parser, up to a limit. One parser serves a
//! connection after another, and keeps the last event ID between them:
//!
//! ```
//! use tidings_core::{EventStream, Item};
//!
//! let mut stream = EventStream::with_limit(Some(1024)); // bytes of one event
//! assert_eq!(stream.feed(b"id: 7\ndata: hel").next(), None);
//! {
//!     let mut items = stream.feed(b"lo\n\ndata: cut o");
//!     assert!(matches!(items.next(), Some(Item::Event(event)) if event.data == "hello"));
//!     assert_eq!(items.next(), None);
//! }
//!
//! stream.restart(); // the connection broke: what was not complete is no event
//! assert_eq!(stream.last_event_id(), "7");
//! ```
//!
//! # The way back
//!
//! [`encode`] writes blocks, for servers and tests, and refuses what would forge a field:
//!
//! ```
//! use tidings_core::{Block, encode};
//!
//! let block = Block { event_type: Some("greeting"), data: Some("hello\nworld"), ..Block::default() };
//! assert_eq!(encode(&block).as_deref(), Ok("event: greeting\ndata: hello\ndata: world\n\n"));
//! ```
//!
//! # Without std
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
