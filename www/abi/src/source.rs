//! One source: its connection, and what the action polled last said.

use crate::numbers::{OUT_OF_ORDER, action, field, input, probe_outcome, reason};
use crate::output::Output;
use alloc::boxed::Box;
use alloc::string::String;
use tidings_core::EventStream;
use tidings_core::connection::{
    Action, Attempt, Connection, ErrorEvent, Failure, Input, Interruption, Options, ProbeOutcome, ReadyState, Response,
};

#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) handle: u32,
    connection: Connection,
    /// Away from the connection while the host dispatches. It goes back with the poll after: only then may actions follow that end the
    /// source, which `close()` during the dispatch has to come before.
    lent: Option<Box<EventStream>>,
    /// The next poll gives `DISPATCH`.
    dispatch: bool,
    /// The last poll gave nothing, so that a chunk may come.
    drained: bool,
    fields: [u32; FIELDS],
}

impl Source {
    pub(crate) fn new(handle: u32, options: Options) -> Self {
        Source { handle, connection: Connection::new(options), lent: None, dispatch: false, drained: false, fields: [0; FIELDS] }
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
                let response = Response {
                    status: u16::try_from(value).unwrap_or_default(),
                    content_type: bytes.map(|bytes| str::from_utf8(bytes).unwrap_or_default()),
                };
                Input::ResponseStarted { attempt, response }
            }
            input::CHUNK_RECEIVED => return self.chunk_received(attempt, bytes.unwrap_or_default(), now, output),
            input::BODY_ENDED => Input::BodyEnded { attempt },
            input::REQUEST_FAILED => Input::RequestFailed { attempt, detail: String::new() },
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
            _ => return 0,
        };
        self.drained = false;
        self.connection.handle(input, now);
        0
    }

    fn chunk_received(&mut self, attempt: Attempt, chunk: &[u8], now: u64, output: &mut Output) -> u32 {
        if !self.drained {
            return OUT_OF_ORDER;
        }
        self.connection.handle(Input::ChunkReceived { attempt }, now);
        let Some(Action::Dispatch(mut stream)) = self.connection.poll_action() else {
            return 0;
        };
        output.write(&mut stream, chunk);
        self.lent = Some(stream);
        self.dispatch = true;
        self.drained = false;
        output.table().as_ptr() as usize as u32
    }

    pub(crate) fn poll(&mut self) -> u32 {
        if self.dispatch {
            self.dispatch = false;
            return action::DISPATCH;
        }
        if let Some(stream) = self.lent.take() {
            self.connection.handle(Input::Dispatched(stream), 0);
        }
        let action = self.connection.poll_action();
        self.drained = action.is_none();
        match action {
            None => action::NONE,
            Some(Action::SendRequest { attempt }) => self.with_attempt(action::SEND_REQUEST, attempt),
            Some(Action::SendProbe { attempt }) => self.with_attempt(action::SEND_PROBE, attempt),
            Some(Action::AbortRequest) => action::ABORT_REQUEST,
            Some(Action::StartTimer { attempt, delay }) => {
                self.set(field::DELAY, delay);
                self.with_attempt(action::START_TIMER, attempt)
            }
            Some(Action::StopTimer) => action::STOP_TIMER,
            Some(Action::SetReadyState(state)) => {
                self.set(
                    field::READY_STATE,
                    match state {
                        ReadyState::Connecting => 0,
                        ReadyState::Open => 1,
                        ReadyState::Closed => 2,
                    },
                );
                action::SET_READY_STATE
            }
            Some(Action::FireOpen { attempt }) => self.with_attempt(action::FIRE_OPEN, attempt),
            Some(Action::FireError(error)) => self.error(&error),
            // A `Dispatch` is taken where its chunk is, and there are no others yet.
            Some(_) => action::NONE,
        }
    }

    pub(crate) fn field(&self, field: u32) -> u32 {
        match field {
            field::LAST_EVENT_ID => self.last_event_id().as_ptr() as usize as u32,
            field::LAST_EVENT_ID_SIZE => self.last_event_id().len() as u32,
            _ => self.fields.get(field as usize).copied().unwrap_or_default(),
        }
    }

    /// The last event ID string, wherever the parser is.
    pub(crate) fn last_event_id(&self) -> &[u8] {
        self.lent.as_ref().map_or(self.connection.last_event_id_bytes(), |stream| stream.last_event_id_bytes())
    }

    fn error(&mut self, error: &ErrorEvent) -> u32 {
        let (attempt, delay, failure, reason, status) = match *error {
            ErrorEvent::Interruption { ref reason, attempt, delay } => {
                let reason = match reason {
                    Some(Interruption::Network { .. }) => reason::NETWORK,
                    Some(Interruption::BodyEnded) => reason::BODY_ENDED,
                    Some(Interruption::ResumeRefused { .. }) => reason::RESUME_REFUSED,
                    _ => reason::UNKNOWN,
                };
                (attempt, delay.unwrap_or(u32::MAX), 0, reason, 0)
            }
            ErrorEvent::Failure { ref reason, attempt } => {
                let (reason, status) = match *reason {
                    Some(Failure::Status(status)) => (reason::STATUS, status),
                    Some(Failure::ContentType(_)) => (reason::CONTENT_TYPE, 0),
                    Some(Failure::OriginRefused) => (reason::ORIGIN_REFUSED, 0),
                    Some(Failure::LimitExceeded { .. }) => (reason::LIMIT_EXCEEDED, 0),
                    _ => (reason::UNKNOWN, 0),
                };
                (attempt, u32::MAX, 1, reason, u32::from(status))
            }
        };
        self.set(field::DELAY, delay);
        self.set(field::FAILURE, failure);
        self.set(field::REASON, reason);
        self.set(field::STATUS, status);
        self.with_attempt(action::FIRE_ERROR, attempt)
    }

    fn with_attempt(&mut self, action: u32, attempt: Attempt) -> u32 {
        self.set(field::ATTEMPT, attempt.number());
        action
    }

    fn set(&mut self, field: u32, value: u32) {
        if let Some(place) = self.fields.get_mut(field as usize) {
            *place = value;
        }
    }
}

/// The fields that are kept: all up to the status.
const FIELDS: usize = field::STATUS as usize + 1;
