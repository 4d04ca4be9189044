//! The front door for typed payloads: what the data of an event is, told by a type.
//!
//! `payload` reads the data of one event, `by_name` lets the type of the event choose a variant. Both are deserializers of serde,
//! so types need nothing but `#[derive(Deserialize)]`.

mod by_name;
mod payload;

use crate::{EventSource, Message, MessageEvent, Messages, Subscription};
use futures_core::{FusedStream, Stream};
use payload::Payload;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

impl EventSource {
    /// Calls `listener` for each event of this type, with its data made into a `T`: see [`MessageEvent::json`] for how. As the event type is given here,
    /// an enum is one in the data, as JSON has it, and not chosen by the event type.
    ///
    /// What does not fit is told as a [`DecodeError`], and the next event comes all the same.
    ///
    /// ```no_run
    /// #[derive(serde::Deserialize)]
    /// struct Tick {
    ///     symbol: String,
    ///     price: f64,
    /// }
    ///
    /// # fn main() -> Result<(), tidings::Error> {
    /// let source = tidings::EventSource::new("/prices")?;
    /// source
    ///     .on_json::<Tick>("tick", |tick| match tick {
    ///         Ok(tick) => println!("{} is at {}", tick.symbol, tick.price),
    ///         Err(error) => println!("{error}: {}", error.data),
    ///     })
    ///     .forget();
    /// # Ok(())
    /// # }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn on_json<T: DeserializeOwned>(
        &self,
        event_type: &str,
        mut listener: impl FnMut(Result<T, DecodeError>) + 'static,
    ) -> Subscription {
        self.on(event_type, move |event| {
            let decoded = T::deserialize(Payload::new(event.data));
            listener(decoded.map_err(|error| DecodeError::new(event, DecodeErrorKind::Data, &error)));
        })
    }
}

impl<'a> MessageEvent<'a> {
    /// The event as a `T`.
    ///
    /// - A `T` made of strings (`String`, `&str`, `Cow<str>`, also within a newtype) gets the data as it stands, whatever that is.
    /// - Other types that are written as strings (a date, a UUID) get the content of a quoted JSON string, or else the data as it stands.
    /// - An enum is chosen **by the event type**: that is the name of the variant, as serde knows it (`#[serde(rename = "...")]`, `rename_all` and
    ///   `alias` work), and the data is what the variant holds. A unit variant ignores the data. An unnamed event is of type `message`. With
    ///   `#[serde(other)]` on its last unit variant the enum takes every type. (An enum with a `tag` of its own finds that in the data, as ever.)
    /// - All else is JSON.
    ///
    /// `T` may borrow from the event; of text in JSON that needs `#[serde(borrow)] Cow<str>`, for there may be escapes in it.
    ///
    /// ```no_run
    /// use serde::Deserialize;
    /// use std::borrow::Cow;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum News<'a> {
    ///     /// `event: tick`, and JSON in the data
    ///     Tick {
    ///         #[serde(borrow)]
    ///         symbol: Cow<'a, str>,
    ///         price: f64,
    ///     },
    ///     /// No `event` at all, and any text in the data
    ///     Message(&'a str),
    ///     /// `event: halt`
    ///     Halt,
    ///     /// Everything else
    ///     #[serde(other)]
    ///     Other,
    /// }
    ///
    /// # fn main() -> Result<(), tidings::Error> {
    /// let source = tidings::EventSource::new("/prices")?;
    /// source
    ///     .on("tick", |event| match event.json() {
    ///         Ok(News::Tick { symbol, price }) => println!("{symbol} is at {price}"),
    ///         Ok(_) => {}
    ///         Err(error) => println!("{error}"),
    ///     })
    ///     .forget();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the data does not fit, or when no variant has this event's name.
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn json<T: Deserialize<'a>>(&self) -> Result<T, DecodeError> {
        let fits_none = Cell::new(false);
        by_name::decode(self.event_type, Payload::new(self.data), &fits_none).map_err(|error| {
            let kind = if fits_none.get() { DecodeErrorKind::EventType } else { DecodeErrorKind::Data };
            DecodeError::new(self, kind, &error)
        })
    }
}

