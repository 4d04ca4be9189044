//! The stream of the demo page, and the controls that make it go wrong.
//!
//! One clock makes events for all stages. The latest ones are kept, so that what happened while a page was away is sent to
//! it when it resumes: nothing is lost and nothing comes twice.

mod stage;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{any, get, post},
};
use serde_json::json;

use self::stage::{Stage, Trouble};
use super::{App, Table, TheApp, event_stream, json};
use crate::{
    exchange::Asked,
    query::{Query, Refusal},
    wire::Cut,
    writer::{Writer, written},
};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Demo")
        .route(
            "/demo/stream?stage=&lane=",
            "an event every 250 ms, with ids; its type is message and tick by turns. Resumes from\nLast-Event-ID without a gap, as far back as some minutes. Each stage has events and troubles of its own; a lane is one of\nthose who listen to it",
            any(stream),
        )
        .route(
            "/demo/drop?of=KEY&for=0",
            "POST: tears down the connections of /demo/stream and /examples/prices (those with the key KEY, or all\nwithout one) and refuses them for so many ms, which takes the place of what was said of that key before; answers {\"dropped\": N}",
            post(drop_connections),
        )
        .route(
            "/demo/control/{what}?stage=&of=KEY",
            "POST: does this to a stage; what it drops are the connections with the key KEY.\nsay (&event=news&data=), burst (&count=10000), drip (one event, byte by byte), retry (&ms=1000),\ntype and status (drops all, and answers each lane once with text/html, or with 500), restart (away for\nhalf a second; what was sent is forgotten, ids count from the next million)",
            post(control),
        )
        .route("/demo/second", "the address of the second port, as JSON", get(second))
}

/// `/demo/stream`
async fn stream(State(app): TheApp, asked: Asked) -> Result<Response, Refusal> {
    let stage = app.demo.stage(stage_of(&asked.query)?);
    let lane = asked.query.text("lane")?.unwrap_or_default().to_owned();
    match stage.take_trouble(&lane) {
        Some(Trouble::Type) => return Ok(axum::response::Html("<p>This is no event stream.</p>\n").into_response()),
        Some(Trouble::Status) => return Ok((StatusCode::INTERNAL_SERVER_ERROR, "out of order\n").into_response()),
        None => {}
    }
    let open = Open::new(&app, asked.clone()).await;
    let mut newest = stage.watch();
    newest.mark_unchanged();
    let (mut next, retry) = stage.enter(&lane, asked.last_event_number());
    let visit = Visit { stage, lane };
    Ok(event_stream(written(move |mut writer| async move {
        let _open = open;
        writer.send(format!("retry: {retry}\n\n")).await;
        loop {
            next = send_since(&visit.stage, next, &mut writer).await;
            // The sender lives in the stage, which this block holds.
            if newest.changed().await.is_err() {
                break;
            }
        }
    })))
}

/// Sends all pieces from this place on, in chunks of some size; gives the place after them.
async fn send_since(stage: &Stage, mut next: u64, writer: &mut Writer) -> u64 {
    let mut chunk = Vec::new();
    for piece in stage.since(next) {
        next = piece.place + 1;
        if chunk.len() + piece.text.len() > CHUNK || piece.drips {
            writer.send(std::mem::take(&mut chunk)).await;
        }
        if piece.drips {
            for byte in piece.text {
                writer.send(vec![byte]).await;
                tokio::time::sleep(DRIP).await;
            }
        } else {
            chunk.extend_from_slice(&piece.text);
        }
    }
    writer.send(chunk).await;
    next
}

/// `POST /demo/drop`
async fn drop_connections(State(app): TheApp, asked: Asked) -> Result<Response, Refusal> {
    let refuse_for = asked.query.duration("for", 0)?.min(LONGEST_REFUSAL);
    let dropped = app.demo.drop_connections(&whose(&asked.query)?, refuse_for);
    Ok(json(StatusCode::OK, &json!({ "dropped": dropped })))
}

