//! Blocks into bytes: what a server writes, so that the parser on the other side gives the same again.
//!
//! Rules: each field begins its own line and ends it with LF; a value follows its colon and one space, which parsers take away, so that a value's own first
//! space stays. Data and comments may hold line ends, and take a line for each of theirs. Types and ids cannot: what stands behind a line end
//! would be read as a field of its own, which whoever chose the value could use to forge events.

use alloc::string::{String, ToString};
use core::error::Error;
use core::fmt;

/// What one block of an event stream is to say, for [`encode`].
///
/// ```
/// use tidings_core::{Block, encode};
///
/// let hello = Block { event_type: Some("greeting"), data: Some("hello\nworld"), ..Block::default() };
/// assert_eq!(encode(&hello)?, "event: greeting\ndata: hello\ndata: world\n\n");
///
/// // Keeps a connection from idling; nobody is told.
/// let still_there = Block { comment: Some(""), ..Block::default() };
/// assert_eq!(encode(&still_there)?, ": \n\n");
/// # Ok::<(), tidings_core::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block<'a> {
    /// The event type, without line ends; `message` if there is none, or if it is empty. It takes data to make an event.
    pub event_type: Option<&'a str>,
    /// The data. Its line ends (LF, CR or CR LF) all arrive as LF; empty data makes an event, no data makes none.
    pub data: Option<&'a str>,
    /// What the last event ID is from here on, also without data: no line end, no U+0000. An empty one makes clients forget theirs.
    pub id: Option<&'a str>,
    /// The reconnection time from here on, in milliseconds. Browsers wait 2,147,483,647 at most.
    pub retry: Option<u64>,
    /// A comment, which clients skip; its line ends make several of it.
    pub comment: Option<&'a str>,
}

/// Writes a block of an [event stream](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream), with the blank line
/// that ends it; send it as UTF-8.
///
/// # Errors
///
/// Where no stream can say what the block does, or nobody would see it: see [`EncodeError`].
pub fn encode(block: &Block<'_>) -> Result<String, EncodeError> {
    let Block { event_type, data, id, retry, comment } = *block;
    if *block == Block::default() {
        return Err(EncodeError::Nothing);
    }
    if event_type.is_some_and(|event_type| event_type.contains(LINE_ENDS)) {
        return Err(EncodeError::LineEndInType);
    }
    if event_type.is_some() && data.is_none() {
        return Err(EncodeError::TypeWithoutData);
    }
    if id.is_some_and(|id| id.contains(LINE_ENDS)) {
        return Err(EncodeError::LineEndInId);
    }
    if id.is_some_and(|id| id.contains('\0')) {
        return Err(EncodeError::NullInId);
    }
    let mut text = String::new();
    lines(&mut text, "", comment);
    lines(&mut text, "event", event_type);
    lines(&mut text, "id", id);
    lines(&mut text, "retry", retry.map(|retry| retry.to_string()).as_deref());
    lines(&mut text, "data", data);
    text.push('\n');
    Ok(text)
}

/// Writes a field for each line of the value.
fn lines(text: &mut String, name: &str, value: Option<&str>) {
    let mut rest = value;
    while let Some(value) = rest {
        let (line, next) = match value.split_once(LINE_ENDS) {
            // CR LF is one line end.
            Some((line, next)) if value.get(line.len()..).is_some_and(|end| end.starts_with("\r\n")) => (line, next.get(1..)),
            Some((line, next)) => (line, Some(next)),
            None => (value, None),
        };
        for part in [name, ": ", line, "\n"] {
            text.push_str(part);
        }
        rest = next;
    }
}

/// Why [`encode`] refused a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The event type holds LF or CR.
    LineEndInType,
    /// The id holds LF or CR.
    LineEndInId,
    /// The id holds U+0000, and parsers ignore such a field.
    NullInId,
    /// There is an event type and no data, so that the event would never be dispatched.
    TypeWithoutData,
    /// The block has nothing to say.
    Nothing,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EncodeError::LineEndInType => "the type holds a line end, behind which another field would begin: take it out",
            EncodeError::LineEndInId => "the id holds a line end, behind which another field would begin: take it out",
            EncodeError::NullInId => "the id holds U+0000, and clients ignore such an id: take it out",
            EncodeError::TypeWithoutData => {
                "there is a type but no data, and clients drop such an event: give it data, if only an empty string"
            }
            EncodeError::Nothing => "the block is empty: give it data, an id, a retry or a comment",
        })
    }
}

impl Error for EncodeError {}

const LINE_ENDS: [char; 2] = ['\n', '\r'];
