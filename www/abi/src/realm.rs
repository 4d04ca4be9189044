//! All that an instance holds, as safe code: the exports only fetch it from where it lies.

#[cfg(target_arch = "wasm32")]
use crate::allocator::zeros;
use crate::numbers::{LONGEST_STRING, STATUSES, option};
use crate::output::{KEPT, Output};
use crate::source::Source;
use alloc::boxed::Box;
use alloc::vec::Vec;
use tidings_core::connection::{Options, Statuses};

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

    /// A source with the options that the input holds.
    pub fn connect(&mut self, size: usize) -> Option<Box<Source>> {
        let options = self.input.get(..size).and_then(read_options)?;
        Some(Box::new(Source::new(options)))
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

fn read_options(bytes: &[u8]) -> Option<Options> {
    let (numbers, statuses) = bytes.as_chunks().0.split_first_chunk::<{ STATUSES as usize }>()?;
    let [flags, limit, seed, idle_timeout, min, max, attempts, time] = numbers.map(u32::from_le_bytes);
    let is_set = |flag| flags & flag != 0;
    let mut options = Options::default();
    options.limits.max_event_size = Some(limit.min(LONGEST_STRING) as usize);
    options.cross_origin = is_set(option::CROSS_ORIGIN);
    options.probe = is_set(option::PROBE);
    options.repeats = is_set(option::REPEATS);
    options.prepares = is_set(option::PREPARES);
    options.asks = is_set(option::ASKS);
    options.hidden = is_set(option::HIDDEN);
    options.limits.skips = is_set(option::SKIPS);
    options.seed = seed;
    options.idle_timeout = idle_timeout;
    let reconnection = &mut options.reconnection;
    (reconnection.min, reconnection.max, reconnection.attempts, reconnection.time) = (min, max, attempts, time);
    options.transient = Statuses::from_bits(statuses.first_chunk()?.map(u32::from_le_bytes));
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{NEVER, NEW_ID, NEW_TYPE, OPTIONS_SIZE, action, field, input, probe_outcome, reason, verdict};
    use tidings_core::connection::{Fact, ProbeOutcome, Reason, Step, Verdict};
    use tidings_core::event_stream::Strings;

    /// Gives bytes to the realm as a host does, and says how many.
    fn hand_in(realm: &mut Realm, bytes: &[u8]) -> usize {
        realm.prepare(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        bytes.len()
    }

    fn connect(realm: &mut Realm, numbers: [u32; 8], statuses: &[u32]) -> Option<Box<Source>> {
        let mut words = [0; OPTIONS_SIZE as usize];
        words[..numbers.len()].copy_from_slice(&numbers);
        statuses.iter().for_each(|status| words[(STATUSES + status / 32) as usize] |= 1 << (status % 32));
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let size = hand_in(realm, &bytes);
        realm.connect(size)
    }

    fn open(realm: &mut Realm, numbers: [u32; 8]) -> Box<Source> {
        let mut source = connect(realm, numbers, &[]).expect("they are whole");
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

    fn word(source: &Source, field: u32) -> u32 {
        source.record()[field as usize]
    }

    /// The options of the standard.
    const STANDARD: [u32; 8] = [option::PROBE | option::REPEATS, 1 << 26, 0, 0, 1_000, 0, NEVER, NEVER];

    #[test]
    fn each_event_comes_to_its_data_and_what_is_new() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, STANDARD);
        chunk(&mut realm, &mut source, b"data:ab\n\ndata:c\nid:\xC3\xA9\n\nevent:t\ndata:\xF0\x9F\x98\x80\n\nevent:t\ndata\n\n");
        let (text, words) = realm.output.strings();
        assert_eq!(text, "ab\rc\r\u{E9}\r\u{1F600}\rt\r\rt\r".as_bytes());
        assert_eq!(words, [2 << 2, 4 << 2 | NEW_ID, 12 << 2 | NEW_TYPE, 15 << 2 | NEW_TYPE]);
        assert_eq!([(); 2].map(|()| source.poll()), [action::DISPATCH, action::NONE]);
        // The next strings begin anew.
        chunk(&mut realm, &mut source, b"data:x\n\n");
        let (text, words) = realm.output.strings();
        assert_eq!((text, words), ("x\r\u{E9}\r".as_bytes(), vec![1 << 2 | NEW_ID]));
    }

    #[test]
    fn an_id_to_start_from_is_one_that_can_be() {
        let mut realm = Realm::new();
        let mut source = connect(&mut realm, STANDARD, &[]).expect("they are whole");
        for (id, kept) in [(&b"a\nb"[..], 0), (b"7", 1), (b"a\0b", 1)] {
            let size = hand_in(&mut realm, id);
            assert_eq!(realm.tell(&mut source, input::START_FROM, 0, 0, size, 0), 0);
            source.poll();
            assert_eq!(word(&source, field::LAST_EVENT_ID_SIZE), kept);
        }
    }

    #[test]
    fn flags_are_those_of_the_core() {
        assert_eq!([NEW_TYPE, NEW_ID], [Strings::NEW_TYPE, Strings::NEW_ID]);
    }

    #[test]
    fn options_are_refused_unless_all_of_them_are_there() {
        let mut realm = Realm::new();
        let whole = OPTIONS_SIZE as usize * 4;
        hand_in(&mut realm, &vec![0xFF; whole]);
        for size in [0, 1, 32, whole - 1, whole + 1, usize::MAX] {
            assert!(realm.connect(size).is_none(), "{size}");
        }
        assert!(realm.connect(whole).is_some());
    }

    #[test]
    fn options_are_heeded() {
        let mut realm = Realm::new();
        let numbers = |flags, limit| [flags, limit, 0, 0, 0, 0, 0, 0];
        let mut source = connect(&mut realm, numbers(0, 64), &[]).expect("they are whole");
        source.poll();
        realm.tell(&mut source, input::REQUEST_FAILED, 1, 0, 0, 0);
        assert_eq!(source.poll(), action::BECOME_CLOSED, "no probe, and no repetition");

        let mut source = open(&mut realm, numbers(option::REPEATS, 3));
        chunk(&mut realm, &mut source, b"data:1234");
        let actions = [(); 5].map(|()| source.poll());
        assert_eq!(actions, [action::DISPATCH, action::ABORT_REQUEST, action::BECOME_CLOSED, action::FIRE_ERROR, action::NONE]);
        assert_eq!(word(&source, field::REASON), reason::LIMIT_EXCEEDED);
        assert_eq!(word(&source, field::VERDICT), verdict::FAILED);

        for (status, ready) in [(429, action::BECOME_CONNECTING), (430, action::BECOME_CLOSED), (599, action::BECOME_CONNECTING)]
        {
            let mut source = connect(&mut realm, STANDARD, &[429, 599]).expect("they are whole");
            source.poll();
            realm.tell(&mut source, input::RESPONSE_STARTED, 1, status, 0, 0);
            assert_eq!([(); 2].map(|()| source.poll()), [action::ABORT_REQUEST, ready], "{status}");
        }
    }

    #[test]
    fn a_chunk_that_comes_too_early_is_ignored() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, STANDARD);
        assert_ne!(chunk(&mut realm, &mut source, b"data:1\n\n"), 0);
        assert_eq!(chunk(&mut realm, &mut source, b"data:2\n\n"), 0);
        assert_eq!([(); 2].map(|()| source.poll()), [action::DISPATCH, action::NONE]);
        assert_ne!(chunk(&mut realm, &mut source, b"data:3\n\n"), 0);
        assert_eq!(realm.output.strings().0, b"3\r");
    }

    #[test]
    fn what_was_closed_between_a_chunk_and_its_dispatch_dispatches_nothing() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, STANDARD);
        chunk(&mut realm, &mut source, b"data:1\n\n");
        realm.tell(&mut source, input::CLOSE_CALLED, 0, 0, 0, 0);
        assert_eq!([(); 3].map(|()| source.poll()), [action::ABORT_REQUEST, action::BECOME_CLOSED, action::NONE]);
    }

    #[test]
    fn the_last_event_id_is_there_while_events_are_dispatched() {
        let mut realm = Realm::new();
        let mut source = open(&mut realm, STANDARD);
        chunk(&mut realm, &mut source, b"id:12\ndata\n\n");
        assert_eq!([(); 2].map(|()| source.poll()), [action::DISPATCH, action::NONE]);
        assert_eq!(word(&source, field::LAST_EVENT_ID_SIZE), 2);
        realm.tell(&mut source, input::BODY_ENDED, 1, 0, 0, 0);
        while source.poll() != action::NONE {}
        realm.tell(&mut source, input::TIMER_FIRED, 1, 0, 0, 9_999);
        assert_eq!([(); 2].map(|()| source.poll()), [action::SEND_REQUEST, action::NONE]);
        assert_eq!(word(&source, field::LAST_EVENT_ID_SIZE), 2);
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
            assert_eq!(number, step as u32 + 1, "{step:?}");
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
        for number in [0, input::START_FROM, input::COMMENTS_WANTED, 256 + 1, NEVER] {
            assert_eq!(Fact::from_number(number), None);
        }
        assert_eq!(NEVER, Fact::NEVER);
    }
}
