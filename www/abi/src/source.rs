//! One source: its connection, and what the action polled last said.

use crate::numbers::{LONGEST_STRING, action, input};
use crate::output::Output;
use tidings_core::connection::{Attempt, Connection, Fact};
use tidings_core::event_stream::Beside;

/// A connection behind numbers. The host reads what it says, and writes what it is to be, where that lies.
#[derive(Debug)]
#[repr(C)]
pub struct Source {
    /// Where the last event ID string was at the last poll, and its size.
    last_event_id: [u32; 2],
    pub(crate) connection: Connection,
    beside: Beside,
}

impl Source {
    /// One whose options are to be written before it begins.
    pub const fn unset() -> Self {
        Source { last_event_id: [0; 2], connection: Connection::unset(), beside: Beside::Nothing }
    }

    /// Takes in what happened; gives the address of the table, where a chunk was parsed.
    pub(crate) fn tell(&mut self, input: u32, attempt: u32, value: u32, bytes: &[u8], now: u32, output: &mut Output) -> u32 {
        let Some(fact) = Fact::from_number(input) else {
            match input {
                input::BEGIN => {
                    let limit = &mut self.connection.settings().max_event_size;
                    *limit = LONGEST_STRING.min(*limit);
                    self.connection.begin();
                }
                // A host says so itself at construction, by the same rule; an id that cannot be is not set.
                input::START_FROM => _ = self.connection.start_from(bytes),
                input::COMMENTS_WANTED => self.beside = Beside::Comments,
                _ => {}
            }
            return 0;
        };
        if self.connection.tell(fact, Attempt::from_number(attempt), value, bytes, now)
            && fact == Fact::ChunkReceived
            && let Some(stream) = self.connection.parser()
        {
            return output.write(stream, bytes, self.beside).as_ptr() as usize as u32;
        }
        0
    }

    /// What is to be done next; what belongs to it is where the [fields](crate::numbers::field) say.
    pub fn poll(&mut self) -> u32 {
        let step = self.connection.poll_step();
        let id = self.connection.last_event_id_bytes();
        self.last_event_id = [id.as_ptr() as usize as u32, id.len() as u32];
        step.map_or(action::NONE, |step| step as u32)
    }

    /// Gives back what it owns.
    pub fn close(&mut self) {
        self.connection.close();
    }

    /// The word of a field, where that is not an option.
    #[cfg(test)]
    pub(crate) fn word(&self, field: u32) -> u32 {
        use crate::numbers::field;
        use tidings_core::connection::Record;
        let Record { attempt, delay, reason, verdict, error_attempt, error_delay } = *self.connection.record();
        match field {
            field::LAST_EVENT_ID => self.last_event_id[0],
            field::LAST_EVENT_ID_SIZE => self.last_event_id[1],
            field::ATTEMPT => attempt.number(),
            field::DELAY => delay,
            field::REASON => reason as u32,
            field::VERDICT => verdict as u32,
            field::ERROR_ATTEMPT => error_attempt.number(),
            field::ERROR_DELAY => error_delay,
            _ => panic!("no field {field}"),
        }
    }
}
