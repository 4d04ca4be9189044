//! One source: its connection, and what the action polled last said.

use crate::numbers::{NEVER, action, input};
use crate::output::Output;
use core::mem;
use tidings_core::connection::{Attempt, Connection, Fact, Options, Step};
use tidings_core::event_stream::Beside;

/// A connection behind numbers.
#[derive(Debug)]
#[repr(C)]
pub struct Source {
    /// It comes first, so that it has the address of the source.
    record: Record,
    connection: Connection,
    /// The host dispatches what the parser gave. The connection hears of it with the poll after: only then may actions follow that end the
    /// source, which `close()` during the dispatch has to come before.
    dispatching: bool,
    beside: Beside,
}

impl Source {
    pub(crate) fn new(options: Options) -> Self {
        Source { record: [0; 7], connection: Connection::new(options), dispatching: false, beside: Beside::Nothing }
    }

    /// What belongs to the action polled last.
    pub fn record(&self) -> &[u32] {
        &self.record
    }

    /// Takes in what happened; gives the address of the table, where a chunk was parsed.
    pub(crate) fn tell(&mut self, input: u32, attempt: u32, value: u32, bytes: &[u8], now: u32, output: &mut Output) -> u32 {
        let Some(fact) = Fact::from_number(input) else {
            match input {
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

    /// What is to be done next; what belongs to it is in the record.
    pub fn poll(&mut self) -> u32 {
        if mem::take(&mut self.dispatching) {
            self.connection.dispatched();
        }
        let step = self.connection.poll_step();
        self.dispatching = step == Some(Step::Dispatch);
        let error = self.connection.error();
        let id = self.connection.last_event_id_bytes();
        self.record = [
            self.connection.attempt().number(),
            self.connection.delay(),
            error.reason as u32,
            error.verdict as u32,
            error.delay.unwrap_or(NEVER),
            id.as_ptr() as usize as u32,
            id.len() as u32,
        ];
        step.map_or(action::NONE, |step| step as u32 + 1)
    }
}

/// What belongs to the action polled last: the words of [`field`](crate::numbers::field).
type Record = [u32; 7];
