//! The connection machine under any sequence of inputs: it does not panic, and what it asks for stays sound.

use proptest::prelude::*;
use tidings_core::connection::{Action, Attempt, Connection, Input, Options, ProbeOutcome, ReadyState, Response, State, Verdict};

#[derive(Clone, Debug)]
enum Fact {
    Response { attempt: u32, status: u16, content_type: Option<&'static str> },
    Chunk { attempt: u32, bytes: Vec<u8>, close_inside: bool, hand_back: bool },
    BodyEnded(u32),
    RequestFailed(u32),
    TimerFired(u32),
    ProbeEnded(u32, ProbeOutcome),
    NativeOpened(u32),
    NativeInterrupted(u32),
    NativeFailed(u32),
    WentOnline,
    Prepared(u32),
    PrepareFailed(u32),
    RetryAfter(u32, u32),
    RetryAnswered(u32, Option<u32>),
    Reconnect,
    Hidden,
    Visible,
    Paused,
    Resumed,
    Overflowed(bool),
    Close,
    Time(u64),
}

/// Any options at all.
fn options() -> impl Strategy<Value = Options> {
    let number = || prop::sample::select(vec![0, 1, 99, 150, 3_000, 50_000, 2_147_483_648, u32::MAX]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), prop::bool::weighted(0.1), any::<bool>());
    let numbers = (number(), number(), number(), number(), number(), any::<u32>());
    (flags, numbers).prop_map(|(flags, numbers)| {
        let mut options = Options::default();
        options.limits.max_event_size = Some(12);
        (options.repeats, options.prepares, options.asks, options.hidden, options.probe) = flags;
        let reconnection = &mut options.reconnection;
        (options.idle_timeout, reconnection.min, reconnection.max, reconnection.attempts, reconnection.time, options.seed) =
            numbers;
        options.transient.insert(500);
        options
    })
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let attempt = 0u32..6;
    let content_type = prop::sample::select(vec![None, Some("text/event-stream"), Some("text/html"), Some("\",,;/")]);
    let outcome = prop::sample::select(vec![ProbeOutcome::OtherOrigin, ProbeOutcome::OwnOrigin, ProbeOutcome::Unreachable]);
    let status = prop::sample::select(vec![0u16, 200, 204, 500, u16::MAX]);
    let bytes = prop::sample::select(vec![
        &b"data: x\n\n"[..],
        b"retry: 0\n",
        b"retry: 5000\nid: 3\n\n",
        b"data: much more than the limit allows",
        b"\xFF\xFE\n\n",
        b"",
    ]);
    let fact = prop_oneof![
        3 => (attempt.clone(), status, content_type)
            .prop_map(|(attempt, status, content_type)| Fact::Response { attempt, status, content_type }),
        4 => (attempt.clone(), bytes, prop::bool::weighted(0.1), prop::bool::weighted(0.95)).prop_map(
            |(attempt, bytes, close_inside, hand_back)| Fact::Chunk { attempt, bytes: bytes.to_vec(), close_inside, hand_back }
        ),
        2 => attempt.clone().prop_map(Fact::BodyEnded),
        2 => attempt.clone().prop_map(Fact::RequestFailed),
        3 => attempt.clone().prop_map(Fact::TimerFired),
        2 => (attempt.clone(), outcome).prop_map(|(attempt, outcome)| Fact::ProbeEnded(attempt, outcome)),
        1 => attempt.clone().prop_map(Fact::NativeOpened),
        1 => attempt.clone().prop_map(Fact::NativeInterrupted),
        1 => attempt.clone().prop_map(Fact::NativeFailed),
        3 => attempt.clone().prop_map(Fact::Prepared),
        1 => attempt.clone().prop_map(Fact::PrepareFailed),
        1 => (attempt.clone(), any::<u32>()).prop_map(|(attempt, delay)| Fact::RetryAfter(attempt, delay)),
        2 => (attempt, any::<Option<u32>>()).prop_map(|(attempt, delay)| Fact::RetryAnswered(attempt, delay)),
        1 => prop::sample::select(vec![
            Fact::Reconnect, Fact::Hidden, Fact::Visible, Fact::Visible, Fact::Paused, Fact::Resumed, Fact::Resumed,
            Fact::Overflowed(true), Fact::Overflowed(false),
        ]),
        1 => Just(Fact::WentOnline),
        1 => prop::bool::weighted(0.1).prop_map(|close| if close { Fact::Close } else { Fact::WentOnline }),
        1 => (0u64..200_000).prop_map(Fact::Time),
    ];
    prop::collection::vec(fact, 0..60)
}

