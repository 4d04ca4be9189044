//! What can be chosen before a source is made.

use crate::driver::{Driver, Plan};
use crate::host::platform;
use crate::{Error, EventSource};
use tidings_core::connection::Limits;

/// How the events get here.
///
/// | What needs fetch | Why |
/// | --- | --- |
/// | [`max_event_size`](EventSourceBuilder::max_event_size) | the browser's own source knows no limit |
/// | [`on_comment`](EventSource::on_comment) | the browser's own source drops comments |
/// | [`events`](EventSource::events) | it gives only events whose types it was told |
/// | [`overflow`](EventSourceBuilder::overflow) with [`Pause`](Overflow::Pause) or [`ResumeLater`](Overflow::ResumeLater) | it cannot be paused |
///
/// With any of these, [`Auto`](Transport::Auto) takes fetch, and [`Native`](Transport::Native) is an error that names it.
///
/// Both behave alike: same callbacks, same order, same ready state. What the browser's own source does not tell is `None`: the
/// reason of an [`Error`] and its status, when it reconnects, the attempt's number. Fetch tells them, and is several times faster, since no
/// text of an event becomes a JavaScript string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// [`Native`](Transport::Native), unless something needs [`Fetch`](Transport::Fetch) or there is no native one. Decided in a microtask: when the
    /// code that made the source, and added the first listeners, comes to an `await` or to its end.
    #[default]
    Auto,
    /// The browser's own [`EventSource`](https://developer.mozilla.org/docs/Web/API/EventSource).
    Native,
    /// Requests by `fetch`, whose bodies are read, parsed and reconnected here.
    Fetch,
}

/// What happens when the queue of a stream is full: when its task takes events more slowly than they come.
///
/// Every stream ([`events`](EventSource::events), [`messages`](EventSource::messages)) has a queue of its own. A chunk that was read is delivered whole, so
/// for a moment a queue may hold more than its capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overflow {
    /// Reads no further until half of the queue was taken. The default over fetch. All streams and listeners of the source wait. What the server
    /// sends meanwhile is held by the network, and by the browser: measured, Chromium stops taking at about 64 MB, Firefox does not.
    Pause,
    /// Lets the server go, and reconnects when half of the queue was taken, with the last event ID, so that the server can send what was missed.
    /// Told as [`Interruption::Overflow`](crate::Interruption::Overflow).
    ResumeLater,
    /// Fails, with [`Failure::Overflow`](crate::Failure::Overflow). Over the native transport, which cannot be paused, always so.
    Fail,
}

/// Chooses how an [`EventSource`] behaves, and makes it. See [`EventSource::builder`].
///
/// Two of them are equal if they make sources that behave alike.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EventSourceBuilder {
    url: String,
    with_credentials: bool,
    transport: Transport,
    max_event_size: Option<Option<usize>>,
    probe: bool,
    queue_capacity: usize,
    overflow: Option<Overflow>,
}

impl EventSourceBuilder {
    pub(crate) fn new(url: &str) -> Self {
        EventSourceBuilder {
            url: url.to_owned(),
            with_credentials: false,
            transport: Transport::Auto,
            max_event_size: None,
            probe: true,
            queue_capacity: DEFAULT_QUEUE_CAPACITY,
            overflow: None,
        }
    }

