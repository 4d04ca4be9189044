//! The twin: a second, slow reading of an event stream, to compare the parser with.
//!
//! It takes a whole body, follows the standard sentence by sentence, in the standard's order (decode, split, interpret), and
//! shares no code with the parser. It is meant to be obviously right; when the two disagree, read the standard, not the parser.
//!
//! Three things are not in the standard and are marked "Ours": comments are given, the reconnection time saturates, and what one
//! event holds is limited. For the last, each character remembers how many bytes it was received as.
//!
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>

use serde::Deserialize;

/// An item, owned. Its serde form is the one of `tests/corpus/*.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OwnedItem {
    Event {
        #[serde(rename = "type")]
        event_type: String,
        data: String,
        #[serde(rename = "id")]
        last_event_id: String,
    },
    #[serde(rename = "retry")]
    ReconnectionTime(u32),
    Comment(String),
    LimitExceeded(usize),
}

/// One source, whose bodies are read one after the other.
#[derive(Clone)]
pub(crate) struct Twin {
    limit: Option<usize>,
    /// Ours: what goes past the limit is left out, and the reading goes on.
    skips: bool,
    /// "Its last event ID string. This must initially be the empty string."
    last_event_id: String,
}

impl Twin {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Twin { limit, skips: false, last_event_id: String::new() }
    }

    /// One that goes on after an event that is too big.
    #[allow(dead_code, reason = "the corpus is about the default")]
    pub(crate) fn skipping(limit: Option<usize>) -> Self {
        Twin { skips: true, ..Twin::new(limit) }
    }

    pub(crate) fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Reads a body from its first to its last byte and gives all its items.
    pub(crate) fn read_body(&mut self, body: &[u8]) -> Vec<OwnedItem> {
        let stream = utf_8_decode(body);
        let (lines, unfinished_line) = split_into_lines(&stream);
        let mut body = Body {
            // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be associated with
            // it. They must be initialized to the empty string." The last one starts as the source's last event ID string, as
            // browsers have it, or a reconnection would lose the id.
            data_buffer: Vec::new(),
            event_type_buffer: Vec::new(),
            last_event_id_buffer: self.last_event_id.clone(),
            id_of_this_block: Vec::new(),
            skipping: false,
            items: Vec::new(),
        };
        // "Lines must be processed, in the order they are received, as follows:"
        for line in &lines {
            if !body.exceeds(self.limit, line) {
                body.process_line(self, line);
                continue;
            }
            body.leave_out(self.limit);
            if !self.skips {
                return body.items;
            }
        }
        // "Once the end of the file is reached, any pending data must be discarded." Ours: it was held until then, though.
        if unfinished_line.contains_colon() && body.exceeds(self.limit, &unfinished_line) {
            body.leave_out(self.limit);
        }
        body.items
    }
}

/// The buffers of one body, and what came out of it so far.
struct Body {
    data_buffer: Text,
    event_type_buffer: Text,
    last_event_id_buffer: String,
    /// Ours: the id field of this block, for the limit alone.
    id_of_this_block: Text,
    /// Ours: this block went past the limit, and its data and type are left out.
    skipping: bool,
    items: Vec<OwnedItem>,
}

impl Body {
    /// Ours: nothing of the event is kept but its id; that is said once.
    fn leave_out(&mut self, limit: Option<usize>) {
        if !std::mem::replace(&mut self.skipping, true) {
            self.items.extend(limit.map(OwnedItem::LimitExceeded));
        }
        (self.data_buffer, self.event_type_buffer) = (Vec::new(), Vec::new());
    }

    fn process_line(&mut self, source: &mut Twin, line: &Text) {
        // "If the line is empty (a blank line): dispatch the event, as defined below."
        if line.is_empty() {
            self.dispatch(source);
        }
        // "If the line starts with a U+003A COLON character (:): ignore the line." Ours: give its text.
        else if line[0].is(':') {
            self.items.push(OwnedItem::Comment(comment(line)));
        }
        // "If the line contains a U+003A COLON character (:)", and "otherwise, the string is not empty but does not contain a
        // U+003A COLON character (:)": "process the field".
        else {
            let (field, value) = field_and_value(line);
            self.process_field(&field.to_text(), value);
        }
    }

    fn process_field(&mut self, field: &str, value: Text) {
        match field {
            "event" | "data" if self.skipping => {}
            // "Set the event type buffer to field value."
            "event" => self.event_type_buffer = value,
            // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the data
            // buffer."
            "data" => {
                self.data_buffer.extend(value);
                self.data_buffer.push(Character { value: '\n', received: vec![b'\n'] });
            }
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value. Otherwise,
            // ignore the field."
            "id" if !value.to_text().contains('\0') => {
                self.last_event_id_buffer = value.to_text();
                self.id_of_this_block = value;
            }
            // "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten, and
            // set the event stream's reconnection time to that integer. Otherwise, ignore the field."
            "retry" => {
                let value = value.to_text();
                if !value.is_empty() && value.chars().all(|character| character.is_ascii_digit()) {
                    self.items.push(OwnedItem::ReconnectionTime(integer_in_base_ten(&value)));
                }
            }
            // "Otherwise: the field is ignored", and so is an id with U+0000 NULL.
            _ => {}
        }
    }

