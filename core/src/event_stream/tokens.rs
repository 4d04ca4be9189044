//! What a chunk comes to for hosts that keep strings themselves, as JavaScript does: text in pieces, and what each of them is.
//!
//! Rules: a byte is looked at once, and nothing of the stream is kept but words: the name of a field is followed letter by letter, values go straight to the output, and
//! what is not complete at the end of a chunk is the host's to keep until the next, also half a character. So there is nothing to allocate here, and the memory of a module with only this in it
//! never grows.
//!
//! Dangers: all words are 0 at first, since hosts make them. The name that a line goes along may begin in one chunk and end in another, and so may a character.

use super::field::LONGEST_TIMER;
use super::interpret::COMMENT;
use super::line::{CR, LF};
#[cfg(not(feature = "bytewise"))]
use core::array;
use core::mem;

/// A push parser as words: it reads chunk after chunk of one source, and keeps none of what they say.
///
/// What it follows, and what is said of limits, see at [`EventStream`](super::EventStream), which reads the same. The host has five strings, all empty at first: the *value* at hand, the data, the
/// event type, the id, and the last event ID. What it is given is text that belongs to the value, then a CR and a [`Token`], and so on; and at the end the beginning of
/// another value.
///
/// ```
/// use tidings_core::event_stream::{Buffers, Token, Tokenizer};
///
/// let (mut tokenizer, mut buffers) = (Tokenizer::new(1024), Buffers::new());
/// let chunk = b"id: 7\ndata: a\ndata: b\n\ndata: c";
/// buffers.input()[..chunk.len()].copy_from_slice(chunk);
/// let length = tokenizer.read(&mut buffers, chunk.len());
/// let [restart, id, event] = [Token::Restart, Token::Id, Token::Event].map(|token| token as u8);
/// assert_eq!(buffers.output(length), [b"\r", &[restart][..], b"7\r", &[id], b"a\nb\r", &[event], b"c"].concat());
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Tokenizer {
    limit: u32,
    /// A [`Beside`] by its number, which a host may write.
    beside: u32,
    skips: bool,
    /// The last event ID string is not empty.
    resumes: bool,
    has_reconnection_time: bool,
    reconnection_time: u32,
    body: Body,
}

/// What is known of the body at hand.
#[derive(Clone, Debug)]
#[repr(C)]
struct Body {
    /// How far the line is in the name of its field; see [`LETTERS`].
    name: u32,
    /// How many bytes there are of the value, the data, the type and the id.
    value: u32,
    data: u32,
    event_type: u32,
    id: u32,
    /// What the digits of a reconnection time come to so far.
    number: u32,
    /// How much of the output is written.
    length: u32,
    /// Nothing of the value was read.
    at_value: bool,
    after_carriage_return: bool,
    has_data: bool,
    /// The value is data, of a line that may be over.
    in_data: bool,
    has_id: bool,
    /// The value is none for its field.
    is_broken: bool,
    /// The rest of an event is being left out.
    skipping: bool,
    exceeded: bool,
}

/// What is read, and what comes of it. Their sizes are such that no index has to be looked at: there is no other place to go.
#[derive(Debug)]
#[repr(C)]
pub struct Buffers {
    input: [u8; Buffers::INPUT + MORE],
    output: [u8; OUTPUT + MORE],
}

impl Buffers {
    /// The longest chunk, in bytes.
    pub const INPUT: usize = 32 * 1024;

    /// Empty ones.
    pub const fn new() -> Self {
        Buffers { input: [0; Self::INPUT + MORE], output: [0; OUTPUT + MORE] }
    }

    /// Where chunks are written to.
    pub fn input(&mut self) -> &mut [u8] {
        &mut self.input[..Self::INPUT]
    }

    /// The first bytes of what came of the last one.
    pub fn output(&self, length: usize) -> &[u8] {
        self.output.get(..length).unwrap_or_default()
    }

