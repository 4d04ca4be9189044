//! [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) in [Yew](https://yew.rs): [`use_event_source`] and
//! [`use_event_source_as`] tie a [`tidings::EventSource`] to a component.
//!
//! ```
//! use serde::Deserialize;
//! use tidings::ReadyState;
//! use tidings_yew::{Options, use_event_source_as};
//! use yew::prelude::*;
//!
//! #[derive(Deserialize)]
//! enum News {
//!     #[serde(rename = "tick")]
//!     Tick { symbol: String, price: f64 },
//!     #[serde(rename = "halt")]
//!     Halt,
//! }
//!
//! #[component]
//! fn Price() -> Html {
//!     let news = use_event_source_as::<News>("/prices", Options::new());
//!     let newest = match news.message().as_deref() {
//!         Some(News::Tick { symbol, price }) => format!("{symbol}: {price}"),
//!         Some(News::Halt) => "trading is halted".to_owned(),
//!         None => "nothing yet".to_owned(),
//!     };
//!     html! {
//!         <p>
//!             { newest }
//!             if news.ready_state() != ReadyState::Open {
//!                 { news.error().map_or("connecting ...".to_owned(), |error| error.to_string()) }
//!             }
//!         </p>
//!     }
//! }
//! ```
//!
//! The source connects after the component was first rendered in a browser, also when that hydrates what a server rendered; on a server nothing
//! connects. Unmounting closes it. When the URL or the options change, the old source is closed and a new one is made, once each; when a
//! render gives equal ones, nothing happens.
//!
//! # Every message, and options
//!
//! [`message`](UseEventSource::message) is for rendering, and several messages may come between two renders: [`Options::on_message`] gets every one, in order.
//! [`Options::source`] chooses what the [builder](EventSourceBuilder) offers, here a POST, whose end is no error:
//!
//! ```
//! use std::rc::Rc;
//! use tidings::{Message, ReadyState};
//! use tidings_yew::{Options, use_event_source};
//! use yew::prelude::*;
//!
//! #[derive(PartialEq, Properties)]
//! struct Props {
//!     question: AttrValue,
//! }
//!
//! #[component]
//! fn Answer(props: &Props) -> Html {
//!     let text = use_state_eq(String::new);
//!     let so_far = use_mut_ref(String::new);
//!     let question = props.question.clone();
//!     let options = Options::new()
//!         .source(move |source| source.method("POST").body(question.as_str()))
//!         .on_message({
//!             let text = text.clone();
//!             move |word: Rc<Message>| {
//!                 so_far.borrow_mut().push_str(&word.data);
//!                 text.set(so_far.borrow().clone());
//!             }
//!         });
//!     let answer = use_event_source("/answer", options);
//!     let stop = { let answer = answer.clone(); move |_: MouseEvent| answer.close() };
//!     html! {
//!         <>
//!             <p>{ &*text }</p>
//!             if answer.ready_state() != ReadyState::Closed {
//!                 <button onclick={stop}>{ "Stop" }</button>
//!             }
//!         </>
//!     }
//! }
//! ```
//!
//! # Testing
//!
//! With the feature `test-util` of `tidings`, a `tidings::test_util::TestServer` stands in for the server at the component's URL; the guide of [`tidings`] shows it.

use futures_core::Stream;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use tidings::{DecodeError, Error, EventSource, EventSourceBuilder, Message, Messages, ReadyState};
use yew::prelude::*;

/// What a component wants besides a URL; of messages made into `T`s.
pub struct Options<T = Message> {
    source: Rc<dyn Fn(EventSourceBuilder) -> EventSourceBuilder>,
    names: Option<Vec<String>>,
    on_message: Option<Callback<Rc<T>>>,
    starts_closed: bool,
}

impl<T> Options<T> {
    /// As `use_event_source(url, Options::new())`: messages of every type, with the newest one as state.
    pub fn new() -> Self {
        Options { source: Rc::new(|source| source), names: None, on_message: None, starts_closed: false }
    }

    /// How the source is made: a closure that gets the builder of the URL and chooses what it offers. It is called at each render, and what
    /// it gives is compared with what it gave before. What `prepare` and `decide` captured is not compared: let them look into something
    /// shared, such as an `Rc<RefCell<_>>`, for what changes.
    pub fn source(mut self, choose: impl Fn(EventSourceBuilder) -> EventSourceBuilder + 'static) -> Self {
        self.source = Rc::new(choose);
        self
    }

