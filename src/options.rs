//! What can be chosen before a source is made.

use crate::driver::{Driver, Plan, RequestPlan};
use crate::function::Function;
use crate::host::platform;
use crate::preparation::{Prepare, Preparing};
use crate::reconnection::{Reconnection, milliseconds};
use crate::request::{Body, Credentials, Headers, PreparedRequest, Redirect, is_token};
use crate::{Error, EventSource};
use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;
use tidings_core::connection::Options;

/// How the events get here.
///
/// | What needs fetch | Why |
/// | --- | --- |
/// | `method`, `headers`, `body`, `json`, `credentials`, `redirect`, `last_event_id`, `last_event_id_param`, `prepare` of the [builder](EventSourceBuilder) | the browser's own source makes its requests itself |
/// | `repeat`, `reconnection`, `idle_timeout`, `when_hidden` | and it reconnects by itself |
/// | [`max_event_size`](EventSourceBuilder::max_event_size), `when_too_big` | it knows no limit |
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
    /// sends meanwhile is held by the network, and by the browser, of which Chromium has a bound and Firefox has none.
    Pause,
    /// Lets the server go, and reconnects when half of the queue was taken, with the last event ID, so that the server can send what was missed.
    /// Told as [`Interruption::Overflow`](crate::Interruption::Overflow).
    ResumeLater,
    /// Fails, with [`Failure::Overflow`](crate::Failure::Overflow). Over the native transport, which cannot be paused, always so.
    Fail,
}

/// What becomes of the connection of a page that is hidden, in another tab for example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenHidden {
    /// It stays.
    #[default]
    Keep,
    /// It is let go, and when the page is shown again, reestablished with the last event ID. Told as
    /// [`Interruption::Hidden`](crate::Interruption::Hidden). In workers and in Node, which have no page, it stays.
    Pause,
}

/// What an event does that is bigger than the [limit](EventSourceBuilder::max_event_size).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenTooBig {
    /// The connection fails.
    #[default]
    Fail,
    /// It is left out, and the next one is given. An id that it sent takes effect all the same, so that it is not sent again.
    Skip,
}

/// Chooses how an [`EventSource`] behaves, and makes it. See [`EventSource::builder`]. The options have the names of the npm package's.
///
/// Two of them are equal if they make sources that behave alike. Functions among the options are taken to be equal if they are written in the same place,
/// whatever they captured.
///
/// ```no_run
/// use tidings::EventSource;
///
/// async fn token() -> Result<String, std::io::Error> {
///     Ok("abc".to_owned()) // perhaps of another request
/// }
///
/// # fn main() -> Result<(), tidings::Error> {
/// let answer = EventSource::builder("/answer")
///     .method("POST")
///     .body(r#"{"question": "Why?"}"#)
///     .headers([("Content-Type", "application/json")])
///     .prepare(async |mut request| {
///         request.headers.set("Authorization", format!("Bearer {}", token().await?));
///         Ok::<_, std::io::Error>(request)
///     })
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EventSourceBuilder {
    url: String,
    transport: Transport,
    method: Option<String>,
    headers: Headers,
    body: Option<Body>,
    /// The text of a body that could not be made.
    bad_body: Option<String>,
    with_credentials: Option<bool>,
    credentials: Option<Credentials>,
    redirect: Option<Redirect>,
    last_event_id: Option<String>,
    last_event_id_param: Option<String>,
    prepare: Option<Prepare>,
    repeat: Option<bool>,
    reconnection: Option<Reconnection>,
    idle_timeout: Option<Duration>,
    when_hidden: WhenHidden,
    max_event_size: Option<Option<usize>>,
    when_too_big: WhenTooBig,
    probe: bool,
    queue_capacity: usize,
    overflow: Option<Overflow>,
}

