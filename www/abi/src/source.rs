//! One source: its connection, and what the action polled last said.

use crate::Record;
use crate::numbers::{NEVER, OUT_OF_ORDER, action, input, probe_outcome};
use crate::output::Output;
use core::mem;
use tidings_core::connection::{Attempt, Connection, Input, Options, ProbeOutcome, Response, Step};

#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) handle: u32,
    connection: Connection,
    /// The host dispatches what the parser gave. The connection hears of it with the poll after: only then may actions follow that end the
    /// source, which `close()` during the dispatch has to come before.
    dispatching: bool,
    /// The next poll gives `DISPATCH`.
    dispatch: bool,
    /// The last poll gave nothing, so that a chunk may come.
    drained: bool,
    comments: bool,
}

impl Source {
    pub(crate) fn new(handle: u32, options: Options) -> Self {
        Source {
            handle,
            connection: Connection::new(options),
            dispatching: false,
            dispatch: false,
            drained: false,
            comments: false,
        }
    }

    /// Takes in what happened; says whether it came in order.
    pub(crate) fn tell(
        &mut self,
        input: u32,
        attempt: u32,
        value: u32,
        bytes: Option<&[u8]>,
        now: u64,
        output: &mut Output,
    ) -> u32 {
        let attempt = Attempt::from_number(attempt);
        let input = match input {
            input::RESPONSE_STARTED => {
                let response = Response { status: u16::try_from(value).unwrap_or_default(), content_type: bytes };
                Input::ResponseStarted { attempt, response }
            }
            input::CHUNK_RECEIVED if !self.drained => return OUT_OF_ORDER,
            input::CHUNK_RECEIVED => Input::ChunkReceived { attempt },
            input::BODY_ENDED => Input::BodyEnded { attempt },
            input::REQUEST_FAILED => Input::RequestFailed { attempt },
            input::PROBE_ENDED => {
                let outcome = match value {
                    probe_outcome::OTHER_ORIGIN => ProbeOutcome::OtherOrigin,
                    probe_outcome::OWN_ORIGIN => ProbeOutcome::OwnOrigin,
                    _ => ProbeOutcome::Unreachable,
                };
                Input::ProbeEnded { attempt, outcome }
            }
            input::TIMER_FIRED => Input::TimerFired { attempt },
            input::WENT_ONLINE => Input::WentOnline,
            input::CLOSE_CALLED => {
                self.dispatch = false;
                Input::CloseCalled
            }
            input::PREPARED => Input::Prepared { attempt },
            input::PREPARE_FAILED => Input::PrepareFailed { attempt },
            input::RETRY_AFTER_RECEIVED => Input::RetryAfterReceived { attempt, delay: value },
            input::RETRY_ANSWERED => Input::RetryAnswered { attempt, delay: (value != NEVER).then_some(value) },
            input::RECONNECT_CALLED => Input::ReconnectCalled,
            input::BECAME_HIDDEN => Input::BecameHidden,
            input::BECAME_VISIBLE => Input::BecameVisible,
            input::PAUSED => Input::Paused,
            input::RESUMED => Input::Resumed,
            input::OVERFLOWED => Input::Overflowed { resume_later: value != 0 },
            input::START_FROM => {
                // The host has checked it: an id that cannot be is not set.
                _ = self.connection.start_from(bytes.unwrap_or_default());
                return 0;
            }
            input::COMMENTS_WANTED => {
                self.comments = true;
                return 0;
            }
            _ => return 0,
        };
        let is_chunk = matches!(input, Input::ChunkReceived { .. });
        self.connection.handle(input, now);
        self.drained = false;
        if !is_chunk {
            return 0;
        }
        let (Some(Step::Dispatch), Some(stream)) = (self.connection.poll_step(), self.connection.parser()) else {
            return 0;
        };
        output.write::<false>(stream, bytes.unwrap_or_default(), self.comments);
        (self.dispatching, self.dispatch) = (true, true);
        output.table().as_ptr() as usize as u32
    }

    pub(crate) fn poll(&mut self, record: &mut Record) -> u32 {
        let dispatch = mem::take(&mut self.dispatch);
        if !dispatch && mem::take(&mut self.dispatching) {
            self.connection.dispatched();
        }
        // A `Dispatch` was taken where its chunk is.
        let step = if dispatch { Some(Step::Dispatch) } else { self.connection.poll_step() };
        self.drained = step.is_none();
        let error = self.connection.error();
        let id = self.connection.last_event_id_bytes();
        *record = [
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
