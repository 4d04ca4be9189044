//! The front door: callbacks with guards.

use crate::driver::Driver;
use crate::stream::Owner;
use crate::subscription::Subscription;
use crate::{Error, EventSourceBuilder, Headers, ReadyState, Transport};
use std::fmt;
use std::rc::Rc;

/// A connection to a server that sends events: the standard's
/// [`EventSource`](https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface).
///
/// It connects when the code that made it comes to an `await` or to its end, reconnects by itself when the connection is lost, and is closed by [`close`](Self::close) or by
/// being dropped. It is not `Clone`: to share it, put it in an `Rc`, and the last owner closes it. The streams made of it ([`events`](Self::events),
/// [`messages`](Self::messages)) are owners too. Closed or failed, it lets go of its listeners.
///
/// # Listeners
///
/// Each `on…` registers a closure and gives a [`Subscription`], which removes it when dropped. Listeners run one at a time, in the
/// order they were added, on the event loop. None is missed by those that are added right after the source was made; after the next
/// `await`, events may have come.
///
/// Inside a listener everything may be called: close or drop this source or another, add and remove listeners (added ones see
/// the next event), make a new source. A listener that panics is reported by the browser as an uncaught error, and its source is
/// closed, since nothing can be said of the state that the panic left behind.
///
/// ```no_run
/// use tidings::EventSource;
///
/// # fn main() -> Result<(), tidings::Error> {
/// let source = EventSource::new("https://example.com/news")?;
/// source.on_message(|event| println!("{}", event.data)).forget();
/// source.on_open(|_| println!("connected")).forget();
/// source.on_error(|error| println!("{error}")).forget();
/// # Ok(())
/// # }
/// ```
#[must_use = "dropping an EventSource closes it, unless a stream made of it is left"]
pub struct EventSource {
    owner: Rc<Owner>,
}

impl EventSource {
    /// Connects to `url`, which may be relative to the document (in a worker: to its script).
    ///
    /// # Errors
    ///
    /// As for [`EventSourceBuilder::build`]. Whether the server can be reached is not known yet: that is told by [`on_error`](Self::on_error).
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::builder(url).build()
    }

    /// Begins to choose how to connect to `url`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tidings::Error> {
    /// let source = tidings::EventSource::builder("https://example.com/mine").with_credentials(true).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(url: &str) -> EventSourceBuilder {
        EventSourceBuilder::new(url)
    }

    pub(crate) fn over(driver: Rc<Driver>) -> Self {
        EventSource { owner: Rc::new(Owner { driver }) }
    }

    pub(crate) fn owner(&self) -> &Rc<Owner> {
        &self.owner
    }

    /// Calls `listener` each time the connection is [announced], the first time and after each reconnect.
    ///
    /// [announced]: https://html.spec.whatwg.org/multipage/server-sent-events.html#announce-the-connection
    pub fn on_open(&self, listener: impl FnMut(&OpenEvent) + 'static) -> Subscription {
        self.owner.driver.listeners().add_open(Box::new(listener))
    }

    /// Calls `listener` each time the connection is lost ([reestablish]) and when it fails ([fail]); [`Error::will_reconnect`] tells which.
    ///
    /// A server can send events whose type is `error`: those are messages, for [`on`](Self::on), not for this.
    ///
    /// [reestablish]: https://html.spec.whatwg.org/multipage/server-sent-events.html#reestablish-the-connection
    /// [fail]: https://html.spec.whatwg.org/multipage/server-sent-events.html#fail-the-connection
    pub fn on_error(&self, listener: impl FnMut(&Error) + 'static) -> Subscription {
        self.owner.driver.listeners().add_error(Box::new(listener))
    }

    /// Calls `listener` when the stream came to its end and that is no error: when the server has ended its answer to a request that is not to be
    /// repeated, such as a POST. Nothing comes after it. Neither [`close`](Self::close) nor a failure is told by it.
    pub fn on_close(&self, listener: impl FnMut() + 'static) -> Subscription {
        self.owner.driver.listeners().add_close(Box::new(listener))
    }

    /// Calls `listener` for each event without a type of its own, which the standard calls `message`.
    pub fn on_message(&self, listener: impl FnMut(&MessageEvent<'_>) + 'static) -> Subscription {
        self.on("message", listener)
    }

    /// Calls `listener` for each event of this type, as the server names it in the `event` field. Types are compared literally.
    pub fn on(&self, event_type: &str, listener: impl FnMut(&MessageEvent<'_>) + 'static) -> Subscription {
        self.owner.driver.on_message(event_type, Box::new(listener))
    }

    /// Calls `listener` with the text of each comment, without its colon and one space after that; at most the first 4 KiB of it. Servers
    /// send comments as heartbeats. It needs fetch, see [`Transport`].
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) over the native transport: if that was chosen, or if [`Transport::Auto`] has taken it already,
    /// which it does after the code that made the source has run.
    pub fn on_comment(&self, listener: impl FnMut(&str) + 'static) -> Result<Subscription, Error> {
        self.owner.driver.on_comment(Box::new(listener))
    }

    /// Begins anew, in a microtask: ends a wait, or the connection that is open or being made, which is then an
    /// [`Interruption::Requested`](crate::Interruption::Requested). A source that is closed stays closed. Over the native transport the last event ID is
    /// lost by it: no script can give it to the browser's own source.
    pub fn reconnect(&self) {
        self.owner.driver.reconnect();
    }

    /// How the events get here: [`Transport::Auto`] until that is decided.
    pub fn transport(&self) -> Transport {
        self.owner.driver.transport()
    }

    /// The [ready state](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate): Connecting also while reconnecting.
    ///
    /// Inside a listener it is the state that belongs to the event: Connecting when an interruption is told, Closed when a failure is.
    pub fn ready_state(&self) -> ReadyState {
        self.owner.driver.ready_state()
    }

    /// The URL, resolved; redirects do not change it.
    pub fn url(&self) -> &str {
        self.owner.driver.url()
    }

    /// Whether credentials go to other origins too, as chosen at construction.
    pub fn with_credentials(&self) -> bool {
        self.owner.driver.with_credentials()
    }

    /// Closes the connection for good. It has taken effect when this returns, also inside a listener: the request is aborted, so
    /// that the server sees it, the ready state is Closed, and no listener of this source is called any more, also not for events
    /// that were received already. Closing twice is closing once.
    pub fn close(&self) {
        self.owner.driver.close();
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource").field("url", &self.url()).field("ready_state", &self.ready_state()).finish_non_exhaustive()
    }
}

/// The connection is open. What the native transport does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenEvent {
    /// The number of the attempt that succeeded, counted from 1. More than 1 means that it was reestablished.
    pub attempt: Option<u32>,
    /// The URL that answered, after redirects.
    pub url: Option<String>,
    /// Its status, which is 200.
    pub status: Option<u16>,
    /// Its headers, as far as the browser shows them: of another origin only what that allows (`Access-Control-Expose-Headers`).
    pub headers: Option<Headers>,
}

/// An event from the server. Its text is borrowed and lives as long as the listener runs. Over fetch nothing of it was made into a
/// JavaScript string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageEvent<'a> {
    /// The event type: `message` unless the server gave another.
    pub event_type: &'a str,
    /// The data; several `data` lines are joined by LF.
    pub data: &'a str,
    /// The last event ID string as of this event: its own id, or the newest one before; empty if there was none.
    pub last_event_id: &'a str,
    /// The origin of the URL that answered, after redirects, such as `https://example.com`.
    pub origin: &'a str,
}