impl EventSourceBuilder {
    pub(crate) fn new(url: &str) -> Self {
        EventSourceBuilder {
            url: url.to_owned(),
            transport: Transport::Auto,
            method: None,
            headers: Headers::new(),
            body: None,
            bad_body: None,
            with_credentials: None,
            credentials: None,
            redirect: None,
            last_event_id: None,
            last_event_id_param: None,
            prepare: None,
            repeat: None,
            reconnection: None,
            idle_timeout: None,
            when_hidden: WhenHidden::Keep,
            max_event_size: None,
            when_too_big: WhenTooBig::Fail,
            probe: true,
            queue_capacity: DEFAULT_QUEUE_CAPACITY,
            overflow: None,
        }
    }

    /// How the events get here. [`Transport::Auto`] by default.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// The method of each request: `GET` by default. A request that is not GET or HEAD is not [repeated](Self::repeat) unless asked for. Needs fetch.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Headers of each request, besides `Accept` and `Last-Event-ID`, which may be among them; they are added to those given before. What
    /// browsers do not let scripts set (`Cookie`, `Host` and others) stays without effect. To another origin, each header but the safelisted ones is asked
    /// for in a preflight. Needs fetch.
    pub fn headers<N: AsRef<str>, V: Into<String>>(mut self, headers: impl IntoIterator<Item = (N, V)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The body of each request: text, bytes, or a [`Form`](crate::Form). It wants a [`method`](Self::method) that takes one, such as `POST`. Needs fetch.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = Some(body.into());
        self.bad_body = None;
        self
    }

