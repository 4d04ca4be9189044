//! Whole answers: a given body, status, type or redirect.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::any,
};

use super::{End, LOCATION, Table, event_stream, header_value, status, with_type};
use crate::{exchange::Asked, query::Refusal, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Answers")
        .route(
            "/message?body=TEXT&type=text/event-stream&status=200&end=close|hang|cut|reset",
            "that body, byte for byte (`data: data` and a blank line without one), then its end",
            any(message),
        )
        .route(
            "/status/{code}",
            "that status, of type text/event-stream, with an event as body where the status allows\none; a redirect without Location",
            any(status_code),
        )
        .route("/redirect/{code}?to=URL", "that status with `to` as Location", any(redirect))
        .route("/redirect-loop", "a redirect to itself, query included", any(redirect_loop))
        .route(
            "/content-type?value=TYPE&end=close|hang",
            "one event, of that type; without `value` no Content-Type, with several as many fields",
            any(content_type),
        )
}

/// `/message`: like `message.py` of the platform tests.
async fn message(asked: Asked) -> Result<Response, Refusal> {
    let query = &asked.query;
    let body = query.bytes("body").unwrap_or(b"data: data\n\n").to_vec();
    let content_type = header_value("type", query.bytes("type").unwrap_or(b"text/event-stream"))?;
    let code = status(query.number("status", 200)?)?;
    let end = End::asked(query, End::Close)?;
    let mut response = with_type(body_then(asked, body, end), content_type);
    *response.status_mut() = code;
    Ok(response)
}

/// `/status/{code}`
async fn status_code(Path(code): Path<u16>) -> Result<Response, Refusal> {
    let status = status(code)?;
    let mut response = event_stream(format!("data: status {code}\n\n"));
    *response.status_mut() = status;
    Ok(response)
}

/// `/redirect/{code}`
async fn redirect(Path(code): Path<u16>, asked: Asked) -> Result<Response, Refusal> {
    let to = asked.query.bytes("to").ok_or_else(|| Refusal("`to` has to say where to redirect".to_owned()))?;
    redirect_to(status(code)?, header_value("to", to)?)
}

/// `/redirect-loop`
async fn redirect_loop(asked: Asked) -> Result<Response, Refusal> {
    redirect_to(StatusCode::FOUND, header_value("query", asked.uri.to_string().as_bytes())?)
}

/// `/content-type`
async fn content_type(asked: Asked) -> Result<Response, Refusal> {
    let end = End::asked(&asked.query, End::Close)?;
    let values: Vec<HeaderValue> =
        asked.query.all("value").map(|value| header_value("value", value)).collect::<Result<_, _>>()?;
    let mut response = Response::new(body_then(asked, b"data: data\n\n".to_vec(), end));
    for value in values {
        response.headers_mut().append(header::CONTENT_TYPE, value);
    }
    Ok(response)
}

fn redirect_to(status: StatusCode, location: HeaderValue) -> Result<Response, Refusal> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// That body, which then ends so.
fn body_then(asked: Asked, body: Vec<u8>, end: End) -> Body {
    if asked.method == Method::HEAD {
        return Body::empty();
    }
    written(|mut writer| async move {
        writer.send(body).await;
        end.perform(&asked).await;
    })
}
