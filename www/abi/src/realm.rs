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
    input: Vec<u8>,
    output: Output,
}

impl Realm {
    /// One without sources.
    pub const fn new() -> Self {
        Realm { sources: Vec::new(), count: 0, input: Vec::new(), output: Output::new() }
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
    pub fn tell(&mut self, handle: u32, input: u32, attempt: u32, value: u32, size: u32, now: u64) -> u32 {
        let bytes = (size != NO_CONTENT_TYPE).then(|| self.input.get(..size as usize).unwrap_or_default());
        let source = self.sources.iter_mut().find(|source| source.handle == handle);
        source.map_or(0, |source| source.tell(input, attempt, value, bytes, now, &mut self.output))
    }

    /// Makes the ends of strings in the table count code units.
    pub fn measure(&mut self) {
        self.output.measure();
    }

    /// What is to be done next.
    pub fn poll(&mut self, handle: u32) -> u32 {
        self.source(handle).map_or(0, Source::poll)
    }

    /// What belongs to it.
    pub fn field(&mut self, handle: u32, field: u32) -> u32 {
        self.source(handle).map_or(0, |source| source.field(field))
    }

    /// The source is gone.
    pub fn release(&mut self, handle: u32) {
        if let Some(index) = self.sources.iter().position(|source| source.handle == handle) {
            self.sources.swap_remove(index);
        }
    }

    fn source(&mut self, handle: u32) -> Option<&mut Source> {
        self.sources.iter_mut().find(|source| source.handle == handle).map(|source| &mut **source)
    }
}

fn read_options(bytes: &[u8]) -> Option<Options> {
    let (words, rest) = bytes.as_chunks();
    let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
    if !rest.is_empty() || words.next() != Some(OPTIONS_VERSION) {
        return None;
    }
    let mut options = Options::default();
    let Some(flags) = words.next() else {
        return Some(options);
    };
    let is_set = |flag| flags & flag != 0;
    options.cross_origin = is_set(option::CROSS_ORIGIN);
    options.probe = is_set(option::PROBE);
    options.repeats = is_set(option::REPEATS);
    options.prepares = is_set(option::PREPARES);
    options.asks = is_set(option::ASKS);
    options.hidden = is_set(option::HIDDEN);
    let limit = words.next()?;
    options.limits.max_event_size = Some(limit.min(LONGEST_STRING) as usize);
    let reconnection = &mut options.reconnection;
    for place in [
        &mut options.seed,
        &mut options.idle_timeout,
        &mut reconnection.min,
        &mut reconnection.max,
        &mut reconnection.attempts,
        &mut reconnection.time,
    ] {
        *place = words.next()?;
    }
    for status in words {
        options.transient.insert(u16::try_from(status).unwrap_or_default());
    }
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::{OUT_OF_ORDER, action, field, input, reason};

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
        assert_eq!([(); 3].map(|()| realm.poll(handle)), [action::SET_READY_STATE, action::FIRE_OPEN, action::NONE]);
        handle
    }

    fn chunk(realm: &mut Realm, handle: u32, bytes: &[u8]) -> u32 {
        let size = hand_in(realm, bytes);
        realm.tell(handle, input::CHUNK_RECEIVED, 1, 0, size, 0)
    }

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
        let handle = open(&mut realm, &[1]);
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
        for words in [&[][..], &[0], &[2], &[1, 1], &[1, 0, 1, 2, 3, 4, 5, 6]] {
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
        assert_eq!(realm.poll(handle), action::SET_READY_STATE, "no probe");

        let handle = open(&mut realm, &words(option::REPEATS, 3));
        chunk(&mut realm, handle, b"data:1234");
        let actions = [(); 5].map(|()| realm.poll(handle));
        assert_eq!(actions, [action::DISPATCH, action::ABORT_REQUEST, action::SET_READY_STATE, action::FIRE_ERROR, action::NONE]);
        assert_eq!(realm.field(handle, field::REASON), reason::LIMIT_EXCEEDED);
        assert_eq!(realm.field(handle, field::FAILURE), 1);
    }

    #[test]
    fn a_chunk_out_of_order_is_refused_and_changes_nothing() {
        let mut realm = Realm::new();
        let handle = open(&mut realm, &[1]);
        assert!(chunk(&mut realm, handle, b"data:1\n\n") > OUT_OF_ORDER);
        assert_eq!(chunk(&mut realm, handle, b"data:2\n\n"), OUT_OF_ORDER);
        assert_eq!([(); 2].map(|()| realm.poll(handle)), [action::DISPATCH, action::NONE]);
        assert!(chunk(&mut realm, handle, b"data:3\n\n") > OUT_OF_ORDER);
    }

    #[test]
    fn what_was_released_is_gone() {
        let mut realm = Realm::new();
        let [first, second] = [(); 2].map(|()| open(&mut realm, &[1]));
        realm.release(first);
        assert_eq!(realm.poll(first), 0);
        assert_eq!(chunk(&mut realm, first, b"data:1\n\n"), 0);
        assert_ne!(connect(&mut realm, &[1]), first);
        assert_ne!(chunk(&mut realm, second, b"data:1\n\n"), 0);
    }

    #[test]
    fn the_last_event_id_is_there_while_events_are_dispatched() {
        let mut realm = Realm::new();
        let handle = open(&mut realm, &[1]);
        chunk(&mut realm, handle, b"id:12\ndata\n\n");
        assert_eq!(realm.field(handle, field::LAST_EVENT_ID_SIZE), 2);
        assert_eq!(realm.poll(handle), action::DISPATCH);
        assert_eq!(realm.field(handle, field::LAST_EVENT_ID_SIZE), 2);
        assert_eq!(realm.poll(handle), action::NONE);
        assert_eq!(realm.field(handle, field::LAST_EVENT_ID_SIZE), 2);
    }
}