    /// The body of each request, as JSON; with the header `Content-Type: application/json`, unless [`headers`](Self::headers) gave another before. What cannot be JSON is an error of
    /// [`build`](Self::build). Needs fetch.
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn json<T: serde::Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_string(value) {
            Ok(json) => (self.body, self.bad_body) = (Some(json.into()), None),
            Err(error) => self.bad_body = Some(error.to_string()),
        }
        if self.headers.get("content-type").is_none() {
            self.headers.set("content-type", "application/json");
        }
        self
    }

    /// Sends cookies and other credentials to another origin too, as the standard's
    /// [`withCredentials`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-withcredentials) does.
    /// Off by default: then they go to the page's own origin only. Not together with [`credentials`](Self::credentials).
    pub fn with_credentials(mut self, with_credentials: bool) -> Self {
        self.with_credentials = Some(with_credentials);
        self
    }

    /// To whom cookies and other credentials go, in place of [`with_credentials`](Self::with_credentials): to the page's own origin by default. Needs fetch.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// What becomes of redirects: they are followed by default. Needs fetch.
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.redirect = Some(redirect);
        self
    }

    /// The last event ID to start from: at most 4,096 bytes, without NUL, CR and LF. Needs fetch.
    pub fn last_event_id(mut self, id: impl Into<String>) -> Self {
        self.last_event_id = Some(id.into());
        self
    }

    /// The name of a query parameter that carries the last event ID instead of the header, so that reconnecting to another origin needs no
    /// preflight. Needs fetch.
    pub fn last_event_id_param(mut self, name: impl Into<String>) -> Self {
        self.last_event_id_param = Some(name.into());
        self
    }

    /// Called before every attempt, and awaited: it may change URL, headers and body of the request, which begin each time as they were
    /// given at construction. So a token can be fetched anew. An error, or a request that cannot be sent, is an
    /// [`Interruption::Prepare`](crate::Interruption::Prepare). Closing the source drops the future. Needs fetch.
    ///
    /// It must not panic: its source would wait for it for ever.
    pub fn prepare<F, E>(mut self, prepare: F) -> Self
    where
        F: AsyncFn(PreparedRequest) -> Result<PreparedRequest, E> + 'static,
        E: Display + 'static,
    {
        let prepare = Rc::new(prepare);
        let call: Rc<dyn Fn(PreparedRequest) -> Preparing> = Rc::new(move |request| {
            let prepare = prepare.clone();
            Box::pin(async move { prepare(request).await.map_err(|error| error.to_string()) })
        });
        self.prepare = Some(Function::written_as::<F>(call));
        self
    }

    /// Whether a request that was sent may be sent again: true by default for GET and HEAD, else false. If not, the end of the body is the end
    /// ([`on_close`](EventSource::on_close), [`CloseReason::Ended`](crate::CloseReason::Ended)), and a connection that is lost
    /// [fails](crate::Failure::NotRepeated). Needs fetch.
    pub fn repeat(mut self, repeat: bool) -> Self {
        self.repeat = Some(repeat);
        self
    }

    /// When to try again, and how often. Needs fetch.
    pub fn reconnection(mut self, reconnection: Reconnection) -> Self {
        self.reconnection = Some(reconnection);
        self
    }

    /// So long without a byte (comments count) is an [`Interruption::Idle`](crate::Interruption::Idle); never by default. While the reading is
    /// [paused](Overflow::Pause) it does not count. Needs fetch.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = timeout.into();
        self
    }

    /// Whether a hidden page lets its connection go; by default it does not. Needs fetch, and a request that is [repeated](Self::repeat).
    pub fn when_hidden(mut self, when_hidden: WhenHidden) -> Self {
        self.when_hidden = when_hidden;
        self
    }

    /// The most that one event may hold (data, type and id together), in bytes as received; `None` lifts the limit. 64 MiB by default over fetch.
    /// Past it the connection fails with [`Failure::LimitExceeded`](crate::Failure::LimitExceeded). Needs fetch.
    pub fn max_event_size(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.max_event_size = Some(bytes.into());
        self
    }

    /// Whether an event that is bigger fails the connection, as by default, or is left out. Needs fetch.
    pub fn when_too_big(mut self, when_too_big: WhenTooBig) -> Self {
        self.when_too_big = when_too_big;
        self
    }

    /// Whether a first request that fails is followed by a probe. On by default; it concerns GET over fetch only, where redirects are followed.
    ///
    /// `fetch` does not tell a server that refuses this origin (CORS) from one that cannot be reached. The probe does: one GET request to
    /// the same URL in mode `no-cors`, without credentials, without headers, ended as soon as it is answered. Then a refusal is a
    /// [`Failure::OriginRefused`](crate::Failure::OriginRefused), as the standard wants it; without the probe it is retried for ever.
    /// The error is told when the probe has ended: if nobody answers it within 10 seconds, or within the [`idle_timeout`](Self::idle_timeout), as a connection that was lost. Turn it off where a second request does harm.
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
    /// [`InvalidOption`](crate::ErrorKind::InvalidOption) if an option cannot be; its text names it. [`InvalidUrl`](crate::ErrorKind::InvalidUrl) if the URL
    /// cannot be parsed, is not http or https, or holds a user name or a password. [`Unsupported`](crate::ErrorKind::Unsupported) if the transport does not
    /// exist here, or is [`Transport::Native`] together with what needs fetch; and where there is no JavaScript platform.
    pub fn build(self) -> Result<EventSource, Error> {
        platform::check()?;
        let mut plan = self.plan()?;
        let needs_fetch = self.needs_fetch();
        plan.transport = match (self.transport, needs_fetch) {
            (Transport::Native, Some(option)) => return Err(not_over_native(option)),
            (Transport::Auto, Some(_)) => Transport::Fetch,
            (transport, _) => transport,
        };
        check_platform(plan.transport, needs_fetch)?;
        plan.url = platform::resolve(&self.url)?;
        Ok(EventSource::over(Driver::start(plan)))
    }

    /// The first option that the browser's own source does not have.
    fn needs_fetch(&self) -> Option<&'static str> {
        let pauses = matches!(self.overflow, Some(Overflow::Pause | Overflow::ResumeLater));
        [
            (self.method.is_some(), "`method`"),
            (self.headers != Headers::new(), "`headers`"),
            (self.body.is_some(), "`body`"),
            (self.credentials.is_some(), "`credentials`"),
            (self.redirect.is_some(), "`redirect`"),
            (self.last_event_id.is_some(), "`last_event_id`"),
            (self.last_event_id_param.is_some(), "`last_event_id_param`"),
            (self.prepare.is_some(), "`prepare`"),
            (self.repeat.is_some(), "`repeat`"),
            (self.reconnection.is_some(), "`reconnection`"),
            (self.idle_timeout.is_some(), "`idle_timeout`"),
            (self.when_hidden == WhenHidden::Pause, "`when_hidden`"),
            (self.max_event_size.is_some(), "`max_event_size`"),
            (self.when_too_big == WhenTooBig::Skip, "`when_too_big`"),
            (pauses, "`overflow`"),
        ]
        .into_iter()
        .find_map(|(is_given, name)| is_given.then_some(name))
    }

    /// Checks all options but the URL, and the transport.
    fn plan(&self) -> Result<Plan, Error> {
        let method = self.checked_method()?;
        let takes_no_body = matches!(&*method, "GET" | "HEAD");
        if let Some(error) = &self.bad_body {
            return Err(Error::invalid_option(
                "json",
                format!("this value, which cannot be JSON ({error})"),
                "it serializes as JSON",
            ));
        }
        if let Some(body) = &self.body
            && takes_no_body
        {
            let given = format!("{body:?} with the method {method}");
            return Err(Error::invalid_option(
                "body",
                given,
                "requests by GET and HEAD have none: choose a `method` such as POST",
            ));
        }
        self.headers.check()?;
        let credentials = match (self.credentials, self.with_credentials) {
            (Some(credentials), Some(_)) => {
                let given = format!("{credentials:?} together with `with_credentials`");
                return Err(Error::invalid_option("credentials", given, "give one of the two"));
            }
            (Some(credentials), None) => credentials,
            (None, Some(true)) => Credentials::Include,
            (None, _) => Credentials::SameOrigin,
        };
        let last_event_id = self.last_event_id.clone().unwrap_or_default();
        if last_event_id.len() > LONGEST_ID {
            let given = format!("{} bytes long", last_event_id.len());
            return Err(Error::invalid_option("last_event_id", given, "it has at most 4,096"));
        }
        if last_event_id.contains(['\0', '\r', '\n']) {
            return Err(Error::invalid_option("last_event_id", format!("{last_event_id:?}"), "it holds no NUL, CR, LF"));
        }
        if self.last_event_id_param.as_deref() == Some("") {
            return Err(Error::invalid_option("last_event_id_param", "empty", "it is the name of a query parameter"));
        }
        if self.idle_timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(Error::invalid_option("idle_timeout", "0 s", "it is longer; left out, silence does not matter"));
        }
        let repeats = self.repeat.unwrap_or(takes_no_body);
        let pauses_when_hidden = self.when_hidden == WhenHidden::Pause;
        if pauses_when_hidden && !repeats {
            let given = "`Pause` with a request that is not repeated";
            return Err(Error::invalid_option("when_hidden", given, "choose `repeat(true)`, or leave it out"));
        }
        if self.overflow == Some(Overflow::ResumeLater) && !repeats {
            let given = "`ResumeLater` with a request that is not repeated";
            return Err(Error::invalid_option("overflow", given, "choose `Pause` or `Fail`, or `repeat(true)`"));
        }
        if self.queue_capacity == 0 {
            return Err(Error::invalid_option("queue_capacity", "0", "a queue has to hold at least 1 event"));
        }
        let reconnection = self.reconnection.clone().unwrap_or_default();
        let mut connection = Options::default();
        (connection.reconnection, connection.transient) = reconnection.check()?;
        if let Some(max_event_size) = self.max_event_size {
            connection.limits.max_event_size = max_event_size;
        }
        connection.limits.skips = self.when_too_big == WhenTooBig::Skip;
        // A redirect that is an error is none to a probe.
        connection.probe = self.probe && method == "GET" && self.redirect != Some(Redirect::Error);
        connection.repeats = repeats;
        connection.prepares = self.prepare.is_some();
        let decide = reconnection.decision();
        connection.asks = decide.is_some();
        connection.idle_timeout = self.idle_timeout.map_or(0, |timeout| milliseconds(timeout).max(1));
        Ok(Plan {
            url: String::new(),
            transport: self.transport,
            request: RequestPlan {
                method,
                headers: self.headers.clone(),
                body: self.body.clone(),
                credentials,
                redirect: self.redirect.unwrap_or(Redirect::Follow),
                last_event_id_param: self.last_event_id_param.clone(),
            },
            last_event_id,
            connection,
            prepare: self.prepare.clone(),
            decide,
            pauses_when_hidden,
            queue_capacity: self.queue_capacity,
            overflow: self.overflow.unwrap_or(Overflow::Pause),
        })
    }

    /// "Normalize" those that `fetch` does, so that they compare.
    fn checked_method(&self) -> Result<String, Error> {
        let method = self.method.as_deref().unwrap_or("GET");
        let upper = method.to_ascii_uppercase();
        if !is_token(method) || matches!(&*upper, "CONNECT" | "TRACE" | "TRACK") {
            return Err(Error::invalid_option(
                "method",
                format!("{method:?}"),
                "it is the name of a method, such as POST, and not CONNECT, TRACE or TRACK",
            ));
        }
        Ok(match &*upper {
            "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => upper,
            _ => method.to_owned(),
        })
    }
}

