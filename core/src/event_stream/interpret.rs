//! Fields into events: the data buffer, the event type buffer and the last event ID buffer.
//!
//! Rules: each buffer is absent, lies in the chunk at hand as checked text, or is kept by the stream; never two of these. What lies
//! in the chunk is handed out as it lies there; it moves into the stream's own buffers only when it has to outlive the chunk, or,
//! for data, when a second line is joined to it or bytes have to be replaced.
//!
//! Dangers: the last event ID takes effect at the blank line, also of a block without data, and an unfinished block has none.
//! "Absent" is not "empty": a lone `data` line makes an event whose data is the empty string, no `data` line makes none.

use super::field::{self, Digits, Field};
use super::line::{LineReader, Start};
use super::text::{self, CheckedText, DataBuffer};
use super::{Item, MessageEvent};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

/// A push parser for one event stream: feed it a chunk, drain the [`Items`], feed the next.
///
/// It follows [parsing an event stream] and [interpreting an event stream] to the letter and takes any bytes whatever; how they
/// are cut into chunks makes no difference. Invalid UTF-8 is replaced, unknown fields are skipped, an unfinished block at the end is
/// dropped.
///
/// An event in one chunk costs no allocation, and its type, data and id are given as they lie in that chunk. Only data of
/// several lines (which the standard joins) and what was cut by the end of a chunk go through a buffer, which is reused.
///
/// One difference: the standard gives each body a fresh last event ID buffer, so that after a reconnect one event without an id would
/// empty the source's last event ID. Browsers start it from the last event ID string; so does this.
///
/// [parsing an event stream]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
/// [interpreting an event stream]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
#[derive(Debug)]
pub struct EventStream {
    limit: usize,
    exceeded: bool,

    lines: LineReader,
    /// The line that the end of a chunk cut, and what is kept of it.
    unfinished: Unfinished,
    value: Vec<u8>,
    digits: Digits,

    data: DataBuffer,
    event_type: String,
    id: String,
    /// What of the block at hand lies in these buffers.
    kept: Kept,
    last_event_id: String,
    reconnection_time: Option<u32>,

    /// Buffers were handed out and can be emptied now.
    given: bool,
    /// The data, where the data buffer's bytes are no UTF-8.
    repaired: String,
    comment: String,
}

/// Which buffers of the block the stream keeps; of type and id, which are decoded, with the number of bytes as received.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    data: bool,
    event_type: Option<usize>,
    id: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Unfinished {
    /// The chunk ended where a line does.
    #[default]
    None,
    /// No colon yet; the value buffer has the name so far.
    Name,
    /// The value so far is kept: of `data` in the data buffer, of `retry` as digits, else in the value buffer.
    /// While `blank` is set, one leading space may still have to go.
    Value { field: Field, blank: bool },
}

/// What a line came to. It fits a register; what belongs to it is in [`Items`] and the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Nothing,
    Event,
    ReconnectionTime,
    Comment,
    LimitExceeded,
}

impl EventStream {
    /// A parser with the default limit of 64 MiB on what one event may hold.
    pub fn new() -> Self {
        Self::with_limit(Some(DEFAULT_LIMIT))
    }

    /// A parser with a limit, in bytes, on the data, type and id of one event together; `None` lifts it.
    ///
    /// Bytes count as they are received. Where they are no UTF-8, each may become a U+FFFD, which takes three.
    /// Comments and unknown fields are skipped, not kept, so they do not count, however long.
    pub fn with_limit(limit: Option<usize>) -> Self {
        EventStream {
            limit: limit.unwrap_or(usize::MAX),
            exceeded: false,
            lines: LineReader::default(),
            unfinished: Unfinished::None,
            value: Vec::new(),
            digits: Digits::default(),
            data: DataBuffer::new(),
            event_type: String::new(),
            id: String::new(),
            kept: Kept::default(),
            last_event_id: String::new(),
            reconnection_time: None,
            given: false,
            repaired: String::new(),
            comment: String::new(),
        }
    }

