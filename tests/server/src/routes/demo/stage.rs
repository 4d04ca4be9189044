//! A stage: the events that every lane of one page is sent, and what was asked to go wrong with them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::body::Bytes;
use tokio::sync::watch;

use super::super::block;

/// One page's events. Without a page's name there is one stage for all.
pub(super) struct Stage {
    /// The place of the newest piece.
    newest: watch::Sender<u64>,
    state: Mutex<State>,
}

/// Something to send.
#[derive(Clone)]
pub(super) struct Piece {
    /// Its place among all pieces.
    pub(super) place: u64,
    pub(super) text: Bytes,
    /// Whether it is sent byte by byte.
    pub(super) drips: bool,
    /// The id of the newest event up to here, itself included.
    id: u64,
}

/// What can be wrong with an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// Its type is that of a page.
    Type,
    /// Its status is 500.
    Status,
}

struct State {
    pieces: VecDeque<Piece>,
    places: u64,
    id: u64,
    run: u64,
    started: Instant,
    retry: u32,
    /// The lanes that are here, each with its number of connections.
    lanes: HashMap<String, usize>,
    trouble: HashMap<String, Trouble>,
    left: Instant,
}

impl Stage {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let state = State {
            pieces: VecDeque::new(),
            places: 0,
            id: 0,
            run: 0,
            started: now,
            retry: RETRY,
            lanes: HashMap::new(),
            trouble: HashMap::new(),
            left: now,
        };
        Self { newest: watch::Sender::new(0), state: Mutex::new(state) }
    }

    /// What happens every 250 ms: a message and a tick by turns.
    pub(super) fn tick(&self) {
        self.add(false, |id, started| {
            if id % 2 == 1 {
                let tidings = usize::try_from(id / 2).unwrap_or_default() % TIDINGS.len();
                block(None, Some(id), TIDINGS[tidings])
            } else {
                let seconds = started.elapsed().as_secs_f64();
                block(Some("tick"), Some(id), &format!("the server is up for {seconds:.1} s"))
            }
        });
    }

    /// Sends a named event.
    pub(super) fn say(&self, event_type: &str, data: &str) {
        self.add(false, |id, _| block(Some(event_type), Some(id), data));
    }

    /// Sends one event byte by byte.
    pub(super) fn drip(&self) {
        self.add(true, |id, _| block(Some("drip"), Some(id), "drop by drop"));
    }

    /// Sends so many events at once.
    pub(super) fn burst(&self, count: u64) {
        let mut state = self.state();
        for number in 1..=count {
            state.add_event(false, |id, _| block(Some("burst"), Some(id), &format!("{number} of {count}")));
        }
        self.newest.send_replace(state.places);
    }

    /// Sets the reconnection time, in ms, now and for all connections to come.
    pub(super) fn retry(&self, retry: u32) {
        let mut state = self.state();
        state.retry = retry;
        state.add_piece(format!("retry: {retry}\n\n"), false);
        self.newest.send_replace(state.places);
    }

    /// As a server that was restarted: it has forgotten what it sent, and counts from the next million on.
    pub(super) fn restart(&self) {
        let mut state = self.state();
        state.run += 1;
        state.id = state.run * RUN;
        state.started = Instant::now();
        state.retry = RETRY;
        state.pieces.clear();
        state.trouble.clear();
    }

    /// The next answer to each lane that is here now goes wrong.
    pub(super) fn trouble(&self, trouble: Trouble) {
        let mut state = self.state();
        state.trouble = state.lanes.keys().map(|lane| (lane.clone(), trouble)).collect();
    }

    /// What goes wrong with the answer to this lane; it does so once.
    pub(super) fn take_trouble(&self, lane: &str) -> Option<Trouble> {
        self.state().trouble.remove(lane)
    }

    /// A lane comes: the place where it begins, and its reconnection time. It begins after the event it names, or with the newest one.
    pub(super) fn enter(&self, lane: &str, seen: Option<u64>) -> (u64, u32) {
        let mut state = self.state();
        *state.lanes.entry(lane.to_owned()).or_default() += 1;
        let place = match seen {
            Some(seen) if seen <= state.id => {
                let next = state.pieces.partition_point(|piece| piece.id <= seen);
                state.pieces.get(next).map_or(state.places + 1, |piece| piece.place)
            }
            // Nothing was seen, or what we have never sent.
            _ => state.places.max(1),
        };
        (place, state.retry)
    }

    /// A lane goes.
    pub(super) fn leave(&self, lane: &str) {
        let mut state = self.state();
        if let Some(count) = state.lanes.get_mut(lane) {
            *count -= 1;
            if *count == 0 {
                state.lanes.remove(lane);
            }
        }
        state.left = Instant::now();
    }

    /// Whether nobody has been here for some time, so that it can be forgotten.
    pub(super) fn is_deserted(&self) -> bool {
        let state = self.state();
        state.lanes.is_empty() && state.left.elapsed().as_secs() >= DESERTED
    }

    /// What was added from this place on.
    pub(super) fn since(&self, place: u64) -> Vec<Piece> {
        let state = self.state();
        let kept = state.pieces.partition_point(|piece| piece.place < place);
        state.pieces.range(kept..).cloned().collect()
    }

    /// Tells of new pieces.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn add(&self, drips: bool, text: impl FnOnce(u64, Instant) -> String) {
        let mut state = self.state();
        state.add_event(drips, text);
        self.newest.send_replace(state.places);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add_event(&mut self, drips: bool, text: impl FnOnce(u64, Instant) -> String) {
        self.id += 1;
        let text = text(self.id, self.started);
        self.add_piece(text, drips);
    }

    fn add_piece(&mut self, text: String, drips: bool) {
        self.places += 1;
        if self.pieces.len() >= KEPT {
            self.pieces.pop_front();
        }
        self.pieces.push_back(Piece { place: self.places, text: text.into(), drips, id: self.id });
    }
}