    fn dispatch(&mut self, source: &mut Twin) {
        self.skipping = false;
        // 1. "Set the last event ID string of the event source to the value of the last event ID buffer. The buffer does not
        //    get reset."
        source.last_event_id = self.last_event_id_buffer.clone();
        // (Ours: the limit counts an id in the block that sent it.)
        self.id_of_this_block = Vec::new();
        // 2. "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string and
        //    return."
        if self.data_buffer.is_empty() {
            self.event_type_buffer = Vec::new();
            return;
        }
        // 3. "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last character from the
        //    data buffer."
        if self.data_buffer.last().is_some_and(|last| last.is('\n')) {
            self.data_buffer.pop();
        }
        // 4. and 5. "Let event be […] MessageEvent. Initialize event's type attribute to "message", its data attribute to data,
        //    […] and its lastEventId attribute to the last event ID string of the event source."
        let data = self.data_buffer.to_text();
        let last_event_id = source.last_event_id.clone();
        let mut event_type = String::from("message");
        // 6. "If the event type buffer has a value other than the empty string, change the type of the newly created event to
        //    equal the value of the event type buffer."
        if !self.event_type_buffer.is_empty() {
            event_type = self.event_type_buffer.to_text();
        }
        // 7. "Set the data buffer and the event type buffer to the empty string."
        self.data_buffer = Vec::new();
        self.event_type_buffer = Vec::new();
        // 8. "Queue a task which […] dispatches the newly created event."
        self.items.push(OwnedItem::Event { event_type, data, last_event_id });
    }

    /// Ours: whether the block so far and the value of this line together are more than the limit. Counted are the bytes as
    /// received, of data (its lines joined by LF), event type and id.
    fn exceeds(&self, limit: Option<usize>, line: &Text) -> bool {
        let Some(limit) = limit else {
            return false;
        };
        if line.is_empty() || line[0].is(':') {
            return false;
        }
        let (field, value) = field_and_value(line);
        let mut data = self.data_buffer.received().len();
        match field.to_text().as_str() {
            "data" | "event" if self.skipping => return false,
            // The LF at the end of the data buffer now joins two lines.
            "data" => {}
            // The LF at the end of the data buffer is one too many.
            "event" | "id" => data = data.saturating_sub(1),
            _ => return false,
        }
        let event_type = self.event_type_buffer.received().len();
        let id = self.id_of_this_block.received().len();
        data + event_type + id + value.received().len() > limit
    }
}

/// "Collect the characters on the line before the first U+003A COLON character (:), and let field be that string. Collect the
/// characters on the line after the first U+003A COLON character (:), and let value be that string. If value starts with a U+0020
/// SPACE character, remove it from value."
///
/// And without a colon, "using the whole line as the field name, and the empty string as the field value".
fn field_and_value(line: &Text) -> (Text, Text) {
    match line.iter().position(|character| character.is(':')) {
        Some(colon) => {
            let field = line[..colon].to_vec();
            let mut value = line[colon + 1..].to_vec();
            if value.first().is_some_and(|first| first.is(' ')) {
                value.remove(0);
            }
            (field, value)
        }
        None => (line.clone(), Vec::new()),
    }
}

/// Ours: the text after the colon and one space, at most 4096 bytes of it as received. A character that was cut there is dropped,
/// and so is the beginning of one that would not have gone on.
fn comment(line: &Text) -> String {
    let (_, text) = field_and_value(line);
    let received = text.received();
    if received.len() <= 4096 {
        return text.to_text();
    }
    let (kept, cut_at_the_end) = run_utf_8_decoder(&received[..4096]);
    if cut_at_the_end { kept[..kept.len() - 1].to_vec().to_text() } else { kept.to_text() }
}

/// Ours: saturating at 2147483647.
fn integer_in_base_ten(digits: &str) -> u32 {
    let significant = digits.trim_start_matches('0');
    match significant.len() {
        0 => 0,
        1..=10 => significant.parse::<u64>().map_or(2_147_483_647, |integer| integer.min(2_147_483_647) as u32),
        _ => 2_147_483_647,
    }
}

/// `end-of-line = ( cr lf / cr / lf )`: the lines that ended, and what came after the last of them.
fn split_into_lines(stream: &Text) -> (Vec<Text>, Text) {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut position = 0;
    while position < stream.len() {
        let end_of_line = if stream[position].is('\r') {
            if position + 1 < stream.len() && stream[position + 1].is('\n') { 2 } else { 1 }
        } else if stream[position].is('\n') {
            1
        } else {
            0
        };
        if end_of_line > 0 {
            lines.push(std::mem::take(&mut line));
            position += end_of_line;
        } else {
            line.push(stream[position].clone());
            position += 1;
        }
    }
    (lines, line)
}

