//! One source: its connection, and what the action polled last said.

use crate::numbers::{NEVER, OUT_OF_ORDER, action, failure, field, input, probe_outcome, reason};
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
    comments: bool,
    fields: [u32; FIELDS],
}

impl Source {
    pub(crate) fn new(handle: u32, options: Options) -> Self {
        Source {
            handle,
            connection: Connection::new(options),
            lent: None,
            dispatch: false,
            drained: false,
            comments: false,
            fields: [0; FIELDS],
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
            input::PREPARED => Input::Prepared { attempt },
            input::PREPARE_FAILED => Input::PrepareFailed { attempt, detail: String::new() },
            input::RETRY_AFTER_RECEIVED => Input::RetryAfterReceived { attempt, delay: value },
            input::RETRY_ANSWERED => Input::RetryAnswered { attempt, delay: (value != NEVER).then_some(value) },
            input::RECONNECT_CALLED => Input::ReconnectCalled,
            input::BECAME_HIDDEN => Input::BecameHidden,
            input::BECAME_VISIBLE => Input::BecameVisible,
            input::PAUSED => Input::Paused,
            input::RESUMED => Input::Resumed,
            input::OVERFLOWED => Input::Overflowed { resume_later: value != 0 },
            input::START_FROM => {
                let id = bytes.and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default();
                // The host has checked it: an id that cannot be is not set.
                let _ = self.connection.start_from(id);
                return 0;
            }
            input::COMMENTS_WANTED => {
                self.comments = true;
                return 0;
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
        output.write(&mut stream, chunk, self.comments);
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
            Some(Action::FireError(error)) => {
                let (attempt, delay, failure, reason) = match &error {
                    ErrorEvent::Interruption { reason, attempt, delay } => {
                        (*attempt, *delay, 0, reason.as_ref().map(interruption))
                    }
                    ErrorEvent::Failure { reason, attempt } => {
                        let (failure, reason) = reason.as_ref().map_or((failure::PLAIN, None), told);
                        (*attempt, None, failure, reason)
                    }
                };
                self.set(field::FAILURE, failure);
                self.lost(action::FIRE_ERROR, attempt, delay, reason.unwrap_or_default())
            }
            Some(Action::AskRetry { attempt, delay }) => {
                let reason = self.connection.reason().map(interruption).unwrap_or_default();
                self.set(field::FAILURE, u32::from(delay.is_none()));
                self.lost(action::ASK_RETRY, attempt, delay, reason)
            }
            Some(Action::Prepare { attempt }) => self.with_attempt(action::PREPARE, attempt),
            Some(Action::FireClose { attempt }) => self.with_attempt(action::FIRE_CLOSE, attempt),
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

    fn lost(&mut self, action: u32, attempt: Attempt, delay: Option<u32>, (reason, status): (u32, u16)) -> u32 {
        self.set(field::DELAY, delay.unwrap_or(NEVER));
        self.set(field::REASON, reason);
        self.set(field::STATUS, u32::from(status));
        self.with_attempt(action, attempt)
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

/// The number of a reason, and the status if that is it.
fn interruption(reason: &Interruption) -> (u32, u16) {
    let reason = match reason {
        Interruption::Network { .. } => reason::NETWORK,
        Interruption::BodyEnded => reason::BODY_ENDED,
        Interruption::ResumeRefused { .. } => reason::RESUME_REFUSED,
        Interruption::Status(status) => return (reason::STATUS, *status),
        Interruption::ContentType(_) => reason::CONTENT_TYPE,
        Interruption::Idle { .. } => reason::IDLE,
        Interruption::Prepare { .. } => reason::PREPARE,
        Interruption::Hidden => reason::HIDDEN,
        Interruption::Overflow => reason::OVERFLOW,
        Interruption::Requested => reason::REQUESTED,
        _ => reason::UNKNOWN,
    };
    (reason, 0)
}

/// What kind of failure it is, and why the connection was lost.
fn told(failure: &Failure) -> (u32, Option<(u32, u16)>) {
    let reason = match failure {
        Failure::Status(status) => (reason::STATUS, *status),
        Failure::ContentType(_) => (reason::CONTENT_TYPE, 0),
        Failure::OriginRefused => (reason::ORIGIN_REFUSED, 0),
        Failure::LimitExceeded { .. } => (reason::LIMIT_EXCEEDED, 0),
        Failure::Overflow => (reason::OVERFLOW, 0),
        Failure::NotRepeated(last) => return (failure::NOT_REPEATED, Some(interruption(last))),
        Failure::RetriesExhausted(last) => return (failure::RETRIES_EXHAUSTED, Some(interruption(last))),
        Failure::Declined(last) => return (failure::DECLINED, Some(interruption(last))),
        _ => (reason::UNKNOWN, 0),
    };
    (failure::PLAIN, Some(reason))
}
