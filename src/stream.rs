//! The front door for `async` code: one ordered stream of all that a source tells.

use crate::driver::Driver;
use crate::queue::{Queue, Wanted};
use crate::{Error, EventSource, MessageEvent, OpenEvent, ReadyState};
use futures_core::{FusedStream, Stream};
use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// What a source tells, in the order in which it happened. An item of [`Events`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The connection is open: for the first time, or again after a reconnect.
    Open(OpenEvent),
    /// The server sent an event.
    Message(Message),
    /// The connection was lost, or could not be made, and is being reestablished.
    #[non_exhaustive]
    Reconnecting {
        /// Why, as far as the transport tells.
        reason: Error,
        /// The number of the attempt that ended, counted from 1; `None` over [`Transport::Native`](crate::Transport::Native).
        attempt: Option<u32>,
        /// How long it waits before the next one; `None` if the transport does not tell.
        delay: Option<Duration>,
    },
    /// The connection is over for good, and not because somebody called [`close`](EventSource::close). It is the last item.
    #[non_exhaustive]
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

/// Why a connection is over for good, without having been closed by [`close`](EventSource::close).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The server has ended its answer to a request that is not to be repeated: all is well.
    Ended,
    /// It failed, for this reason, as far as the transport tells it.
    Failed(Error),
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseReason::Ended => f.write_str("the server has ended the stream"),
            CloseReason::Failed(error) => error.fmt(f),
        }
    }
}

impl Event {
    pub(crate) fn told(error: &Error) -> Self {
        let reason = error.clone();
        match error.will_reconnect() {
            true => Event::Reconnecting { attempt: error.attempt(), delay: error.reconnect_in(), reason },
            false => Event::Closed { reason: CloseReason::Failed(reason) },
        }
    }
}

/// An event from the server that can be kept: what a [`MessageEvent`] tells, owned. What repeats from event to event is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Message {
    /// The event type: `message` unless the server gave another.
    pub event_type: Arc<str>,
    /// The data; several `data` lines are joined by LF.
    pub data: String,
    /// The last event ID string as of this event: its own id, or the newest one before; empty if there was none.
    pub last_event_id: Arc<str>,
    /// The origin of the URL that answered, after redirects, such as `https://example.com`.
    pub origin: Arc<str>,
}

impl Message {
    /// The same, borrowed, as listeners get it.
    pub fn as_event(&self) -> MessageEvent<'_> {
        MessageEvent { event_type: &self.event_type, data: &self.data, last_event_id: &self.last_event_id, origin: &self.origin }
    }
}

impl From<&MessageEvent<'_>> for Message {
    fn from(event: &MessageEvent<'_>) -> Self {
        Message {
            event_type: event.event_type.into(),
            data: event.data.to_owned(),
            last_event_id: event.last_event_id.into(),
            origin: event.origin.into(),
        }
    }
}