/// The reconnection time, in ms, until another is asked for.
const RETRY: u32 = 1_000;
/// What a restarted server counts from.
const RUN: u64 = 1_000_000;
/// A whole burst, and several minutes of events.
const KEPT: usize = 12_288;
/// After so many seconds.
const DESERTED: u64 = 60;

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

#[cfg(test)]
mod tests {
    use super::{Stage, Trouble};

    #[test]
    fn a_lane_resumes_after_what_it_has_seen() {
        let stage = Stage::new();
        stage.tick();
        stage.tick();
        assert_eq!(stage.enter("a", None).0, 2, "the newest");
        stage.retry(7);
        stage.burst(3);
        let (place, retry) = stage.enter("a", Some(2));
        let resumed: Vec<String> =
            stage.since(place).iter().map(|piece| String::from_utf8_lossy(&piece.text).into_owned()).collect();
        assert_eq!((resumed.len(), retry), (3, 7));
        assert!(resumed[0].starts_with("event: burst\nid: 3\n"), "{resumed:?}");
    }

    #[test]
    fn a_restart_forgets_and_counts_anew() {
        let stage = Stage::new();
        stage.burst(5);
        stage.restart();
        stage.tick();
        let pieces = stage.since(stage.enter("a", Some(5)).0);
        assert_eq!(pieces.len(), 1);
        assert!(String::from_utf8_lossy(&pieces[0].text).contains("id: 1000001\n"));
    }

    #[test]
    fn trouble_comes_once_to_each_lane_that_is_here() {
        let stage = Stage::new();
        stage.enter("a", None);
        stage.enter("b", None);
        stage.leave("b");
        stage.trouble(Trouble::Status);
        assert_eq!(stage.take_trouble("b"), None);
        assert_eq!((stage.take_trouble("a"), stage.take_trouble("a")), (Some(Trouble::Status), None));
    }
}