    /// Copies [so many](STEP) bytes of a line to the output; says which is the first among them that may end it, if one may.
    #[cfg(not(feature = "bytewise"))]
    #[inline]
    fn copy(&mut self, at: usize, to: usize) -> Option<usize> {
        let (from, into) = (at % Self::INPUT, to % OUTPUT);
        let word: [u8; MORE] = array::from_fn(|index| self.input[from + index]);
        self.output[into..into + MORE].copy_from_slice(&word);
        let word = u64::from_le_bytes(word);
        // Marks each byte up to CR; a mark above one may be false, but the lowest is not.
        let marks = word.wrapping_sub(EACH_BYTE * u64::from(CR + 1)) & !word & (EACH_BYTE << 7);
        (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
    }

    /// The same, one by one: JavaScript has no numbers of eight bytes.
    #[cfg(feature = "bytewise")]
    #[inline]
    fn copy(&mut self, at: usize, to: usize) -> Option<usize> {
        let byte = self.byte(at);
        self.output[to % OUTPUT] = byte;
        (byte == LF || byte == CR).then_some(0)
    }
}

impl Desk for Buffers {
    const LONGEST: usize = Self::INPUT;

    fn byte(&self, at: usize) -> u8 {
        self.input[at % Self::INPUT]
    }

    fn end_of_line(&mut self, mut at: usize, size: usize, written: u32) -> usize {
        let mut to = written as usize;
        while at < size {
            let Some(end) = self.copy(at, to) else {
                at += STEP;
                to += STEP;
                continue;
            };
            at += end;
            to += end + 1;
            if matches!(self.byte(at), LF | CR) {
                break;
            }
            at += 1;
        }
        at
    }

    /// It is there already.
    fn keep(&mut self, _: usize, length: u32, written: &mut u32) -> u32 {
        *written += length;
        length
    }

    fn push(&mut self, byte: u8, written: &mut u32) {
        self.output[*written as usize % OUTPUT] = byte;
        *written += 1;
    }
}

/// Where a chunk lies, and what it comes to is put: [`Buffers`], or a host that has the chunk as text and cuts its strings from that.
pub trait Desk {
    /// The longest chunk.
    const LONGEST: usize;
    /// Whether it has a use for [all](Beside::All) that can be told beside events.
    const TELLS_ALL: bool = true;

    /// A byte of the chunk. Of a text it is a character, and any byte past ASCII stands for all that are; a BOM at the beginning of a body is gone from it.
    fn byte(&self, at: usize) -> u8;

    /// Whether `data:` stands there, if that is seen sooner than letter by letter.
    fn is_data(&self, _: usize) -> bool {
        false
    }

    /// Where the line ends that goes on at `at`: at a CR or LF; or anywhere past the chunk.
    fn end_of_line(&mut self, at: usize, size: usize, written: u32) -> usize;

    /// Appends so much of the line that was looked through last to the value; says how many bytes that is in UTF-8.
    fn keep(&mut self, from: usize, length: u32, written: &mut u32) -> u32;

    /// Appends a character of ASCII to the value.
    fn push(&mut self, byte: u8, written: &mut u32);

    /// Does with the value what that says, if it can; else that is pushed too, after a CR.
    fn token(&mut self, _: Token) -> bool {
        false
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

/// What the host does with a value, which is gone then. The numbers cross borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Token {
    /// Appends it to the data.
    Data = 0,
    /// It is the event type.
    Type = 1,
    /// It is the id.
    Id = 2,
    /// Appends it to the data; the last event ID is the id. That is an event, and data and type are empty then.
    Event = 3,
    /// The last event ID is the id; the type is empty then.
    NoEvent = 4,
    /// Nothing.
    Nothing = 5,
    /// Empties data and type: the event is left out.
    Skip = 6,
    /// The same, and the id is the last event ID: a new body begins.
    Restart = 7,
    /// It is a comment.
    Comment = 8,
    /// It is a reconnection time, in milliseconds, as octal digits.
    ReconnectionTime = 9,
    /// The same as with [`Skip`](Self::Skip), and tells that the event went past the limit.
    LimitExceeded = 10,
}

/// What is wanted beside events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Beside {
    /// Nothing.
    Nothing = 0,
    /// Comments.
    Comments = 1,
    /// Comments, reconnection times and the end by the limit.
    All = 2,
}

impl Tokenizer {
    /// The highest limit: what goes past it by a chunk still makes a string in every browser.
    pub const LONGEST: u32 = 536_870_888 - Buffers::INPUT as u32;

