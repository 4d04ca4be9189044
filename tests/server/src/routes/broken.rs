//! Connections that break.

use std::convert::Infallible;

use axum::{response::Response, routing::any};

use super::{End, Table, block, event_stream, retry_line};
use crate::{exchange::Asked, query::Refusal, wire::Cut, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Broken connections")
        .route(
            "/drop?after=1&every=0&retry=MS&end=cut|reset",
            "events with ids, numbered on from Last-Event-ID, so many; then half a block, whose id and\ndata must not count, and the TCP connection is torn down (cut: FIN, reset: RST)",
            any(dropped),
        )
        .route(
            "/refuse?end=cut|reset",
            "the connection is torn down before any answer (a browser asks again by itself if the\nconnection had served before)",
            any(refuse),
        )
        .route("/no-answer", "never answers, not even with headers", any(no_answer))
}

/// `/drop`
async fn dropped(asked: Asked) -> Result<Response, Refusal> {
    let after: u64 = asked.query.number("after", 1)?;
    let every = asked.query.duration("every", 0)?;
    let retry = retry_line(&asked.query)?;
    let end = breaking(&asked)?;
    let seen = asked.last_event_number().unwrap_or(0);
    Ok(event_stream(written(|mut writer| async move {
        if let Some(retry) = retry {
            writer.send(retry).await;
        }
        for nth in 1..=after {
            let id = seen.saturating_add(nth);
            writer.send(block(None, Some(id), &format!("event {id}"))).await;
            if !every.is_zero() {
                tokio::time::sleep(every).await;
            }
        }
        writer.send("id: half\ndata: never to be seen").await;
        end.perform(&asked).await;
    })))
}

/// `/refuse`
async fn refuse(asked: Asked) -> Result<Infallible, Refusal> {
    let how = if breaking(&asked)? == End::Reset { Cut::Reset } else { Cut::Close };
    Ok(asked.cut_and_stay(how).await)
}

/// `/no-answer`
async fn no_answer() -> Infallible {
    std::future::pending().await
}

fn breaking(asked: &Asked) -> Result<End, Refusal> {
    match End::asked(&asked.query, End::Cut)? {
        end @ (End::Cut | End::Reset) => Ok(end),
        End::Close | End::Hang => Err(Refusal("`end` is cut or reset here".to_owned())),
    }
}
