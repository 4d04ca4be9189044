//! [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) in [Leptos](https://leptos.dev): [`use_event_source`] and
//! [`use_event_source_as`] tie a [`tidings::EventSource`] to the reactive owner that they are called in, a component for example.
//!
//! ```
//! use leptos::prelude::*;
//! use serde::Deserialize;
//! use tidings_leptos::{Options, use_event_source_as};
//!
//! #[derive(Clone, Deserialize)]
//! enum News {
//!     #[serde(rename = "tick")]
//!     Tick { symbol: String, price: f64 },
//!     #[serde(rename = "halt")]
//!     Halt,
//! }
//!
//! #[component]
//! fn Price() -> impl IntoView {
//!     let news = use_event_source_as::<News>("/prices", Options::new());
//!     let newest = move || match news.message.get() {
//!         Some(News::Tick { symbol, price }) => format!("{symbol}: {price}"),
//!         Some(News::Halt) => "trading is halted".to_owned(),
//!         None => "nothing yet".to_owned(),
//!     };
//!     view! {
//!         <p>{newest}</p>
//!         <p>{move || news.ready_state.get().to_string()} " " {move || news.error.get().map(|error| error.to_string())}</p>
//!     }
//! }
//! ```
//!
//! The source connects in an effect: in browsers only, also when what a server rendered is hydrated; on a server nothing connects. When the
//! owner is cleaned up (the component is unmounted), it is closed. When the URL changes, or what [`Options::source`] gives, the old source is
//! closed and a new one is made, once each; when they become what they were, nothing happens.
//!
//! # Every message, and options
//!
//! [`message`](UseEventSource::message) is for rendering: effects run for its newest value, and several messages may come before they do.
//! [`Options::on_message`] gets every one, in order. [`Options::source`] chooses what the [builder](EventSourceBuilder) offers, here a POST, whose end is no
//! error:
//!
//! ```
//! use leptos::prelude::*;
//! use tidings::{Message, ReadyState};
//! use tidings_leptos::{Options, use_event_source};
//!
//! #[component]
//! fn Answer(#[prop(into)] question: Signal<String>) -> impl IntoView {
//!     let text = RwSignal::new(String::new());
//!     let options = Options::new()
//!         .source(move |source| source.method("POST").body(question.get())) // another question is another request
//!         .on_message(move |word: &Message| text.update(|text| text.push_str(&word.data)));
//!     let answer = use_event_source("/answer".to_owned(), options);
//!     view! {
//!         <p>{text}</p>
//!         <button disabled=move || answer.ready_state.get() == ReadyState::Closed on:click=move |_| answer.close()>"Stop"</button>
//!     }
//! }
//! ```
//!
//! # Testing
//!
//! With the feature `test-util` of `tidings`, a `tidings::test_util::TestServer` stands in for the server at the URL; the guide of [`tidings`] shows it.

use futures_core::Stream;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use tidings::{DecodeError, Error, EventSource, EventSourceBuilder, Message, Messages, ReadyState};

/// What is wanted besides a URL; of messages made into `T`s.
pub struct Options<T = Message> {
    source: Box<dyn Fn(EventSourceBuilder) -> EventSourceBuilder>,
    names: Option<Vec<String>>,
    on_message: Box<dyn FnMut(&T)>,
    starts_closed: bool,
}

impl<T> Options<T> {
    /// As `use_event_source(url, Options::new())`: messages of every type, with the newest one as a signal.
    pub fn new() -> Self {
        Options { source: Box::new(|source| source), names: None, on_message: Box::new(|_| {}), starts_closed: false }
    }

    /// How the source is made: a closure that gets the builder of the URL and chooses what it offers. It may read signals, and is called
    /// again when they change.
    pub fn source(mut self, choose: impl Fn(EventSourceBuilder) -> EventSourceBuilder + 'static) -> Self {
        self.source = Box::new(choose);
        self
    }

