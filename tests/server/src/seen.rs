//! What the server saw, by key: every request with `?key=K`, and how it ended.
//!
//! Memory is bounded: so many keys, so many requests of each (the newest are kept, the counts go on), so many bytes of a
//! header. `/seen/K/wait` is built on a watch channel, so that it answers in the moment something changes.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Request},
};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::routes::End;

/// The records of all keys.
#[derive(Debug)]
pub(crate) struct Log {
    started: Instant,
    records: Mutex<Records>,
}

#[derive(Debug, Default)]
struct Records {
    by_key: HashMap<String, Arc<Record>>,
    /// Keys in the order they came, the oldest first.
    order: VecDeque<String>,
}

/// What was seen of one key.
#[derive(Debug)]
pub(crate) struct Record {
    key: String,
    state: Mutex<Seen>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Requests under way: waiting for their answer, or in the middle of it.
    open: u64,
    requests: u64,
    closed: u64,
    preflights: u64,
    log: VecDeque<Entry>,
    steps: u64,
    /// What `/told` of the key has still to send.
    told: VecDeque<Told>,
}

/// One request.
#[derive(Debug)]
struct Entry {
    /// Counted from 1, within the key.
    number: u64,
    connection: u64,
    method: String,
    path: String,
    headers: Value,
    last_event_id: Option<String>,
    at: u128,
    status: Option<u16>,
    /// Bytes of the body that the connection took.
    sent: Arc<AtomicU64>,
    ended: Option<(Ending, u128)>,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// The answer was written to its end.
    Finished,
    /// The client went first.
    ClientGone,
    /// The route cut the connection.
    Cut,
}

impl Ending {
    fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::ClientGone => "client-gone",
            Self::Cut => "cut",
        }
    }
}

/// What `/told` is to do: to send a piece, if it is not empty, and then to end so, if it is to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) piece: Bytes,
    pub(crate) end: Option<End>,
}

/// What `/seen/K/wait` waits for; what is not given is not looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Exactly so many are open.
    pub(crate) open: Option<u64>,
    /// At least so many requests came.
    pub(crate) requests: Option<u64>,
    /// At least so many have ended.
    pub(crate) closed: Option<u64>,
}

impl Log {
    /// An empty log.
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), records: Mutex::default() }
    }

    /// The record of a key, begun now if there was none.
    pub(crate) fn record(&self, key: &str) -> Arc<Record> {
        let key = &key[..key.floor_char_boundary(MOST_KEY_BYTES)];
        let mut records = lock(&self.records);
        if let Some(record) = records.by_key.get(key) {
            return Arc::clone(record);
        }
        if records.order.len() >= MOST_KEYS
            && let Some(oldest) = records.order.pop_front()
        {
            // Exchanges of that key that are still open hold the record; only its name is forgotten.
            records.by_key.remove(&oldest);
        }
        let record = Arc::new(Record { key: key.to_owned(), state: Mutex::default(), changed: watch::Sender::new(()) });
        records.order.push_back(key.to_owned());
        records.by_key.insert(key.to_owned(), Arc::clone(&record));
        record
    }

    /// Milliseconds since the server started: the clock of all records.
    pub(crate) fn now(&self) -> u128 {
        self.started.elapsed().as_millis()
    }
}

impl Record {
    /// The key this is the record of.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Writes a request down, and gives its number and the count of bytes sent.
    pub(crate) fn begin<B>(&self, request: &Request<B>, connection: u64, at: u128) -> (u64, Arc<AtomicU64>) {
        let sent = Arc::new(AtomicU64::new(0));
        let mut seen = lock(&self.state);
        seen.requests += 1;
        seen.open += 1;
        let number = seen.requests;
        if seen.log.len() >= MOST_REQUESTS {
            seen.log.pop_front();
        }
        seen.log.push_back(Entry {
            number,
            connection,
            method: request.method().to_string(),
            path: request.uri().to_string(),
            headers: headers_as_json(request.headers()),
            last_event_id: request.headers().get("last-event-id").map(latin1),
            at,
            status: None,
            sent: Arc::clone(&sent),
            ended: None,
        });
        drop(seen);
        self.changed.send_replace(());
        (number, sent)
    }

    /// Writes down with which status a request is answered.
    pub(crate) fn answered(&self, number: u64, status: u16) {
        if let Some(entry) = entry(&mut lock(&self.state), number) {
            entry.status = Some(status);
        }
    }

    /// Writes down how a request ended.
    pub(crate) fn end(&self, number: u64, ending: Ending, at: u128) {
        let mut seen = lock(&self.state);
        seen.open = seen.open.saturating_sub(1);
        seen.closed += 1;
        if let Some(entry) = entry(&mut seen, number) {
            entry.ended = Some((ending, at));
        }
        drop(seen);
        self.changed.send_replace(());
    }

    /// Counts a preflight, which is not a request of the page.
    pub(crate) fn preflight(&self) {
        lock(&self.state).preflights += 1;
        self.changed.send_replace(());
    }

