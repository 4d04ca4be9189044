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
use super::items::Items;
use super::line::{self, LineReader, Start};
use super::text;
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
    pub(super) limit: usize,
    /// An event that goes past it is left out, and the reading goes on.
    pub(super) skips: bool,
    /// The rest of such an event is being left out.
    pub(super) skipping: bool,
    pub(super) exceeded: bool,

    pub(super) lines: LineReader,
    /// What is kept of a line that the end of a chunk cut; empty if it cut none.
    pub(super) line: Vec<u8>,
    /// It cut a `data` line, whose value so far is in the data buffer.
    in_data: bool,

    /// What the stream keeps of the block at hand. Data and id may be there and yet be empty.
    pub(super) data: Vec<u8>,
    pub(super) event_type: Vec<u8>,
    pub(super) id: Vec<u8>,
    pub(super) has_data: bool,
    pub(super) has_id: bool,
    /// UTF-8.
    pub(super) last_event_id: Vec<u8>,
    pub(super) reconnection_time: Option<u32>,

    /// Data and event type were given and can be emptied now.
    event_given: bool,
    /// So can the line, which was a comment.
    line_given: bool,
}

/// What a line came to. It fits a register; what belongs to it is in [`Items`] and the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
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
            skips: false,
            skipping: false,
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
        }
    }

    /// Leaves out an event that goes past the limit, and goes on with the next, instead of reading nothing any more. An id that it sent takes effect, as far as it
    /// came before the limit was reached or is itself within it.
    #[must_use]
    pub fn skipping_what_exceeds(mut self, skips: bool) -> Self {
        self.skips = skips;
        self
    }

    /// Hands in the next bytes of the body and gives the items that they complete.
    #[inline]
    pub fn feed<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a> {
        Items::new(self.read(chunk))
    }

    #[inline]
    fn read<'a>(&'a mut self, chunk: &'a [u8]) -> Reader<'a> {
        let mut position = match self.lines.start_chunk(chunk) {
            Start::ReadOn(at) => at,
            Start::BrokenBom(at) => {
                // No field begins like that.
                self.line.push(0);
                at
            }
        };
        let held = self.data.len() + self.event_type.len() + self.id.len() + self.line.len();
        let near_limit = self.skipping || self.exceeded || held + chunk.len() > self.limit;
        // Where bytes count, one way has to do for all.
        if cfg!(not(target_arch = "wasm32")) && !near_limit {
            position = self.go_on(chunk, position);
        }
        Reader {
            position,
            block: position,
            data: None,
            event_type: None,
            id: None,
            last_event_id: None,
            comment: None,
            id_text: None,
            near_limit,
            drained: self.exceeded || position == chunk.len(),
            chunk,
            stream: self,
        }
    }

    /// Goes on with a line that the chunk before cut, as long as what that comes to is plain; says where the reading has to go on. Most pieces of a few bytes are
    /// read by this alone.
    #[inline]
    fn go_on(&mut self, chunk: &[u8], from: usize) -> usize {
        if self.in_data {
            let line_end = self.lines.cut_line_end(chunk, from);
            let (end, next) = line_end.unwrap_or((chunk.len(), chunk.len()));
            append(&mut self.data, chunk.get(from..end).unwrap_or_default());
            self.in_data = line_end.is_none();
            return next;
        }
        // What tells nothing yet.
        let piece = chunk.get(from..).unwrap_or_default();
        if self.line.len() + piece.len() <= DATA.len() && !self.line_given && !line::has_end(piece) {
            append(&mut self.line, piece);
            return chunk.len();
        }
        from
    }

    /// The last event ID string: what a request to resume this stream sends as `Last-Event-ID`.
    pub fn last_event_id(&self) -> &str {
        str::from_utf8(&self.last_event_id).unwrap_or_default()
    }

    /// Sets it, as UTF-8, to resume what another stream left; between chunks only.
    pub fn set_last_event_id(&mut self, id: &[u8]) {
        text::replace(&mut self.last_event_id, id);
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
        self.skipping = false;
        self.lines = LineReader::default();
        self.in_data = false;
        self.has_id = false;
        self.event_given = true;
        self.line_given = true;
        self.clear_given();
        text::clear(&mut self.id);
    }

    /// [Processes the field](https://html.spec.whatwg.org/multipage/server-sent-events.html#processField), whose value the stream is to keep.
    #[cfg_attr(not(target_arch = "wasm32"), inline)]
    fn keep(&mut self, field: Field, value: &[u8]) -> Outcome {
        match field {
            // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the data buffer", where
            // the last LF is left out from the start instead of being removed at the end.
            Field::Data => {
                if mem::replace(&mut self.has_data, true) {
                    text::push(&mut self.data, b'\n');
                }
                text::append(&mut self.data, value);
            }
            Field::Event => text::replace(&mut self.event_type, value),
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value.
            // Otherwise, ignore the field."
            Field::Id if is_id(value) => {
                self.has_id = true;
                text::replace(&mut self.id, value);
            }
            Field::Retry => {
                if let Some(milliseconds) = field::reconnection_time(value) {
                    self.reconnection_time = Some(milliseconds);
                    return Outcome::ReconnectionTime;
                }
            }
            Field::Comment => return Outcome::Comment,
            Field::Id | Field::Unknown => {}
        }
        Outcome::Nothing
    }

    /// Of an event that is left out, data and type are as good as unknown.
    fn split<'l>(&self, line: &'l [u8]) -> (Field, &'l [u8]) {
        match field::split(line) {
            (Field::Data | Field::Event, value) if self.skipping => (Field::Unknown, value),
            split => split,
        }
    }

    /// Whether so many bytes more for this field go past the limit.
    fn would_exceed(&self, field: Field, more: usize) -> bool {
        let joining = match field {
            // The LF that joins this line to the ones before; of a line that was cut it is there already.
            Field::Data => usize::from(self.has_data && !self.in_data),
            Field::Event | Field::Id => 0,
            Field::Retry | Field::Comment | Field::Unknown => return false,
        };
        self.is_past_limit(joining + more)
    }

    /// Whether that is so with so many bytes more.
    pub(super) fn is_past_limit(&self, more: usize) -> bool {
        self.data.len() + self.event_type.len() + self.id.len() + more > self.limit
    }

    /// Gives up what was kept of this event, but its id, and gives the memory back; the rest of it is being left out.
    pub(super) fn give_up(&mut self) {
        text::free(&mut self.data);
        text::free(&mut self.event_type);
        (self.has_data, self.skipping) = (false, true);
    }

    /// Empties the buffers that were given.
    fn clear_given(&mut self) {
        if self.event_given {
            self.event_given = false;
            self.has_data = false;
            text::clear(&mut self.data);
            text::clear(&mut self.event_type);
        }
        if self.line_given {
            self.line_given = false;
            text::clear(&mut self.line);
        }
    }
}