    /// Only messages of type `message` and of these types, for as long as the owner lives: see [`EventSource::events_named`]. Without it, all.
    pub fn named<N: Into<String>>(mut self, event_types: impl IntoIterator<Item = N>) -> Self {
        self.names = Some(event_types.into_iter().map(Into::into).collect());
        self
    }

    /// Gets **every** message, in order. (Effects run for the newest value of a signal, and several messages may come before they do.)
    pub fn on_message(mut self, callback: impl FnMut(&T) + 'static) -> Self {
        self.on_message = Box::new(callback);
        self
    }

    /// Connects only when [`open`](UseEventSource::open) is called.
    pub fn starts_closed(mut self) -> Self {
        self.starts_closed = true;
        self
    }
}

impl<T> Default for Options<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Options<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("names", &self.names).finish_non_exhaustive()
    }
}

/// Ties a source at this URL to the reactive owner, for messages as they come. See the [crate] for when it connects and closes.
///
/// A URL that cannot be used is told by [`error`](UseEventSource::error).
pub fn use_event_source(url: impl Into<Signal<String>>, options: Options) -> UseEventSource {
    use_source(url.into(), options, |messages| Box::pin(Raw(messages)))
}

/// The same, for messages made into `T`s: see [`Messages::json`]. What does not fit is told by [`error`](UseEventSource::error), and the next message
/// comes all the same.
pub fn use_event_source_as<T: DeserializeOwned + Send + Sync + 'static>(
    url: impl Into<Signal<String>>,
    options: Options<T>,
) -> UseEventSource<T> {
    use_source(url.into(), options, |messages| Box::pin(messages.json::<T>()))
}

fn use_source<T: Send + Sync + 'static>(
    url: Signal<String>,
    options: Options<T>,
    decode: fn(Messages) -> Decoded<T>,
) -> UseEventSource<T> {
    let at_first = if options.starts_closed { ReadyState::Closed } else { ReadyState::Connecting };
    let tie = Tie {
        ready_state: RwSignal::new(at_first),
        message: RwSignal::new(None),
        error: RwSignal::new(None),
        asked: RwSignal::new(Asked { open: !options.starts_closed, number: 0 }),
        source: StoredValue::new(Arc::default()),
    };
    let Options { source: choose, names, on_message, .. } = options;
    let on_message = Rc::new(std::cell::RefCell::new(on_message));
    // Runs in browsers only.
    Effect::new(move |before: Option<(EventSourceBuilder, Asked)>| {
        let now = (choose(EventSource::builder(&url.get())), tie.asked.get());
        if before.as_ref() != Some(&now) {
            tie.disconnect();
            if now.1.open {
                tie.connect(&now.0, names.as_deref(), decode, &on_message);
            }
        }
        now
    });
    let source = tie.source.get_value();
    on_cleanup(move || close(&source));
    UseEventSource { ready_state: tie.ready_state.into(), message: tie.message.into(), error: tie.error.into(), tie }
}

/// A source that is tied to a reactive owner, and goes with it: what is left of it then does nothing, and its signals tell nothing.
///
/// [`close`](Self::close) and [`open`](Self::open) may be called from anywhere in the browser, also inside [`Options::on_message`].
pub struct UseEventSource<T: Send + Sync + 'static = Message> {
    /// The ready state. Before it connects for the first time, on a server too, it is Connecting, unless it
    /// [starts closed](Options::starts_closed).
    pub ready_state: Signal<ReadyState>,
    /// The newest message.
    pub message: Signal<Option<T>>,
    /// The last error: why there is no source, why the connection was lost or failed, or why a message is not a `T`. It stays until another takes
    /// its place, or until a source is made anew; one that says that it reconnects goes with [`close`](Self::close).
    pub error: Signal<Option<Error>>,
    tie: Tie<T>,
}