/// "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading UTF-8 Byte Order Mark (BOM), if any".
///
/// <https://encoding.spec.whatwg.org/#utf-8-decode>
fn utf_8_decode(bytes: &[u8]) -> Text {
    // "Let buffer be the result of peeking three bytes from ioQueue, converted to a byte sequence. If buffer is 0xEF 0xBB 0xBF,
    // then read three bytes from ioQueue. (Do nothing with those bytes.)"
    let bytes = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { &bytes[3..] } else { bytes };
    let (text, _) = run_utf_8_decoder(bytes);
    text
}

/// The UTF-8 decoder with error mode "replacement"; also whether the end of the bytes cut the last character.
///
/// <https://encoding.spec.whatwg.org/#utf-8-decoder>
fn run_utf_8_decoder(bytes: &[u8]) -> (Text, bool) {
    let mut output = Vec::new();
    let mut code_point = 0_u32;
    let mut bytes_seen = 0;
    let mut bytes_needed = 0;
    let mut lower_boundary = 0x80;
    let mut upper_boundary = 0xBF;
    // What the character at hand was received as.
    let mut received = Vec::new();

    let mut position = 0;
    while position < bytes.len() {
        let byte = bytes[position];
        position += 1;
        // 3. "If UTF-8 bytes needed is 0, then, based on byte:"
        if bytes_needed == 0 {
            received.push(byte);
            match byte {
                // "Return a code point whose value is byte."
                0x00..=0x7F => output.push(Character::new(u32::from(byte), &mut received)),
                0xC2..=0xDF => {
                    bytes_needed = 1;
                    code_point = u32::from(byte & 0x1F);
                }
                0xE0..=0xEF => {
                    if byte == 0xE0 {
                        lower_boundary = 0xA0;
                    }
                    if byte == 0xED {
                        upper_boundary = 0x9F;
                    }
                    bytes_needed = 2;
                    code_point = u32::from(byte & 0x0F);
                }
                0xF0..=0xF4 => {
                    if byte == 0xF0 {
                        lower_boundary = 0x90;
                    }
                    if byte == 0xF4 {
                        upper_boundary = 0x8F;
                    }
                    bytes_needed = 3;
                    code_point = u32::from(byte & 0x07);
                }
                // "Return error."
                _ => output.push(Character::new(0xFFFD, &mut received)),
            }
            continue;
        }
        // 4. "If byte is not in the range UTF-8 lower boundary to UTF-8 upper boundary, inclusive, then: set […] to their
        //    default values, restore byte to ioQueue, return error."
        if !(lower_boundary..=upper_boundary).contains(&byte) {
            (code_point, bytes_seen, bytes_needed, lower_boundary, upper_boundary) = (0, 0, 0, 0x80, 0xBF);
            position -= 1;
            output.push(Character::new(0xFFFD, &mut received));
            continue;
        }
        // 5. "Set UTF-8 lower boundary to 0x80 and UTF-8 upper boundary to 0xBF."
        (lower_boundary, upper_boundary) = (0x80, 0xBF);
        // 6. "Set UTF-8 code point to (UTF-8 code point << 6) | (byte & 0x3F)."
        code_point = (code_point << 6) | u32::from(byte & 0x3F);
        // 7. to 9. "Increase UTF-8 bytes seen by 1. If UTF-8 bytes seen is not equal to UTF-8 bytes needed, then return continue.
        //    Return a code point whose value is code point."
        bytes_seen += 1;
        received.push(byte);
        if bytes_seen == bytes_needed {
            output.push(Character::new(code_point, &mut received));
            (code_point, bytes_seen, bytes_needed) = (0, 0, 0);
        }
    }
    // 1. "If byte is end-of-queue and UTF-8 bytes needed is not 0, then set UTF-8 bytes needed to 0 and return error."
    let cut_at_the_end = bytes_needed != 0;
    if cut_at_the_end {
        output.push(Character::new(0xFFFD, &mut received));
    }
    (output, cut_at_the_end)
}

/// A character of the decoded stream, and the bytes it was received as.
#[derive(Clone)]
struct Character {
    value: char,
    received: Vec<u8>,
}

impl Character {
    fn new(code_point: u32, received: &mut Vec<u8>) -> Self {
        let value = char::from_u32(code_point).expect("the decoder gives scalar values only");
        Character { value, received: std::mem::take(received) }
    }

    fn is(&self, value: char) -> bool {
        self.value == value
    }
}

type Text = Vec<Character>;

trait TextExt {
    fn to_text(&self) -> String;
    fn received(&self) -> Vec<u8>;
    fn contains_colon(&self) -> bool;
}

impl TextExt for Text {
    fn to_text(&self) -> String {
        self.iter().map(|character| character.value).collect()
    }

    fn received(&self) -> Vec<u8> {
        self.iter().flat_map(|character| character.received.iter().copied()).collect()
    }

    fn contains_colon(&self) -> bool {
        self.iter().any(|character| character.is(':'))
    }
}