    /// One with a limit on what one event may hold, in bytes: at most [`LONGEST`](Self::LONGEST).
    pub fn new(limit: u32) -> Self {
        let mut tokenizer = Self::unset();
        tokenizer.set_up(limit, false);
        tokenizer
    }

    /// One that is to be [set up](Self::set_up): all 0.
    pub const fn unset() -> Self {
        Tokenizer {
            limit: 0,
            beside: 0,
            skips: false,
            resumes: false,
            has_reconnection_time: false,
            reconnection_time: 0,
            body: Body::new(),
        }
    }

    /// Sets the limit, and whether what [exceeds it is skipped](super::EventStream::skipping_what_exceeds).
    pub fn set_up(&mut self, limit: u32, skips: bool) {
        (self.limit, self.skips) = (limit.min(Self::LONGEST), skips);
    }

    /// Sets what is wanted beside events.
    pub fn set_beside(&mut self, beside: Beside) {
        self.beside = beside as u32;
    }

    /// Takes note that the host has an id to start from.
    pub fn set_resumes(&mut self) {
        self.resumes = true;
    }

    /// Whether the last event ID string is not empty.
    pub fn resumes(&self) -> bool {
        self.resumes
    }

    /// The reconnection time in milliseconds that the stream asked for last, if it did.
    pub fn reconnection_time(&self) -> Option<u32> {
        self.has_reconnection_time.then_some(self.reconnection_time)
    }

    /// Whether an event went past the limit, so that nothing is read any more until [`restart`](Self::restart).
    pub fn limit_exceeded(&self) -> bool {
        self.body.exceeded
    }

    /// Starts over for a new body of the same source, which the host hears of with the next chunk.
    pub fn restart(&mut self) {
        self.body = Body::new();
    }

    /// Reads so many bytes of the input, and says how many of the output it wrote, if there is one.
    pub fn read<D: Desk>(&mut self, desk: &mut D, size: usize) -> usize {
        let size = size.min(D::LONGEST);
        self.body.length = 0;
        if self.body.name == START {
            self.token(desk, Token::Restart);
        }
        let mut at = 0;
        loop {
            if is_field(self.body.name) {
                at = self.value(desk, at, size);
            }
            if at >= size || self.body.exceeded {
                break;
            }
            if self.body.name == LINE && desk.is_data(at) {
                self.body.name = COLON_OF_DATA;
                at += 4;
            }
            let byte = desk.byte(at);
            at += 1;
            let ends_pair = byte == LF && self.body.after_carriage_return;
            self.body.after_carriage_return = byte == CR;
            if byte == LF || byte == CR {
                if !ends_pair {
                    self.end_line(desk);
                }
            } else {
                self.letter(desk, byte);
            }
        }
        self.body.length as usize
    }

    /// Another letter of the name, which a colon ends.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn letter<D: Desk>(&mut self, desk: &mut D, letter: u8) {
        let body = &mut self.body;
        body.name = after(body.name, letter);
        body.at_value = true;
        match body.name {
            // Of an event that is left out, they are as good as unknown.
            DATA | EVENT if body.skipping => body.name = UNKNOWN,
            COMMENT_LINE if self.beside == Beside::Nothing as u32 => body.name = UNKNOWN,
            // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character to the data buffer", where the last LF is left out from
            // the start instead of being removed at the end.
            DATA => {
                body.in_data = true;
                if mem::replace(&mut body.has_data, true) {
                    body.data += 1;
                    self.push(desk, LF);
                }
            }
            EVENT | ID | COMMENT_LINE => self.leave_data(desk),
            _ => {}
        }
    }

