//! Fields into events: the data buffer, the event type buffer and the last event ID buffer.
//!
//! Rules: all is bytes here; they become text when they are given. Each buffer is absent, lies in the chunk at hand, or is kept by the stream;
//! never two of these. What lies in the chunk is handed out as it lies there; it moves into the stream's own buffers only when it has to
//! outlive the chunk, or, for data, when a second line is joined to it. A line that the end of a chunk cuts is kept until its end comes, but for
//! `data`, whose value goes on in the data buffer, and for what is never given, of which only the beginning is kept.
//!
//! Dangers: the last event ID takes effect at the blank line, also of a block without data, and an unfinished block has none.
//! "Absent" is not "empty": a lone `data` line makes an event whose data is the empty string, no `data` line makes none.

use super::field::{self, Field};
use super::line::{LineReader, Start};
use super::text::{self, CheckedText};
use super::{Item, MessageEvent};
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::ptr;

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
    /// What is kept of a line that the end of a chunk cut; empty if it cut none.
    line: Vec<u8>,
    /// It cut a `data` line, whose value so far is in the data buffer.
    in_data: bool,

    /// What the stream keeps of the block at hand. Data and id may be there and yet be empty.
    data: Vec<u8>,
    event_type: Vec<u8>,
    id: Vec<u8>,
    has_data: bool,
    has_id: bool,
    /// Always UTF-8.
    last_event_id: Vec<u8>,
    reconnection_time: Option<u32>,

    /// Data and event type were given and can be emptied now.
    event_given: bool,
    /// So can the line, which was a comment.
    line_given: bool,
    /// The data or comment, and the event type, where their bytes are no UTF-8.
    repaired: [String; 2],
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
            line: Vec::new(),
            in_data: false,
            data: Vec::new(),
            event_type: Vec::new(),
            id: Vec::new(),
            has_data: false,
            has_id: false,
            last_event_id: Vec::new(),
            reconnection_time: None,
            event_given: false,
            line_given: false,
            repaired: [const { String::new() }; 2],
        }
    }

    /// Hands in the next bytes of the body and gives the items that they complete.
    #[inline]
    pub fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a> {
        let position = match self.lines.start_chunk(chunk) {
            Start::ReadOn(at) => at,
            Start::BrokenBom(at) => {
                // No field begins like that.
                self.line.push(0);
                at
            }
        };
        let held = self.data.len() + self.event_type.len() + self.id.len() + self.line.len();
        Items {
            position,
            block: position,
            data: None,
            event_type: &[],
            id: None,
            last_event_id: None,
            comment: None,
            text: CheckedText::default(),
            id_text: None,
            near_limit: held + chunk.len() > self.limit,
            drained: self.exceeded,
            chunk,
            stream: self,
        }
    }

    /// The last event ID string: what a request to resume this stream sends as `Last-Event-ID`.
    pub fn last_event_id(&self) -> &str {
        str::from_utf8(&self.last_event_id).unwrap_or_default()
    }

    /// The same as UTF-8 bytes, which is how it is sent.
    pub fn last_event_id_bytes(&self) -> &[u8] {
        &self.last_event_id
    }

    /// Sets it, to resume what another stream left; between chunks only.
    pub fn set_last_event_id(&mut self, id: &str) {
        text::clear(&mut self.last_event_id);
        self.last_event_id.extend_from_slice(id.as_bytes());
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
        self.in_data = false;
        self.has_id = false;
        self.event_given = true;
        self.line_given = true;
        self.clear_given();
        text::clear(&mut self.id);
    }

    /// Empties the buffers that were given.
    fn clear_given(&mut self) {
        if mem::take(&mut self.event_given) {
            self.has_data = false;
            text::clear(&mut self.data);
            text::clear(&mut self.event_type);
        }
        if mem::take(&mut self.line_given) {
            text::clear(&mut self.line);
        }
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
    /// Where the block at hand, or what of it lies in the chunk, begins.
    block: usize,
    /// The buffers of the block at hand that lie in the chunk. An empty event type is as good as none.
    data: Option<&'a [u8]>,
    event_type: &'a [u8],
    id: Option<&'a [u8]>,
    /// As of the last block that set it, if its id lies in the chunk; so with the comment that was read last.
    last_event_id: Option<&'a [u8]>,
    comment: Option<&'a [u8]>,
    text: CheckedText<'a>,
    /// The last event ID as text, once it was given.
    id_text: Option<&'a str>,
    near_limit: bool,
    drained: bool,
}

