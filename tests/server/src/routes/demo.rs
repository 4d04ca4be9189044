//! The stream of the demo page, and the button that drops it.
//!
//! One clock makes events for all pages. The latest ones are kept, so that what happened while a page was away is sent to
//! it when it resumes: nothing is lost and nothing comes twice.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{any, post},
};
use serde_json::json;
use tokio::sync::watch;

use super::{App, Table, TheApp, block, event_stream, json};
use crate::{exchange::Asked, query::Refusal, wire::Cut, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Demo")
        .route(
            "/demo/stream",
            "an event every 250 ms, with ids; its type is message and tick by turns. Resumes from\nLast-Event-ID without a gap, as far back as some minutes",
            any(stream),
        )
        .route(
            "/demo/drop?of=KEY&for=0",
            "POST: tears down the connections of /demo/stream and /examples/prices (those with the key KEY, or all\nwithout one) and refuses them for so many ms; answers {\"dropped\": N}",
            post(drop_connections),
        )
}

/// `/demo/stream`
async fn stream(State(app): TheApp, asked: Asked) -> Response {
    let open = Open::new(&app, asked.clone()).await;
    let mut latest = app.demo.latest.subscribe();
    let newest = *latest.borrow_and_update();
    // A number that we have not come to yet is from before a restart: begin anew, with the newest event.
    let mut next = match asked.last_event_number() {
        Some(seen) if seen <= newest => seen + 1,
        _ => newest.max(1),
    };
    event_stream(written(|mut writer| async move {
        let _open = open;
        writer.send("retry: 1000\n\n").await;
        loop {
            for (id, event) in app.demo.since(next) {
                writer.send(event).await;
                next = id + 1;
            }
            // The sender lives in `app`, which this block holds.
            if latest.changed().await.is_err() {
                break;
            }
        }
    }))
}

/// `POST /demo/drop`
async fn drop_connections(State(app): TheApp, asked: Asked) -> Result<Response, Refusal> {
    let refuse_for = asked.query.duration("for", 0)?.min(LONGEST_REFUSAL);
    // Not `key`: a drop should not stand in the record of the stream it drops.
    let key = asked.query.text("of")?.map(str::to_owned);
    let dropped = app.demo.drop_connections(&key, refuse_for);
    Ok(json(StatusCode::OK, &json!({ "dropped": dropped })))
}

/// The demo's clock, its latest events and its open connections.
pub(super) struct Demo {
    latest: watch::Sender<u64>,
    state: Mutex<DemoState>,
}

#[derive(Default)]
struct DemoState {
    events: VecDeque<(u64, Bytes)>,
    open: HashMap<u64, (Option<String>, Asked)>,
    opened: u64,
    refusals: Vec<(Option<String>, Instant)>,
}

impl Demo {
    pub(super) fn new() -> Self {
        Self { latest: watch::Sender::new(0), state: Mutex::default() }
    }

    /// Makes an event every 250 ms, for ever.
    pub(super) async fn keep_time(&self) {
        let started = Instant::now();
        let mut interval = tokio::time::interval(EVERY);
        for id in 1.. {
            interval.tick().await;
            let event = if id % 2 == 1 {
                let tidings = usize::try_from(id / 2).unwrap_or_default() % TIDINGS.len();
                block(None, Some(id), TIDINGS[tidings])
            } else {
                let seconds = started.elapsed().as_secs_f64();
                block(Some("tick"), Some(id), &format!("the server is up for {seconds:.1} s"))
            };
            let mut state = self.state();
            if state.events.len() >= KEPT {
                state.events.pop_front();
            }
            state.events.push_back((id, event.into()));
            drop(state);
            self.latest.send_replace(id);
        }
    }

    fn since(&self, next: u64) -> Vec<(u64, Bytes)> {
        let state = self.state();
        let kept = state.events.partition_point(|(id, _)| *id < next);
        state.events.range(kept..).cloned().collect()
    }

    fn refuses(&self, key: &Option<String>) -> bool {
        let now = Instant::now();
        self.state().refusals.iter().any(|(whose, until)| now < *until && (whose.is_none() || whose == key))
    }

    fn drop_connections(&self, key: &Option<String>, refuse_for: Duration) -> usize {
        let now = Instant::now();
        let mut state = self.state();
        state.refusals.retain(|(_, until)| now < *until);
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
/// More than eight minutes of events.
const KEPT: usize = 2_048;
const LONGEST_REFUSAL: Duration = Duration::from_secs(600);

const TIDINGS: [&str; 12] = [
    "The kettle is on in Lisbon",
    "Platform 4: the night train leaves on time",
    "Grüße aus Zürich — snow until noon",
    "A heron has been seen at the harbour",
    "The library is open until nine",
    "Χαιρετίσματα από τον Πειραιά",
    "Tide tables:\nhigh at 06:12\nlow at 12:25",
    "The lighthouse keeper says hello",
    "Fresh bread at the corner shop",
    "The ferry waits for the last passengers",
    "Wind from the west, five knots",
    "The choir rehearses at seven",
];
