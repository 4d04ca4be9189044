//! What a connection has still to ask for.

use super::Step;

/// Steps in order. Hosts take all of them before the next input, so that few wait: a transition and what follows from it add six.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Queue {
    /// A ring of their numbers, so that it is all 0 at first.
    steps: [u8; ROOM],
    /// How many were taken, ever.
    taken: u32,
    /// How many were pushed, ever.
    pushed: u32,
    /// What waits before [`Step::BecomeClosed`] is void, but for what ends something.
    void: bool,
}

impl Queue {
    pub(super) const fn new() -> Self {
        Queue { steps: [0; ROOM], taken: 0, pushed: 0, void: false }
    }

    /// The last one.
    pub(super) fn push(&mut self, step: Step) {
        self.steps[self.pushed as usize % ROOM] = step as u8;
        self.pushed = self.pushed.wrapping_add(1);
    }

    /// The first one that is not void.
    pub(super) fn take(&mut self) -> Option<Step> {
        loop {
            let step = self.pop();
            self.void &= step != Some(Step::BecomeClosed);
            if !self.void || step.is_none_or(Step::ends_something) {
                return step;
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn pop(&mut self) -> Option<Step> {
        if self.is_empty() {
            return None;
        }
        self.taken = self.taken.wrapping_add(1);
        Step::from_number(self.steps[self.taken.wrapping_sub(1) as usize % ROOM].into())
    }

    /// The [`Step::BecomeClosed`] that is pushed next makes all before it void, but for what ends something.
    pub(super) fn void(&mut self) {
        self.void = true;
    }

    /// Whether another transition may not find room.
    pub(super) fn is_full(&self) -> bool {
        self.len() > ROOM as u32 / 2
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> u32 {
        self.pushed.wrapping_sub(self.taken)
    }
}

/// Room for what a close adds to a queue that was nearly full.
const ROOM: usize = 32;