    /// Which step of a sequence is next, counted from 0.
    pub(crate) fn next_step(&self) -> u64 {
        let mut seen = lock(&self.state);
        seen.steps += 1;
        seen.steps - 1
    }

    /// Puts down what `/told` of the key is to do; says whether there is room for it.
    #[must_use = "there may be no room"]
    pub(crate) fn tell(&self, told: Told) -> bool {
        let mut seen = lock(&self.state);
        if seen.told.len() >= MOST_TOLD {
            return false;
        }
        seen.told.push_back(told);
        drop(seen);
        self.changed.send_replace(());
        true
    }

    /// What `/told` is to do next, once there is something.
    pub(crate) async fn told(&self) -> Told {
        let mut changes = self.changed.subscribe();
        loop {
            if let Some(told) = lock(&self.state).told.pop_front() {
                return told;
            }
            // The sender is in `self`, so that the channel cannot close while we wait.
            if changes.changed().await.is_err() {
                return Told::default();
            }
        }
    }

    /// Waits until it is as wanted.
    pub(crate) async fn wait(&self, wanted: Wanted) {
        let mut changes = self.changed.subscribe();
        while !lock(&self.state).is(wanted) {
            // The sender is in `self`, so that the channel cannot close while we wait.
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// The record as JSON.
    pub(crate) fn as_json(&self) -> Value {
        let seen = lock(&self.state);
        json!({
            "key": self.key,
            "open": seen.open,
            "requests": seen.requests,
            "closed": seen.closed,
            "preflights": seen.preflights,
            "log": seen.log.iter().map(Entry::as_json).collect::<Vec<_>>(),
        })
    }
}

impl Seen {
    fn is(&self, wanted: Wanted) -> bool {
        wanted.open.is_none_or(|open| self.open == open)
            && wanted.requests.is_none_or(|requests| self.requests >= requests)
            && wanted.closed.is_none_or(|closed| self.closed >= closed)
    }
}

impl Entry {
    fn as_json(&self) -> Value {
        json!({
            "number": self.number,
            "connection": self.connection,
            "method": self.method,
            "path": self.path,
            "headers": self.headers,
            "last_event_id": self.last_event_id,
            "at": self.at as u64,
            "status": self.status,
            "sent": self.sent.load(Ordering::Relaxed),
            "ended": self.ended.map(|(ending, _)| ending.name()),
            "ended_at": self.ended.map(|(_, at)| at as u64),
        })
    }
}

/// Header fields as an object; values with the same name are joined with `, `, bytes are U+0000 to U+00FF.
pub(crate) fn headers_as_json(headers: &HeaderMap) -> Value {
    let mut object = Map::new();
    for name in headers.keys() {
        let values: Vec<String> = headers.get_all(name).iter().map(latin1).collect();
        object.insert(name.to_string(), values.join(", ").into());
    }
    object.into()
}

/// A header's bytes, each as the character of that number, so that UTF-8 stays visible as its bytes.
pub(crate) fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().take(MOST_HEADER_BYTES).map(|&byte| char::from(byte)).collect()
}

fn entry(seen: &mut Seen, number: u64) -> Option<&mut Entry> {
    let first = seen.log.front()?.number;
    seen.log.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const MOST_KEYS: usize = 1_000;
const MOST_KEY_BYTES: usize = 200;
const MOST_REQUESTS: usize = 100;
const MOST_HEADER_BYTES: usize = 8_192;
const MOST_TOLD: usize = 1_000;

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::{Ending, Log, MOST_KEYS, MOST_REQUESTS};

    #[test]
    fn memory_is_bounded_and_counts_go_on() {
        let log = Log::new();
        let record = log.record("busy");
        let request = Request::new(());
        for _ in 0..MOST_REQUESTS + 5 {
            let (number, _) = record.begin(&request, 1, 0);
            record.end(number, Ending::Finished, 1);
        }
        let json = record.as_json();
        assert_eq!(json["requests"], MOST_REQUESTS + 5);
        assert_eq!(json["open"], 0);
        assert_eq!(json["log"].as_array().map(Vec::len), Some(MOST_REQUESTS));
        assert_eq!(json["log"][0]["number"], 6);
        assert_eq!(json["log"][0]["ended"], "finished");

        for n in 0..MOST_KEYS {
            log.record(&format!("key {n}"));
        }
        assert_eq!(log.record("busy").as_json()["requests"], 0, "the oldest key is forgotten");
    }

    #[test]
    fn an_end_of_a_forgotten_request_still_counts() {
        let log = Log::new();
        let record = log.record("k");
        let (first, _) = record.begin(&Request::new(()), 1, 0);
        for _ in 0..MOST_REQUESTS {
            record.begin(&Request::new(()), 1, 0);
        }
        record.end(first, Ending::ClientGone, 5);
        let json = record.as_json();
        assert_eq!(json["closed"], 1);
        assert_eq!(json["open"], MOST_REQUESTS);
    }
}