impl Default for EventStream {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads one chunk, and leaves there what lies in it.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) stream: &'a mut EventStream,
    pub(super) chunk: &'a [u8],
    position: usize,
    /// Where the block at hand, or what of it lies in the chunk, begins.
    block: usize,
    /// The buffers of the block at hand that lie in the chunk. An empty event type is as good as none.
    pub(super) data: Option<&'a [u8]>,
    pub(super) event_type: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    /// As of the last block that set it, if its id lies in the chunk; so with the comment that was read last.
    pub(super) last_event_id: Option<&'a [u8]>,
    comment: Option<&'a [u8]>,
    /// The last event ID as text, once it was given.
    pub(super) id_text: Option<&'a str>,
    near_limit: bool,
    /// There is nothing more to read.
    pub(super) drained: bool,
}

impl<'a> Reader<'a> {
    /// Reads on, unless it is drained, until a line comes to something; to nothing once the chunk is used up.
    pub(super) fn read(&mut self) -> Outcome {
        self.stream.clear_given();
        if self.position == self.chunk.len() {
            self.keep_block();
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
                // The same event may do so again.
                Outcome::LimitExceeded if self.stream.skipping => self.leave_out(line_end.is_none()),
                Outcome::LimitExceeded => return self.exceed(line_end.is_none()),
                outcome => return outcome,
            }
        }
    }

    /// A whole line that lies in the chunk and is not blank.
    #[inline]
    fn line(&mut self, line: &'a [u8]) -> Outcome {
        let (field, value) = self.split(line);
        if field == Field::Comment {
            self.comment = Some(value);
            if cfg!(not(target_arch = "wasm32")) {
                self.end_idle_block();
            }
            return Outcome::Comment;
        }
        if self.near_limit && self.would_exceed(field, value.len()) {
            return Outcome::LimitExceeded;
        }
        self.field(field, value, Some(value))
    }

    #[inline]
    fn split<'b>(&self, line: &'b [u8]) -> (Field, &'b [u8]) {
        if self.near_limit { self.stream.split(line) } else { field::split(line) }
    }

    /// A field whose value may lie in the chunk. What does is left there, unless it is data that joins what came before.
    #[cfg_attr(not(target_arch = "wasm32"), inline)]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn field(&mut self, field: Field, value: &[u8], in_chunk: Option<&'a [u8]>) -> Outcome {
        let stream = &mut *self.stream;
        match field {
            Field::Data if in_chunk.is_some() && self.data.is_none() && !stream.has_data => self.data = in_chunk,
            Field::Data => {
                self.keep_data();
                return self.stream.keep(field, value);
            }
            Field::Event if in_chunk.is_some() => {
                self.event_type = in_chunk;
                text::clear(&mut stream.event_type);
            }
            Field::Event => {
                self.event_type = None;
                return stream.keep(field, value);
            }
            Field::Id if in_chunk.is_some() && is_id(value) => {
                self.id = in_chunk;
                stream.has_id = false;
                text::clear(&mut stream.id);
            }
            Field::Id | Field::Comment | Field::Retry | Field::Unknown => {
                let outcome = stream.keep(field, value);
                if stream.has_id {
                    self.id = None;
                }
                if outcome == Outcome::Comment {
                    self.comment = in_chunk;
                }
                return outcome;
            }
        }
        Outcome::Nothing
    }

    /// Moves the data that lies in the chunk into the stream's own buffer.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn keep_data(&mut self) {
        if let Some(data) = self.data.take() {
            text::replace(&mut self.stream.data, data);
            self.stream.has_data = true;
        }
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
            stream.skipping = false;
            self.event_type = None;
            self.block = self.position;
            stream.event_type.clear();
            return Outcome::Nothing;
        }
        stream.event_given = stream.has_data || !stream.event_type.is_empty();
        Outcome::Event
    }

    /// The blank line after a comment, if nothing is to be given at it. A comment is mostly alone, to keep the connection, and often in a chunk of its own.
    #[inline]
    fn end_idle_block(&mut self) {
        if self.data.is_some() || self.stream.has_data || self.chunk.get(self.position) != Some(&b'\n') {
            return;
        }
        self.position += 1;
        self.blank_line();
        if self.position == self.chunk.len() {
            self.drained = true;
            if self.last_event_id.is_some() {
                self.settle_last_event_id();
            }
        }
    }

    /// Goes on without giving the event.
    pub(super) fn skip_event(&mut self) {
        (self.data, self.event_type) = (None, None);
    }

    /// Where the block that was given began; the next one begins where it ended.
    pub(super) fn next_block(&mut self) -> usize {
        mem::replace(&mut self.block, self.position)
    }

    /// The comment that was read last, or more than enough of it.
    pub(super) fn comment(&self) -> &[u8] {
        self.comment.unwrap_or_else(|| field::split(&self.stream.line).1)
    }

    /// The end of a line that was cut.
    fn finish_line(&mut self) -> Outcome {
        if mem::take(&mut self.stream.in_data) {
            return Outcome::Nothing;
        }
        let line = mem::take(&mut self.stream.line);
        let (field, value) = self.split(&line);
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
        if self.stream.in_data {
            if self.near_limit && self.would_exceed(Field::Data, piece.len()) {
                return true;
            }
            self.stream.data.extend_from_slice(piece);
            return false;
        }
        // What a chunk cuts is mostly a `data` line that begins in it.
        if cfg!(not(target_arch = "wasm32"))
            && !self.near_limit
            && self.stream.line.is_empty()
            && piece.len() > DATA.len()
            && let (Field::Data, value) = field::split(piece)
        {
            self.keep_data();
            self.stream.keep(Field::Data, value);
            self.stream.in_data = true;
            return false;
        }
        let mut line = mem::take(&mut self.stream.line);
        // As much as tells the field.
        let (start, rest) = piece.split_at_checked(LONGEST_START.saturating_sub(line.len())).unwrap_or((piece, &[]));
        line.extend_from_slice(start);
        piece = rest;
        let (field, value) = self.split(&line);
        if self.near_limit && line.iter().any(field::is_colon) && self.would_exceed(field, value.len() + piece.len()) {
            return true;
        }
        match field {
            // The colon is there, and whether a blank follows is known.
            Field::Data if line.len() > DATA.len() => {
                self.keep_data();
                self.stream.keep(field, value);
                self.stream.data.extend_from_slice(piece);
                self.stream.in_data = true;
                line.clear();
            }
            Field::Event | Field::Id => line.extend_from_slice(piece),
            Field::Comment => {
                let room = (COMMENT + LONGEST_START).saturating_sub(line.len());
                line.extend_from_slice(piece.get(..room).unwrap_or(piece));
            }
            // What the digits come to so far is all that has to be kept of them.
            Field::Retry if !piece.is_empty() => {
                let digits = field::kept_digits(value.iter().chain(piece));
                line.truncate(RETRY.len());
                line.extend_from_slice(&digits);
            }
            Field::Data | Field::Retry | Field::Unknown => {}
        }
        self.stream.line = line;
        false
    }

    /// Whether so many bytes more for this field go past the limit.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn would_exceed(&self, field: Field, more: usize) -> bool {
        let joining = usize::from(field == Field::Data && self.data.is_some());
        let in_chunk =
            self.data.unwrap_or_default().len() + self.event_type.unwrap_or_default().len() + self.id.unwrap_or_default().len();
        self.stream.would_exceed(field, in_chunk + joining + more)
    }

    /// Ends the reading for good, or that of this event, and gives the memory back.
    fn exceed(&mut self, in_line: bool) -> Outcome {
        self.leave_out(in_line);
        if !self.stream.skips {
            self.settle_last_event_id();
            self.id = None;
            let stream = &mut *self.stream;
            stream.restart();
            (stream.id, stream.line) = (Vec::new(), Vec::new());
            stream.exceeded = true;
            self.drained = true;
        }
        Outcome::LimitExceeded
    }

    /// Gives up what was read of this event, but its id, and gives the memory back. The rest of a line that it may be in is that of no field.
    fn leave_out(&mut self, in_line: bool) {
        (self.data, self.event_type) = (None, None);
        let stream = &mut *self.stream;
        stream.give_up();
        (stream.line, stream.in_data) = (Vec::new(), false);
        if in_line {
            stream.line.push(0);
        }
        self.near_limit = true;
    }

    /// Moves what the block has so far out of the chunk, which the stream will not see again.
    fn keep_block(&mut self) {
        self.drained = true;
        self.settle_last_event_id();
        self.keep_data();
        let stream = &mut *self.stream;
        if let Some(event_type) = self.event_type {
            text::replace(&mut stream.event_type, event_type);
        }
        if let Some(id) = self.id.take() {
            text::replace(&mut stream.id, id);
            stream.has_id = true;
        }
    }

    pub(super) fn settle_last_event_id(&mut self) {
        if let Some(id) = self.last_event_id.take() {
            text::clear(&mut self.stream.last_event_id);
            match self.id_text {
                // It need not be looked at again.
                Some(text) if ptr::eq(text.as_bytes(), id) => self.stream.last_event_id.extend_from_slice(id),
                _ => _ = text::decode(id, &mut self.stream.last_event_id),
            }
        }
    }
}

/// Appends what is mostly a byte or a few.
#[inline]
fn append(buffer: &mut Vec<u8>, piece: &[u8]) {
    match piece {
        [byte] => buffer.push(*byte),
        _ => buffer.extend_from_slice(piece),
    }
}

#[allow(clippy::manual_contains, reason = "ids are short, and a search for long ones takes a lot of code")]
pub(super) fn is_id(value: &[u8]) -> bool {
    !value.iter().any(|&byte| byte == 0)
}

/// What one event may hold unless told otherwise, in bytes.
pub const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;
/// The longest text of a comment that is given, in bytes.
pub(super) const COMMENT: usize = 4 * 1024;
const DATA: &[u8] = b"data:";
const RETRY: &[u8] = b"retry:";
/// The longest that comes before a value: `event: `, `retry: `.
const LONGEST_START: usize = 7;
