//! [Server-Sent Events] for Rust in the browser: typed callbacks, reconnection and resuming, over the browser's own `EventSource` or over
//! `fetch`.
//!
//! This page is a guide, from the first stream to the size of the app: [first stream](#first-stream), [one ordered stream](#one-ordered-stream),
//! [typed events](#typed-events), [requests](#requests), [reconnection](#reconnection), [errors](#errors), [transports](#transports), [testing](#testing),
//! [where it runs](#where-it-runs), [wasm size](#wasm-size).
//!
//! # First stream
//!
//! ```no_run
//! use tidings::EventSource;
//!
//! fn watch_prices(show: fn(&str)) -> Result<EventSource, tidings::Error> {
//!     let source = EventSource::new("/prices")?; // relative to the page
//!     source.on("price", move |event| show(event.data)).forget();
//!     source.on_error(move |error| show(&error.to_string())).forget();
//!     Ok(source)
//! }
//! ```
//!
//! - The [`EventSource`] owns the connection; dropping it closes it. Keep it for as long as you want events.
//! - Each `on…` gives a [`Subscription`] that owns one listener; dropping it removes that listener and nothing else, [`forget`](Subscription::forget) leaves it
//!   for as long as the source lives. A `let _ = source.on(…)` drops it at once.
//! - It begins to connect when the code that made it comes to an `await` or to its end: listeners that are added right after it miss nothing.
//! - Inside a listener everything may be called: [`close`](EventSource::close) acts before it returns, and no listener is called after it.
//! - Without an `event` field an event is a `message`, for [`on_message`](EventSource::on_message).
//!
//! # One ordered stream
//!
//! For `async` code, [`events`](EventSource::events) gives the messages of every type, and the ups and downs of the connection between them, in the order
//! in which they happened; [`messages`](EventSource::messages) gives the messages alone. `StreamExt` is of the crate `futures-util`.
//!
//! ```no_run
//! use futures_util::StreamExt;
//! use tidings::{Event, EventSource};
//!
//! async fn follow(show: fn(&str)) -> Result<(), tidings::Error> {
//!     let mut events = EventSource::new("/prices")?.events()?; // owns the connection, as the source does
//!     while let Some(event) = events.next().await {
//!         match event {
//!             Event::Open(_) => show("connected"),
//!             Event::Message(message) => show(&message.data),
//!             Event::Reconnecting { reason, .. } => show(&reason.to_string()),
//!             Event::Closed { reason, .. } => show(&reason.to_string()), // and after it comes `None`
//!             _ => {}
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! What is not taken waits in a queue of [1,024 events](EventSourceBuilder::queue_capacity); when that is full,
//! [`overflow`](EventSourceBuilder::overflow) says what happens: over fetch, no more is read until there is room.
//!
//! # Typed events
//!
//! With the feature `serde`, which is on by default, a type that derives `Deserialize` says what an event is. An enum is chosen by the event type, and
//! the data is what the variant holds: JSON, or text as it stands where the variant holds a string.
#![cfg_attr(feature = "serde", doc = "```no_run")]
#![cfg_attr(not(feature = "serde"), doc = "```ignore")]
//! use futures_util::StreamExt;
//! use serde::Deserialize;
//! use tidings::EventSource;
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "lowercase")]
//! enum News {
//!     Price { symbol: String, price: f64 }, // event: price, data: {"symbol": "TIDE", "price": 101.5}
//!     Message(String),                      // no event type: the data as it stands
//!     Halt,                                 // event: halt, whatever its data
//!     #[serde(other)]
//!     Other, // everything else
//! }
//!
//! async fn follow(show: fn(&str)) -> Result<(), tidings::Error> {
//!     let mut news = EventSource::new("/news")?.messages().json::<News>();
//!     while let Some(item) = news.next().await {
//!         match item {
//!             Ok(News::Price { symbol, price }) => show(&format!("{symbol}: {price}")),
//!             Ok(News::Message(text)) => show(&text),
//!             Ok(News::Halt | News::Other) => {}
//!             Err(error) => show(&format!("{error}: {}", error.data)), // and the stream goes on
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! With listeners it is `source.on_json::<Price>("price", |price| …)`. In a listener `event.json::<Price<'_>>()` borrows from the event, where the type
//! has `#[serde(borrow)] Cow<str>` in it.
//!
//! # Requests
//!
//! [`EventSource::builder`] chooses what `fetch` sends: any method, headers, a body. A POST is not sent twice unless you ask for it
//! ([`repeat`](EventSourceBuilder::repeat)), and its end is the end of the stream and no error. So the answer of a language model is read like this:
#![cfg_attr(feature = "serde", doc = "```no_run")]
#![cfg_attr(not(feature = "serde"), doc = "```ignore")]
//! use futures_util::StreamExt;
//! use tidings::EventSource;
//!
//! async fn token() -> Result<String, String> {
//!     Ok("abc".to_owned()) // perhaps of another request
//! }
//!
//! async fn ask(question: &str, show: fn(&str)) -> Result<(), tidings::Error> {
//!     let source = EventSource::builder("/answer")
//!         .method("POST")
//!         .json(&serde_json::json!({ "question": question }))
//!         .prepare(async |mut request| {
//!             // Before every attempt, so that a token is always fresh.
//!             request.headers.set("Authorization", format!("Bearer {}", token().await?));
//!             Ok::<_, String>(request)
//!         })
//!         .build()?;
//!     let mut words = source.messages();
//!     while let Some(word) = words.next().await {
//!         show(&word.data);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Reconnection
//!
//! A lost connection is reestablished by itself, after the time that the server asked for (`retry`), else after 3 seconds, and resumed: the new request
//! names the last event ID, so that a server that knows its ids sends what was missed. It ends when the server answers 204, or otherwise refuses.
//! [`Reconnection`] changes that:
//!
//! ```no_run
//! use std::time::Duration;
//! use tidings::{EventSource, Reconnection, Retry};
//!
//! # fn main() -> Result<(), tidings::Error> {
//! let source = EventSource::builder("/prices")
//!     .reconnection(
//!         Reconnection::new()
//!             .max(Duration::from_secs(30)) // waits that grow to 30 seconds, each drawn by lot
//!             .attempts(10) // so many in a row may fail
//!             .statuses([429, 503]) // these pass by themselves
//!             .decide(|error, _attempt| match error.status() {
//!                 Some(502) => Retry::After(Duration::from_secs(60)),
//!                 _ => Retry::Default,
//!             }),
//!     )
//!     .idle_timeout(Duration::from_secs(45)) // so long without a byte is a loss
//!     .build()?;
//! # Ok(())
//! # }
//! ```
//!
//! [`reconnect`](EventSource::reconnect) begins anew at once, for a button "Try now". [`when_hidden`](EventSourceBuilder::when_hidden) lets the
//! connection of a hidden page go.
//!
//! # Errors
//!
//! There is one type, [`Error`]: plain data, `Send + Sync`, without a JavaScript value in it. Its text is made for people: `the server answered with
//! status 404, but an event stream needs 200; not reconnecting`. An [`Interruption`] is being mended by itself, a [`Failure`] is for good.
//!
//! ```no_run
//! use tidings::{Error, Failure};
//!
//! fn explain(error: &Error) -> String {
//!     match error.failure() {
//!         _ if error.will_reconnect() => format!("{error}, please wait"),
//!         Some(Failure::Status(401)) => "please sign in again".to_owned(),
//!         _ if error.is_transient() => format!("{error}. Try again later."),
//!         _ => error.to_string(),
//!     }
//! }
//! ```
//!
//! What is wrong with a URL or an option is the `Err` of [`new`](EventSource::new) and [`build`](EventSourceBuilder::build). A payload that does not fit
//! is a `DecodeError`, which carries the event; the connection does not care.
//!
//! # Transports
//!
//! | | the browser's own source | `fetch` |
//! | --- | --- | --- |
//! | tells why a connection was lost, and when it comes back | no | yes |
//! | methods, headers, bodies, limits, comments, every event type | no | yes |
//! | text of events becomes JavaScript strings | yes | no, which is several times faster |
//! | notices `window.stop()`, as the standard wants it | yes | no |
//!
//! [`Transport::Auto`], the default, takes the browser's own source unless an option or a call needs `fetch` ([which do](Transport)). Say which you want:
//!
//! ```no_run
//! use tidings::{EventSource, Transport};
//!
//! # fn main() -> Result<(), tidings::Error> {
//! let source = EventSource::builder("/prices").transport(Transport::Fetch).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Testing
//!
//! With the feature `test-util` among your `dev-dependencies`, a server in memory stands in for one URL. Nothing waits for time to pass: a wait to
//! reconnect is over as soon as the test asks for the next request. `wasm-bindgen-test` runs such tests in browsers and in Node.
#![cfg_attr(feature = "test-util", doc = "```no_run")]
#![cfg_attr(not(feature = "test-util"), doc = "```ignore")]
//! use futures_util::StreamExt;
//! use tidings::{EventSource, test_util::TestServer};
//!
//! // #[wasm_bindgen_test]
//! async fn it_resumes() -> Result<(), tidings::Error> {
//!     let server = TestServer::at("https://example.com/prices")?;
//!     let mut prices = EventSource::new("https://example.com/prices")?.messages(); // or a component that does so
//!
//!     let connection = server.request().await;
//!     connection.open();
//!     connection.send("id: 7\ndata: 101.5\n\n");
//!     assert_eq!(prices.next().await.map(|price| price.data).as_deref(), Some("101.5"));
//!
//!     connection.fail("the cable is cut");
//!     assert_eq!(server.request().await.last_event_id(), "7"); // at once, though a source waits 3 seconds
//!     Ok(())
//! }
//! ```
//!
//! # Where it runs
//!
//! In windows, in all kinds of workers, and over fetch in Node. On other targets the crate builds, so that code shared with a server links, and
//! constructing gives [`ErrorKind::Unsupported`]:
//!
//! ```
//! # #[cfg(not(target_arch = "wasm32"))]
//! # {
//! use tidings::{ErrorKind, EventSource};
//!
//! let error = EventSource::new("/prices").expect_err("this is no browser");
//! assert_eq!(error.kind(), ErrorKind::Unsupported);
//! # }
//! ```
//!
//! Parsing and reconnecting follow the WHATWG standard, decided in the crate `tidings-core`. Hooks for components are in `tidings-yew` and
//! `tidings-leptos`.
//!
//! # Wasm size
//!
//! What makes an app small is its profile, and `wasm-opt` after wasm-bindgen:
//!
//! ```toml
//! [profile.release]
//! opt-level = "s"
//! lto = "fat"
//! codegen-units = 1
//! panic = "abort"
//! ```
//!
//! The example `vanilla-rust`, an app that shows one stream, has a module of 294 KB with `opt-level = 3`, 254 KB with `"s"`, and 176 KB after `wasm-opt -Oz`,
//! which are 73 KB in brotli (Rust 1.95, wasm-bindgen 0.2.130, binaryen 132, 29 November 2026). In the repository, with the `wasm-bindgen` of that version:
//!
//! ```sh
//! cargo build --release --package vanilla-rust --target wasm32-unknown-unknown --config 'profile.release.opt-level="s"'
//! wasm-bindgen --target web --out-dir small target/wasm32-unknown-unknown/release/vanilla_rust.wasm
//! npx wasm-opt -Oz --all-features small/vanilla_rust_bg.wasm -o small/small.wasm
//! ```
//!
//! Without `default-features` there is no serde in the tree:
//!
//! ```toml
//! tidings = { version = "0.1", default-features = false }
//! ```
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

/// The README's code compiles; it shows what these features bring.
#[cfg(all(doctest, feature = "serde", feature = "test-util"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_holds_no_value_of_javascripts() {
        // Such a value is tied to its thread.
        fn is_plain<T: Send + Sync + 'static>() {}
        is_plain::<(Error, ErrorKind, Failure, Interruption)>();
        is_plain::<(Event, CloseReason, Message, MessageEvent<'static>, OpenEvent, ReadyState)>();
        is_plain::<(Headers, Body, Form, PreparedRequest, Response)>();
        is_plain::<(Transport, Overflow, WhenHidden, WhenTooBig, Retry, Credentials, Redirect)>();
        #[cfg(feature = "serde")]
        is_plain::<(DecodeError, DecodeErrorKind, Position)>();
    }
}
