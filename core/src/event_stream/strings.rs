//! What a chunk came to, as the bytes of strings: for hosts that make strings of bytes in their own way, as JavaScript does.
//!
//! Rules: a line is read when it is there as a whole. What of a line a chunk does not hold is kept, and the next chunk is appended to it; of what is never given
//! only the beginning is kept. All goes through the stream's own buffers.
//!
//! In browsers bytes count: each thing is written once, and buffers grow in one place.

use super::EventStream;
use super::field::{self, Field};
use super::interpret::{COMMENT, LONGEST_START, Outcome, RETRY};
use super::line::Start;
use super::text::{self, append, push};
use alloc::vec::Vec;
use core::mem;

/// What a chunk came to. An item is its data, then its type, then its last event ID; type and id are left out where they say nothing new.
///
/// ```
/// use tidings_core::EventStream;
/// use tidings_core::event_stream::{Beside, Strings};
///
/// let (mut stream, mut strings) = (EventStream::new(), Strings::default());
/// stream.feed_strings(b"id: 7\ndata: a\n\n: b\ndata: c\nevent: d\n\n", Beside::Comments, &mut strings);
/// assert_eq!(strings.text, b"a\r7\rb\r\n\rc\rd\r");
/// let ends = strings.ends.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap()));
/// assert_eq!(ends.collect::<Vec<_>>(), [1 << 2 | Strings::NEW_ID, 5 << 2 | Strings::NEW_TYPE, 9 << 2 | Strings::NEW_TYPE]);
/// ```
#[derive(Debug, Default)]
pub struct Strings {
    /// All strings as they were received, so that they may be no UTF-8, and a CR after each. No string holds a CR.
    pub text: Vec<u8>,
    /// Of each item where in the text its data ends, shifted left by 2, with [`NEW_TYPE`](Self::NEW_TYPE) and [`NEW_ID`](Self::NEW_ID): little-endian words.
    /// So a chunk may come to at most 1 GiB of text.
    pub ends: Vec<u8>,
}

impl Strings {
    /// A type follows. Else it is `message`.
    ///
    /// What is no event has a type that no event can have: a comment LF, a reconnection time, whose data is ten digits, two of them, the end by the limit three.
    pub const NEW_TYPE: u32 = 1;
    /// An id follows. Else it is that of the item before, and empty before the first.
    pub const NEW_ID: u32 = 2;

    /// Room for what chunks come to.
    pub const fn new() -> Self {
        Strings { text: Vec::new(), ends: Vec::new() }
    }

    fn add(&mut self, data: &[u8], event_type: &[u8], id: Option<&[u8]>) {
        self.string(data);
        let mut end = (self.text.len() as u32 - 1) << 2;
        if !event_type.is_empty() {
            end |= Self::NEW_TYPE;
            self.string(event_type);
        }
        if let Some(id) = id {
            end |= Self::NEW_ID;
            self.string(id);
        }
        append(&mut self.ends, &end.to_le_bytes());
    }

    fn string(&mut self, string: &[u8]) {
        append(&mut self.text, string);
        push(&mut self.text, b'\r');
    }
}

/// What is wanted beside events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// Comments.
    Comments,
    /// Comments, reconnection times and the end by the limit.
    All,
}

impl EventStream {
    /// Reads the next bytes of the body, and puts what they complete in the place of what the strings were. Nothing is decoded.
    ///
    /// A stream is fed by this or by [`feed`](Self::feed), not by both.
    pub fn feed_strings(&mut self, chunk: &[u8], beside: Beside, strings: &mut Strings) {
        text::clear(&mut strings.text);
        text::clear(&mut strings.ends);
        if self.exceeded {
            return;
        }
        let at = match self.lines.start_chunk(chunk) {
            Start::ReadOn(at) => at,
            Start::BrokenBom(at) => {
                push(&mut self.line, NO_FIELD);
                at
            }
        };
        self.id_given = self.last_event_id.is_empty();
        let mut lines = chunk.get(at..).unwrap_or_default();
        // What is left of the chunk before has no line end.
        let mut from = self.line.len();
        let mut joined = mem::take(&mut self.line);
        if from > 0 {
            append(&mut joined, lines);
            lines = &joined;
        }
        let mut start = 0;
        while let Some((end, next)) = self.lines.line_end(lines, from) {
            let line = lines.get(start..end).unwrap_or_default();
            (start, from) = (next, next);
            self.line(line, beside, strings);
            if self.exceeded {
                return;
            }
        }
        if start > 0 || joined.is_empty() {
            append(&mut self.line, lines.get(start..).unwrap_or_default());
        } else {
            self.line = joined;
        }
        self.unfinished_line(beside, strings);
    }

    fn line(&mut self, line: &[u8], beside: Beside, strings: &mut Strings) {
        if line.is_empty() {
            return self.blank_line(strings);
        }
        let (field, value) = self.split(line);
        if self.would_exceed(field, value.len()) {
            return self.leave_out(beside, strings);
        }
        match self.keep(field, value) {
            Outcome::ReconnectionTime if beside == Beside::All => {
                strings.add(&field::digits(self.reconnection_time.unwrap_or_default()), RECONNECTION_TIME, None);
            }
            Outcome::Comment if beside != Beside::Nothing => {
                strings.add(value.get(..COMMENT).unwrap_or(value), A_COMMENT, None);
            }
            _ => {}
        }
    }

    fn blank_line(&mut self, strings: &mut Strings) {
        if mem::take(&mut self.has_id) {
            mem::swap(&mut self.id, &mut self.last_event_id);
            text::clear(&mut self.id);
            self.id_given = false;
        }
        if mem::take(&mut self.has_data) {
            let id = if mem::replace(&mut self.id_given, true) { None } else { Some(&*self.last_event_id) };
            strings.add(&self.data, &self.event_type, id);
            text::clear(&mut self.data);
        }
        text::clear(&mut self.event_type);
        self.skipping = false;
    }

    /// The line that the chunk cut, as far as it is there.
    fn unfinished_line(&mut self, beside: Beside, strings: &mut Strings) {
        let (field, value) = self.split(&self.line);
        match field {
            Field::Comment | Field::Unknown => self.line.truncate(LONGEST_START + COMMENT),
            Field::Data | Field::Event | Field::Id => {
                if self.line.iter().any(field::is_colon) && self.would_exceed(field, value.len()) {
                    self.line = Vec::new();
                    push(&mut self.line, NO_FIELD);
                    self.leave_out(beside, strings);
                }
            }
            Field::Retry if value.is_empty() => {}
            // What the digits come to so far is all that has to be kept of them.
            Field::Retry => {
                let digits = field::kept_digits(value);
                self.line.truncate(RETRY.len());
                append(&mut self.line, &digits);
            }
        }
    }

    /// Gives up what was read of this event, but its id, and gives the memory back; and with it the rest of the stream, unless only this event is to be skipped.
    fn leave_out(&mut self, beside: Beside, strings: &mut Strings) {
        if !self.skipping && beside == Beside::All {
            strings.add(&[], LIMIT_EXCEEDED, None);
        }
        self.give_up();
        if !self.skips {
            self.id = Vec::new();
            self.exceeded = true;
        }
    }
}

/// The type of a comment.
const A_COMMENT: &[u8] = b"\n";
/// That of a reconnection time.
const RECONNECTION_TIME: &[u8] = b"\n\n";
/// That of the end by the limit.
const LIMIT_EXCEEDED: &[u8] = b"\n\n\n";
/// No line that begins like this has a field.
const NO_FIELD: u8 = 0;
