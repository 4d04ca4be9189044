//! When to try again.
//!
//! "Wait a delay equal to the reconnection time of the event source. Optionally, wait some more." That permission carries the
//! floor: a server that sends `retry: 0` and ends its streams would otherwise be asked in a busy loop.
//!
//! Times are counted modulo 2^32 milliseconds; what lies between two of them is taken to be less than half of that.

use super::{Fact, Settings};

/// The reconnection time, and how the last attempts went.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Reconnection {
    /// Whether the server asked for a time: a word, so that all is 0 at first, as a host behind a border of numbers makes it.
    has_asked: u32,
    /// Which one.
    asked: u32,
    /// Losses since a connection was good.
    losses: u32,
    /// When the first of them was.
    first_loss: u32,
    /// How far the waits reach by now.
    reach: u32,
}

impl Reconnection {
    pub(super) const fn new() -> Self {
        Reconnection { has_asked: 0, asked: 0, losses: 0, first_loss: 0, reach: 0 }
    }

    pub(super) fn time(&self) -> u32 {
        if self.has_asked != 0 { self.asked } else { DEFAULT_TIME }
    }

    pub(super) fn set_time(&mut self, milliseconds: u32) {
        (self.has_asked, self.asked) = (1, milliseconds);
    }

    /// A connection is open for so long.
    pub(super) fn is_open(&mut self, milliseconds: u32) {
        if milliseconds >= GOOD {
            self.losses = 0;
        }
    }

    /// How long to wait after a loss, but not less than asked for; [`NEVER`](Fact::NEVER) if the attempts are used up.
    pub(super) fn next_wait(&mut self, settings: &mut Settings, now: u32, at_least: u32) -> u32 {
        if self.losses == 0 {
            self.first_loss = now;
            self.reach = 0;
        }
        self.losses = self.losses.wrapping_add(1);
        let mut wait = self.time();
        let max = settings.max.min(LONGEST);
        if max > 0 {
            let from = self.asked.max(settings.min).min(max);
            self.reach = (self.reach.max(from) * 2).min(max);
            wait = from + draw(&mut settings.seed, self.reach - from);
        }
        wait = wait.max(at_least).clamp(FLOOR, LONGEST);
        // Neither is more than half of what there is.
        let until = since(self.first_loss, now) + wait;
        if self.losses > settings.attempts || until > settings.time { Fact::NEVER } else { wait }
    }
}

/// A number up to this one, if that is even, else below it: Marsaglia's xorshift, which is enough to keep clients apart.
fn draw(random: &mut u32, most: u32) -> u32 {
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    *random % (most | 1)
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
