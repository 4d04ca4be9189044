//! What a connection has still to ask for.

use super::Step;

/// Steps in order. Hosts take all of them before the next input, so that few wait: a transition and what follows from it add six.
#[derive(Debug)]
pub(super) struct Queue {
    /// A ring.
    steps: [Option<Step>; ROOM],
    /// How many were taken, ever.
    taken: u32,
    /// How many were pushed, ever.
    pushed: u32,
    /// How many of those that wait are void, but for what ends something.
    void: u32,
}

impl Queue {
    pub(super) const fn new() -> Self {
        Queue { steps: [None; ROOM], taken: 0, pushed: 0, void: 0 }
    }

    /// The last one.
    pub(super) fn push(&mut self, step: Step) {
        self.steps[self.pushed as usize % ROOM] = Some(step);
        self.pushed = self.pushed.wrapping_add(1);
    }

    /// The first one.
    pub(super) fn take(&mut self) -> Option<Step> {
        while self.taken != self.pushed {
            let step = self.steps[self.taken as usize % ROOM];
            self.taken = self.taken.wrapping_add(1);
            if self.void == 0 {
                return step;
            }
            self.void -= 1;
            if let Some(Step::AbortRequest | Step::StopTimer) = step {
                return step;
            }
        }
        None
    }

    /// What was asked for and not yet done is void, but for what ends something.
    pub(super) fn void(&mut self) {
        self.void = self.len();
    }

    /// Whether another transition may not find room.
    pub(super) fn is_full(&self) -> bool {
        self.len() > ROOM as u32 / 2
    }

    fn len(&self) -> u32 {
        self.pushed.wrapping_sub(self.taken)
    }
}

/// Room for what a close adds to a queue that was nearly full.
const ROOM: usize = 32;
