//! All routes, one file per family.

mod answers;
mod broken;
mod control;
mod corpus;
mod demo;
mod echo;
mod examples;
mod resuming;
mod streams;

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};
use tower_http::services::ServeDir;

use crate::{
    exchange::{Asked, surround},
    query::{Query, Refusal},
    seen::Log,
    wire::Cut,
};

/// What all routes share.
pub(crate) struct App {
    /// What was seen.
    pub(crate) log: Log,
    corpus: PathBuf,
    /// The address of the second port.
    second: String,
    demo: demo::Demo,
    tokens: examples::Tokens,
}

impl App {
    /// An app that has seen nothing, with the corpus in this folder and its second port at this address.
    pub(crate) fn new(corpus: PathBuf, second: String) -> Self {
        Self { log: Log::new(), corpus, second, demo: demo::Demo::new(), tokens: examples::Tokens::default() }
    }

    /// Makes the demo's events happen, whether or not anyone looks.
    pub(crate) async fn keep_time(self: Arc<Self>) {
        self.demo.keep_time().await;
    }
}

/// The router over all families; `static_folder` is served where no route is.
pub(crate) fn router(app: Arc<App>, static_folder: Option<PathBuf>) -> Router {
    let table = [
        answers::family,
        streams::family,
        broken::family,
        resuming::family,
        echo::family,
        corpus::family,
        demo::family,
        examples::family,
        control::family,
    ]
    .into_iter()
    .fold(Table::default(), |table, family| family(table));

    let listing: Arc<str> = table.listing.into();
    let list = get(move || std::future::ready(listing.to_string()));
    let router = table.router.route("/routes", list.clone());
    let router = match static_folder {
        Some(folder) => router.fallback_service(ServeDir::new(folder)),
        None => router.route("/", list).fallback(nothing_here),
    };
    router.layer(middleware::from_fn_with_state(Arc::clone(&app), surround)).with_state(app)
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing is here; GET /routes lists what is\n")
}

/// The routes and what they say of themselves, side by side, so that the listing cannot be wrong about what exists.
pub(crate) struct Table {
    router: Router<Arc<App>>,
    listing: String,
}

impl Default for Table {
    fn default() -> Self {
        Self { router: Router::new(), listing: INTRODUCTION.to_owned() }
    }
}

impl Table {
    /// Adds a heading to the listing.
    pub(crate) fn heading(mut self, heading: &str) -> Self {
        self.listing.push_str(&format!("\n{heading}\n"));
        self
    }

    /// Adds a route. What comes after `?` in `shape` is for the reader.
    pub(crate) fn route(mut self, shape: &str, about: &str, methods: MethodRouter<Arc<App>>) -> Self {
        self.listing.push_str(&format!("  {shape}\n"));
        for line in about.lines() {
            self.listing.push_str(&format!("      {line}\n"));
        }
        let path = shape.split_once('?').map_or(shape, |(path, _)| path);
        self.router = self.router.route(path, methods);
        self
    }
}

/// How a body ends, as `?end=` says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// Cleanly.
    Close,
    /// Not at all.
    Hang,
    /// With the connection, by a FIN.
    Cut,
    /// With the connection, by a RST.
    Reset,
}

impl End {
    /// Reads `?end=`.
    pub(crate) fn asked(query: &Query, without: Self) -> Result<Self, Refusal> {
        match query.bytes("end") {
            None => Ok(without),
            Some(b"close") => Ok(Self::Close),
            Some(b"hang") => Ok(Self::Hang),
            Some(b"cut") => Ok(Self::Cut),
            Some(b"reset") => Ok(Self::Reset),
            Some(_) => Err(Refusal("`end` is one of close, hang, cut and reset".to_owned())),
        }
    }

    /// Ends the body so; returns only where the body ends cleanly.
    pub(crate) async fn perform(self, asked: &Asked) {
        match self {
            Self::Close => {}
            Self::Hang => std::future::pending().await,
            Self::Cut => {
                asked.cut_and_stay(Cut::Close).await;
            }
            Self::Reset => {
                // A reset takes back what the client has not read yet: let it read what the route wrote.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                asked.cut_and_stay(Cut::Reset).await;
            }
        }
    }
}

/// An answer of the type that an event stream has.
pub(crate) fn event_stream(body: impl Into<Body>) -> Response {
    with_type(body, EVENT_STREAM)
}

/// An answer of this type.
pub(crate) fn with_type(body: impl Into<Body>, content_type: HeaderValue) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let body = format!("{value}\n");
    (status, with_type(body, HeaderValue::from_static("application/json"))).into_response()
}

/// A status by number; those that a server cannot finish an answer with are refused.
pub(crate) fn status(code: u16) -> Result<StatusCode, Refusal> {
    match StatusCode::from_u16(code) {
        Ok(status) if code >= 200 => Ok(status),
        _ => Err(Refusal(format!("a status is a number from 200 to 999, not {code}"))),
    }
}

/// A header's value, from bytes of the query.
pub(crate) fn header_value(name: &str, bytes: &[u8]) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_bytes(bytes).map_err(|_| Refusal(format!("`{name}` has bytes that no header field may have")))
}

/// A block of an event stream: an optional type, an optional id, and data.
pub(crate) fn block(event_type: Option<&str>, id: Option<u64>, data: &str) -> String {
    let mut block = String::with_capacity(data.len() + 40);
    if let Some(event_type) = event_type {
        block.push_str(&format!("event: {event_type}\n"));
    }
    if let Some(id) = id {
        block.push_str(&format!("id: {id}\n"));
    }
    for line in data.split('\n') {
        block.push_str(&format!("data: {line}\n"));
    }
    block.push('\n');
    block
}

/// The line that sets the reconnection time, if one is asked for with `?retry=`.
pub(crate) fn retry_line(query: &Query) -> Result<Option<String>, Refusal> {
    Ok(query.optional_number::<u64>("retry")?.map(|retry| format!("retry: {retry}\n\n")))
}

/// The state, as routes take it.
pub(crate) type TheApp = State<Arc<App>>;

/// `Location`, spelled once.
pub(crate) const LOCATION: HeaderName = header::LOCATION;

/// The most that one event is asked to have.
const MOST_BYTES: usize = 64 << 20;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

const INTRODUCTION: &str = "\
tidings-test-server: one route per behaviour.

Every route takes these:
  key=K          write the request down; see /seen/K. Every test has a key of its own
  cors=echo      (default) allow the request's origin, with credentials and any header
  cors=star      allow any origin, without credentials; a preflight does not allow Last-Event-ID
  cors=none      allow no other origin
  delay=MS       wait before answering
  header=N: V    add a header field to the answer; may be repeated
Values are decoded as a form's: `+` is a blank, %FF the byte FF. A parameter that makes no sense is answered with 400 and
the reason. The methods are GET, HEAD, POST and OPTIONS, except where one is named.
";