    /// Hands in the next bytes of the body and gives the items that they complete.
    #[inline]
    pub fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a> {
        let position = match self.lines.start_chunk(chunk) {
            Start::ReadOn(at) => at,
            Start::BrokenBom(at) => {
                self.unfinished = Unfinished::Value { field: Field::Unknown, blank: false };
                at
            }
        };
        Items {
            position,
            text: CheckedText::default(),
            data: None,
            event_type: None,
            id: None,
            last_event_id: None,
            comment: None,
            near_limit: self.near_limit(chunk.len()),
            drained: self.exceeded,
            chunk,
            stream: self,
        }
    }

    /// The last event ID string: what a request to resume this stream sends as `Last-Event-ID`.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The reconnection time in milliseconds that the stream asked for last, if it did.
    pub fn reconnection_time(&self) -> Option<u32> {
        self.reconnection_time
    }

    /// The limit given at construction, in bytes.
    pub fn limit(&self) -> Option<usize> {
        (self.limit != usize::MAX).then_some(self.limit)
    }

    /// Whether an event went past the limit, so that nothing is read any more until [`restart`](Self::restart).
    pub fn limit_exceeded(&self) -> bool {
        self.exceeded
    }

    /// Starts over for a new body of the same source: an unfinished block is dropped, the last event ID is kept.
    pub fn restart(&mut self) {
        self.exceeded = false;
        self.lines = LineReader::default();
        self.drop_block();
    }

    fn drop_block(&mut self) {
        self.unfinished = Unfinished::None;
        self.kept = Kept::default();
        self.given = false;
        self.data.clear();
        text::clear_bytes(&mut self.value);
        text::clear_text(&mut self.event_type);
        text::clear_text(&mut self.id);
    }

    /// Whether this many bytes more could reach the limit, so that every line has to be counted. What the buffers hold is at least what
    /// counts of them.
    fn near_limit(&self, more: usize) -> bool {
        self.data.len() + self.event_type.len() + self.id.len() + self.value.len() + more > self.limit
    }

    fn keep_event_type(&mut self, bytes: &[u8]) {
        text::decode_into(&mut self.event_type, bytes);
        self.kept.event_type = Some(bytes.len());
    }

    fn keep_id(&mut self, bytes: &[u8]) {
        text::decode_into(&mut self.id, bytes);
        self.kept.id = Some(bytes.len());
    }
}

impl Default for EventStream {
    fn default() -> Self {
        Self::new()
    }
}

/// The items that one chunk completes, in order. Each borrows from the chunk or from the stream, so it has to be let go before the next.
///
/// Dropping it early reads the chunk to its end and gives nothing of the rest, so that the stream is right for the next chunk.
#[derive(Debug)]
#[must_use = "the chunk is read as its items are taken"]
pub struct Items<'a> {
    stream: &'a mut EventStream,
    chunk: &'a [u8],
    position: usize,
    text: CheckedText<'a>,
    /// The buffers of the block at hand that lie in the chunk.
    data: Option<&'a str>,
    event_type: Option<&'a str>,
    id: Option<&'a str>,
    /// As of the last block that set it, if its id lies in the chunk; so with the comment that was read last.
    last_event_id: Option<&'a str>,
    comment: Option<&'a str>,
    near_limit: bool,
    drained: bool,
}

