//! The core of the npm package: [`tidings_core`] behind raw integer exports.
//!
//! Built as wasm, and from that, by wasm2js, as JavaScript; so only `i32` crosses, nothing is imported, and there is one memory. The other
//! side is `www/src/core`: `memory.ts` and `instance.ts`, and `parser.ts` for parsers by themselves; what the class sees of it is `contract.ts`.
//! Two modules are made of this, one with the exports of each; it is built twice for that, once without the feature `class`.
//!
//! # The contract
//!
//! | Export | Takes | Gives |
//! | --- | --- | --- |
//! | `stamp` | | [`tidings_core::STAMP`]: what the core was built from |
//! | `prepare` | a size | the address of so many bytes for the host to write to, the *input* |
//! | `connect` | | a source, whose options are to be written |
//! | `tell` | a source, an [input](numbers::input), an attempt, a value, a size in the input, the time | for a chunk the address of the *table*, else 0 |
//! | `poll` | a source | the next [action](numbers::action), 0 if there is none |
//! | `release` | a source | |
//! | `open` | the most that one event may hold | a parser by itself, which has no connection |
//! | `read` | a parser, the size of a chunk in the input | the address of the table |
//! | `close` | a parser | |
//! | `memory` | | |
//!
//! **Bytes.** The input belongs to the host from `prepare` until it is handed in by `tell` or `read`; then it is to be prepared anew. What
//! `tell` and `read` give the address of is the host's to read until the next call of any export but `poll`. Every call may grow memory and so detach the
//! views on it.
//!
//! **A source** is words that the host reads and writes where they lie, from the address of the source on: `u32`s, one for each [field](numbers::field). They belong to the
//! action polled last until something is told.
//!
//! **Options** are words of a source too, one for each [option](numbers::option). All are 0 at first; the host writes them, all of those that are not to be 0, and then tells
//! [`BEGIN`](numbers::input::BEGIN); after that they are the core's.
//!
//! **The table** is two `u32`s: the address of the text and its size in bytes. What the text is
//! [`feed_strings`](tidings_core::EventStream::feed_strings) says: three strings for each item, with a CR after each. So the whole text is
//! decoded at once, even if it is no UTF-8, and then split.
//!
//! **Time** crosses in milliseconds, modulo 2^32: so is it counted.
//!
//! **Order.** Everything that a poll gives is to be done before the next poll. The events of a chunk are in the table at once, and the next `poll` gives
//! [`DISPATCH`](numbers::action::DISPATCH) or, if the source was closed meanwhile, does not. A chunk that comes before that is ignored.
//!
//! **Re-entrancy.** Nothing is imported, so no call can begin inside another.
//!
//! **Sources and parsers** are addresses: what `connect` or `open` gave is handed in as it is, and not again after `release` or `close`.
//!
//! **Traps.** No other number handed in traps: of a size that the input has not, nothing is taken, and unknown numbers do nothing. What traps is memory that runs out.
//! In `connect` and `open` nothing comes of that; else the instance is unusable then: each later `prepare`, `tell`, `poll` and `read` traps at once.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
mod exports;
pub mod numbers;
mod output;
mod parser;
mod realm;
mod source;

pub use realm::Realm;
pub use source::Source;
