//! The core of the npm package: [`tidings_core`] behind raw integer exports.
//!
//! Built as wasm, and from that, by wasm2js, as JavaScript; so only `i32` crosses, nothing is imported, and there is one memory, which never grows. The other
//! side is `www/src/core`: `memory.ts` and `instance.ts`, and `parser.ts` for parsers by themselves; what the class sees of it is `contract.ts`.
//! Two modules are made of this, one with the exports of each; it is built twice for that, once without the feature `class`.
//!
//! # The contract
//!
//! | Export | Takes | Gives |
//! | --- | --- | --- |
//! | `area` | | the address of the *area*; before all others |
//! | `tell` | the area, an [input](numbers::input), an attempt, a value, the time | 1 if it moved the source, which after a chunk means that the chunk is to be read, else 0 |
//! | `poll` | the area | the next [action](numbers::action), 0 if there is none |
//! | `read` | the area, the size of a part of a chunk in the input | the size of the text |
//! | `memory` | | |
//!
//! **The area** is, from its address on: the words of a source or a parser; the [stamp](numbers::border::STAMP) of what the core was built from; the [input](numbers::border::INPUT), for the
//! host to write to; and the [text](numbers::border::OUTPUT).
//!
//! **Sources and parsers** are words, all 0 at first. The host keeps them: before a call it puts those of the source or parser that it is about where they belong, and after
//! it takes them away, or leaves them there until those of another are needed. All words but those named here are the core's.
//! For a parser these are its first two: the most that one event may hold, in bytes, and what is wanted beside events, [`Beside`](tidings_core::event_stream::Beside).
//! For a source the [fields](numbers::field) belong to the action polled last until something is told.
//!
//! **Options** are words of a source too, one for each [option](numbers::option). The host writes all of those that are not to be 0, and then tells
//! [`BEGIN`](numbers::input::BEGIN); after that they are the core's.
//!
//! **Bytes.** A chunk is read part by part, each no longer than the input; if it is that of a source, once `tell` has taken it. The text is that of [`Tokenizer`](tidings_core::event_stream::Tokenizer): pieces of strings, and what to do with them. It is to be taken before the next call of any export but `poll`.
//!
//! **Time** crosses in milliseconds, modulo 2^32: so is it counted.
//!
//! **Order.** Everything that a poll gives is to be done before the next poll. The events of a chunk are there at once, and the next `poll` gives
//! [`DISPATCH`](numbers::action::DISPATCH) or, if the source was closed meanwhile, does not. A chunk that comes before that is ignored.
//!
//! **Re-entrancy.** Nothing is imported that calls an export, so no call can begin inside another.
//!
//! **Chunks that are text.** With the feature `text`, which the script for old browsers has, chunks stay with the host: `read` takes the size of a whole one and asks the host about it, by functions that are
//! imported, and calls no export (`text.rs` has them). There is no input then, and no text.
//!
//! **Traps.** No number handed in traps: of a size that the input has not, what it has is taken, and unknown numbers do nothing. An engine may end a call where its stack ends; the
//! instance is not to be used after that, nor the words that are in it.
#![cfg_attr(target_arch = "wasm32", no_std)]

mod area;
#[cfg(target_arch = "wasm32")]
mod exports;
pub mod numbers;
#[cfg(all(feature = "text", target_arch = "wasm32"))]
mod text;

pub use area::Area;
