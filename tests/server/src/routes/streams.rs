//! Streams that go on: slow, fast, or without anything in them.

use axum::{body::Bytes, response::Response, routing::any};

use super::{End, MOST_BYTES, Table, block, event_stream, retry_line};
use crate::{exchange::Asked, query::Refusal, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Streams")
        .route(
            "/drip?every=100&count=10&event=TYPE&data=TEXT&from=1&retry=MS&end=close|hang|cut|reset",
            "an event with an id, every so many ms; count=0 goes on for ever. `data` is `event N`\nwithout one",
            any(drip),
        )
        .route("/ticks?every=250", "events of type `tick` with ids for ever, numbered on from Last-Event-ID", any(ticks))
        .route(
            "/heartbeat?every=100&count=0&data=TEXT",
            "a comment every so many ms, count=0 for ever; one event first if `data` is given",
            any(heartbeat),
        )
        .route(
            "/endless?size=100&chunk=4096",
            "events of that many bytes of data for ever, as fast as the client takes them, cut into\nchunks of that size",
            any(endless),
        )
        .route(
            "/burst?count=1000&size=100&chunk=4096&end=close|hang|cut|reset",
            "so many events as fast as the client takes them, then an event `done` with the count",
            any(burst),
        )
        .route(
            "/interleaved?count=4000&types=message,tick,trade&chunk=50&end=close|hang|cut|reset",
            "so many events of these types, mixed: of the type at place n * n / 3 modulo their number for\nthe nth, which has n as its id and its data; so many of them in one piece",
            any(interleaved),
        )
        .route("/silent", "headers at once, then nothing, for ever", any(silent))
        .route("/told?key=K", "headers at once, then what `/tell/K` says, in order", any(told))
}

/// `/drip`
async fn drip(asked: Asked) -> Result<Response, Refusal> {
    let query = &asked.query;
    let every = query.duration("every", 100)?;
    let count: u64 = query.number("count", 10)?;
    let event_type = query.text("event")?.map(str::to_owned);
    let data = query.text("data")?.map(str::to_owned);
    let from: u64 = query.number("from", 1)?;
    let retry = retry_line(query)?;
    let end = End::asked(query, End::Close)?;
    Ok(event_stream(written(|mut writer| async move {
        if let Some(retry) = retry {
            writer.send(retry).await;
        }
        for nth in 0.. {
            if count > 0 && nth == count {
                break;
            }
            if nth > 0 {
                tokio::time::sleep(every).await;
            }
            let id = from.saturating_add(nth);
            let data = data.clone().unwrap_or_else(|| format!("event {id}"));
            writer.send(block(event_type.as_deref(), Some(id), &data)).await;
        }
        end.perform(&asked).await;
    })))
}

/// `/ticks`
async fn ticks(asked: Asked) -> Result<Response, Refusal> {
    let every = asked.query.duration("every", 250)?;
    let seen = asked.last_event_number().unwrap_or(0);
    Ok(event_stream(written(|mut writer| async move {
        let mut id = seen;
        loop {
            id = id.saturating_add(1);
            writer.send(block(Some("tick"), Some(id), &id.to_string())).await;
            tokio::time::sleep(every).await;
        }
    })))
}

/// `/heartbeat`
async fn heartbeat(asked: Asked) -> Result<Response, Refusal> {
    let every = asked.query.duration("every", 100)?;
    let count: u64 = asked.query.number("count", 0)?;
    let data = asked.query.text("data")?.map(|data| block(None, None, data));
    Ok(event_stream(written(|mut writer| async move {
        if let Some(data) = data {
            writer.send(data).await;
        }
        for nth in 0.. {
            if count > 0 && nth == count {
                break;
            }
            writer.send(":\n").await;
            tokio::time::sleep(every).await;
        }
    })))
}