impl EventSource {
    /// All that happens, as one stream: the connection's ups and downs and the messages of every type, in the order in which the server
    /// sent them. It begins with what happens after this call, inside a listener with what comes after that event, and misses nothing when it is made right
    /// after the source.
    ///
    /// It ends with `None` after [`close`](Self::close), which drops what was not taken yet and wakes the task that waits; and after a failure, when
    /// what came before and then [`Event::Closed`] were taken. It keeps the connection alive: source and streams own it
    /// together, and the last one dropped closes it. Several streams may run side by side, and each gets everything.
    ///
    /// What was not taken yet waits in a queue of its own. When that holds [`queue_capacity`](crate::EventSourceBuilder::queue_capacity) events,
    /// [`overflow`](crate::EventSourceBuilder::overflow) says what happens.
    ///
    /// ```no_run
    /// use futures_util::StreamExt;
    /// use tidings::{Event, EventSource};
    ///
    /// async fn follow() -> Result<(), tidings::Error> {
    ///     let mut events = EventSource::new("/prices")?.events()?; // the stream alone keeps it alive
    ///     while let Some(event) = events.next().await {
    ///         match event {
    ///             Event::Open(_) => println!("connected"),
    ///             Event::Message(message) => println!("{}: {}", message.event_type, message.data),
    ///             Event::Reconnecting { reason, .. } => println!("{reason}"),
    ///             Event::Closed { reason, .. } => println!("{reason}"),
    ///             _ => {}
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) over the native transport, if that was chosen or if [`Transport::Auto`](crate::Transport::Auto) has
    /// taken it already: the browser's own source gives only events whose types it was told. [`events_named`](Self::events_named) tells them.
    pub fn events(&self) -> Result<Events, Error> {
        self.owner().driver.require_fetch("`events()` without names", ", or name the event types with `events_named`")?;
        Ok(Events { tap: self.tap(Wanted { all: true, connection: true, ..Wanted::default() }) })
    }

    /// As [`events`](Self::events), but of messages only those of type `message` and of these types. That works over every transport, and is the same
    /// over every one.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tidings::Error> {
    /// let source = tidings::EventSource::new("/prices")?;
    /// let events = source.events_named(["tick", "halt"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn events_named<T: Into<String>>(&self, event_types: impl IntoIterator<Item = T>) -> Events {
        let mut types = BTreeSet::new();
        types.insert(MESSAGE.into());
        types.extend(event_types.into_iter().map(|name| name.into().into_boxed_str()));
        Events { tap: self.tap(Wanted { all: false, types, connection: true }) }
    }

    /// The messages alone, of every type, in the order in which the server sent them; else it is as [`events`](Self::events).
    ///
    /// [`Transport::Auto`](crate::Transport::Auto) takes fetch for it. Over the native transport, which knows only types that it was told, it carries
    /// `message` (and what [`Messages::json`] learns from an enum): [`events_named`](Self::events_named)`([..]).`[`messages()`](Events::messages) tells more of them.
    ///
    /// ```no_run
    /// use futures_util::StreamExt;
    ///
    /// # async fn answer() -> Result<(), tidings::Error> {
    /// let mut words = tidings::EventSource::new("/answer")?.messages();
    /// while let Some(word) = words.next().await {
    ///     print!("{}", word.data);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn messages(&self) -> Messages {
        Messages { tap: self.tap(Wanted { all: true, types: [MESSAGE.into()].into(), connection: false }) }
    }

    fn tap(&self, wanted: Wanted) -> Tap {
        let queue = Rc::new(Queue::new(wanted, self.owner().driver.queue_capacity()));
        if self.ready_state() == ReadyState::Closed {
            queue.end();
        } else {
            self.owner().driver.add_queue(&queue);
        }
        Tap { owner: self.owner().clone(), queue }
    }
}

/// Owns a connection, together with others; the last one closes it.
pub(crate) struct Owner {
    pub(crate) driver: Rc<Driver>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.driver.close();
    }
}

/// A queue, and the source that fills it.
struct Tap {
    owner: Rc<Owner>,
    queue: Rc<Queue>,
}

impl Tap {
    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let was_full = self.queue.is_full();
        let polled = self.queue.poll(context);
        if was_full && !self.queue.is_full() {
            self.owner.driver.drained();
        }
        polled
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.owner.driver.remove_queue(&self.queue);
    }
}

/// Everything that a source tells, as a [`Stream`] of [`Event`]s. See [`EventSource::events`].
#[must_use = "a stream does nothing until it is polled, and fills its queue meanwhile"]
pub struct Events {
    tap: Tap,
}

impl Events {
    /// The messages alone.
    pub fn messages(self) -> Messages {
        self.tap.queue.only_messages();
        Messages { tap: self.tap }
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.tap.poll(context)
    }
}

impl FusedStream for Events {
    fn is_terminated(&self) -> bool {
        self.tap.queue.is_over()
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// The messages of a source, as a [`Stream`] of [`Message`]s. See [`EventSource::messages`].
#[must_use = "a stream does nothing until it is polled, and fills its queue meanwhile"]
pub struct Messages {
    tap: Tap,
}

impl Messages {
    /// Hears these types too.
    #[cfg(feature = "serde")]
    pub(crate) fn also(&self, types: &[&str]) {
        self.tap.queue.also(types.iter().map(|&name| name.into()));
        self.tap.owner.driver.tell_types();
    }
}

impl Stream for Messages {
    type Item = Message;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        loop {
            match self.tap.poll(context) {
                Poll::Ready(Some(Event::Message(message))) => return Poll::Ready(Some(message)),
                // It wants none of these.
                Poll::Ready(Some(_)) => {}
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl FusedStream for Messages {
    fn is_terminated(&self) -> bool {
        self.tap.queue.is_over()
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}

/// The type of an event without one of its own.
const MESSAGE: &str = "message";
