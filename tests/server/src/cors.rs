//! What another origin may do, as `?cors=` says.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, response::Response},
};

use crate::query::{Query, Refusal};

/// How a route answers a request from another origin.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Cors {
    /// The request's own origin is allowed, with credentials and every header it asks for.
    #[default]
    Echo,
    /// Any origin, hence no credentials; a preflight does not allow `Last-Event-ID`.
    Star,
    /// Nothing: to another origin's script this answer is a network error.
    None,
}

impl Cors {
    /// Reads `?cors=`.
    pub(crate) fn asked(query: &Query) -> Result<Self, Refusal> {
        match query.bytes("cors") {
            None | Some(b"echo") => Ok(Self::Echo),
            Some(b"star") => Ok(Self::Star),
            Some(b"none") => Ok(Self::None),
            Some(_) => Err(Refusal("`cors` is one of echo, star and none".to_owned())),
        }
    }

    /// Adds the headers of an actual (not a preflight) answer.
    pub(crate) fn allow(self, request: &HeaderMap, answer: &mut HeaderMap) {
        match self {
            Self::Echo => {
                answer.append(header::VARY, HeaderValue::from_static("origin"));
                let Some(origin) = request.get(header::ORIGIN) else {
                    return;
                };
                answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes());
            }
            Self::Star => {
                answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            Self::None => {}
        }
    }

    /// Answers an OPTIONS request, a preflight or not.
    pub(crate) fn preflight(self, request: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
        self.allow(request, headers);
        if self != Self::None {
            if let Some(method) = request.get(header::ACCESS_CONTROL_REQUEST_METHOD) {
                headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
            }
            for name in self.allowed_headers(request) {
                headers.append(header::ACCESS_CONTROL_ALLOW_HEADERS, name.into());
            }
            // So that every preflight is seen, not only the first in five seconds.
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("0"));
        }
        response
    }

    fn allowed_headers(self, request: &HeaderMap) -> Vec<HeaderName> {
        let last_event_id = HeaderName::from_static("last-event-id");
        let mut names: Vec<HeaderName> = request
            .get_all(header::ACCESS_CONTROL_REQUEST_HEADERS)
            .iter()
            .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
            .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
            .filter(|name| *name != last_event_id)
            .collect();
        if self == Self::Echo {
            names.push(last_event_id);
        }
        names
    }
}

fn yes() -> HeaderValue {
    HeaderValue::from_static("true")
}
