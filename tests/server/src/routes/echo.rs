//! Streams that tell the client what it sent.

use axum::{body::Bytes, http::header, response::Response, routing::any};
use serde_json::{Map, Value, json};

use super::{End, Table, block, event_stream, header_value, retry_line};
use crate::{
    exchange::Asked,
    query::Refusal,
    seen::{headers_as_json, latin1},
    writer::written,
};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Echoes")
        .route(
            "/echo-headers?end=hang|close",
            "one event: JSON of method, path, headers (each byte as the character of that number, so\nthat UTF-8 stays visible), last_event_id, origin, cookies and body; then it stays open",
            any(echo_headers),
        )
        .route(
            "/id-then-echo?id=BYTES&retry=10&end=hang|close",
            "without Last-Event-ID: an event `first` with that id, and the end. With it: as\n/echo-headers",
            any(id_then_echo),
        )
        .route(
            "/cookies?set=NAME=VALUE&end=hang|close",
            "one event: JSON of the cookies that came; sets the given ones (several `set`, attributes\nincluded if wanted)",
            any(cookies),
        )
}

/// `/echo-headers`
async fn echo_headers(asked: Asked, body: Bytes) -> Result<Response, Refusal> {
    let end = End::asked(&asked.query, End::Hang)?;
    Ok(one_event(&echo(&asked, &body), asked, end))
}

/// `/id-then-echo`
async fn id_then_echo(asked: Asked, body: Bytes) -> Result<Response, Refusal> {
    if asked.headers.contains_key("last-event-id") {
        return echo_headers(asked, body).await;
    }
    let retry = retry_line(&asked.query)?.unwrap_or_else(|| "retry: 10\n\n".to_owned());
    let mut stream = retry.into_bytes();
    stream.extend_from_slice(b"id: ");
    stream.extend_from_slice(asked.query.bytes("id").unwrap_or_default());
    stream.extend_from_slice(b"\ndata: first\n\n");
    Ok(event_stream(stream))
}

/// `/cookies`
async fn cookies(asked: Asked) -> Result<Response, Refusal> {
    let end = End::asked(&asked.query, End::Hang)?;
    let set = asked.query.all("set").map(|cookie| header_value("set", cookie)).collect::<Result<Vec<_>, _>>()?;
    let mut response = one_event(&cookies_of(&asked), asked, end);
    for cookie in set {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn one_event(data: &Value, asked: Asked, end: End) -> Response {
    let event = block(None, None, &data.to_string());
    event_stream(written(|mut writer| async move {
        writer.send(event).await;
        end.perform(&asked).await;
    }))
}

fn echo(asked: &Asked, body: &[u8]) -> Value {
    json!({
        "method": asked.method.as_str(),
        "path": asked.uri.to_string(),
        "headers": headers_as_json(&asked.headers),
        "last_event_id": asked.headers.get("last-event-id").map(latin1),
        "origin": asked.headers.get(header::ORIGIN).map(latin1),
        "cookies": cookies_of(asked),
        "body": String::from_utf8_lossy(body),
    })
}

fn cookies_of(asked: &Asked) -> Value {
    let mut cookies = Map::new();
    for value in asked.headers.get_all(header::COOKIE) {
        for pair in latin1(value).split(';') {
            let (name, value) = pair.split_once('=').unwrap_or(("", pair));
            cookies.insert(name.trim().to_owned(), value.trim().into());
        }
    }
    cookies.into()
}