/// When it begins: times are counted modulo 2^32, and what is later than the half of that is no number below 0.
fn begin() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![0, (1 << 31) - 1_000, 1 << 31, (1 << 32) - 1_000, 1_800_000_000_000])
}

/// The standard's, but for a small limit.
fn standard() -> Options {
    let mut options = Options::default();
    options.limits.max_event_size = Some(12);
    options
}

/// Performs actions only in the mind, and checks each against what went before.
struct Watcher {
    ready_state: ReadyState,
    newest_attempt: u32,
    /// A request, a probe or what prepares one is under way.
    requesting: bool,
    preparing: bool,
    asked: bool,
    waiting: bool,
    /// `close()` was called.
    closed: bool,
}

impl Watcher {
    /// Takes every action there is, and dispatches the chunk that the fact brought.
    fn drain(&mut self, connection: &mut Connection, fact: Option<&Fact>, now: u64) {
        while let Some(action) = connection.poll_action() {
            self.perform(&action);
            if let (Action::Dispatch(mut stream), Some(Fact::Chunk { bytes, close_inside, hand_back, .. })) = (action, fact) {
                let mut items = stream.feed(bytes);
                while items.next().is_some() {}
                drop(items);
                if *close_inside {
                    connection.handle(Input::CloseCalled, now);
                    self.closed = true;
                }
                if *hand_back {
                    connection.handle(Input::Dispatched(stream), now);
                }
            }
        }
        match connection.state() {
            State::Closed => assert_eq!(self.ready_state, ReadyState::Closed),
            State::Streaming => assert_eq!(self.ready_state, ReadyState::Open),
            State::Deciding => assert!(self.asked && self.ready_state != ReadyState::Closed),
            State::Held | State::Preparing | State::Requesting | State::Probing | State::Waiting => {
                assert_eq!(self.ready_state, ReadyState::Connecting);
            }
        }
        assert_eq!(self.asked, connection.state() == State::Deciding, "a question is asked and not forgotten");
        let is_busy = matches!(connection.state(), State::Preparing | State::Requesting | State::Probing | State::Streaming);
        assert_eq!(self.requesting, is_busy, "what was begun is ended, in {:?}", connection.state());
        let may_wait = matches!(connection.state(), State::Requesting | State::Probing | State::Streaming);
        assert!(self.waiting == (connection.state() == State::Waiting) || may_wait, "a timer outlives its wait");
    }

    fn begin(&mut self, attempt: Attempt) {
        assert_eq!(attempt.number(), self.newest_attempt + 1, "attempts are numbered one by one");
        assert!(!self.requesting && !self.waiting, "one thing at a time");
        assert_eq!(self.ready_state, ReadyState::Connecting);
        self.newest_attempt = attempt.number();
        self.requesting = true;
    }