    /// What is there of a value; gives where it ends.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn value<D: Desk>(&mut self, desk: &mut D, mut at: usize, size: usize) -> usize {
        let body = &mut self.body;
        if at < size && mem::take(&mut body.at_value) {
            at += usize::from(desk.byte(at) == b' ');
        }
        let start = at;
        // Behind what was handed in may lie what was there before.
        at = desk.end_of_line(at, size, body.length).min(size);
        let mut length = (at - start) as u32;
        match body.name {
            UNKNOWN => return at,
            COMMENT_LINE => length = length.min(COMMENT as u32 - body.value),
            DATA | EVENT => {}
            name => {
                for index in start..at {
                    let byte = desk.byte(index);
                    if name == ID {
                        // "If the field value does not contain U+0000 NULL"
                        body.is_broken |= byte == 0;
                    } else {
                        // "If the field value consists of only ASCII digits"
                        let digit = u32::from(byte) ^ 0x30;
                        body.is_broken |= digit > 9;
                        // Ten times more than that is past the longest in any case.
                        body.number = body.number.min(LONGEST_TIMER / 10 + 1) * 10 + digit;
                    }
                }
            }
        }
        let weight = if body.name == RETRY { length } else { desk.keep(start, length, &mut body.length) };
        // The longest comment is counted as it was cut.
        body.value = body.value.wrapping_add(if body.name == COMMENT_LINE { length } else { weight });
        if body.name == RETRY {
            return at;
        }
        if body.name != COMMENT_LINE && body.data + body.event_type + body.id + body.value > self.limit {
            self.leave_out(desk);
        }
        at
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn end_line<D: Desk>(&mut self, desk: &mut D) {
        if matches!(self.body.name, LINE | START) {
            return self.blank_line(desk);
        }
        if !is_field(self.body.name) {
            // "Otherwise […] using the whole line as the field name, and the empty string as the field value."
            self.letter(desk, b':');
            self.value(desk, 0, 0);
        }
        let body = &mut self.body;
        let value = mem::take(&mut body.value);
        let is_broken = mem::take(&mut body.is_broken);
        let token = match mem::replace(&mut body.name, LINE) {
            DATA => {
                body.data += value;
                return;
            }
            EVENT => {
                body.event_type = value;
                Token::Type
            }
            ID if is_broken => Token::Nothing,
            ID => {
                (body.id, body.has_id) = (value, true);
                Token::Id
            }
            RETRY => {
                let number = mem::take(&mut body.number).min(LONGEST_TIMER);
                if is_broken || value == 0 {
                    return;
                }
                (self.reconnection_time, self.has_reconnection_time) = (number, true);
                if !D::TELLS_ALL || self.beside != Beside::All as u32 {
                    return;
                }
                self.leave_data(desk);
                self.push(desk, b'0' + (number >> 30) as u8);
                // The other thirty bits, and one after them that says where they end.
                let mut rest = number << 2 | 2;
                while rest != 1 << 31 {
                    self.push(desk, b'0' + (rest >> 29) as u8);
                    rest <<= 3;
                }
                Token::ReconnectionTime
            }
            COMMENT_LINE => Token::Comment,
            _ => return,
        };
        self.token(desk, token);
    }

    /// "If the line is empty (a blank line), dispatch the event."
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn blank_line<D: Desk>(&mut self, desk: &mut D) {
        let body = &mut self.body;
        let Body { has_data, has_id, event_type, .. } = *body;
        if has_id {
            // "Set the last event ID string of the event source to the value of the last event ID buffer."
            self.resumes = body.id > 0;
        }
        (body.data, body.event_type, body.id, body.name) = (0, 0, 0, LINE);
        (body.has_data, body.in_data, body.has_id, body.skipping) = (false, false, false, false);
        if has_data {
            self.token(desk, Token::Event);
        } else if has_id || event_type > 0 {
            self.token(desk, Token::NoEvent);
        }
    }