    /// Sends cookies and other credentials to another origin too, as the standard's
    /// [`withCredentials`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-withcredentials) does.
    /// Off by default: then they go to the page's own origin only.
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.with_credentials = with_credentials;
        self
    }

    /// How the events get here. [`Transport::Auto`] by default.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// The most that one event may hold (data, type and id together), in bytes as received; `None` lifts the limit. 64 MiB by default over fetch.
    /// Past it the connection fails with [`Failure::LimitExceeded`](crate::Failure::LimitExceeded). Needs fetch.
    pub fn max_event_size(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.max_event_size = Some(bytes.into());
        self
    }

    /// Whether a first request that fails is followed by a probe. On by default; it concerns fetch only.
    ///
    /// `fetch` does not tell a server that refuses this origin (CORS) from one that cannot be reached. The probe does: one GET request to
    /// the same URL in mode `no-cors`, without credentials, without headers, ended as soon as it is answered. Then a refusal is a
    /// [`Failure::OriginRefused`](crate::Failure::OriginRefused), as the standard wants it; without the probe it is retried for ever.
    /// The error is told when the probe has ended. Turn it off where a second request does harm.
    pub fn probe(mut self, probe: bool) -> Self {
        self.probe = probe;
        self
    }

    /// How many events may wait in the queue of each stream before [`overflow`](Self::overflow) takes effect. 1,024 by default.
    pub fn queue_capacity(mut self, events: usize) -> Self {
        self.queue_capacity = events;
        self
    }

    /// What happens when the queue of a stream is full. [`Overflow::Pause`] by default over fetch; over the native transport it is always
    /// [`Overflow::Fail`]. The others need fetch.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = Some(overflow);
        self
    }

    /// Makes the source, which begins to connect when the code that is running comes to an `await` or to its end.
    ///
    /// # Errors
    ///
    /// [`InvalidUrl`](crate::ErrorKind::InvalidUrl) if the URL cannot be parsed, is not http or https, or holds a user name or a password;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) if the transport does not exist here, or is [`Transport::Native`] together with what needs fetch.
    pub fn build(self) -> Result<EventSource, Error> {
        platform::check()?;
        if self.queue_capacity == 0 {
            return Err(Error::unsupported(
                "`queue_capacity` is 0, but a queue has to hold at least 1 event: choose a larger one",
            ));
        }
        let needs_fetch = match (self.max_event_size, self.overflow) {
            (Some(_), _) => Some("`max_event_size`"),
            (None, Some(Overflow::Pause | Overflow::ResumeLater)) => Some("`overflow`"),
            (None, _) => None,
        };
        let transport = match (self.transport, needs_fetch) {
            (Transport::Native, Some(option)) => return Err(not_over_native(option)),
            (Transport::Auto, Some(_)) => Transport::Fetch,
            (transport, _) => transport,
        };
        check_platform(transport, needs_fetch)?;
        let url = platform::resolve(&self.url)?;
        let limits = self.max_event_size.map_or_else(Limits::default, |max_event_size| {
            let mut limits = Limits::default();
            limits.max_event_size = max_event_size;
            limits
        });
        let plan = Plan {
            url,
            with_credentials: self.with_credentials,
            transport,
            limits,
            probe: self.probe,
            queue_capacity: self.queue_capacity,
            overflow: self.overflow.unwrap_or(Overflow::Pause),
        };
        Ok(EventSource::over(Driver::start(plan)))
    }
}

pub(crate) fn not_over_native(what: &str) -> Error {
    Error::unsupported(format!(
        "{what} needs fetch, which the browser's own EventSource is not: choose Transport::Auto or Transport::Fetch, or leave {what} out"
    ))
}

fn check_platform(transport: Transport, needs_fetch: Option<&str>) -> Result<(), Error> {
    let missing = match transport {
        Transport::Native => (!platform::has_native()).then_some("EventSource"),
        Transport::Auto if platform::has_native() => None,
        Transport::Auto | Transport::Fetch => platform::missing_for_fetch(),
    };
    match (missing, needs_fetch) {
        (None, _) => Ok(()),
        (Some(missing), None) => Err(Error::unsupported(format!("this platform has no `{missing}`, which {transport:?} needs"))),
        (Some(missing), Some(option)) => {
            Err(Error::unsupported(format!("{option} needs fetch, and this platform has no `{missing}`: leave {option} out")))
        }
    }
}

const DEFAULT_QUEUE_CAPACITY: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn on_a_server_constructing_is_an_error() {
        let error = EventSource::new("https://example.com/").expect_err("there is no browser here");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("on the client only"), "{error}");
    }
}
