//! Fields into events: the data buffer, the event type buffer and the last event ID buffer.
//!
//! Rules: each buffer is absent, lies in the chunk at hand as checked text, or is kept by the stream. What lies in the chunk
//! is handed out as it lies there; it moves into the stream's own buffers only when it has to outlive the chunk, or, for data,
//! when a second line is joined to it or bytes have to be replaced.
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
    /// The block so far, as the next chunk finds it.
    block: Block,
    last_event_id: String,
    reconnection_time: Option<u32>,

    /// The data buffer was handed out and can be emptied now.
    data_given: bool,
    comment: String,
}

/// Which buffers of the current block the stream keeps, and their bytes as received.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    data: Option<usize>,
    event_type: Option<usize>,
    id: Option<usize>,
}

impl Block {
    fn size(&self) -> usize {
        self.data.unwrap_or(0) + self.event_type.unwrap_or(0) + self.id.unwrap_or(0)
    }
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

/// A buffer of the block at hand.
#[derive(Clone, Copy, Debug, Default)]
enum Slot<'a> {
    #[default]
    Absent,
    Chunk(&'a str),
    Kept,
}

impl<'a> Slot<'a> {
    fn kept(size: Option<usize>) -> Self {
        if size.is_some() { Slot::Kept } else { Slot::Absent }
    }

    fn text<'t>(self, kept: &'t str) -> &'t str
    where
        'a: 't,
    {
        match self {
            Slot::Absent => "",
            Slot::Chunk(text) => text,
            Slot::Kept => kept,
        }
    }