impl<'a> Items<'a> {
    /// The next item, or `None` once the chunk is used up.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend: items borrow from the stream's buffers")]
    // Where it is called, the item need not be written to memory and read back, which takes as long as to read a short line.
    #[inline]
    pub fn next(&mut self) -> Option<Item<'_>> {
        let outcome = self.read();
        for text in &mut self.stream.repaired {
            if !text.is_empty() {
                *text = String::new();
            }
        }
        match outcome {
            Outcome::Nothing => None,
            Outcome::Event => Some(self.event()),
            Outcome::ReconnectionTime => Some(Item::ReconnectionTime(self.stream.reconnection_time.unwrap_or_default())),
            Outcome::Comment => Some(self.comment()),
            Outcome::LimitExceeded => Some(Item::LimitExceeded { limit: self.stream.limit }),
        }
    }

    /// The next item as bytes, for hosts that [decode](super::decode) them in their own way. A comment that is cut may be cut within a
    /// character.
    #[inline]
    pub fn next_bytes(&mut self) -> Option<Item<'_, [u8]>> {
        match self.read() {
            Outcome::Nothing => None,
            Outcome::Event => {
                self.give_event();
                let stream = &*self.stream;
                Some(Item::Event(MessageEvent {
                    event_type: if stream.event_type.is_empty() { mem::take(&mut self.event_type) } else { &stream.event_type },
                    data: self.data.take().unwrap_or(&stream.data),
                    last_event_id: self.last_event_id.unwrap_or(&stream.last_event_id),
                }))
            }
            Outcome::ReconnectionTime => Some(Item::ReconnectionTime(self.stream.reconnection_time.unwrap_or_default())),
            Outcome::Comment => Some(Item::Comment(self.comment_bytes())),
            Outcome::LimitExceeded => Some(Item::LimitExceeded { limit: self.stream.limit }),
        }
    }

    /// Reads on until a line comes to something; to nothing once the chunk is used up.
    #[inline(never)]
    fn read(&mut self) -> Outcome {
        self.stream.clear_given();
        if self.drained {
            return Outcome::Nothing;
        }
        loop {
            let start = self.position;
            let line_end = self.stream.lines.line_end(self.chunk, start);
            let (end, next) = line_end.unwrap_or((self.chunk.len(), self.chunk.len()));
            self.position = next;
            let piece = self.chunk.get(start..end).unwrap_or_default();
            let cut = self.stream.in_data || !self.stream.line.is_empty();
            let outcome = if line_end.is_some() && !cut {
                if piece.is_empty() { self.blank_line() } else { self.line(piece) }
            } else if !piece.is_empty() && self.keep_piece(piece) {
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
    fn line(&mut self, line: &'a [u8]) -> Outcome {
        let (field, value) = field::split(line);
        if self.near_limit && self.would_exceed(field, value.len()) {
            return Outcome::LimitExceeded;
        }
        self.field(field, value, Some(value))
    }

    /// [Processes the field](https://html.spec.whatwg.org/multipage/server-sent-events.html#processField), whose value may lie in the chunk.
    #[inline]
    fn field(&mut self, field: Field, value: &[u8], in_chunk: Option<&'a [u8]>) -> Outcome {
        // What the stream itself keeps: what does not lie in the chunk.
        let kept = if in_chunk.is_some() { &[] } else { value };
        match field {
            Field::Data => {
                if in_chunk.is_some() && self.data.is_none() && !self.stream.has_data {
                    self.data = in_chunk;
                } else {
                    self.begin_kept_data();
                    self.stream.data.extend_from_slice(value);
                }
            }
            Field::Event => {
                self.event_type = in_chunk.unwrap_or_default();
                replace(&mut self.stream.event_type, kept);
            }
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
            // Otherwise, ignore the field."
            #[allow(clippy::manual_contains, reason = "ids are short, and a search for long ones takes a lot of code")]
            Field::Id if value.iter().any(|&byte| byte == 0) => {}
            Field::Id => {
                self.id = in_chunk;
                self.stream.has_id = in_chunk.is_none();
                replace(&mut self.stream.id, kept);
            }
            Field::Retry => {
                if let Some(milliseconds) = field::reconnection_time(value) {
                    self.stream.reconnection_time = Some(milliseconds);
                    return Outcome::ReconnectionTime;
                }
            }
            Field::Comment => {
                self.comment = in_chunk;
                return Outcome::Comment;
            }
            Field::Unknown => {}
        }
        Outcome::Nothing
    }

    /// Makes the stream's own data buffer ready for one more line.
    ///
    /// "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the data buffer", where
    /// the last LF is left out from the start instead of being removed at the end.
    fn begin_kept_data(&mut self) {
        let stream = &mut *self.stream;
        let kept = mem::replace(&mut stream.has_data, true);
        if let Some(first) = self.data.take() {
            stream.data.extend_from_slice(first);
        } else if !kept {
            return;
        }
        stream.data.extend_from_slice(b"\n");
    }

    /// "If the line is empty (a blank line), dispatch the event."
    #[inline]
    fn blank_line(&mut self) -> Outcome {
        let stream = &mut *self.stream;
        // "Set the last event ID string of the event source to the value of the last event ID buffer."
        if let Some(id) = self.id.take() {
            self.last_event_id = Some(id);
        } else if mem::take(&mut stream.has_id) {
            self.last_event_id = None;
            text::clear(&mut stream.last_event_id);
            text::decode(&stream.id, &mut stream.last_event_id);
            text::clear(&mut stream.id);
        }
        // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and return."
        if self.data.is_none() && !stream.has_data {
            self.event_type = &[];
            self.block = self.position;
            stream.event_type.clear();
            return Outcome::Nothing;
        }
        Outcome::Event
    }

    /// Notes what an event that is about to be given is made of.
    #[inline]
    fn give_event(&mut self) {
        self.stream.event_given = self.stream.has_data || !self.stream.event_type.is_empty();
    }

    #[inline]
    fn event(&mut self) -> Item<'_> {
        self.give_event();
        let block = mem::replace(&mut self.block, self.position);
        if let Some(id) = self.last_event_id
            && !self.id_text.is_some_and(|text| ptr::eq(text.as_bytes(), id))
        {
            self.id_text = self.text.slice(self.chunk, id, block);
            if self.id_text.is_none() {
                self.settle_last_event_id();
            }
        }
        let stream = &mut *self.stream;
        let [repaired_data, repaired_type] = &mut stream.repaired;
        let data = match self.data.take() {
            Some(data) => match self.text.slice(self.chunk, data, block) {
                Some(text) => text,
                None => text::repaired(data, repaired_data),
            },
            None => text::text_of(&stream.data, repaired_data),
        };
        let event_type = mem::take(&mut self.event_type);
        let event_type = if !event_type.is_empty() {
            match self.text.slice(self.chunk, event_type, block) {
                Some(text) => text,
                None => text::repaired(event_type, repaired_type),
            }
        } else if !stream.event_type.is_empty() {
            text::text_of(&stream.event_type, repaired_type)
        } else {
            "message"
        };
        let last_event_id = match self.last_event_id {
            Some(_) => self.id_text.unwrap_or_default(),
            None => str::from_utf8(&stream.last_event_id).unwrap_or_default(),
        };
        Item::Event(MessageEvent { event_type, data, last_event_id })
    }

    fn comment(&mut self) -> Item<'_> {
        let comment = text::shortened(self.comment.unwrap_or_else(|| field::split(&self.stream.line).1), COMMENT);
        Item::Comment(text::text_of(comment, &mut self.stream.repaired[0]))
    }

    fn comment_bytes(&self) -> &[u8] {
        let comment = self.comment.unwrap_or_else(|| field::split(&self.stream.line).1);
        comment.get(..COMMENT).unwrap_or(comment)
    }

    /// The end of a line that was cut.
    fn finish_line(&mut self) -> Outcome {
        if mem::take(&mut self.stream.in_data) {
            return Outcome::Nothing;
        }
        let line = mem::take(&mut self.stream.line);
        let (field, value) = field::split(&line);
        if self.near_limit && self.would_exceed(field, value.len()) {
            return Outcome::LimitExceeded;
        }
        let outcome = self.field(field, value, None);
        self.stream.line = line;
        self.stream.line_given = true;
        if outcome != Outcome::Comment {
            self.stream.clear_given();
        }
        outcome
    }

    /// Keeps a piece, not empty, of a line that the chunk does not hold whole; says whether that went past the limit.
    fn keep_piece(&mut self, mut piece: &[u8]) -> bool {
        let in_data = self.stream.in_data;
        let mut line = mem::take(&mut self.stream.line);
        if !in_data {
            // As much as tells the field.
            let (start, rest) = piece.split_at(piece.len().min(LONGEST_START.saturating_sub(line.len())));
            line.extend_from_slice(start);
            piece = rest;
        }
        let (field, value) = if in_data { (Field::Data, &[][..]) } else { field::split(&line) };
        if self.near_limit && (in_data || line.iter().any(is_colon)) && self.would_exceed(field, value.len() + piece.len()) {
            return true;
        }
        match field {
            Field::Data if in_data => self.stream.data.extend_from_slice(piece),
            // The colon is there, and whether a blank follows is known.
            Field::Data if line.len() > DATA.len() => {
                self.begin_kept_data();
                self.stream.data.extend_from_slice(value);
                self.stream.data.extend_from_slice(piece);
                self.stream.in_data = true;
                line.clear();
            }
            Field::Event | Field::Id => line.extend_from_slice(piece),
            Field::Comment | Field::Retry => {
                let room = (COMMENT + LONGEST_START).saturating_sub(line.len());
                if room < piece.len() && field == Field::Retry {
                    // So long a number is none that a server sends: the field is ignored.
                    line.clear();
                    line.extend_from_slice(b"?");
                } else {
                    line.extend_from_slice(piece.get(..room).unwrap_or(piece));
                }
            }
            Field::Data | Field::Unknown => {}
        }
        self.stream.line = line;
        false
    }

    /// Whether so many bytes more for this field go past the limit.
    fn would_exceed(&self, field: Field, more: usize) -> bool {
        let stream = &*self.stream;
        let joining = match field {
            // The LF that joins this line to the ones before; of a line that was cut it is there already.
            Field::Data => usize::from(!stream.in_data && (self.data.is_some() || stream.has_data)),
            Field::Event | Field::Id => 0,
            Field::Retry | Field::Comment | Field::Unknown => return false,
        };
        let in_chunk = self.data.unwrap_or_default().len() + self.event_type.len() + self.id.unwrap_or_default().len();
        let kept = stream.data.len() + stream.event_type.len() + stream.id.len();
        in_chunk + kept + joining + more > stream.limit
    }

    /// Ends the reading for good and gives the memory back.
    fn exceed(&mut self) -> Outcome {
        self.settle_last_event_id();
        (self.data, self.event_type, self.id) = (None, &[], None);
        let stream = &mut *self.stream;
        stream.restart();
        (stream.data, stream.event_type, stream.id, stream.line) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        stream.exceeded = true;
        self.drained = true;
        Outcome::LimitExceeded
    }

    /// Moves what the block has so far out of the chunk, which the stream will not see again.
    fn keep_block(&mut self) {
        self.drained = true;
        self.settle_last_event_id();
        let stream = &mut *self.stream;
        if let Some(data) = self.data.take() {
            replace(&mut stream.data, data);
            stream.has_data = true;
        }
        if !self.event_type.is_empty() {
            replace(&mut stream.event_type, self.event_type);
        }
        if let Some(id) = self.id.take() {
            replace(&mut stream.id, id);
            stream.has_id = true;
        }
    }

    fn settle_last_event_id(&mut self) {
        if let Some(id) = self.last_event_id.take() {
            text::clear(&mut self.stream.last_event_id);
            text::decode(id, &mut self.stream.last_event_id);
        }
    }
}

impl Drop for Items<'_> {
    fn drop(&mut self) {
        if !self.drained {
            while self.next_bytes().is_some() {}
        }
    }
}

fn is_colon(byte: &u8) -> bool {
    *byte == b':'
}

fn replace(buffer: &mut Vec<u8>, bytes: &[u8]) {
    text::clear(buffer);
    buffer.extend_from_slice(bytes);
}

/// What one event may hold unless told otherwise, in bytes.
pub const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;
/// The longest text of a comment that is given, in bytes.
const COMMENT: usize = 4 * 1024;
const DATA: &[u8] = b"data:";
/// The longest that comes before a value: `event: `, `retry: `.
const LONGEST_START: usize = 7;