/// `POST /demo/control/{what}`
async fn control(State(app): TheApp, Path(what): Path<String>, asked: Asked) -> Result<Response, Refusal> {
    let query = &asked.query;
    let stage = app.demo.stage(stage_of(query)?);
    let drop = |refuse_for| -> Result<(), Refusal> {
        app.demo.drop_connections(&whose(query)?, refuse_for);
        Ok(())
    };
    match what.as_str() {
        "say" => {
            let event_type = query.text("event")?.unwrap_or("news");
            if event_type.contains(['\r', '\n']) {
                return Err(Refusal("`event` has to be one line".to_owned()));
            }
            stage.say(event_type, &query.text("data")?.unwrap_or("hello").replace('\r', "\n"));
        }
        "burst" => stage.burst(query.number("count", LONGEST_BURST)?.min(LONGEST_BURST)),
        "drip" => stage.drip(),
        "retry" => stage.retry(query.number("ms", 1_000)?),
        "type" | "status" => {
            stage.trouble(if what == "type" { Trouble::Type } else { Trouble::Status });
            drop(Duration::ZERO)?;
        }
        "restart" => {
            stage.restart();
            drop(RESTART)?;
        }
        _ => return Err(Refusal(format!("`{what}` cannot be done to a stage"))),
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `/demo/second`
async fn second(State(app): TheApp) -> Response {
    json(StatusCode::OK, &json!({ "origin": app.second }))
}

fn stage_of(query: &Query) -> Result<&str, Refusal> {
    Ok(query.text("stage")?.unwrap_or_default())
}

/// Not `key`: a drop should not stand in the record of the stream it drops.
fn whose(query: &Query) -> Result<Option<String>, Refusal> {
    Ok(query.text("of")?.map(str::to_owned))
}

/// The demo's clock, its stages and its open connections.
pub(super) struct Demo {
    state: Mutex<DemoState>,
}

struct DemoState {
    stages: HashMap<String, Arc<Stage>>,
    open: HashMap<u64, (Option<String>, Asked)>,
    opened: u64,
    refusals: Vec<(Option<String>, Instant)>,
}

impl Demo {
    pub(super) fn new() -> Self {
        // The one for all is there from the beginning, and stays.
        let stages = HashMap::from([(String::new(), Arc::new(Stage::new()))]);
        let state = DemoState { stages, open: HashMap::new(), opened: 0, refusals: Vec::new() };
        Self { state: Mutex::new(state) }
    }

    /// Makes an event on every stage every 250 ms, for ever.
    pub(super) async fn keep_time(&self) {
        let mut interval = tokio::time::interval(EVERY);
        loop {
            interval.tick().await;
            let mut state = self.state();
            state.stages.retain(|name, stage| name.is_empty() || !stage.is_deserted());
            for stage in state.stages.values() {
                stage.tick();
            }
        }
    }

    fn stage(&self, name: &str) -> Arc<Stage> {
        let mut state = self.state();
        let stage = state.stages.entry(name.to_owned()).or_insert_with(|| {
            let stage = Stage::new();
            stage.tick();
            Arc::new(stage)
        });
        Arc::clone(stage)
    }

    fn refuses(&self, key: &Option<String>) -> bool {
        let now = Instant::now();
        self.state().refusals.iter().any(|(whose, until)| now < *until && (whose.is_none() || whose == key))
    }

    fn drop_connections(&self, key: &Option<String>, refuse_for: Duration) -> usize {
        let now = Instant::now();
        let mut state = self.state();
        state.refusals.retain(|(whose, until)| now < *until && whose != key);
        if !refuse_for.is_zero() {
            state.refusals.push((key.clone(), now + refuse_for));
        }
        let dropped: Vec<Asked> =
            state.open.values().filter(|(whose, _)| key.is_none() || whose == key).map(|(_, asked)| asked.clone()).collect();
        // A cut wakes the connection's task, which takes this lock when it drops the stream.
        drop(state);
        for asked in &dropped {
            asked.cut(Cut::Close);
        }
        dropped.len()
    }

    fn state(&self) -> MutexGuard<'_, DemoState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lane that is on a stage; it leaves when this is dropped.
struct Visit {
    stage: Arc<Stage>,
    lane: String,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.stage.leave(&self.lane);
    }
}

/// An open stream of the demo; taken off the list when it is dropped.
pub(super) struct Open {
    app: Arc<App>,
    number: u64,
}

impl Open {
    /// Puts a connection on the list; cuts it, and does not return, if such ones are refused now.
    pub(super) async fn new(app: &Arc<App>, asked: Asked) -> Self {
        let key = key_of(&asked);
        // On the list first, then the look: so a drop in between finds it there.
        let open = Self::listed(app, key.clone(), asked.clone());
        if app.demo.refuses(&key) {
            match asked.cut_and_stay(Cut::Close).await {}
        }
        open
    }

    fn listed(app: &Arc<App>, key: Option<String>, asked: Asked) -> Self {
        let mut state = app.demo.state();
        state.opened += 1;
        let number = state.opened;
        state.open.insert(number, (key, asked));
        drop(state);
        Self { app: Arc::clone(app), number }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.app.demo.state().open.remove(&self.number);
    }
}

fn key_of(asked: &Asked) -> Option<String> {
    asked.record.as_ref().map(|record| record.key().to_owned())
}

const EVERY: Duration = Duration::from_millis(250);
/// Between two bytes that drip.
const DRIP: Duration = Duration::from_millis(15);
/// As much as one read of a browser's brings.
const CHUNK: usize = 16 * 1024;
const LONGEST_BURST: u64 = 10_000;
const LONGEST_REFUSAL: Duration = Duration::from_secs(600);
/// How long a server that restarts is away: for less than the reconnection time, since Firefox's own source gives up where it meets nobody.
const RESTART: Duration = Duration::from_millis(500);
