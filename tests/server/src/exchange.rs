//! What surrounds every route: what was asked, CORS, the record, and the guard that notices a client that goes.
//!
//! These query parameters work on every route:
//! `key` (write it down), `cors` (see [`Cors`]), `delay` (ms before the route is entered) and `header` (`Name: value`,
//! added to the answer; may be repeated).

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body::{Frame, SizeHint};

use crate::{
    cors::Cors,
    query::{Query, Refusal},
    routes::App,
    seen::{Ending, Log, Record},
    wire::{Cut, Scissors},
};

/// What a route knows of the request it answers.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Query,
    /// The record of the request's key, if it has one.
    pub(crate) record: Option<Arc<Record>>,
    scissors: Scissors,
    was_cut: Arc<AtomicBool>,
}

impl Asked {
    /// Tears the connection down, as [`Scissors::cut`], and writes down that it was us.
    pub(crate) fn cut(&self, how: Cut) {
        self.was_cut.store(true, Ordering::Relaxed);
        self.scissors.cut(how);
    }

    /// Tears the connection down and never returns: the connection's end drops who awaits this.
    pub(crate) async fn cut_and_stay(&self, how: Cut) -> Infallible {
        self.cut(how);
        std::future::pending().await
    }

    /// The number in `Last-Event-ID`, where it is one.
    pub(crate) fn last_event_number(&self) -> Option<u64> {
        self.headers.get("last-event-id")?.to_str().ok()?.parse().ok()
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        // `surround` puts it there for every route.
        parts.extensions.get().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// The middleware around all routes.
pub(crate) async fn surround(
    State(app): State<Arc<App>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    mut request: Request,
    next: Next,
) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let (cors, extra, delay, key) = match common(&query) {
        Ok(common) => common,
        Err(refusal) => {
            let mut response = refusal.into_response();
            Cors::Echo.allow(request.headers(), response.headers_mut());
            return response;
        }
    };
    let record = key.map(|key| app.log.record(&key));
    if request.method() == Method::OPTIONS {
        if let Some(record) = &record {
            record.preflight();
        }
        return cors.preflight(request.headers());
    }

    let was_cut = Arc::new(AtomicBool::new(false));
    // From here on the guard notices when the client goes: its going drops this future, or the body below.
    let guard = Guard::begin(record.clone(), &app, &request, &scissors, Arc::clone(&was_cut));
    let asked = Asked {
        method: request.method().clone(),
        uri: request.uri().clone(),
        headers: request.headers().clone(),
        query,
        record,
        scissors,
        was_cut,
    };
    let headers = asked.headers.clone();
    let is_head = asked.method == Method::HEAD;
    request.extensions_mut().insert(asked);
    // While a body is left unread hyper reads nothing more, and would notice neither a cut nor a client that goes.
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST_OF_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = Request::from_parts(parts, Body::from(body));

    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    let mut response = next.run(request).await;
    guard.answered(response.status());
    cors.allow(&headers, response.headers_mut());
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in extra {
        response.headers_mut().append(name, value);
    }
    let bodiless =
        is_head || matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
    response.map(|body| {
        if bodiless || body.is_end_stream() {
            // hyper does not poll such a body, which is not the client's going.
            guard.finish();
            Body::empty()
        } else {
            Body::new(Watched { body, guard })
        }
    })
}

type Common = (Cors, Vec<(HeaderName, HeaderValue)>, Option<std::time::Duration>, Option<String>);

fn common(query: &Query) -> Result<Common, Refusal> {
    let cors = Cors::asked(query)?;
    let key = query.text("key")?.filter(|key| !key.is_empty()).map(str::to_owned);
    let delay = query.optional_number("delay")?.map(std::time::Duration::from_millis);
    let mut extra = Vec::new();
    for line in query.all("header") {
        let parsed = line.iter().position(|&byte| byte == b':').and_then(|colon| {
            let name = HeaderName::from_bytes(line[..colon].trim_ascii()).ok()?;
            Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
        });
        extra.push(parsed.ok_or_else(|| Refusal("`header` has to be a header field such as `Name: value`".to_owned()))?);
    }
    Ok((cors, extra, delay, key))
}

/// More than any test sends.
const MOST_OF_BODY: usize = 1 << 20;

/// Lives as long as the exchange, and writes down how it ended.
struct Guard {
    record: Option<(Arc<Record>, u64, Arc<AtomicU64>)>,
    app: Arc<App>,
    was_cut: Arc<AtomicBool>,
    finished: bool,
}

impl Guard {
    fn begin(
        record: Option<Arc<Record>>,
        app: &Arc<App>,
        request: &Request,
        scissors: &Scissors,
        was_cut: Arc<AtomicBool>,
    ) -> Self {
        let record = record.map(|record| {
            let (number, sent) = record.begin(request, scissors.connection, app.log.now());
            (record, number, sent)
        });
        Self { record, app: Arc::clone(app), was_cut, finished: false }
    }

    fn answered(&self, status: StatusCode) {
        if let Some((record, number, _)) = &self.record {
            record.answered(*number, status.as_u16());
        }
    }

    /// The exchange has come to its end.
    fn finish(mut self) {
        self.finished = true;
    }

    fn sent(&self, bytes: usize) {
        if let Some((_, _, sent)) = &self.record {
            sent.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some((record, number, _)) = &self.record {
            let ending = if self.finished {
                Ending::Finished
            } else if self.was_cut.load(Ordering::Relaxed) {
                Ending::Cut
            } else {
                Ending::ClientGone
            };
            let log: &Log = &self.app.log;
            record.end(*number, ending, log.now());
        }
    }
}

/// A body that tells its guard when it has come to its end.
struct Watched {
    body: Body,
    guard: Guard,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.guard.sent(frame.data_ref().map_or(0, Bytes::len));
                // A body of known length is not asked again once it is all there.
                self.guard.finished = self.body.is_end_stream();
            }
            Poll::Ready(None) => self.guard.finished = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