impl<'a> Items<'a> {
    /// The next item, or `None` once the chunk is used up.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend: items borrow from the stream's buffers")]
    // Where it is called, the item need not be written to memory and read back, which takes as long as to read a short line.
    #[inline]
    pub fn next(&mut self) -> Option<Item<'_>> {
        match self.read() {
            Outcome::Nothing => None,
            Outcome::Event => Some(self.event()),
            Outcome::ReconnectionTime => Some(Item::ReconnectionTime(self.stream.reconnection_time.unwrap_or_default())),
            Outcome::Comment => Some(Item::Comment(self.comment.unwrap_or(&self.stream.comment))),
            Outcome::LimitExceeded => Some(Item::LimitExceeded { limit: self.stream.limit }),
        }
    }

    /// Reads on until a line comes to something; to nothing once the chunk is used up.
    #[inline(never)]
    fn read(&mut self) -> Outcome {
        if mem::take(&mut self.stream.given) {
            text::clear_text(&mut self.stream.repaired);
            text::clear_text(&mut self.stream.event_type);
            self.stream.data.clear();
        }
        if self.drained {
            return Outcome::Nothing;
        }
        loop {
            let start = self.position;
            let line_end = self.stream.lines.line_end(self.chunk, start);
            let (end, next) = line_end.unwrap_or((self.chunk.len(), self.chunk.len()));
            self.position = next;
            let outcome = if line_end.is_some() && self.stream.unfinished == Unfinished::None {
                if start == end { self.blank_line() } else { self.line(start, end) }
            } else if start < end && self.keep_line(start, end) {
                Outcome::LimitExceeded
            } else if line_end.is_some() {
                self.finish_line()
            } else {
                self.keep_block();
                return Outcome::Nothing;
            };
            match outcome {
                Outcome::Nothing => {}
                Outcome::LimitExceeded => return self.exceed(),
                outcome => return outcome,
            }
        }
    }

    /// A whole line that lies in the chunk and is not blank.
    #[inline]
    fn line(&mut self, start: usize, end: usize) -> Outcome {
        let line = self.chunk.get(start..end).unwrap_or_default();
        let (field, value) = field::split(line);
        if self.near_limit && self.would_exceed(field, value.len()) {
            return Outcome::LimitExceeded;
        }
        let value_start = end - value.len();
        match field {
            Field::Data => match self.text.slice(self.chunk, value_start, end) {
                Some(text) if self.data.is_none() && !self.stream.kept.data => self.data = Some(text),
                text => self.join_data(value, text),
            },
            Field::Event => {
                self.event_type = self.text.slice(self.chunk, value_start, end);
                match self.event_type {
                    Some(_) => self.stream.kept.event_type = None,
                    None => self.stream.keep_event_type(value),
                }
            }
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
            // Otherwise, ignore the field."
            Field::Id if value.contains(&0) => {}
            Field::Id => {
                self.id = self.text.slice(self.chunk, value_start, end);
                match self.id {
                    Some(_) => self.stream.kept.id = None,
                    None => self.stream.keep_id(value),
                }
            }
            Field::Retry => {
                let mut digits = Digits::default();
                digits.push(value);
                return self.retry(digits);
            }
            Field::Comment => {
                self.comment = self.text.slice(self.chunk, value_start, end.min(value_start + COMMENT));
                if self.comment.is_none() {
                    self.keep_comment(value);
                }
                return Outcome::Comment;
            }
            Field::Unknown => {}
        }
        Outcome::Nothing
    }

    /// "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the data buffer", where
    /// the last LF is left out from the start instead of being removed at the end.
    fn join_data(&mut self, value: &[u8], text: Option<&str>) {
        self.begin_kept_data();
        match text {
            Some(text) => self.stream.data.push_text(text),
            None => self.stream.data.push_bytes(value),
        }
    }

    /// Makes the stream's own data buffer ready for one more line.
    fn begin_kept_data(&mut self) {
        let kept = mem::replace(&mut self.stream.kept.data, true);
        if let Some(first) = self.data.take() {
            self.stream.data.push_text(first);
        } else if !kept {
            return;
        }
        self.stream.data.push_text("\n");
    }

    fn retry(&mut self, digits: Digits) -> Outcome {
        match digits.reconnection_time() {
            Some(milliseconds) => {
                self.stream.reconnection_time = Some(milliseconds);
                Outcome::ReconnectionTime
            }
            None => Outcome::Nothing,
        }
    }

    fn keep_comment(&mut self, value: &[u8]) {
        let kept = match value.get(..COMMENT) {
            Some(cut) if value.len() > COMMENT => text::without_cut_character(cut),
            _ => value,
        };
        text::decode_into(&mut self.stream.comment, kept);
    }

    /// "If the line is empty (a blank line), dispatch the event."
    #[inline]
    fn blank_line(&mut self) -> Outcome {
        // "Set the last event ID string of the event source to the value of the last event ID buffer."
        if let Some(id) = self.id.take() {
            self.last_event_id = Some(id);
        } else if self.stream.kept.id.take().is_some() {
            mem::swap(&mut self.stream.last_event_id, &mut self.stream.id);
            text::clear_text(&mut self.stream.id);
            self.last_event_id = None;
        }
        // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
        if self.data.is_none() && !self.stream.kept.data {
            self.event_type = None;
            if self.stream.kept.event_type.take().is_some() {
                text::clear_text(&mut self.stream.event_type);
            }
            return Outcome::Nothing;
        }
        Outcome::Event
    }

    #[inline]
    fn event(&mut self) -> Item<'_> {
        let kept = mem::take(&mut self.stream.kept);
        self.stream.given = kept.data || kept.event_type.is_some();
        let data = match self.data.take() {
            Some(data) => data,
            None => self.stream.data.decode(&mut self.stream.repaired),
        };
        let event_type = match self.event_type.take() {
            Some(event_type) => event_type,
            None if kept.event_type.is_some() => &self.stream.event_type,
            None => "",
        };
        let event_type = if event_type.is_empty() { "message" } else { event_type };
        let last_event_id = self.last_event_id.unwrap_or(&self.stream.last_event_id);
        Item::Event(MessageEvent { event_type, data, last_event_id })
    }

    /// The end of a line that the stream keeps.
    fn finish_line(&mut self) -> Outcome {
        let mut value = mem::take(&mut self.stream.value);
        let field = match mem::take(&mut self.stream.unfinished) {
            Unfinished::None => Field::Unknown,
            Unfinished::Value { field, .. } => field,
            Unfinished::Name => {
                let field = Field::named(&value);
                value.clear();
                if self.near_limit && self.would_exceed(field, 0) {
                    return Outcome::LimitExceeded;
                }
                self.begin_value(field);
                field
            }
        };
        let outcome = match field {
            Field::Data | Field::Unknown => Outcome::Nothing,
            Field::Event => {
                self.stream.keep_event_type(&value);
                self.event_type = None;
                Outcome::Nothing
            }
            Field::Id => {
                if !value.contains(&0) {
                    self.stream.keep_id(&value);
                    self.id = None;
                }
                Outcome::Nothing
            }
            Field::Retry => self.retry(self.stream.digits),
            Field::Comment => {
                self.keep_comment(&value);
                self.comment = None;
                Outcome::Comment
            }
        };
        text::clear_bytes(&mut value);
        self.stream.value = value;
        outcome
    }

    /// Keeps a piece, not empty, of a line that the chunk does not hold whole; says whether that went past the limit.
    fn keep_line(&mut self, start: usize, end: usize) -> bool {
        let piece = self.chunk.get(start..end).unwrap_or_default();
        let (field, piece) = match &mut self.stream.unfinished {
            Unfinished::Value { field, blank } => {
                let piece = if mem::take(blank) { piece.strip_prefix(b" ").unwrap_or(piece) } else { piece };
                (*field, piece)
            }
            Unfinished::None | Unfinished::Name => match self.keep_name(piece) {
                Some(begun) => begun,
                None => return false,
            },
        };
        if self.near_limit && self.would_exceed(field, piece.len()) {
            return true;
        }
        match field {
            Field::Data => self.stream.data.push_bytes(piece),
            Field::Event | Field::Id => self.stream.value.extend_from_slice(piece),
            Field::Retry => self.stream.digits.push(piece),
            // One byte more than is given, to know that there was more.
            Field::Comment => {
                let room = (COMMENT + 1).saturating_sub(self.stream.value.len()).min(piece.len());
                self.stream.value.extend_from_slice(piece.get(..room).unwrap_or_default());
            }
            Field::Unknown => {}
        }
        false
    }

    /// Keeps what of the name lies in this piece; once the name is whole, begins the value and gives what of it lies in the piece.
    fn keep_name(&mut self, piece: &'a [u8]) -> Option<(Field, &'a [u8])> {
        let colon = piece.iter().take(LONGEST_NAME + 1).position(|&byte| byte == b':');
        let name = piece.get(..colon.unwrap_or(piece.len())).unwrap_or_default();
        if self.stream.value.len() + name.len() > LONGEST_NAME {
            self.stream.value.clear();
            self.stream.unfinished = Unfinished::Value { field: Field::Unknown, blank: false };
            return None;
        }
        self.stream.value.extend_from_slice(name);
        self.stream.unfinished = Unfinished::Name;
        let value = piece.get(colon? + 1..).unwrap_or_default();
        let field = Field::named(&self.stream.value);
        self.stream.value.clear();
        self.begin_value(field);
        self.stream.unfinished = Unfinished::Value { field, blank: value.is_empty() };
        Some((field, value.strip_prefix(b" ").unwrap_or(value)))
    }

    fn begin_value(&mut self, field: Field) {
        match field {
            Field::Data => self.begin_kept_data(),
            Field::Retry => self.stream.digits = Digits::default(),
            _ => {}
        }
    }

    /// Whether so many bytes more for this field go past the limit.
    fn would_exceed(&self, field: Field, more: usize) -> bool {
        let stream = &*self.stream;
        let unfinished = stream.unfinished != Unfinished::None;
        let size = |lies_in_chunk: Option<&str>, kept| lies_in_chunk.map_or(kept, str::len);
        let data = size(self.data, if stream.kept.data { stream.data.len() } else { 0 });
        let event_type = size(self.event_type, stream.kept.event_type.unwrap_or(0));
        let id = size(self.id, stream.kept.id.unwrap_or(0));
        let pending = match field {
            // The LF that joins this line to the ones before; an unfinished line has it already.
            Field::Data => usize::from(!unfinished && (self.data.is_some() || stream.kept.data)),
            Field::Event | Field::Id => stream.value.len(),
            Field::Retry | Field::Comment | Field::Unknown => return false,
        };
        data + event_type + id + pending + more > stream.limit
    }

    /// Ends the reading for good and gives the memory back.
    fn exceed(&mut self) -> Outcome {
        self.settle_last_event_id();
        (self.data, self.event_type, self.id) = (None, None, None);
        self.stream.drop_block();
        self.stream.data = DataBuffer::new();
        self.stream.value = Vec::new();
        self.stream.exceeded = true;
        self.drained = true;
        Outcome::LimitExceeded
    }

    /// Moves what the block has so far out of the chunk, which the stream will not see again.
    fn keep_block(&mut self) {
        self.drained = true;
        self.settle_last_event_id();
        let stream = &mut *self.stream;
        if let Some(data) = self.data {
            stream.data.push_text(data);
            stream.kept.data = true;
        }
        if let Some(event_type) = self.event_type {
            stream.keep_event_type(event_type.as_bytes());
        }
        if let Some(id) = self.id {
            stream.keep_id(id.as_bytes());
        }
    }

    fn settle_last_event_id(&mut self) {
        if let Some(id) = self.last_event_id.take() {
            text::clear_text(&mut self.stream.last_event_id);
            self.stream.last_event_id.push_str(id);
        }
    }
}

impl Drop for Items<'_> {
    fn drop(&mut self) {
        if !self.drained {
            while self.next().is_some() {}
        }
    }
}

/// What one event may hold unless told otherwise, in bytes.
pub const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;
/// The longest text of a comment that is given, in bytes.
const COMMENT: usize = 4 * 1024;
/// The longest name of a field there is: `event`, `retry`.
const LONGEST_NAME: usize = 5;