    fn size(self, kept: Option<usize>) -> usize {
        match self {
            Slot::Absent => 0,
            Slot::Chunk(text) => text.len(),
            Slot::Kept => kept.unwrap_or(0),
        }
    }
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
            block: Block::default(),
            last_event_id: String::new(),
            reconnection_time: None,
            data_given: false,
            comment: String::new(),
        }
    }

    /// Hands in the next bytes of the body and gives the items that they complete.
    pub fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a> {
        let mut items = Items {
            position: 0,
            text: CheckedText::default(),
            data: Slot::kept(self.block.data),
            event_type: Slot::kept(self.block.event_type),
            id: Slot::kept(self.block.id),
            last_event_id: Slot::Kept,
            comment: Slot::Absent,
            near_limit: self.near_limit(chunk.len()),
            drained: false,
            chunk,
            stream: self,
        };
        match items.stream.lines.start_chunk(chunk) {
            Start::ReadOn(at) => items.position = at,
            Start::BrokenBom(at) => {
                items.position = at;
                items.stream.unfinished = Unfinished::Value { field: Field::Unknown, blank: false };
            }
        }
        items
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
        self.block = Block::default();
        self.data_given = false;
        self.data.clear();
        text::clear_bytes(&mut self.value);
        text::clear_text(&mut self.event_type);
        text::clear_text(&mut self.id);
    }

    /// Whether this many bytes more could reach the limit, so that every line has to be counted.
    fn near_limit(&self, more: usize) -> bool {
        self.block.size().saturating_add(self.value.len()).saturating_add(more) > self.limit
    }

    fn keep_data_bytes(&mut self, bytes: &[u8]) {
        self.data.push_bytes(bytes);
        self.block.data = Some(self.block.data.unwrap_or(0) + bytes.len());
    }

    fn keep_event_type(&mut self, bytes: &[u8]) {
        text::decode_into(&mut self.event_type, bytes);
        self.block.event_type = Some(bytes.len());
    }

    fn keep_id(&mut self, bytes: &[u8]) {
        text::decode_into(&mut self.id, bytes);
        self.block.id = Some(bytes.len());
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
    data: Slot<'a>,
    event_type: Slot<'a>,
    /// The id of the block at hand, which takes effect at its end.
    id: Slot<'a>,
    last_event_id: Slot<'a>,
    /// The comment that was read last.
    comment: Slot<'a>,
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
            Outcome::Comment => Some(Item::Comment(self.comment.text(&self.stream.comment))),
            Outcome::LimitExceeded => Some(Item::LimitExceeded { limit: self.stream.limit }),
        }
    }

    /// Reads on until a line comes to something; to nothing once the chunk is used up.
    #[inline(never)]
    fn read(&mut self) -> Outcome {
        if mem::take(&mut self.stream.data_given) {
            self.stream.data.clear();
        }
        if self.drained || self.stream.exceeded {
            return Outcome::Nothing;
        }
        while let Some((end, next)) = self.stream.lines.line_end(self.chunk, self.position) {
            let start = mem::replace(&mut self.position, next);
            let outcome = if self.stream.unfinished != Unfinished::None {
                self.finish_line(start, end)
            } else if start == end {
                self.blank_line()
            } else {
                self.line(start, end)
            };
            match outcome {
                Outcome::Nothing => {}
                Outcome::LimitExceeded => return self.exceed(),
                outcome => return outcome,
            }
        }
        let start = mem::replace(&mut self.position, self.chunk.len());
        self.drained = true;
        if self.keep_line(start, self.chunk.len()) {
            return self.exceed();
        }
        self.keep_block();
        Outcome::Nothing
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
            Field::Data => match (self.data, self.text.slice(self.chunk, value_start, end)) {
                (Slot::Absent, Some(text)) => self.data = Slot::Chunk(text),
                (_, text) => self.join_data(value, text),
            },
            Field::Event => match self.text.slice(self.chunk, value_start, end) {
                Some(text) => self.event_type = Slot::Chunk(text),
                None => {
                    self.stream.keep_event_type(value);
                    self.event_type = Slot::Kept;
                }
            },
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
            // Otherwise, ignore the field."
            Field::Id if value.contains(&0) => {}
            Field::Id => match self.text.slice(self.chunk, value_start, end) {
                Some(text) => self.id = Slot::Chunk(text),
                None => {
                    self.stream.keep_id(value);
                    self.id = Slot::Kept;
                }
            },
            Field::Retry => {
                let mut digits = Digits::default();
                digits.push(value);
                return self.retry(digits);
            }
            Field::Comment => {
                self.comment = match self.text.slice(self.chunk, value_start, end.min(value_start + COMMENT)) {
                    Some(text) => Slot::Chunk(text),
                    None => self.keep_comment(value),
                };
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
            Some(text) => {
                self.stream.data.push_text(text);
                self.stream.block.data = Some(self.stream.block.data.unwrap_or(0) + value.len());
            }
            None => self.stream.keep_data_bytes(value),
        }
    }

    /// Makes the stream's own data buffer ready for one more line.
    fn begin_kept_data(&mut self) {
        match mem::replace(&mut self.data, Slot::Kept) {
            Slot::Absent => self.stream.block.data = Some(0),
            Slot::Chunk(first) => {
                self.stream.data.push_text(first);
                self.stream.data.push_text("\n");
                self.stream.block.data = Some(first.len() + 1);
            }
            Slot::Kept => {
                self.stream.data.push_text("\n");
                self.stream.block.data = Some(self.stream.block.data.unwrap_or(0) + 1);
            }
        }
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

    fn keep_comment(&mut self, value: &[u8]) -> Slot<'a> {
        let kept = match value.get(..COMMENT) {
            Some(cut) if value.len() > COMMENT => text::without_cut_character(cut),
            _ => value,
        };
        text::decode_into(&mut self.stream.comment, kept);
        Slot::Kept
    }

    /// "If the line is empty (a blank line), dispatch the event."
    #[inline]
    fn blank_line(&mut self) -> Outcome {
        // "Set the last event ID string of the event source to the value of the last event ID buffer."
        match mem::take(&mut self.id) {
            Slot::Absent => {}
            Slot::Chunk(id) => self.last_event_id = Slot::Chunk(id),
            Slot::Kept => {
                mem::swap(&mut self.stream.last_event_id, &mut self.stream.id);
                self.last_event_id = Slot::Kept;
            }
        }
        // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
        if matches!(self.data, Slot::Absent) {
            self.event_type = Slot::Absent;
            return Outcome::Nothing;
        }
        Outcome::Event
    }

    #[inline]
    fn event(&mut self) -> Item<'_> {
        let event_type = match mem::take(&mut self.event_type).text(&self.stream.event_type) {
            "" => "message",
            event_type => event_type,
        };
        let data = match mem::take(&mut self.data) {
            Slot::Kept => {
                self.stream.data_given = true;
                self.stream.data.decode()
            }
            slot => slot.text(""),
        };
        let last_event_id = self.last_event_id.text(&self.stream.last_event_id);
        Item::Event(MessageEvent { event_type, data, last_event_id })
    }

    /// The end of a line whose start the stream keeps.
    fn finish_line(&mut self, start: usize, end: usize) -> Outcome {
        if self.keep_line(start, end) {
            return Outcome::LimitExceeded;
        }
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
                self.event_type = Slot::Kept;
                Outcome::Nothing
            }
            Field::Id => {
                if !value.contains(&0) {
                    self.stream.keep_id(&value);
                    self.id = Slot::Kept;
                }
                Outcome::Nothing
            }
            Field::Retry => self.retry(self.stream.digits),
            Field::Comment => {
                self.comment = self.keep_comment(&value);
                Outcome::Comment
            }
        };
        text::clear_bytes(&mut value);
        self.stream.value = value;
        outcome
    }

    /// Keeps a piece of a line that the chunk does not hold whole; says whether that went past the limit.
    fn keep_line(&mut self, start: usize, end: usize) -> bool {
        let mut piece = self.chunk.get(start..end).unwrap_or_default();
        if piece.is_empty() {
            return false;
        }
        if matches!(self.stream.unfinished, Unfinished::None | Unfinished::Name) {
            self.stream.unfinished = Unfinished::Name;
            let colon = piece.iter().take(LONGEST_NAME + 1).position(|&byte| byte == b':');
            let name = piece.get(..colon.unwrap_or(piece.len())).unwrap_or_default();
            if self.stream.value.len() + name.len() > LONGEST_NAME {
                self.stream.value.clear();
                self.stream.unfinished = Unfinished::Value { field: Field::Unknown, blank: false };
                return false;
            }
            self.stream.value.extend_from_slice(name);
            let Some(colon) = colon else {
                return false;
            };
            let field = Field::named(&self.stream.value);
            self.stream.value.clear();
            self.begin_value(field);
            self.stream.unfinished = Unfinished::Value { field, blank: true };
            piece = piece.get(colon + 1..).unwrap_or_default();
        }
        let Unfinished::Value { field, blank } = &mut self.stream.unfinished else {
            return false;
        };
        let field = *field;
        if *blank && !piece.is_empty() {
            *blank = false;
            piece = piece.strip_prefix(b" ").unwrap_or(piece);
        }
        if self.near_limit && self.would_exceed(field, piece.len()) {
            return true;
        }
        match field {
            Field::Data => self.stream.keep_data_bytes(piece),
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

    fn begin_value(&mut self, field: Field) {
        match field {
            Field::Data => self.begin_kept_data(),
            Field::Retry => self.stream.digits = Digits::default(),
            _ => {}
        }
    }

    /// Whether so many bytes more for this field go past the limit.
    fn would_exceed(&self, field: Field, more: usize) -> bool {
        let block = &self.stream.block;
        let unfinished = self.stream.unfinished != Unfinished::None;
        let data = self.data.size(block.data);
        let kept = data + self.event_type.size(block.event_type) + self.id.size(block.id);
        let pending = match field {
            // The LF that joins this line to the ones before; an unfinished line has it already.
            Field::Data => usize::from(!unfinished && !matches!(self.data, Slot::Absent)),
            Field::Event | Field::Id => self.stream.value.len(),
            Field::Retry | Field::Comment | Field::Unknown => return false,
        };
        kept.saturating_add(pending).saturating_add(more) > self.stream.limit
    }

    /// Ends the reading for good and gives the memory back.
    fn exceed(&mut self) -> Outcome {
        self.settle_last_event_id();
        (self.data, self.event_type, self.id) = (Slot::Absent, Slot::Absent, Slot::Absent);
        self.stream.drop_block();
        self.stream.data = DataBuffer::new();
        self.stream.value = Vec::new();
        self.stream.exceeded = true;
        self.drained = true;
        Outcome::LimitExceeded
    }

    /// Moves what the block has so far out of the chunk, which the stream will not see again.
    fn keep_block(&mut self) {
        self.settle_last_event_id();
        let stream = &mut *self.stream;
        match self.data {
            Slot::Absent => stream.block.data = None,
            Slot::Chunk(text) => {
                stream.data.push_text(text);
                stream.block.data = Some(text.len());
            }
            Slot::Kept => {}
        }
        match self.event_type {
            Slot::Absent => stream.block.event_type = None,
            Slot::Chunk(text) => stream.keep_event_type(text.as_bytes()),
            Slot::Kept => {}
        }
        match self.id {
            Slot::Absent => stream.block.id = None,
            Slot::Chunk(text) => stream.keep_id(text.as_bytes()),
            Slot::Kept => {}
        }
    }

    fn settle_last_event_id(&mut self) {
        if let Slot::Chunk(id) = mem::replace(&mut self.last_event_id, Slot::Kept) {
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
