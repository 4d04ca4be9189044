//! What a chunk came to, as the bytes of strings: for hosts that make strings of bytes in their own way, as JavaScript does.
//!
//! Rules: a byte is looked at once. The name of a field is followed letter by letter, so that of a line that a chunk cuts only a number is kept; what follows it goes
//! where it has to be kept, data into the data buffer and all else into the line's.
//!
//! In browsers bytes count: each thing is written once, and buffers grow in one place.

use super::EventStream;
use super::interpret::{COMMENT, is_id};
use super::text::{self, append, push};
use alloc::vec::Vec;
use core::mem;

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
    /// Reads the next bytes of the body, and puts what they complete in the place of what the text was: three strings for each item, as they were received, so
    /// that they may be no UTF-8, with a CR after each. No string holds a CR.
    ///
    /// - The data.
    /// - The type; empty for `message`. What is no event has a type that no event can have: a comment LF, a reconnection time (the data is eleven octal digits) two
    ///   of them, the end by the limit three.
    /// - The last event ID: empty if it is the one of the item before, and before the first if it is the empty string; LF if it is the empty string again.
    ///
    /// A stream is fed by this or by [`feed`](Self::feed), not by both.
    ///
    /// ```
    /// use tidings_core::EventStream;
    /// use tidings_core::event_stream::Beside;
    ///
    /// let (mut stream, mut text) = (EventStream::new(), Vec::new());
    /// stream.feed_strings(b"id: 7\ndata: a\n\n: b\ndata: c\nevent: d\n\n", Beside::Comments, &mut text);
    /// assert_eq!(text, b"a\r\r7\rb\r\n\r\rc\rd\r\r");
    /// ```
    pub fn feed_strings(&mut self, chunk: &[u8], beside: Beside, text: &mut Vec<u8>) {
        text::clear(text);
        self.id_given = self.last_event_id.is_empty();
        let mut rest = self.lines.without_line_feed(chunk);
        while !self.exceeded {
            let line_end = self.lines.line_end(rest, 0);
            let (end, next) = line_end.unwrap_or((rest.len(), 0));
            self.piece(rest.get(..end).unwrap_or_default(), beside, text);
            if line_end.is_none() {
                return;
            }
            self.end_line(beside, text);
            rest = rest.get(next..).unwrap_or_default();
        }
    }

    /// A piece of a line.
    fn piece(&mut self, mut piece: &[u8], beside: Beside, text: &mut Vec<u8>) {
        if !is_field(self.name) {
            let mut letters = piece.iter();
            while !is_field(self.name) {
                let Some(&letter) = letters.next() else { return };
                self.name = after(self.name, letter);
            }
            piece = letters.as_slice();
            self.at_value = true;
            if self.skipping && matches!(self.name, DATA | EVENT) {
                // Of an event that is left out, they are as good as unknown.
                self.name = UNKNOWN;
            } else if self.name == DATA && mem::replace(&mut self.has_data, true) {
                push(&mut self.data, b'\n');
            }
        }
        if self.at_value
            && let Some((&first, rest)) = piece.split_first()
        {
            self.at_value = false;
            if first == b' ' {
                piece = rest;
            }
        }
        let place = match self.name {
            DATA => &mut self.data,
            RETRY => return self.time.read(piece),
            UNKNOWN => return,
            COMMENT_LINE => {
                piece = piece.get(..COMMENT - self.line.len()).unwrap_or(piece);
                &mut self.line
            }
            _ => &mut self.line,
        };
        append(place, piece);
        if self.name != COMMENT_LINE && self.is_past_limit(self.line.len()) {
            self.leave_out(beside, text);
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn end_line(&mut self, beside: Beside, text: &mut Vec<u8>) {
        if matches!(self.name, 0 | START) {
            return self.blank_line(text);
        }
        if !is_field(self.name) {
            self.piece(b":", beside, text);
        }
        match mem::take(&mut self.name) {
            EVENT => text::replace(&mut self.event_type, &self.line),
            ID if is_id(&self.line) => {
                self.has_id = true;
                text::replace(&mut self.id, &self.line);
            }
            RETRY => {
                if let Some(milliseconds) = mem::take(&mut self.time).milliseconds() {
                    self.reconnection_time = Some(milliseconds);
                    if beside == Beside::All {
                        for place in (0..11).rev() {
                            push(text, b'0' + (milliseconds >> (place * 3) & 7) as u8);
                        }
                        item(text, &[], RECONNECTION_TIME, &[]);
                    }
                }
            }
            COMMENT_LINE if beside != Beside::Nothing => item(text, &self.line, A_COMMENT, &[]),
            _ => {}
        }
        text::clear(&mut self.line);
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn blank_line(&mut self, text: &mut Vec<u8>) {
        if mem::take(&mut self.has_id) {
            text::replace(&mut self.last_event_id, &self.id);
            text::clear(&mut self.id);
            self.id_given = false;
        }
        if mem::take(&mut self.has_data) {
            let id = if mem::replace(&mut self.id_given, true) {
                &[]
            } else if self.last_event_id.is_empty() {
                &b"\n"[..]
            } else {
                &self.last_event_id
            };
            item(text, &self.data, &self.event_type, id);
            text::clear(&mut self.data);
        }
        text::clear(&mut self.event_type);
        self.skipping = false;
        self.name = 0;
    }

    /// Gives up what was read of this event, but its id, and gives the memory back; and with it the rest of the stream, unless only this event is to be skipped.
    fn leave_out(&mut self, beside: Beside, text: &mut Vec<u8>) {
        if !self.skipping && beside == Beside::All {
            item(text, &[], LIMIT_EXCEEDED, &[]);
        }
        self.give_up();
        text::free(&mut self.line);
        self.name = UNKNOWN;
        if !self.skips {
            text::free(&mut self.id);
            self.exceeded = true;
        }
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
fn item(text: &mut Vec<u8>, data: &[u8], event_type: &[u8], id: &[u8]) {
    for string in [data, event_type, id] {
        append(text, string);
        push(text, b'\r');
    }
}

/// Where this letter leads to.
fn after(mut at: u32, letter: u8) -> u32 {
    loop {
        match LETTERS.get(at as usize) {
            None => return UNKNOWN,
            Some(&(expected, _)) if expected == letter => {
                return if letter == b':' { FIELD | at } else { (at + 1) % AFTER_BOM };
            }
            Some(&(_, otherwise)) => at = otherwise.into(),
        }
    }
}

/// Whether a line went past the colon.
fn is_field(name: u32) -> bool {
    name >= FIELD
}

/// A line goes along one of the names, which a colon ends (a comment is the field without one), and a stream along the BOM before that. With each letter stands where to
/// look if it is not the one: first letters lead to that of the next name.
const LETTERS: [(u8, u8); 24] = {
    let names = b"data:event:id:retry::\xEF\xBB\xBF";
    let mut letters = [(0, u8::MAX); 24];
    let mut at = 0;
    while at < letters.len() {
        letters[at].0 = names[at];
        at += 1;
    }
    (letters[0].1, letters[5].1, letters[11].1, letters[14].1, letters[START as usize].1) = (5, 11, 14, 20, 0);
    letters
};
/// Where a stream begins: perhaps with a BOM.
pub(super) const START: u32 = 21;
const AFTER_BOM: u32 = 24;
/// A field is this and where its colon is.
const FIELD: u32 = 128;
const DATA: u32 = FIELD | 4;
const EVENT: u32 = FIELD | 10;
const ID: u32 = FIELD | 13;
const RETRY: u32 = FIELD | 19;
const COMMENT_LINE: u32 = FIELD | 20;
const UNKNOWN: u32 = 255;

/// The type of a comment.
const A_COMMENT: &[u8] = b"\n";
/// That of a reconnection time.
const RECONNECTION_TIME: &[u8] = b"\n\n";
/// That of the end by the limit.
const LIMIT_EXCEEDED: &[u8] = b"\n\n\n";
