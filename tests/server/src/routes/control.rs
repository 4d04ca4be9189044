//! What the server saw, for tests to ask, and what it is to do next, for tests to tell.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use super::{End, MOST_BYTES, Table, TheApp, json};
use crate::{
    exchange::Asked,
    query::Refusal,
    seen::{Told, Wanted},
};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("What the server saw")
        .route(
            "/seen/{key}",
            "JSON of the key: how many requests, preflights, open and closed ones, and `log`: the newest\nrequests with number, connection, method, path, headers, last_event_id, at (ms), status,\nsent (bytes of the body), ended (null, finished, client-gone or cut), ended_at",
            get(seen),
        )
        .route(
            "/seen/{key}/wait?open=N&requests=N&closed=N&within=60000",
            "the same, once exactly so many are open, at least so many requests came and so many ended;\n504 with the state as it is if that takes longer than `within` ms. From a browser, ask on\nthe other origin: HTTP/1.1 has six connections per origin",
            get(wait),
        )
        .route(
            "/tell/{key}?body=TEXT&count=1&end=close|hang|cut|reset",
            "makes `/told` of the key send that body, byte for byte, so many times in one piece, if there is one, and\nend so, if it is to end. What is told before it is asked for waits",
            get(tell),
        )
}

/// `/seen/{key}`
async fn seen(State(app): TheApp, Path(key): Path<String>) -> Response {
    json(StatusCode::OK, &app.log.record(&key).as_json())
}

/// `/seen/{key}/wait`
async fn wait(State(app): TheApp, Path(key): Path<String>, asked: Asked) -> Result<Response, Refusal> {
    let wanted = Wanted {
        open: asked.query.optional_number("open")?,
        requests: asked.query.optional_number("requests")?,
        closed: asked.query.optional_number("closed")?,
    };
    let within: Duration = asked.query.duration("within", 60_000)?;
    let record = app.log.record(&key);
    let status = match tokio::time::timeout(within, record.wait(wanted)).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::GATEWAY_TIMEOUT,
    };
    Ok(json(status, &record.as_json()))
}

/// `/tell/{key}`
async fn tell(State(app): TheApp, Path(key): Path<String>, asked: Asked) -> Result<StatusCode, Refusal> {
    let count: usize = asked.query.number("count", 1)?;
    let body = asked.query.bytes("body").unwrap_or_default();
    if body.len().checked_mul(count).is_none_or(|length| length > MOST_BYTES) {
        return Err(Refusal(format!("a piece has at most {MOST_BYTES} bytes")));
    }
    // Where there is no such word, it goes on.
    let end = asked.query.bytes("end").map(|_| End::asked(&asked.query, End::Close)).transpose()?;
    if app.log.record(&key).tell(Told { piece: body.repeat(count).into(), end }) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal("too much was told that nobody asked for".to_owned()))
    }
}