    /// Only messages of type `message` and of these types: see [`EventSource::events_named`]. Without it, all.
    pub fn named<N: Into<String>>(mut self, event_types: impl IntoIterator<Item = N>) -> Self {
        self.names = Some(event_types.into_iter().map(Into::into).collect());
        self
    }

    /// Gets **every** message, in order. (State is for rendering, and several messages may come between two renders.) The newest
    /// callback that was given is the one that is called; another one is no reason to connect anew.
    pub fn on_message(mut self, callback: impl Into<Callback<Rc<T>>>) -> Self {
        self.on_message = Some(callback.into());
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

impl<T> Clone for Options<T> {
    fn clone(&self) -> Self {
        Options {
            source: self.source.clone(),
            names: self.names.clone(),
            on_message: self.on_message.clone(),
            starts_closed: self.starts_closed,
        }
    }
}

impl<T> fmt::Debug for Options<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("names", &self.names).finish_non_exhaustive()
    }
}

/// Ties a source at this URL to the component, for messages as they come. See the [crate] for when it connects and closes.
///
/// A URL that cannot be used is told by [`error`](UseEventSource::error).
#[hook]
pub fn use_event_source(url: impl Into<AttrValue>, options: Options) -> UseEventSource {
    use_source(url.into(), options, |messages| Box::pin(Raw(messages)))
}

/// The same, for messages made into `T`s: see [`Messages::json`]. What does not fit is told by [`error`](UseEventSource::error), and the next message
/// comes all the same.
#[hook]
pub fn use_event_source_as<T: DeserializeOwned + 'static>(url: impl Into<AttrValue>, options: Options<T>) -> UseEventSource<T> {
    use_source(url.into(), options, |messages| Box::pin(messages.json::<T>()))
}

#[hook]
fn use_source<T: 'static>(url: AttrValue, options: Options<T>, decode: fn(Messages) -> Decoded<T>) -> UseEventSource<T> {
    let update = use_force_update();
    let starts_closed = options.starts_closed;
    let tie = use_memo((), |()| Tie {
        wanted: Cell::new(!starts_closed),
        unmounted: Cell::new(false),
        number: Cell::new(0),
        source: RefCell::default(),
        message: RefCell::default(),
        error: RefCell::default(),
        on_message: RefCell::default(),
        update: Box::new(move || update.force_update()),
    });
    let builder = (options.source)(EventSource::builder(&url));
    tie.on_message.replace(options.on_message);
    // Runs in browsers only, after the first render.
    use_effect_with((builder, options.names, tie.number.get()), {
        let tie = tie.clone();
        move |(builder, names, number)| {
            // Asked for between render and effect, another render follows, which does it.
            if tie.wanted.get() && tie.number.get() == *number {
                tie.connect(builder, names.as_deref(), decode);
            }
            move || tie.disconnect()
        }
    });
    use_effect_with((), {
        let tie = tie.clone();
        move |()| {
            move || {
                tie.unmounted.set(true);
                // It may hold what holds us.
                drop(tie.on_message.take());
            }
        }
    });
    UseEventSource { tie }
}

/// A source that is tied to a component. What it tells is always what is true now, also inside a callback that was made by an earlier render, and after the
/// component was unmounted: then it is closed, and stays so.
///
/// All of it may be called from anywhere in the browser, also inside [`Options::on_message`].
pub struct UseEventSource<T = Message> {
    tie: Rc<Tie<T>>,
}

