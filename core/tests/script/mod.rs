//! A host of the connection machine that performs nothing and writes down what it was asked for, in simulated time.
#![allow(dead_code, reason = "no test needs all of it")]

use tidings_core::Item;
use tidings_core::connection::{Action, Attempt, Connection, ErrorEvent, Input, Options, Reason, Response, State, Verdict};

/// A host that performs nothing and writes down what it was asked for.
pub(crate) struct Script {
    pub(crate) connection: Connection,
    pub(crate) now: u64,
    pub(crate) delivered: Vec<String>,
}

impl Script {
    pub(crate) fn new() -> Self {
        let mut options = Options::default();
        options.probe = false;
        Self::with(options)
    }

    pub(crate) fn with(options: Options) -> Self {
        let mut script = Script::unasked(options);
        assert_eq!(script.asked(), ["send 1"]);
        script
    }

    /// One whose first action is not the first request.
    pub(crate) fn unasked(options: Options) -> Self {
        Script::beginning(1_000_000, options)
    }

    /// One that begins at that time.
    pub(crate) fn beginning(now: u64, options: Options) -> Self {
        Script { connection: Connection::new(options, now), now, delivered: Vec::new() }
    }

    /// What is asked for now. A dispatch is refused here: it needs a chunk.
    pub(crate) fn asked(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.connection.poll_action()).map(in_words).collect()
    }

    pub(crate) fn when(&mut self, input: Input<'_>) -> Vec<String> {
        self.connection.handle(input, self.now);
        self.asked()
    }

    pub(crate) fn after(&mut self, milliseconds: u64) -> &mut Self {
        self.now += milliseconds;
        self
    }

    pub(crate) fn attempt(number: u32) -> Attempt {
        Attempt::from_number(number)
    }

    pub(crate) fn response(&mut self, number: u32, status: u16, content_type: Option<&str>) -> Vec<String> {
        let response = Response { status, content_type: content_type.map(str::as_bytes) };
        self.when(Input::ResponseStarted { attempt: Self::attempt(number), response })
    }

    pub(crate) fn accepted(&mut self, number: u32) -> Vec<String> {
        self.response(number, 200, Some("text/event-stream"))
    }

    pub(crate) fn open() -> Self {
        let mut script = Self::new();
        assert_eq!(script.accepted(1), ["open", "fire open 1"]);
        script
    }

    pub(crate) fn body_ended(&mut self, number: u32) -> Vec<String> {
        self.when(Input::BodyEnded { attempt: Self::attempt(number) })
    }

    pub(crate) fn failed(&mut self, number: u32) -> Vec<String> {
        self.when(Input::RequestFailed { attempt: Self::attempt(number) })
    }

    pub(crate) fn timer(&mut self, number: u32) -> Vec<String> {
        self.when(Input::TimerFired { attempt: Self::attempt(number) })
    }

    pub(crate) fn close(&mut self) -> Vec<String> {
        self.when(Input::CloseCalled)
    }

    /// Hands in a chunk and dispatches it as a host does. `listener` is called for each event and may call in.
    pub(crate) fn chunk_with(
        &mut self,
        number: u32,
        bytes: &[u8],
        mut listener: impl FnMut(&mut Connection, &str),
    ) -> Vec<String> {
        self.connection.handle(Input::ChunkReceived { attempt: Self::attempt(number) }, self.now);
        let Some(Action::Dispatch(mut stream)) = self.connection.poll_action() else {
            return self.asked();
        };
        let mut items = stream.feed(bytes);
        while let Some(item) = items.next() {
            if let Item::Event(event) = item {
                self.delivered.push(event.data.to_owned());
                listener(&mut self.connection, event.data);
                if self.connection.state() == State::Closed {
                    break;
                }
            }
        }
        drop(items);
        self.when(Input::Dispatched(stream))
    }

    pub(crate) fn chunk(&mut self, number: u32, bytes: &[u8]) -> Vec<String> {
        self.chunk_with(number, bytes, |_, _| {})
    }
}

pub(crate) fn in_words(action: Action) -> String {
    match action {
        Action::Prepare { attempt } => format!("prepare {}", attempt.number()),
        Action::AskRetry(error) => format!("ask: {}", told(error)),
        Action::FireClose { attempt } => format!("fire close {}", attempt.number()),
        Action::SendRequest { attempt } => format!("send {}", attempt.number()),
        Action::AbortRequest => "abort".into(),
        Action::StartTimer { delay, .. } => format!("wait {delay}"),
        Action::StopTimer => "stop waiting".into(),
        Action::SetReadyState(ready_state) => ready_state.to_string(),
        Action::FireOpen { attempt } => format!("fire open {}", attempt.number()),
        Action::SendProbe { attempt } => format!("probe {}", attempt.number()),
        Action::FireError(error) => format!("fire error: {}", told(error)),
        other => format!("{other:?}"),
    }
}

/// The reason, and what comes of it.
fn told(error: ErrorEvent) -> String {
    let reason = match error.reason {
        Reason::Unknown => "unknown",
        Reason::Network => "network",
        Reason::BodyEnded => "ended",
        Reason::ResumeRefused => "resume refused",
        Reason::Status => "status",
        Reason::ContentType => "type",
        Reason::OriginRefused => "origin refused",
        Reason::LimitExceeded => "limit",
        Reason::Idle => "idle",
        Reason::Prepare => "not prepared",
        Reason::Hidden => "hidden",
        Reason::Overflow => "overflow",
        Reason::Requested => "requested",
        other => panic!("{other:?} has no word"),
    };
    match (error.verdict, error.delay) {
        (Verdict::Interrupted, Some(delay)) => format!("{reason}, again in {delay}"),
        (Verdict::Interrupted, None) => format!("{reason}, again"),
        (Verdict::Failed, None) => reason.into(),
        (Verdict::NotRepeated, None) => format!("{reason}, not repeated"),
        (Verdict::RetriesExhausted, None) => format!("{reason}, no more"),
        (Verdict::Declined, None) => format!("{reason}, declined"),
        (verdict, Some(delay)) => panic!("{verdict:?} comes with no delay, not {delay}"),
    }
}
