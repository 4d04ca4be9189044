//! When to try again.
//!
//! "Wait a delay equal to the reconnection time of the event source. Optionally, wait some more." That permission carries the
//! floor: a server that sends `retry: 0` and ends its streams would otherwise be asked in a busy loop.
//!
//! Times are counted modulo 2^32 milliseconds; what lies between two of them is taken to be less than half of that.

use super::ReconnectionOptions;

/// The reconnection time, and how the last attempts went.
#[derive(Debug)]
pub(super) struct Reconnection {
    /// What the server asked for.
    asked: Option<u32>,
    /// Losses since a connection was good.
    losses: u32,
    /// When the first of them was.
    first_loss: u32,
    /// How far the waits reach by now.
    reach: u32,
    random: u32,
}

impl Reconnection {
    pub(super) fn new(seed: u32) -> Self {
        // Not 0, of which nothing else would ever come.
        Reconnection { asked: None, losses: 0, first_loss: 0, reach: 0, random: seed | 1 }
    }

    pub(super) fn time(&self) -> u32 {
        self.asked.unwrap_or(DEFAULT_TIME)
    }

    pub(super) fn set_time(&mut self, milliseconds: u32) {
        self.asked = Some(milliseconds);
    }

    /// A connection was open for so long, and is lost.
    pub(super) fn was_open(&mut self, milliseconds: u32) {
        if milliseconds >= GOOD {
            self.losses = 0;
        }
    }

    /// How long to wait after a loss, but not less than asked for; `None` if the attempts are used up.
    pub(super) fn next_wait(&mut self, options: &ReconnectionOptions, now: u32, at_least: u32) -> Option<u32> {
        let ReconnectionOptions { min, max, attempts, time } = *options;
        let mut wait = self.time();
        if max > 0 {
            let from = self.asked.unwrap_or(min).max(min).min(max);
            let reach = if self.losses == 0 { from } else { self.reach };
            self.reach = reach.saturating_add(reach).min(max);
            wait = from + self.draw(self.reach.saturating_sub(from));
        }
        if self.losses == 0 {
            self.first_loss = now;
        }
        self.losses = self.losses.saturating_add(1);
        wait = wait.max(at_least).clamp(FLOOR, LONGEST);
        let until = since(self.first_loss, now).saturating_add(wait);
        (self.losses <= attempts && until <= time).then_some(wait)
    }

    /// A number up to this one: Marsaglia's xorshift, which is enough to keep clients apart.
    fn draw(&mut self, most: u32) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random % most.wrapping_add(1).max(1)
    }
}

/// How long ago that was; nothing if the clock was put back.
pub(super) fn since(then: u32, now: u32) -> u32 {
    (now.wrapping_sub(then) as i32).max(0) as u32
}

/// "This must initially be an implementation-defined value, probably in the region of a few seconds."
const DEFAULT_TIME: u32 = 3_000;
/// No wait is shorter, whatever the server asks for.
pub(super) const FLOOR: u32 = 100;
/// The longest timer there is.
pub(super) const LONGEST: u32 = i32::MAX as u32;
/// A connection that was open for so long was good.
const GOOD: u32 = 5_000;