    /// Gives up what was read of this event, but its id; and with it the rest of the stream, unless only this event is to be skipped.
    fn leave_out<D: Desk>(&mut self, desk: &mut D) {
        let told = D::TELLS_ALL && !self.body.skipping && self.beside == Beside::All as u32;
        self.token(desk, if told { Token::LimitExceeded } else { Token::Skip });
        let body = &mut self.body;
        (body.data, body.event_type, body.value, body.name) = (0, 0, 0, UNKNOWN);
        (body.has_data, body.in_data, body.is_broken, body.skipping) = (false, false, false, true);
        body.exceeded = !self.skips;
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn push<D: Desk>(&mut self, desk: &mut D, byte: u8) {
        desk.push(byte, &mut self.body.length);
    }

    /// Ends the value.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn token<D: Desk>(&mut self, desk: &mut D, token: Token) {
        if !desk.token(token) {
            self.push(desk, CR);
            self.push(desk, token as u8);
        }
    }

    /// Another value is to come, before the data may go on.
    fn leave_data<D: Desk>(&mut self, desk: &mut D) {
        if mem::take(&mut self.body.in_data) {
            self.token(desk, Token::Data);
        }
    }
}

impl Body {
    const fn new() -> Self {
        Body {
            name: START,
            value: 0,
            data: 0,
            event_type: 0,
            id: 0,
            number: 0,
            length: 0,
            at_value: false,
            after_carriage_return: false,
            has_data: false,
            in_data: false,
            has_id: false,
            is_broken: false,
            skipping: false,
            exceeded: false,
        }
    }
}

/// Where this letter leads to.
fn after(mut at: u32, letter: u8) -> u32 {
    loop {
        match LETTERS.get(at as usize) {
            None => return UNKNOWN,
            Some(&(expected, other)) if expected == letter => return if letter == b':' { other.into() } else { at + 1 },
            Some(&(_, other)) => at = other.into(),
        }
    }
}

/// Whether a line went past the colon.
fn is_field(name: u32) -> bool {
    name >= DATA
}

/// A stream goes along the BOM, and each line along one of the names, which a colon ends (a comment is the field without one). With each letter stands where to look if it is
/// not the one, first letters lead to that of the next name; but with each colon the field that it makes.
const LETTERS: [(u8, u8); 24] = {
    let names = b"\xEF\xBB\xBFdata:event:id:retry::";
    let mut letters = [(0, UNKNOWN as u8); 24];
    let mut field = DATA as u8;
    let mut at = 0;
    while at < letters.len() {
        letters[at].0 = names[at];
        if names[at] == b':' {
            letters[at].1 = field;
            field += 1;
        }
        at += 1;
    }
    (letters[0].1, letters[3].1, letters[8].1, letters[14].1, letters[17].1) = (3, 8, 14, 17, 23);
    letters
};
/// Where a stream begins: perhaps with a BOM.
const START: u32 = 0;
/// Where a line begins.
const LINE: u32 = 3;
/// Where only the colon of that name is left.
const COLON_OF_DATA: u32 = 7;
/// The fields, in the order of their names.
const DATA: u32 = 128;
const EVENT: u32 = 129;
const ID: u32 = 130;
const RETRY: u32 = 131;
const COMMENT_LINE: u32 = 132;
const UNKNOWN: u32 = 133;
/// Twice the input is more than can come of it: a reconnection time of one digit and its line are 8 bytes, and come to 13.
const OUTPUT: usize = 2 * Buffers::INPUT;
/// Room for a word that begins with the last byte.
const MORE: usize = size_of::<u64>();
/// How many bytes of a line are copied at once.
const STEP: usize = if cfg!(feature = "bytewise") { 1 } else { MORE };
/// A word with 1 in each byte.
#[cfg(not(feature = "bytewise"))]
const EACH_BYTE: u64 = u64::MAX / 0xFF;
