//! What a connection has still to ask for.

use super::Step;

/// Steps in order. Hosts take all of them before the next input, so that few wait: a transition and what follows from it add six.
#[derive(Debug)]
pub(super) struct Queue {
    steps: [Step; CAPACITY],
    /// How many were taken.
    taken: usize,
    /// How many were pushed.
    pushed: usize,
    /// How many of them are void, but for what ends something.
    void: usize,
}

impl Default for Queue {
    fn default() -> Self {
        Queue { steps: [Step::Prepare; CAPACITY], taken: 0, pushed: 0, void: 0 }
    }
}

impl Queue {
    /// The last one.
    pub(super) fn push(&mut self, step: Step) {
        if self.taken == self.pushed {
            (self.taken, self.pushed, self.void) = (0, 0, 0);
        }
        if let Some(place) = self.steps.get_mut(self.pushed) {
            *place = step;
            self.pushed += 1;
        }
    }

    /// The first one.
    pub(super) fn take(&mut self) -> Option<Step> {
        while self.taken < self.pushed {
            let step = self.steps.get(self.taken).copied();
            self.taken += 1;
            if self.taken > self.void || matches!(step, Some(Step::AbortRequest | Step::StopTimer)) {
                return step;
            }
        }
        None
    }

    /// What was asked for and not yet done is void, but for what ends something.
    pub(super) fn void(&mut self) {
        self.void = self.pushed;
    }

    /// Whether another transition may not find room.
    pub(super) fn is_full(&self) -> bool {
        self.taken < self.pushed && self.pushed > CAPACITY / 2
    }

    /// Whether a dispatch is asked for.
    pub(super) fn holds_dispatch(&self) -> bool {
        self.steps.get(self.taken..self.pushed).is_some_and(|steps| steps.contains(&Step::Dispatch))
    }
}

/// Room for what a close adds to a queue that was nearly full.
const CAPACITY: usize = 24;
