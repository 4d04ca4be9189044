//! Counts events, and notices one that is lost or repeated: the demo's server numbers them without gaps. `watch.js` does the same for
//! the lanes in JavaScript.

use std::collections::VecDeque;

/// What one source received.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) events: u64,
    pub(crate) lost: u64,
    pub(crate) repeated: u64,
    pub(crate) last_event_id: String,
    /// The newest events that nobody has taken: id, type and data of each.
    pub(crate) rows: VecDeque<[String; 3]>,
    latest: Option<u64>,
}

impl Watch {
    /// An event has come.
    pub(crate) fn received(&mut self, event_type: &str, last_event_id: &str, data: &str) {
        self.events += 1;
        last_event_id.clone_into(&mut self.last_event_id);
        if self.rows.len() == MOST_ROWS {
            self.rows.pop_front();
        }
        self.rows.push_back([last_event_id, event_type, data].map(str::to_owned));
        let Ok(number) = last_event_id.parse::<u64>() else {
            return;
        };
        // A server that was restarted counts from the next million on.
        if let Some(latest) = self.latest.filter(|latest| latest / RUN == number / RUN) {
            self.lost += number.saturating_sub(latest.saturating_add(1));
            self.repeated += u64::from(number <= latest);
        }
        self.latest = self.latest.max(Some(number));
    }
}

/// As many as the page shows.
const MOST_ROWS: usize = 60;
const RUN: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::{MOST_ROWS, Watch};

    #[test]
    fn counts_what_is_lost_and_repeated() {
        let mut watch = Watch::default();
        for id in ["7", "8", "11", "11", "12", "1000001"] {
            watch.received("message", id, "x");
        }
        assert_eq!((watch.events, watch.lost, watch.repeated), (6, 2, 1));
    }

    #[test]
    fn keeps_the_newest_rows_only() {
        let mut watch = Watch::default();
        for id in 1..=MOST_ROWS + 5 {
            watch.received("message", &id.to_string(), "x");
        }
        assert_eq!((watch.rows.len(), watch.rows[0][0].as_str()), (MOST_ROWS, "6"));
    }
}
