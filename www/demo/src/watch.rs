//! Counts events, and notices one that is lost or repeated: the demo's server numbers them without gaps.

/// What was received over all sources of this page.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) events: u64,
    pub(crate) messages: u64,
    pub(crate) ticks: u64,
    pub(crate) lost: u64,
    pub(crate) repeated: u64,
    pub(crate) reconnections: u64,
    pub(crate) last_event_id: String,
    /// The number of the latest event of this source.
    latest: Option<u64>,
    is_open: bool,
    is_dropped: bool,
}

impl Watch {
    /// A new source: numbers begin anew.
    pub(crate) fn begin(&mut self) {
        self.latest = None;
        self.is_open = false;
        self.is_dropped = false;
        self.last_event_id.clear();
    }

    /// An attempt is interrupted; whether it was open, so that a connection was lost, and not only not found again.
    pub(crate) fn dropped(&mut self) -> bool {
        self.is_dropped = true;
        std::mem::take(&mut self.is_open)
    }

    /// The connection is open; if it was interrupted, after which id it resumes.
    pub(crate) fn opened(&mut self) -> Option<String> {
        self.is_open = true;
        if !std::mem::take(&mut self.is_dropped) {
            return None;
        }
        self.reconnections += 1;
        Some(self.last_event_id.clone())
    }

    /// An event has come.
    pub(crate) fn received(&mut self, event_type: &str, last_event_id: &str) {
        self.events += 1;
        match event_type {
            "message" => self.messages += 1,
            "tick" => self.ticks += 1,
            _ => {}
        }
        last_event_id.clone_into(&mut self.last_event_id);
        let Ok(number) = last_event_id.parse::<u64>() else {
            return;
        };
        if let Some(latest) = self.latest {
            self.lost += number.saturating_sub(latest.saturating_add(1));
            self.repeated += u64::from(number <= latest);
        }
        self.latest = self.latest.max(Some(number));
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;

    #[test]
    fn counts_what_is_lost_and_repeated() {
        let mut watch = Watch::default();
        for id in ["7", "8", "11", "11", "12"] {
            watch.received("message", id);
        }
        assert_eq!((watch.events, watch.lost, watch.repeated), (5, 2, 1));
        watch.begin();
        watch.received("tick", "40");
        assert_eq!((watch.events, watch.ticks, watch.lost), (6, 1, 2), "a new source has lost nothing");
    }

    #[test]
    fn resumes_only_after_a_drop() {
        let mut watch = Watch::default();
        assert_eq!(watch.opened(), None);
        watch.received("message", "3");
        assert!(watch.dropped());
        assert!(!watch.dropped(), "it was lost already");
        assert_eq!(watch.opened().as_deref(), Some("3"));
        assert_eq!(watch.opened(), None);
        assert_eq!(watch.reconnections, 1);
    }
}