    fn perform(&mut self, action: &Action) {
        match action {
            Action::Prepare { attempt } => {
                self.begin(*attempt);
                self.preparing = true;
            }
            Action::SendRequest { attempt } => {
                if std::mem::take(&mut self.preparing) {
                    assert_eq!(attempt.number(), self.newest_attempt, "the attempt that was prepared");
                } else {
                    self.begin(*attempt);
                }
            }
            Action::AskRetry(error) => {
                assert_eq!(error.attempt.number(), self.newest_attempt);
                assert!(!self.waiting && !self.requesting && !self.asked);
                assert_eq!(error.verdict == Verdict::Interrupted, error.delay.is_some());
                assert!(error.delay.is_none_or(|delay| (100..=2_147_483_647).contains(&delay)));
                self.asked = true;
            }
            Action::FireClose { .. } => {
                assert_eq!(self.ready_state, ReadyState::Closed);
                assert!(!self.closed, "nothing is told after close");
            }
            Action::SendProbe { attempt } => {
                assert_eq!(attempt.number(), self.newest_attempt);
                assert!(!std::mem::replace(&mut self.requesting, true), "the request that failed is over");
                assert!(!self.waiting);
            }
            Action::AbortRequest => {
                assert!(std::mem::take(&mut self.requesting), "only a request can be aborted");
                self.preparing = false;
            }
            Action::StartTimer { delay, .. } => {
                assert!(!std::mem::replace(&mut self.waiting, true), "one timer at a time");
                assert!((1..=2_147_483_647).contains(delay));
            }
            Action::StopTimer => assert!(std::mem::take(&mut self.waiting), "only a timer can be stopped"),
            Action::SetReadyState(ready_state) => {
                assert_ne!(self.ready_state, ReadyState::Closed, "Closed is for good");
                self.ready_state = *ready_state;
            }
            Action::FireOpen { .. } => {
                assert_eq!(self.ready_state, ReadyState::Open);
                assert!(!self.closed, "nothing is told after close");
            }
            Action::FireError(error) => {
                assert!(error.delay.is_none_or(|delay| (100..=2_147_483_647).contains(&delay)));
                let expected = match error.verdict {
                    Verdict::Interrupted => ReadyState::Connecting,
                    _ => ReadyState::Closed,
                };
                assert_eq!(self.ready_state, expected, "{error:?}");
                assert!(!self.closed, "nothing is told after close");
            }
            Action::Dispatch(_) => assert_eq!(self.ready_state, ReadyState::Open),
            other => panic!("an action this test does not know: {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_inputs_is_sound(options in prop_oneof![1 => options(), 1 => Just(standard())], facts in facts(), begin in begin()) {
        let mut now = begin;
        let mut connection = Connection::new(options, now);
        let mut watcher = Watcher {
            ready_state: ReadyState::Connecting,
            newest_attempt: 0,
            requesting: false,
            preparing: false,
            asked: false,
            waiting: false,
            closed: false,
        };
        watcher.drain(&mut connection, None, now);
        for fact in &facts {
            let attempt = Attempt::from_number;
            let before = connection.state();
            match fact {
                Fact::Response { attempt: number, status, content_type } => {
                    let response = Response { status: *status, content_type: content_type.map(str::as_bytes) };
                    connection.handle(Input::ResponseStarted { attempt: attempt(*number), response }, now);
                }
                Fact::Chunk { attempt: number, .. } => connection.handle(Input::ChunkReceived { attempt: attempt(*number) }, now),
                Fact::BodyEnded(number) => connection.handle(Input::BodyEnded { attempt: attempt(*number) }, now),
                Fact::RequestFailed(number) => {
                    connection.handle(Input::RequestFailed { attempt: attempt(*number) }, now);
                }
                Fact::TimerFired(number) => connection.handle(Input::TimerFired { attempt: attempt(*number) }, now),
                Fact::ProbeEnded(number, outcome) => {
                    connection.handle(Input::ProbeEnded { attempt: attempt(*number), outcome: *outcome }, now);
                }
                Fact::NativeOpened(number) => connection.handle(Input::NativeOpened { attempt: attempt(*number) }, now),
                Fact::NativeInterrupted(number) => {
                    connection.handle(Input::NativeInterrupted { attempt: attempt(*number) }, now);
                }
                Fact::NativeFailed(number) => connection.handle(Input::NativeFailed { attempt: attempt(*number) }, now),
                Fact::Prepared(number) => connection.handle(Input::Prepared { attempt: attempt(*number) }, now),
                Fact::PrepareFailed(number) => {
                    connection.handle(Input::PrepareFailed { attempt: attempt(*number) }, now);
                }
                Fact::RetryAfter(number, delay) => {
                    connection.handle(Input::RetryAfterReceived { attempt: attempt(*number), delay: *delay }, now);
                }
                Fact::RetryAnswered(number, delay) => {
                    connection.handle(Input::RetryAnswered { attempt: attempt(*number), delay: *delay }, now);
                }
                Fact::Reconnect => connection.handle(Input::ReconnectCalled, now),
                Fact::Hidden => connection.handle(Input::BecameHidden, now),
                Fact::Visible => connection.handle(Input::BecameVisible, now),
                Fact::Paused => connection.handle(Input::Paused, now),
                Fact::Resumed => connection.handle(Input::Resumed, now),
                Fact::Overflowed(resume_later) => {
                    connection.handle(Input::Overflowed { resume_later: *resume_later }, now);
                }
                Fact::WentOnline => connection.handle(Input::WentOnline, now),
                Fact::Close => {
                    connection.handle(Input::CloseCalled, now);
                    watcher.closed = true;
                }
                Fact::Time(milliseconds) => now += milliseconds,
            }
            if connection.state() != before {
                // What the host itself said is over.
                watcher.requesting &=
                    !matches!(fact, Fact::BodyEnded(_) | Fact::RequestFailed(_) | Fact::ProbeEnded(..) | Fact::PrepareFailed(_));
                watcher.asked &= !matches!(fact, Fact::RetryAnswered(..) | Fact::Close);
            }
            if matches!(fact, Fact::TimerFired(number) if *number == watcher.newest_attempt) {
                watcher.waiting = false;
            }
            watcher.drain(&mut connection, Some(fact), now);
        }
    }
}