impl<T: 'static> UseEventSource<T> {
    /// The ready state. Before it connects for the first time, on a server too, it is Connecting, unless it
    /// [starts closed](Options::starts_closed).
    pub fn ready_state(&self) -> ReadyState {
        self.tie.ready_state()
    }

    /// The newest message.
    pub fn message(&self) -> Option<Rc<T>> {
        self.tie.message.borrow().clone()
    }

    /// The last error: why there is no source, why the connection was lost or failed, or why a message is not a `T`. It stays until another takes
    /// its place, or until a source is made anew; one that says that it reconnects goes with [`close`](Self::close).
    pub fn error(&self) -> Option<Error> {
        self.tie.error.borrow().clone()
    }

    /// Closes the source, which holds when this returns: see [`EventSource::close`]. It stays closed, whatever changes, until [`open`](Self::open).
    pub fn close(&self) {
        self.tie.wanted.set(false);
        self.tie.disconnect();
        self.tie.error.replace_with(|error| error.take().filter(|error| !error.will_reconnect()));
        (self.tie.update)();
    }

    /// Makes a new source if it is closed, or has failed; else it does nothing, nor once the component is unmounted. It connects after the next render.
    pub fn open(&self) {
        if self.ready_state() == ReadyState::Closed && !self.tie.unmounted.get() {
            self.tie.wanted.set(true);
            self.tie.source.take();
            self.tie.error.take();
            self.tie.number.set(self.tie.number.get() + 1);
            (self.tie.update)();
        }
    }
}

impl<T> Clone for UseEventSource<T> {
    fn clone(&self) -> Self {
        UseEventSource { tie: self.tie.clone() }
    }
}

impl<T: 'static> fmt::Debug for UseEventSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UseEventSource").field("ready_state", &self.ready_state()).finish_non_exhaustive()
    }
}

/// What lives as long as the component.
struct Tie<T> {
    /// Nobody has closed it.
    wanted: Cell<bool>,
    /// Whoever holds this now has outlived the component.
    unmounted: Cell<bool>,
    /// Of the source, so that one can be made anew without a change.
    number: Cell<u32>,
    source: RefCell<Option<Made>>,
    message: RefCell<Option<Rc<T>>>,
    error: RefCell<Option<Error>>,
    on_message: RefCell<Option<Callback<Rc<T>>>>,
    update: Box<dyn Fn()>,
}

/// A source, or that there can be none.
#[derive(Clone)]
enum Made {
    Source(Rc<EventSource>),
    Nothing,
}

type Decoded<T> = Pin<Box<dyn Stream<Item = Result<T, DecodeError>>>>;

impl<T: 'static> Tie<T> {
    fn ready_state(&self) -> ReadyState {
        match &*self.source.borrow() {
            Some(Made::Source(source)) => source.ready_state(),
            Some(Made::Nothing) => ReadyState::Closed,
            None if self.wanted.get() && !self.unmounted.get() => ReadyState::Connecting,
            None => ReadyState::Closed,
        }
    }

    fn connect(self: &Rc<Self>, builder: &EventSourceBuilder, names: Option<&[String]>, decode: fn(Messages) -> Decoded<T>) {
        self.error.take();
        let made = match builder.clone().build() {
            Ok(source) => {
                let source = Rc::new(source);
                let messages = match names {
                    Some(names) => source.events_named(names).messages(),
                    None => source.messages(),
                };
                self.listen(&source);
                yew::platform::spawn_local(self.clone().follow(decode(messages)));
                Made::Source(source)
            }
            Err(error) => {
                self.error.replace(Some(error));
                Made::Nothing
            }
        };
        self.source.replace(Some(made));
        (self.update)();
    }

    fn listen(self: &Rc<Self>, source: &EventSource) {
        let [opened, closed, failed] = [(); 3].map(|()| Rc::downgrade(self));
        source.on_open(move |_| opened.upgrade().into_iter().for_each(|tie| (tie.update)())).forget();
        source.on_close(move || closed.upgrade().into_iter().for_each(|tie| (tie.update)())).forget();
        source
            .on_error(move |error| {
                if let Some(tie) = failed.upgrade() {
                    tie.error.replace(Some(error.clone()));
                    (tie.update)();
                }
            })
            .forget();
    }

    /// Until the stream ends, which closing the source makes it do.
    async fn follow(self: Rc<Self>, mut messages: Decoded<T>) {
        while let Some(decoded) = poll_fn(|context| messages.as_mut().poll_next(context)).await {
            match decoded {
                Ok(message) => {
                    let message = Rc::new(message);
                    self.message.replace(Some(message.clone()));
                    let callback = self.on_message.borrow().clone();
                    if let Some(callback) = callback {
                        callback.emit(message);
                    }
                }
                Err(error) => drop(self.error.replace(Some(error.into()))),
            }
            (self.update)();
        }
    }

    fn disconnect(&self) {
        let made = self.source.take();
        if let Some(Made::Source(source)) = made {
            source.close();
        }
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
