//! All that an instance holds, as safe code: the exports only fetch it from where it lies.

use crate::numbers::{LONGEST_STRING, NO_CONTENT_TYPE, OPTIONS_VERSION, option};
use crate::output::{KEPT, Output};
use crate::source::Source;
use alloc::boxed::Box;
use alloc::vec::Vec;
use tidings_core::connection::Options;

/// The sources of one realm, and the buffers they share. Its methods are the exports; see the crate's contract.
#[derive(Debug, Default)]
pub struct Realm {
    #[allow(clippy::vec_box, reason = "moving a source takes more code than moving its box")]
    sources: Vec<Box<Source>>,
    /// How many there ever were. Handles are counted on, so that one that was released means nothing any more.
    count: u32,
    pub(crate) input: Vec<u8>,
    pub(crate) output: Output,
    record: Record,
}

/// What belongs to the action polled last: the words of [`field`](crate::numbers::field).
pub(crate) type Record = [u32; 7];

impl Realm {
    /// One without sources.
    pub const fn new() -> Self {
        Realm { sources: Vec::new(), count: 0, input: Vec::new(), output: Output::new(), record: [0; 7] }
    }

    /// Makes room for so many bytes from the host.
    pub fn prepare(&mut self, size: usize) -> &mut [u8] {
        if size > self.input.len() || self.input.len() > KEPT {
            // The old one goes first, so that it can be the new one.
            self.input = Vec::new();
            self.input.resize(size, 0);
        }
        &mut self.input
    }

    /// A source with the options that the input holds.
    pub fn connect(&mut self, size: usize) -> u32 {
        let Some(options) = self.input.get(..size).and_then(read_options) else {
            return 0;
        };
        self.count = self.count.wrapping_add(1);
        self.sources.push(Box::new(Source::new(self.count, options)));
        self.count
    }

    /// Something happened.
    pub fn tell(&mut self, handle: u32, input: u32, attempt: u32, value: u32, size: u32, now: u32) -> u32 {
        let bytes = (size != NO_CONTENT_TYPE).then(|| self.input.get(..size as usize).unwrap_or_default());
        let source = self.sources.iter_mut().find(|source| source.handle == handle);
        source.map_or(0, |source| source.tell(input, attempt, value, bytes, now.into(), &mut self.output))
    }

    /// Makes the ends of strings in the table count code units.
    pub fn measure(&mut self) {
        self.output.measure();
    }

    /// What is to be done next; what belongs to it is in the record.
    pub fn poll(&mut self, handle: u32) -> u32 {
        let source = self.sources.iter_mut().find(|source| source.handle == handle);
        source.map_or(0, |source| source.poll(&mut self.record))
    }

    /// What belongs to the action polled last.
    pub fn record(&self) -> &[u32] {
        &self.record
    }

    /// The source is gone.
    pub fn release(&mut self, handle: u32) {
        if let Some(index) = self.sources.iter().position(|source| source.handle == handle) {
            self.sources.swap_remove(index);
        }
    }
}