impl<T: Send + Sync + 'static> UseEventSource<T> {
    /// Closes the source, which holds when this returns: see [`EventSource::close`]. It stays closed, whatever changes, until [`open`](Self::open).
    pub fn close(&self) {
        self.tie.disconnect();
        self.tie.ready_state.set(ReadyState::Closed);
        self.tie.error.maybe_update(|error| error.take_if(|error| error.will_reconnect()).is_some());
        self.tie.asked.update(|asked| asked.open = false);
    }

    /// Makes a new source if it is closed, or has failed; else it does nothing. It connects with the next run of effects.
    pub fn open(&self) {
        // Whoever calls it may have outlived the component.
        if self.ready_state.try_get_untracked() == Some(ReadyState::Closed) {
            self.tie.ready_state.set(ReadyState::Connecting);
            self.tie.asked.update(|asked| *asked = Asked { open: true, number: asked.number + 1 });
        }
    }
}

impl<T: Send + Sync + 'static> Clone for UseEventSource<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for UseEventSource<T> {}

impl<T: Send + Sync + 'static> fmt::Debug for UseEventSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UseEventSource").finish_non_exhaustive()
    }
}

/// What was asked for last.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Asked {
    open: bool,
    /// Of the source, so that one can be made anew without a change.
    number: u32,
}

struct Tie<T: Send + Sync + 'static> {
    ready_state: RwSignal<ReadyState>,
    message: RwSignal<Option<T>>,
    error: RwSignal<Option<Error>>,
    asked: RwSignal<Asked>,
    source: StoredValue<Slot>,
}

/// Empty on servers.
type Slot = Arc<Mutex<Option<SendWrapper<EventSource>>>>;

type Decoded<T> = Pin<Box<dyn Stream<Item = Result<T, DecodeError>>>>;
type OnMessage<T> = Rc<std::cell::RefCell<Box<dyn FnMut(&T)>>>;

impl<T: Send + Sync + 'static> Clone for Tie<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Tie<T> {}

impl<T: Send + Sync + 'static> Tie<T> {
    fn connect(
        self,
        builder: &EventSourceBuilder,
        names: Option<&[String]>,
        decode: fn(Messages) -> Decoded<T>,
        on_message: &OnMessage<T>,
    ) {
        self.error.set(None);
        match builder.clone().build() {
            Ok(source) => {
                let messages = match names {
                    Some(names) => source.events_named(names).messages(),
                    None => source.messages(),
                };
                self.listen(&source);
                leptos::task::spawn_local(self.follow(decode(messages), on_message.clone()));
                self.ready_state.set(source.ready_state());
                if let Some(slot) = self.source.try_get_value() {
                    slot.lock().unwrap_or_else(PoisonError::into_inner).replace(SendWrapper::new(source));
                }
            }
            Err(error) => {
                self.error.set(Some(error));
                self.ready_state.set(ReadyState::Closed);
            }
        }
    }

    fn listen(self, source: &EventSource) {
        source.on_open(move |_| self.ready_state.set(ReadyState::Open)).forget();
        source.on_close(move || self.ready_state.set(ReadyState::Closed)).forget();
        source
            .on_error(move |error| {
                self.error.set(Some(error.clone()));
                self.ready_state.set(if error.will_reconnect() { ReadyState::Connecting } else { ReadyState::Closed });
            })
            .forget();
    }

    /// Until the stream ends, which closing the source makes it do.
    async fn follow(self, mut messages: Decoded<T>, on_message: OnMessage<T>) {
        while let Some(decoded) = poll_fn(|context| messages.as_mut().poll_next(context)).await {
            match decoded {
                Ok(message) => {
                    (on_message.borrow_mut())(&message);
                    // The callback may have unmounted us.
                    _ = self.message.try_set(Some(message));
                }
                Err(error) => _ = self.error.try_set(Some(error.into())),
            }
        }
    }

    fn disconnect(self) {
        if let Some(slot) = self.source.try_get_value() {
            close(&slot);
        }
    }
}

fn close(slot: &Slot) {
    let source = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(source) = source {
        source.close();
    }
}

/// Messages as they come.
struct Raw(Messages);

impl Stream for Raw {
    type Item = Result<Message, DecodeError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll_next(context)).map(Ok))
    }
}

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
