//! All that an instance holds, as safe code: the exports only fetch it from where it lies.

#[cfg(target_arch = "wasm32")]
use crate::allocator::zeros;
use crate::output::{KEPT, Output};
use crate::source::Source;
use alloc::vec::Vec;

/// The buffers that the sources of one realm share. Its methods, and those of [`Source`], are the exports; see the crate's contract.
#[derive(Debug, Default)]
pub struct Realm {
    pub(crate) input: Vec<u8>,
    pub(crate) output: Output,
}

impl Realm {
    /// One with nothing in it.
    pub const fn new() -> Self {
        Realm { input: Vec::new(), output: Output::new() }
    }

    /// Makes room for so many bytes from the host.
    pub fn prepare(&mut self, size: usize) -> &mut [u8] {
        if size > self.input.len() || self.input.len() > KEPT {
            // The old one goes first, so that it can be the new one.
            self.input = Vec::new();
            self.input = zeros(size);
        }
        &mut self.input
    }

    /// Something happened to a source.
    pub fn tell(&mut self, source: &mut Source, input: u32, attempt: u32, value: u32, size: usize, now: u32) -> u32 {
        let bytes = self.input.get(..size).unwrap_or_default();
        source.tell(input, attempt, value, bytes, now, &mut self.output)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn zeros(size: usize) -> Vec<u8> {
    vec![0; size]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{NEVER, action, field, input, option, probe_outcome, reason, verdict};
    use std::mem::offset_of;
    use tidings_core::connection::{Connection, Fact, ProbeOutcome, Reason, Record, Settings, Step, Verdict};

    /// Gives bytes to the realm as a host does, and says how many.
    fn hand_in(realm: &mut Realm, bytes: &[u8]) -> usize {
        realm.prepare(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        bytes.len()
    }

    /// A source with the options of the standard, changed so.
    fn connect(realm: &mut Realm, change: impl FnOnce(&mut Settings)) -> Source {
        let mut source = Source::unset();
        let settings = source.connection.settings();
        (settings.probe, settings.repeats, settings.max_event_size) = (1, 1, 1 << 26);
        (settings.attempts, settings.time) = (NEVER, NEVER);
        change(settings);
        assert_eq!(realm.tell(&mut source, input::BEGIN, 0, 0, 0, 0), 0);
        source
    }

    fn standard(_: &mut Settings) {}

    fn open(realm: &mut Realm, change: impl FnOnce(&mut Settings)) -> Source {
        let mut source = connect(realm, change);
        let size = hand_in(realm, b"text/event-stream");
        assert_eq!(source.poll(), action::SEND_REQUEST);
        assert_eq!(realm.tell(&mut source, input::RESPONSE_STARTED, 1, 200, size, 0), 0);
        assert_eq!([(); 3].map(|()| source.poll()), [action::BECOME_OPEN, action::FIRE_OPEN, action::NONE]);
        source
    }

    fn chunk(realm: &mut Realm, source: &mut Source, bytes: &[u8]) -> u32 {
        let size = hand_in(realm, bytes);
        realm.tell(source, input::CHUNK_RECEIVED, 1, 0, size, 0)
    }

    #[test]
    fn each_event_comes_to_its_data_and_what_is_new() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, standard);
        chunk(&mut realm, &mut source, b"data:ab\n\ndata:c\nid:\xC3\xA9\n\nevent:t\ndata:\xF0\x9F\x98\x80\n\nevent:t\ndata\n\n");
        assert_eq!(realm.output.text(), "ab\r\r\rc\r\r\u{E9}\r\u{1F600}\rt\r\r\rt\r\r".as_bytes());
        assert_eq!([(); 2].map(|()| source.poll()), [action::DISPATCH, action::NONE]);
        // The next strings begin anew.
        chunk(&mut realm, &mut source, b"data:x\n\nid\ndata\n\n");
        assert_eq!(realm.output.text(), "x\r\r\u{E9}\r\r\r\n\r".as_bytes());
    }

    #[test]
    fn an_id_to_start_from_is_one_that_can_be() {
        let mut realm = Realm::new();
        let mut source = connect(&mut realm, standard);
        for (id, kept) in [(&b"a\nb"[..], 0), (b"7", 1), (b"a\0b", 1)] {
            let size = hand_in(&mut realm, id);
            assert_eq!(realm.tell(&mut source, input::START_FROM, 0, 0, size, 0), 0);
            source.poll();
            assert_eq!(source.word(field::LAST_EVENT_ID_SIZE), kept);
        }
    }

    #[test]
    fn options_are_heeded() {
        let mut realm = Realm::new();
        let mut source = connect(&mut realm, |settings| (settings.probe, settings.repeats) = (0, 0));
        source.poll();
        realm.tell(&mut source, input::REQUEST_FAILED, 1, 0, 0, 0);
        assert_eq!(source.poll(), action::BECOME_CLOSED, "no probe, and no repetition");

        let mut source = open(&mut realm, |settings| settings.max_event_size = 3);
        chunk(&mut realm, &mut source, b"data:1234");
        let actions = [(); 5].map(|()| source.poll());
        assert_eq!(actions, [action::DISPATCH, action::ABORT_REQUEST, action::BECOME_CLOSED, action::FIRE_ERROR, action::NONE]);
        assert_eq!(source.word(field::REASON), reason::LIMIT_EXCEEDED);
        assert_eq!(source.word(field::VERDICT), verdict::FAILED);

        for (status, ready) in [(429, action::BECOME_CONNECTING), (430, action::BECOME_CLOSED), (599, action::BECOME_CONNECTING)]
        {
            let mut source = connect(&mut realm, |settings| {
                assert!(settings.transient.insert(429) && settings.transient.insert(599));
            });
            source.poll();
            realm.tell(&mut source, input::RESPONSE_STARTED, 1, status, 0, 0);
            assert_eq!([(); 2].map(|()| source.poll()), [action::ABORT_REQUEST, ready], "{status}");
        }
    }

    #[test]
    fn a_source_that_has_not_begun_asks_for_nothing() {
        assert_eq!([(); 2].map(|()| Source::unset().poll()), [action::NONE; 2]);
    }

    #[test]
    fn a_chunk_that_comes_too_early_is_ignored() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, standard);
        assert_ne!(chunk(&mut realm, &mut source, b"data:1\n\n"), 0);
        assert_eq!(chunk(&mut realm, &mut source, b"data:2\n\n"), 0);
        assert_eq!([(); 2].map(|()| source.poll()), [action::DISPATCH, action::NONE]);
        assert_ne!(chunk(&mut realm, &mut source, b"data:3\n\n"), 0);
        assert_eq!(realm.output.text(), b"3\r\r\r");
    }

    #[test]
    fn what_was_closed_between_a_chunk_and_its_dispatch_dispatches_nothing() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, standard);
        chunk(&mut realm, &mut source, b"data:1\n\n");
        realm.tell(&mut source, input::CLOSE_CALLED, 0, 0, 0, 0);
        assert_eq!([(); 3].map(|()| source.poll()), [action::ABORT_REQUEST, action::BECOME_CLOSED, action::NONE]);
    }

    #[test]
    fn the_last_event_id_is_there_while_events_are_dispatched() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, standard);
        chunk(&mut realm, &mut source, b"id:12\ndata\n\n");
        assert_eq!([(); 2].map(|()| source.poll()), [action::DISPATCH, action::NONE]);
        assert_eq!(source.word(field::LAST_EVENT_ID_SIZE), 2);
        realm.tell(&mut source, input::BODY_ENDED, 1, 0, 0, 0);
        while source.poll() != action::NONE {}
        realm.tell(&mut source, input::TIMER_FIRED, 1, 0, 0, 9_999);
        assert_eq!([(); 2].map(|()| source.poll()), [action::SEND_REQUEST, action::NONE]);
        assert_eq!(source.word(field::LAST_EVENT_ID_SIZE), 2);
    }

    #[test]
    fn numbers_are_those_of_the_core() {
        for (number, step) in [
            (action::PREPARE, Step::Prepare),
            (action::SEND_REQUEST, Step::SendRequest),
            (action::SEND_PROBE, Step::SendProbe),
            (action::ABORT_REQUEST, Step::AbortRequest),
            (action::START_TIMER, Step::StartTimer),
            (action::STOP_TIMER, Step::StopTimer),
            (action::ASK_RETRY, Step::AskRetry),
            (action::BECOME_CONNECTING, Step::BecomeConnecting),
            (action::BECOME_OPEN, Step::BecomeOpen),
            (action::BECOME_CLOSED, Step::BecomeClosed),
            (action::FIRE_OPEN, Step::FireOpen),
            (action::FIRE_ERROR, Step::FireError),
            (action::FIRE_CLOSE, Step::FireClose),
            (action::DISPATCH, Step::Dispatch),
        ] {
            assert_eq!(number, step as u32, "{step:?}");
        }
        let reasons = [
            (reason::UNKNOWN, Reason::Unknown),
            (reason::NETWORK, Reason::Network),
            (reason::BODY_ENDED, Reason::BodyEnded),
            (reason::RESUME_REFUSED, Reason::ResumeRefused),
            (reason::STATUS, Reason::Status),
            (reason::CONTENT_TYPE, Reason::ContentType),
            (reason::ORIGIN_REFUSED, Reason::OriginRefused),
            (reason::LIMIT_EXCEEDED, Reason::LimitExceeded),
            (reason::IDLE, Reason::Idle),
            (reason::PREPARE, Reason::Prepare),
            (reason::HIDDEN, Reason::Hidden),
            (reason::OVERFLOW, Reason::Overflow),
            (reason::REQUESTED, Reason::Requested),
        ];
        assert!(reasons.iter().all(|&(number, reason)| number == reason as u32));
        let verdicts = [
            (verdict::INTERRUPTED, Verdict::Interrupted),
            (verdict::FAILED, Verdict::Failed),
            (verdict::NOT_REPEATED, Verdict::NotRepeated),
            (verdict::RETRIES_EXHAUSTED, Verdict::RetriesExhausted),
            (verdict::DECLINED, Verdict::Declined),
        ];
        assert!(verdicts.iter().all(|&(number, verdict)| number == verdict as u32));
        let outcomes = [
            (probe_outcome::OTHER_ORIGIN, ProbeOutcome::OtherOrigin),
            (probe_outcome::OWN_ORIGIN, ProbeOutcome::OwnOrigin),
            (probe_outcome::UNREACHABLE, ProbeOutcome::Unreachable),
        ];
        assert!(outcomes.iter().all(|&(number, outcome)| number == outcome as u32));
        for (number, fact) in [
            (input::RESPONSE_STARTED, Fact::ResponseStarted),
            (input::CHUNK_RECEIVED, Fact::ChunkReceived),
            (input::BODY_ENDED, Fact::BodyEnded),
            (input::REQUEST_FAILED, Fact::RequestFailed),
            (input::PROBE_ENDED, Fact::ProbeEnded),
            (input::TIMER_FIRED, Fact::TimerFired),
            (input::WENT_ONLINE, Fact::WentOnline),
            (input::CLOSE_CALLED, Fact::CloseCalled),
            (input::PREPARED, Fact::Prepared),
            (input::PREPARE_FAILED, Fact::PrepareFailed),
            (input::RETRY_AFTER_RECEIVED, Fact::RetryAfterReceived),
            (input::RETRY_ANSWERED, Fact::RetryAnswered),
            (input::RECONNECT_CALLED, Fact::ReconnectCalled),
            (input::BECAME_HIDDEN, Fact::BecameHidden),
            (input::BECAME_VISIBLE, Fact::BecameVisible),
            (input::PAUSED, Fact::Paused),
            (input::RESUMED, Fact::Resumed),
            (input::OVERFLOWED, Fact::Overflowed),
        ] {
            assert_eq!(Fact::from_number(number), Some(fact));
            assert_eq!(number, fact as u32);
        }
        for number in [0, input::START_FROM, input::COMMENTS_WANTED, input::BEGIN, 256 + 1, NEVER] {
            assert_eq!(Fact::from_number(number), None);
        }
        assert_eq!(NEVER, Fact::NEVER);
    }

    #[test]
    fn words_lie_where_the_numbers_say() {
        let connection = offset_of!(Source, connection);
        let record = connection + Connection::RECORD;
        for (field, offset) in [
            (field::ATTEMPT, record + offset_of!(Record, attempt)),
            (field::DELAY, record + offset_of!(Record, delay)),
            (field::REASON, record + offset_of!(Record, reason)),
            (field::VERDICT, record + offset_of!(Record, verdict)),
            (field::OPTIONS, connection + Connection::SETTINGS),
        ] {
            assert_eq!(field as usize * size_of::<u32>(), offset, "{field}");
        }
        for (option, offset) in [
            (option::CROSS_ORIGIN, offset_of!(Settings, cross_origin)),
            (option::PROBE, offset_of!(Settings, probe)),
            (option::REPEATS, offset_of!(Settings, repeats)),
            (option::PREPARES, offset_of!(Settings, prepares)),
            (option::ASKS, offset_of!(Settings, asks)),
            (option::HIDDEN, offset_of!(Settings, hidden)),
            (option::SKIPS, offset_of!(Settings, skips)),
            (option::MAX_EVENT_SIZE, offset_of!(Settings, max_event_size)),
            (option::SEED, offset_of!(Settings, seed)),
            (option::IDLE_TIMEOUT, offset_of!(Settings, idle_timeout)),
            (option::MIN, offset_of!(Settings, min)),
            (option::MAX, offset_of!(Settings, max)),
            (option::ATTEMPTS, offset_of!(Settings, attempts)),
            (option::TIME, offset_of!(Settings, time)),
            (option::STATUSES, offset_of!(Settings, transient)),
        ] {
            assert_eq!(option as usize * size_of::<u32>(), offset, "{option}");
        }
    }
}