fn not_over_native(what: &str) -> Error {
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
/// What the core takes, in bytes.
const LONGEST_ID: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, Form};

    fn bad(choose: impl FnOnce(EventSourceBuilder) -> EventSourceBuilder) -> String {
        let error = choose(EventSource::builder("/")).plan().err().expect("it cannot be");
        assert_eq!(error.kind(), ErrorKind::InvalidOption);
        error.to_string()
    }

    #[test]
    fn bad_options_are_named_with_what_was_given_and_what_is_allowed() {
        for (message, parts) in [
            (bad(|it| it.method("PO ST")), ["`method`", "\"PO ST\"", "such as POST"]),
            (bad(|it| it.method("trace")), ["`method`", "\"trace\"", "not CONNECT, TRACE"]),
            (bad(|it| it.body("text")), ["`body`", "GET", "choose a `method`"]),
            (bad(|it| it.method("head").body(Form::new())), ["`body`", "HEAD", "choose a `method`"]),
            (bad(|it| it.headers([("a b", "c")])), ["`headers`", "\"a b\"", "letters"]),
            (bad(|it| it.headers([("a", "b\r\n")])), ["`headers`", "the value of \"a\"", "no NUL, CR, LF"]),
            (
                bad(|it| it.with_credentials(false).credentials(Credentials::Omit)),
                ["`credentials`", "Omit together with `with_credentials`", "one of the two"],
            ),
            (bad(|it| it.last_event_id("a\nb")), ["`last_event_id`", "\"a\\nb\"", "no NUL, CR, LF"]),
            (bad(|it| it.last_event_id("é".repeat(2_049))), ["`last_event_id`", "4098 bytes", "at most 4,096"]),
            (bad(|it| it.last_event_id_param("")), ["`last_event_id_param`", "empty", "name of a query parameter"]),
            (bad(|it| it.idle_timeout(Duration::ZERO)), ["`idle_timeout`", "0 s", "longer"]),
            (bad(|it| it.method("POST").overflow(Overflow::ResumeLater)), ["`overflow`", "not repeated", "`repeat(true)`"]),
            (bad(|it| it.method("POST").when_hidden(WhenHidden::Pause)), ["`when_hidden`", "not repeated", "`repeat(true)`"]),
            (bad(|it| it.queue_capacity(0)), ["`queue_capacity`", "0", "at least 1"]),
            (bad(|it| it.reconnection(Reconnection::new().statuses([99]))), ["`reconnection.statuses`", "99", "201 to 599"]),
        ] {
            assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn what_cannot_be_json_is_an_error_of_build() {
        let map = std::collections::BTreeMap::from([(vec![1], 2)]);
        let message = bad(|it| it.method("POST").json(&map));
        assert!(message.contains("`json`") && message.contains("key must be a string"), "{message}");
        let plan = EventSource::builder("/").method("POST").json(&["a"]).plan().expect("it can be");
        assert_eq!(plan.request.body.as_ref().and_then(Body::as_str), Some("[\"a\"]"));
        assert_eq!(plan.request.headers.get("Content-Type"), Some("application/json"));
        let plan = EventSource::builder("/").headers([("content-type", "x/y")]).method("put").json(&1).plan().expect("it can be");
        assert_eq!((plan.request.headers.get("Content-Type"), &*plan.request.method), (Some("x/y"), "PUT"));
    }

    #[test]
    fn without_options_it_is_the_standards() {
        let plan = EventSource::builder("/").plan().expect("it can be");
        assert_eq!(plan.connection, Options::default());
        let posted = EventSource::builder("/").method("post").plan().expect("it can be");
        assert!(!posted.connection.repeats && !posted.connection.probe, "a POST is not sent twice");
        let unredirected = EventSource::builder("/").redirect(Redirect::Error).plan().expect("it can be");
        assert!(!unredirected.connection.probe, "it would be redirected");
    }

    #[test]
    fn what_the_browsers_own_source_lacks_needs_fetch_and_nothing_else() {
        let builder = || EventSource::builder("/");
        for (name, builder) in [
            ("`method`", builder().method("GET")),
            ("`headers`", builder().headers([("a", "b")])),
            ("`body`", builder().body("text")),
            ("`credentials`", builder().credentials(Credentials::Omit)),
            ("`redirect`", builder().redirect(Redirect::Error)),
            ("`last_event_id`", builder().last_event_id("1")),
            ("`last_event_id_param`", builder().last_event_id_param("after")),
            ("`prepare`", builder().prepare(async |request| Ok::<_, String>(request))),
            ("`repeat`", builder().repeat(true)),
            ("`reconnection`", builder().reconnection(Reconnection::new())),
            ("`idle_timeout`", builder().idle_timeout(Duration::from_secs(1))),
            ("`when_hidden`", builder().when_hidden(WhenHidden::Pause)),
            ("`max_event_size`", builder().max_event_size(1)),
            ("`when_too_big`", builder().when_too_big(WhenTooBig::Skip)),
            ("`overflow`", builder().overflow(Overflow::Pause)),
            ("`overflow`", builder().overflow(Overflow::ResumeLater)),
        ] {
            assert_eq!(builder.needs_fetch(), Some(name));
        }
        for builder in [
            builder(),
            builder().with_credentials(true),
            builder().queue_capacity(1),
            builder().overflow(Overflow::Fail),
            builder().when_hidden(WhenHidden::Keep),
            builder().when_too_big(WhenTooBig::Fail),
        ] {
            assert_eq!(builder.needs_fetch(), None);
        }
    }

    #[test]
    fn builders_are_equal_if_they_behave_alike() {
        let with = |token: &'static str| {
            EventSource::builder("/").prepare(async move |mut request| {
                request.headers.set("Authorization", token);
                Ok::<_, String>(request)
            })
        };
        assert_eq!(with("a"), with("b"), "functions are compared by their place");
        assert_ne!(with("a"), EventSource::builder("/"));
        assert_ne!(EventSource::builder("/").headers([("a", "b")]), EventSource::builder("/").headers([("a", "c")]));
    }

    #[test]
    fn on_a_server_constructing_is_an_error() {
        let error = EventSource::new("https://example.com/").expect_err("there is no browser here");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("on the client only"), "{error}");
    }
}
