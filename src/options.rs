//! What can be chosen before a source is made.

use crate::driver::{self, Driver};
use crate::{Error, EventSource};
use tidings_core::connection::Limits;

/// Chooses how an [`EventSource`] behaves, and makes it. See [`EventSource::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EventSourceBuilder {
    url: String,
    with_credentials: bool,
    limits: Limits,
}

impl EventSourceBuilder {
    pub(crate) fn new(url: &str) -> Self {
        EventSourceBuilder { url: url.to_owned(), with_credentials: false, limits: Limits::default() }
    }

    /// Sends cookies and other credentials to another origin too, as the standard's
    /// [`withCredentials`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-withcredentials) does.
    /// Off by default: then they go to the page's own origin only.
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.with_credentials = with_credentials;
        self
    }

    /// The most that one event may hold (data, type and id together), in bytes; `None` lifts the limit. 64 MiB by default.
    /// Past it the connection fails with [`Failure::LimitExceeded`](crate::Failure::LimitExceeded).
    pub fn max_event_size(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.limits.max_event_size = bytes.into();
        self
    }

    /// Makes the source, which begins to connect at once.
    ///
    /// # Errors
    ///
    /// [`InvalidUrl`](crate::ErrorKind::InvalidUrl) if the URL cannot be parsed, is not http or https, or holds a user name or a password;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where there is no `fetch` with readable bodies.
    pub fn build(self) -> Result<EventSource, Error> {
        let url = driver::resolve(&self.url)?;
        Ok(EventSource::over(Driver::start(url, self.with_credentials, self.limits)))
    }
}
