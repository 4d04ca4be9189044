//! What the examples talk to.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{any, post},
};
use serde_json::{Value, json};

use super::{End, Table, TheApp, block, demo, event_stream, json};
use crate::{exchange::Asked, query::Refusal, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("For the examples")
        .route(
            "/examples/prices?every=100",
            "ticks of three shares, as JSON, with ids and in order, now and then a `halt`, a `resume` or a\n`dividend`; resumes from Last-Event-ID. /demo/drop drops it too",
            any(prices),
        )
        .route("/examples/token", "POST: a token for one question, as JSON", post(token))
        .route(
            "/examples/answer?every=40&words=N&end=close|hang|cut|reset",
            "POST of {\"question\": TEXT} with `Authorization: Bearer TOKEN`: the answer, a `word` at a time,\nthen `done`; or so many words and no `done`. 401 without a token that was not used yet, 400 without a question",
            post(answer),
        )
}

/// `/examples/prices`
async fn prices(State(app): TheApp, asked: Asked) -> Result<Response, Refusal> {
    let every = asked.query.duration("every", 100)?;
    let open = demo::Open::new(&app, asked.clone()).await;
    let seen = asked.last_event_number().unwrap_or(0);
    Ok(event_stream(written(|mut writer| async move {
        let _open = open;
        writer.send("retry: 500\n\n").await;
        for id in seen.saturating_add(1).. {
            let (event_type, data) = price(id);
            writer.send(block(Some(event_type), Some(id), &data)).await;
            tokio::time::sleep(every).await;
        }
    })))
}

/// The event of this number, the same at each call.
fn price(id: u64) -> (&'static str, String) {
    let nth = usize::try_from(id % 3).unwrap_or_default();
    match id % 20 {
        7 => ("halt", String::new()),
        9 => ("resume", String::new()),
        13 => ("dividend", "{\"symbol\": \"TIDE\", \"amount\": 0.25}".to_owned()),
        _ => {
            let wave = (id * 37 % 101) as f64 / 10.0;
            let (symbol, base) = [("TIDE", 100.0), ("EBB", 42.5), ("FLOW", 7.25)][nth];
            ("tick", json!({ "symbol": symbol, "price": base + wave }).to_string())
        }
    }
}

/// Tokens that were given out and not used.
#[derive(Default)]
pub(super) struct Tokens {
    state: Mutex<(u64, HashSet<String>)>,
}

impl Tokens {
    fn give(&self) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 += 1;
        let token = format!("token-{}", state.0);
        state.1.insert(token.clone());
        token
    }

    fn take(&self, token: &str) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1.remove(token)
    }
}

/// `POST /examples/token`
async fn token(State(app): TheApp) -> Response {
    json(StatusCode::OK, &json!({ "token": app.tokens.give() }))
}

/// `POST /examples/answer`
async fn answer(State(app): TheApp, asked: Asked, body: Bytes) -> Result<Response, Refusal> {
    let every = asked.query.duration("every", 40)?;
    let words: usize = asked.query.number("words", usize::MAX)?;
    let end = End::asked(&asked.query, End::Close)?;
    let given = asked.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !given.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| app.tokens.take(token)) {
        return Ok((StatusCode::UNAUTHORIZED, "a token that was not used yet is needed\n").into_response());
    }
    let question = serde_json::from_slice::<Value>(&body).ok();
    let question = question.as_ref().and_then(|body| body.get("question")).and_then(Value::as_str).unwrap_or_default().trim();
    if question.is_empty() {
        return Err(Refusal("the body has to be JSON with a `question`".to_owned()));
    }
    let answer = format!(
        "You ask: {question} Let me think. The tide comes in and the tide goes out, twice a day, because the moon pulls at the \
         sea. Whoever waits for it needs no alarm clock. That is all there is to say."
    );
    Ok(event_stream(written(move |mut writer| async move {
        for (nth, word) in answer.split_inclusive(' ').enumerate() {
            if nth == words {
                return end.perform(&asked).await;
            }
            writer.send(block(Some("word"), Some(nth as u64 + 1), &json!({ "text": word }).to_string())).await;
            tokio::time::sleep(every).await;
        }
        writer.send(block(Some("done"), None, "")).await;
        end.perform(&asked).await;
    })))
}