impl Message {
    /// The message as a `T`: see [`MessageEvent::json`].
    ///
    /// # Errors
    ///
    /// When the data does not fit, or when no variant has this event's name.
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, DecodeError> {
        self.as_event().json()
    }
}

impl Messages {
    /// The messages as `T`s, each made as [`MessageEvent::json`] says; of what does not fit a [`DecodeError`], and the stream goes on.
    ///
    /// If `T` is an enum, the stream hears events of its variants' names over the native transport too. Other types it hears over fetch only, so
    /// `#[serde(other)]` and [`DecodeErrorKind::EventType`] never come of the native one.
    ///
    /// ```no_run
    /// use futures_util::StreamExt;
    ///
    /// #[derive(serde::Deserialize)]
    /// enum News {
    ///     #[serde(rename = "tick")]
    ///     Tick { symbol: String, price: f64 },
    ///     #[serde(rename = "halt")]
    ///     Halt,
    /// }
    ///
    /// async fn follow() -> Result<(), tidings::Error> {
    ///     let mut news = tidings::EventSource::new("/prices")?.messages().json::<News>();
    ///     while let Some(next) = news.next().await {
    ///         match next {
    ///             Ok(News::Tick { symbol, price }) => println!("{symbol} is at {price}"),
    ///             Ok(News::Halt) => println!("trading is halted"),
    ///             Err(error) => println!("{error}: {}", error.data),
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn json<T: DeserializeOwned>(self) -> Json<T> {
        self.also(event_types::<T>());
        Json { messages: self, decoded: PhantomData }
    }
}

/// The event types that `T` names, if it is an enum that is chosen by them; empty if it is anything else.
///
/// ```
/// #[derive(serde::Deserialize)]
/// #[serde(rename_all = "kebab-case")]
/// enum News {
///     Tick(f64),
///     TradingHalt,
/// }
///
/// assert_eq!(tidings::event_types::<News>(), ["tick", "trading-halt"]);
/// assert!(tidings::event_types::<String>().is_empty());
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub fn event_types<T: DeserializeOwned>() -> &'static [&'static str] {
    by_name::names::<T>()
}

/// Messages made into `T`s, as a [`Stream`]. See [`Messages::json`].
#[must_use = "a stream does nothing until it is polled, and fills its queue meanwhile"]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub struct Json<T> {
    messages: Messages,
    decoded: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Stream for Json<T> {
    type Item = Result<T, DecodeError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let message = ready!(Pin::new(&mut self.messages).poll_next(context));
        Poll::Ready(message.map(|message| message.json()))
    }
}

impl<T: DeserializeOwned> FusedStream for Json<T> {
    fn is_terminated(&self) -> bool {
        self.messages.is_terminated()
    }
}

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json").finish_non_exhaustive()
    }
}

/// An event that is not what was asked for, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub struct DecodeError {
    /// What did not fit.
    pub kind: DecodeErrorKind,
    /// The event type.
    pub event_type: Box<str>,
    /// The last event ID string as of this event.
    pub last_event_id: Box<str>,
    /// The data, as it came.
    pub data: Box<str>,
    /// Where in the data it went wrong, if that can be told.
    pub position: Option<Position>,
    message: Box<str>,
}

/// What of an event did not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub enum DecodeErrorKind {
    /// No variant of the enum has the event type's name.
    EventType,
    /// The data is not what the type, or the variant, asks for.
    Data,
}

/// A place in the data of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The byte within the line, counted from 1; 0 before the first.
    pub column: usize,
}

impl DecodeError {
    fn new(event: &MessageEvent<'_>, kind: DecodeErrorKind, error: &serde_json::Error) -> Self {
        let position = match kind {
            DecodeErrorKind::EventType => None,
            DecodeErrorKind::Data => (error.line() > 0).then(|| Position { line: error.line(), column: error.column() }),
        };
        DecodeError {
            kind,
            event_type: event.event_type.into(),
            last_event_id: event.last_event_id.into(),
            data: event.data.into(),
            position,
            message: error.to_string().into(),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DecodeError { event_type, message, .. } = self;
        match self.kind {
            DecodeErrorKind::EventType => write!(f, "an event of type {event_type:?} was not expected: {message}"),
            DecodeErrorKind::Data => write!(f, "the data of an event of type {event_type:?} does not fit: {message}"),
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests;