fn read_options(bytes: &[u8]) -> Option<Options> {
    let (words, []) = bytes.as_chunks() else { return None };
    let (first, statuses) = words.split_first_chunk()?;
    let [version, flags, limit, seed, idle_timeout, min, max, attempts, time] = first.map(u32::from_le_bytes);
    if version != OPTIONS_VERSION {
        return None;
    }
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
    for status in statuses {
        options.transient.insert(u32::from_le_bytes(*status).try_into().unwrap_or_default());
    }
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{NEVER, OUT_OF_ORDER, action, field, input, reason, verdict};
    use tidings_core::connection::{Reason, Step, Verdict};

    /// Gives bytes to the realm as a host does, and says how many.
    fn hand_in(realm: &mut Realm, bytes: &[u8]) -> u32 {
        realm.prepare(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        bytes.len() as u32
    }

    fn connect(realm: &mut Realm, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let size = hand_in(realm, &bytes);
        realm.connect(size as usize)
    }

    fn open(realm: &mut Realm, words: &[u32]) -> u32 {
        let handle = connect(realm, words);
        let size = hand_in(realm, b"text/event-stream");
        assert_eq!(realm.poll(handle), action::SEND_REQUEST);
        assert_eq!(realm.tell(handle, input::RESPONSE_STARTED, 1, 200, size, 0), 0);
        assert_eq!([(); 3].map(|()| realm.poll(handle)), [action::BECOME_OPEN, action::FIRE_OPEN, action::NONE]);
        handle
    }

    fn chunk(realm: &mut Realm, handle: u32, bytes: &[u8]) -> u32 {
        let size = hand_in(realm, bytes);
        realm.tell(handle, input::CHUNK_RECEIVED, 1, 0, size, 0)
    }

    fn word(realm: &Realm, field: u32) -> u32 {
        realm.record()[field as usize]
    }

    /// The options of the standard.
    const STANDARD: [u32; 9] = [1, option::PROBE | option::REPEATS, 1 << 26, 0, 0, 1_000, 0, NEVER, NEVER];

    /// The table without the address.
    fn table(realm: &Realm) -> Vec<u32> {
        words(realm)[1..].to_vec()
    }

    fn words(realm: &Realm) -> Vec<u32> {
        let (words, []) = realm.output.table().as_chunks() else { panic!("whole words") };
        words.iter().map(|word| u32::from_le_bytes(*word)).collect()
    }

    #[test]
    fn the_table_says_where_strings_end_and_what_is_new() {
        let mut realm = Realm::new();
        let handle = open(&mut realm, &STANDARD);
        chunk(&mut realm, handle, b"data:ab\n\ndata:c\nid:\xC3\xA9\n\nevent:t\ndata:\xF0\x9F\x98\x80\n\nevent:t\ndata\n\n");
        // ab, c, é, 😀 and t, nothing, and the LF at the end.
        assert_eq!(table(&realm), [2 + 1 + 2 + 4 + 1 + 1, 4, 2 << 2, 3 << 2 | 2, 5 << 2, 9 << 2 | 1, 10 << 2, 10 << 2]);
        assert_eq!([(); 2].map(|()| realm.poll(handle)), [action::DISPATCH, action::NONE]);
        realm.measure();
        assert_eq!(table(&realm)[2..], [2 << 2, 3 << 2 | 2, 4 << 2, 6 << 2 | 1, 7 << 2, 7 << 2]);
        // The next table begins anew.
        chunk(&mut realm, handle, b"data:x\n\n");
        assert_eq!(table(&realm), [1 + 2 + 1, 1, 1 << 2 | 2, 3 << 2]);
    }

    #[test]
    fn options_are_refused_unless_all_of_them_are_there() {
        let mut realm = Realm::new();
        for words in [&[][..], &[0], &[1], &[1, 1], &[1, 0, 1, 2, 3, 4, 5, 6], &[2, 0, 1, 2, 3, 4, 5, 6, 7]] {
            assert_eq!(connect(&mut realm, words), 0, "{words:?}");
        }
        assert_eq!(realm.connect(usize::MAX), 0);
        let size = hand_in(&mut realm, b"\x01\0\0\0\x01");
        assert_eq!(realm.connect(size as usize), 0);
        assert_ne!(connect(&mut realm, &[1, u32::MAX, u32::MAX, 3, 4, 5, 6, 7, 8, 503, u32::MAX]), 0);
    }

    #[test]
    fn options_are_heeded() {
        let mut realm = Realm::new();
        let words = |flags, limit| [1, flags, limit, 0, 0, 0, 0, 0, 0];
        let handle = connect(&mut realm, &words(0, 64));
        realm.poll(handle);
        realm.tell(handle, input::REQUEST_FAILED, 1, 0, 0, 0);
        assert_eq!(realm.poll(handle), action::BECOME_CLOSED, "no probe, and no repetition");

        let handle = open(&mut realm, &words(option::REPEATS, 3));
        chunk(&mut realm, handle, b"data:1234");
        let actions = [(); 5].map(|()| realm.poll(handle));
        assert_eq!(actions, [action::DISPATCH, action::ABORT_REQUEST, action::BECOME_CLOSED, action::FIRE_ERROR, action::NONE]);
        assert_eq!(word(&realm, field::REASON), reason::LIMIT_EXCEEDED);
        assert_eq!(word(&realm, field::VERDICT), verdict::FAILED);
    }

    #[test]
    fn a_chunk_out_of_order_is_refused_and_changes_nothing() {
        let mut realm = Realm::new();
        let handle = open(&mut realm, &STANDARD);
        assert!(chunk(&mut realm, handle, b"data:1\n\n") > OUT_OF_ORDER);
        assert_eq!(chunk(&mut realm, handle, b"data:2\n\n"), OUT_OF_ORDER);
        assert_eq!([(); 2].map(|()| realm.poll(handle)), [action::DISPATCH, action::NONE]);
        assert!(chunk(&mut realm, handle, b"data:3\n\n") > OUT_OF_ORDER);
    }

    #[test]
    fn what_was_released_is_gone() {
        let mut realm = Realm::new();
        let [first, second] = [(); 2].map(|()| open(&mut realm, &STANDARD));
        realm.release(first);
        assert_eq!(realm.poll(first), 0);
        assert_eq!(chunk(&mut realm, first, b"data:1\n\n"), 0);
        assert_ne!(connect(&mut realm, &STANDARD), first);
        assert_ne!(chunk(&mut realm, second, b"data:1\n\n"), 0);
    }

    #[test]
    fn the_last_event_id_is_there_while_events_are_dispatched() {
        let mut realm = Realm::new();
        let handle = open(&mut realm, &STANDARD);
        chunk(&mut realm, handle, b"id:12\ndata\n\n");
        assert_eq!([(); 2].map(|()| realm.poll(handle)), [action::DISPATCH, action::NONE]);
        assert_eq!(word(&realm, field::LAST_EVENT_ID_SIZE), 2);
        realm.tell(handle, input::BODY_ENDED, 1, 0, 0, 0);
        while realm.poll(handle) != action::NONE {}
        realm.tell(handle, input::TIMER_FIRED, 1, 0, 0, 9_999);
        assert_eq!([(); 2].map(|()| realm.poll(handle)), [action::SEND_REQUEST, action::NONE]);
        assert_eq!(word(&realm, field::LAST_EVENT_ID_SIZE), 2);
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
    }
}
