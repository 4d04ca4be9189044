//! What a client that comes again is told.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::any,
};

use super::{MOST_BYTES, Table, block, event_stream, header_value, retry_line, status, with_type};
use crate::{exchange::Asked, query::Refusal, seen::Record, wire::Cut, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Resuming")
        .route(
            "/resume?count=3&retry=MS&every=0&total=N&size=0",
            "counts on from Last-Event-ID, ends cleanly after so many events; 204 once `total` were\nsent, if it is given. The data is filled up with dots to so many bytes",
            any(resume),
        )
        .route(
            "/sequence?key=K&steps=503,200,204&retry=MS&retry_after=TEXT",
            "the first request of the key gets the first step, the second the second, and so on; the\nlast step is for all that follow. A step is a status (200: one event `answer N` with id N,\nthen the end), or open (the same, but it stays open), drop (the same, then the connection is\ncut in the middle of a block), refuse (cut before any answer), silent (headers, then\nnothing), no-answer, or html (200 with the wrong type). `retry_after` is for answers whose\nstatus is not 200",
            any(sequence),
        )
}

/// `/resume`
async fn resume(asked: Asked) -> Result<Response, Refusal> {
    let count: u64 = asked.query.number("count", 3)?;
    let total: Option<u64> = asked.query.optional_number("total")?;
    let every = asked.query.duration("every", 0)?;
    let retry = retry_line(&asked.query)?;
    let size: usize = asked.query.number("size", 0)?;
    if size > MOST_BYTES {
        return Err(Refusal(format!("`size` is at most {MOST_BYTES}")));
    }
    let seen = asked.last_event_number().unwrap_or(0);
    if total.is_some_and(|total| seen >= total) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let last = seen.saturating_add(count).min(total.unwrap_or(u64::MAX));
    Ok(event_stream(written(|mut writer| async move {
        if let Some(retry) = retry {
            writer.send(retry).await;
        }
        for id in seen.saturating_add(1)..=last {
            let mut data = format!("event {id}");
            data.extend(std::iter::repeat_n('.', size.saturating_sub(data.len())));
            writer.send(block(None, Some(id), &data)).await;
            if !every.is_zero() {
                tokio::time::sleep(every).await;
            }
        }
    })))
}

/// `/sequence`
async fn sequence(asked: Asked) -> Result<Response, Refusal> {
    let record: &Arc<Record> = asked
        .record
        .as_ref()
        .ok_or_else(|| Refusal("a sequence needs a `key`, to know which request is the first".to_owned()))?;
    let steps = asked
        .query
        .text("steps")?
        .unwrap_or_default()
        .split(',')
        .map(|step| Step::read(step.trim()))
        .collect::<Result<Vec<_>, _>>()?;
    let retry = retry_line(&asked.query)?.unwrap_or_default();
    let number = record.next_step();
    let step = usize::try_from(number)
        .ok()
        .and_then(|number| steps.get(number))
        .or(steps.last())
        .copied()
        .unwrap_or(Step::Status(StatusCode::OK));
    let number = number + 1;
    let event = format!("{retry}{}", block(None, Some(number), &format!("answer {number}")));
    match step {
        Step::Status(StatusCode::OK) => Ok(event_stream(event)),
        Step::Status(status) => {
            let mut response = event_stream(format!("data: status {}\n\n", status.as_u16()));
            *response.status_mut() = status;
            if let Some(after) = asked.query.bytes("retry_after") {
                response.headers_mut().insert(header::RETRY_AFTER, header_value("retry_after", after)?);
            }
            Ok(response)
        }
        Step::Open => Ok(event_stream(written(|mut writer| async move {
            writer.send(event).await;
            std::future::pending().await
        }))),
        Step::Drop => Ok(event_stream(written(|mut writer| async move {
            writer.send(event).await;
            writer.send("id: half\ndata: never to be seen").await;
            asked.cut_and_stay(Cut::Close).await;
        }))),
        Step::Refuse => match asked.cut_and_stay(Cut::Close).await {},
        Step::Silent => Ok(event_stream(written(|_writer| std::future::pending()))),
        Step::NoAnswer => std::future::pending().await,
        Step::Html => Ok(with_type(Body::from(event), HeaderValue::from_static("text/html; charset=utf-8"))),
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Status(StatusCode),
    Open,
    Drop,
    Refuse,
    Silent,
    NoAnswer,
    Html,
}

impl Step {
    fn read(step: &str) -> Result<Self, Refusal> {
        Ok(match step {
            "open" => Self::Open,
            "drop" => Self::Drop,
            "refuse" => Self::Refuse,
            "silent" => Self::Silent,
            "no-answer" => Self::NoAnswer,
            "html" => Self::Html,
            code => Self::Status(code.parse().map_or_else(
                |_| {
                    Err(Refusal(format!(
                        "a step is a status or one of open, drop, refuse, silent, no-answer and \
                         html, not `{code}`"
                    )))
                },
                status,
            )?),
        })
    }
}
