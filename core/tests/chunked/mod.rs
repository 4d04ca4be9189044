//! Runs the parser over a body that comes in chunks, and keeps what it lends.

use crate::twin::OwnedItem;
use tidings_core::event_stream::{Beside, Buffers, Desk, Token, Tokenizer};
use tidings_core::{EventStream, Item, MessageEvent};

/// Feeds one chunk and takes all its items.
pub(crate) fn feed(stream: &mut EventStream, chunk: &[u8]) -> Vec<OwnedItem> {
    feed_and_take(stream, chunk, usize::MAX)
}

/// Feeds one chunk and drops its items after so many of them.
pub(crate) fn feed_and_take(stream: &mut EventStream, chunk: &[u8], count: usize) -> Vec<OwnedItem> {
    let mut owned = Vec::new();
    let mut items = stream.feed(chunk);
    while owned.len() < count {
        let Some(item) = items.next() else {
            assert_eq!(items.next(), None, "an end of the items that was not the end");
            break;
        };
        owned.push(to_owned(item));
    }
    owned
}

/// A tokenizer with the strings that its host keeps.
#[derive(Debug)]
#[allow(dead_code, reason = "not every test that runs the parser runs it so")]
pub(crate) struct Host {
    pub(crate) tokenizer: Tokenizer,
    buffers: Box<Buffers>,
    limit: usize,
    /// As bytes, for the end of a chunk may cut a character.
    value: Vec<u8>,
    data: String,
    event_type: String,
    id: String,
    pub(crate) last_event_id: String,
}

#[allow(dead_code, reason = "not every test that runs the parser runs it so")]
impl Host {
    pub(crate) fn new(limit: Option<usize>, skips: bool) -> Self {
        let mut tokenizer = Tokenizer::unset();
        tokenizer.set_up(limit.map_or(u32::MAX, |limit| limit as u32), skips);
        tokenizer.set_beside(Beside::All);
        let [data, event_type, id, last_event_id] = [(); 4].map(|()| String::new());
        let value = Vec::new();
        Host { tokenizer, buffers: Box::default(), limit: limit.unwrap_or_default(), value, data, event_type, id, last_event_id }
    }

    /// Feeds one chunk and does what the tokens say.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Vec<OwnedItem> {
        let mut items = Vec::new();
        for part in chunk.chunks(Buffers::INPUT) {
            self.buffers.input()[..part.len()].copy_from_slice(part);
            let mut cut = Cut { chunk: part, output: Vec::new() };
            self.tokenizer.clone().read(&mut cut, part.len());
            let length = self.tokenizer.read(&mut *self.buffers, part.len());
            let text = self.buffers.output(length).to_vec();
            assert_eq!(cut.output, text, "what is cut from a chunk that stays where it is");
            let mut pieces = text.split(|&byte| byte == b'\r');
            self.value.extend(pieces.next().unwrap_or_default());
            for piece in pieces {
                let (&token, piece) = piece.split_first().expect("a token after each CR");
                items.extend(self.take(token));
                self.value.extend(piece);
            }
        }
        items
    }

    fn take(&mut self, token: u8) -> Option<OwnedItem> {
        let value = String::from_utf8_lossy(&std::mem::take(&mut self.value)).into_owned();
        let is = |expected: Token| token == expected as u8;
        if is(Token::Data) || is(Token::Event) {
            self.data.push_str(&value);
        }
        if is(Token::Event) || is(Token::NoEvent) {
            self.last_event_id.clone_from(&self.id);
        }
        let item = match token {
            _ if is(Token::Event) => OwnedItem::Event {
                event_type: if self.event_type.is_empty() { "message".into() } else { self.event_type.clone() },
                data: self.data.clone(),
                last_event_id: self.last_event_id.clone(),
            },
            _ if is(Token::Comment) => OwnedItem::Comment(value.clone()),
            _ if is(Token::ReconnectionTime) => {
                OwnedItem::ReconnectionTime(u32::from_str_radix(&value, 8).expect("octal digits"))
            }
            _ if is(Token::LimitExceeded) => OwnedItem::LimitExceeded(self.limit),
            _ if is(Token::Type) => {
                self.event_type = value;
                return None;
            }
            _ if is(Token::Id) => {
                self.id = value;
                return None;
            }
            _ if is(Token::Data) || is(Token::Nothing) => return None,
            _ => {
                assert!(is(Token::NoEvent) || is(Token::Skip) || is(Token::Restart), "an unknown token: {token}");
                if is(Token::Restart) {
                    self.id.clone_from(&self.last_event_id);
                }
                self.data.clear();
                self.event_type.clear();
                return None;
            }
        };
        if is(Token::Event) || is(Token::LimitExceeded) {
            self.data.clear();
            self.event_type.clear();
        }
        Some(item)
    }
}

/// A chunk that is not copied, and what is cut from it.
struct Cut<'a> {
    chunk: &'a [u8],
    output: Vec<u8>,
}

impl Desk for Cut<'_> {
    const LONGEST: usize = usize::MAX;

    fn byte(&self, at: usize) -> u8 {
        self.chunk[at]
    }

    fn is_data(&self, at: usize) -> bool {
        self.chunk[at..].starts_with(b"data:")
    }

    fn end_of_line(&mut self, at: usize, _: usize, _: u32) -> usize {
        let length = self.chunk[at..].iter().position(|byte| b"\r\n".contains(byte));
        length.map_or(usize::MAX, |length| at + length)
    }

    fn keep(&mut self, from: usize, length: u32, _: &mut u32) -> u32 {
        self.output.extend(&self.chunk[from..from + length as usize]);
        length
    }

    fn push(&mut self, byte: u8, _: &mut u32) {
        self.output.push(byte);
    }

    fn token(&mut self, token: Token) -> bool {
        self.output.extend([b'\r', token as u8]);
        true
    }
}

fn to_owned(item: Item<'_>) -> OwnedItem {
    match item {
        Item::Event(MessageEvent { event_type, data, last_event_id }) => {
            OwnedItem::Event { event_type: event_type.into(), data: data.into(), last_event_id: last_event_id.into() }
        }
        Item::ReconnectionTime(milliseconds) => OwnedItem::ReconnectionTime(milliseconds),
        Item::Comment(text) => OwnedItem::Comment(text.into()),
        Item::LimitExceeded { limit } => OwnedItem::LimitExceeded(limit),
        other => panic!("an item these tests do not know: {other:?}"),
    }
}