/// `/endless`
async fn endless(asked: Asked) -> Result<Response, Refusal> {
    let events = Events::asked(&asked)?;
    Ok(event_stream(written(|mut writer| async move {
        let mut at = 0;
        loop {
            writer.put(events.chunk(at, events.chunk)).await;
            at = (at + events.chunk) % events.event;
        }
    })))
}

/// `/burst`
async fn burst(asked: Asked) -> Result<Response, Refusal> {
    let events = Events::asked(&asked)?;
    let count: u64 = asked.query.number("count", 1_000)?;
    let end = End::asked(&asked.query, End::Close)?;
    let mut left = count
        .checked_mul(events.event as u64)
        .ok_or_else(|| Refusal("`count` times `size` is more than can be counted".to_owned()))?;
    Ok(event_stream(written(|mut writer| async move {
        let mut at = 0;
        while left > 0 {
            let length = usize::try_from(left).map_or(events.chunk, |left| left.min(events.chunk));
            writer.put(events.chunk(at, length)).await;
            at = (at + length) % events.event;
            left -= length as u64;
        }
        writer.send(block(Some("done"), None, &count.to_string())).await;
        end.perform(&asked).await;
    })))
}

/// `/interleaved`
async fn interleaved(asked: Asked) -> Result<Response, Refusal> {
    let query = &asked.query;
    let count: u64 = query.number("count", 4_000)?;
    let per_piece: u64 = query.number("chunk", 50)?;
    let types: Vec<String> = query.text("types")?.unwrap_or("message,tick,trade").split(',').map(str::to_owned).collect();
    let end = End::asked(query, End::Close)?;
    if per_piece == 0 {
        return Err(Refusal("`chunk` is at least 1".to_owned()));
    }
    Ok(event_stream(written(|mut writer| async move {
        let mut piece = String::new();
        for nth in 1..=count {
            let place = nth.wrapping_mul(nth) / 3 % types.len() as u64;
            let event_type = types.get(usize::try_from(place).unwrap_or_default()).map(String::as_str);
            piece.push_str(&block(event_type, Some(nth), &nth.to_string()));
            if nth % per_piece == 0 || nth == count {
                writer.send(std::mem::take(&mut piece)).await;
            }
        }
        end.perform(&asked).await;
    })))
}

/// `/silent`
async fn silent() -> Response {
    event_stream(written(|_writer| std::future::pending()))
}

/// `/told`
async fn told(asked: Asked) -> Result<Response, Refusal> {
    let record = asked.record.clone().ok_or_else(|| Refusal("what is told needs a `key`, by which it is told".to_owned()))?;
    Ok(event_stream(written(|mut writer| async move {
        loop {
            let told = record.told().await;
            writer.send(told.piece).await;
            if let Some(end) = told.end {
                end.perform(&asked).await;
                break;
            }
        }
    })))
}

/// The same event over and over, in chunks that need no copying: windows on one buffer that is as long as an event and a
/// chunk.
struct Events {
    buffer: Bytes,
    event: usize,
    chunk: usize,
}

impl Events {
    fn asked(asked: &Asked) -> Result<Self, Refusal> {
        let size: usize = asked.query.number("size", 100)?;
        let chunk: usize = asked.query.number("chunk", 4_096)?;
        if size > MOST_BYTES || chunk > MOST_BYTES || chunk == 0 {
            return Err(Refusal(format!("`size` is at most {MOST_BYTES} and `chunk` from 1 to {MOST_BYTES}")));
        }
        // Recognisable data: a client that loses or doubles a byte gets another text.
        let data: String = ('a'..='z').cycle().take(size).collect();
        let event = format!("data: {data}\n\n").into_bytes();
        let length = event.len();
        let buffer: Vec<u8> = event.iter().copied().cycle().take(length + chunk).collect();
        Ok(Self { buffer: buffer.into(), event: length, chunk })
    }

    fn chunk(&self, at: usize, length: usize) -> Bytes {
        self.buffer.slice(at..at + length)
    }
}
