//! What both benches run: the situations, and the parsers that go through them.
//!
//! Equal work: bytes in chunks become events, and a consumer sees type, data and last event ID of each as `&str`. The peers hand
//! out owned text, as is their way; they are used as their documentation says, at their best:
//!
//! - `sse-core`: `SseDecoder` over `&[u8]`, without its asynchronous stream around it.
//! - `sse-stream`: `SseByteStream` over a stream of `&[u8]` that is always ready, for its parser is not public; polled directly,
//!   without a runtime. It gives raw blocks, so the consumer carries the last event ID on, as an event source has to.
//!
//! What the others do not do is not asked of them, but done here all the same: comments are given as text, invalid bytes are
//! replaced (`sse-stream` fails on them), the limit is on an event as a whole. `sse-stream` checks text with `simdutf8`, its default;
//! that is most of what it is ahead by where a line is long.

use futures_core::Stream;
use std::convert::Infallible;
use std::fmt::Write;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tidings_core::{EventStream, Item};

/// A body, and how it is cut into chunks.
pub(crate) struct Situation {
    pub(crate) name: &'static str,
    body: Vec<u8>,
    /// Where the chunks end.
    ends: Vec<usize>,
}

impl Situation {
    pub(crate) fn size(&self) -> usize {
        self.body.len()
    }

    fn chunks(&self) -> Chunks<'_> {
        Chunks { body: &self.body, ends: self.ends.iter(), position: 0 }
    }

    /// Chunks of these sizes, over and over.
    fn cut(name: &'static str, body: String, sizes: &[usize]) -> Self {
        let mut ends = Vec::new();
        let mut position = 0;
        for size in sizes.iter().cycle() {
            position = body.len().min(position + size);
            ends.push(position);
            if position == body.len() {
                break;
            }
        }
        Situation { name, body: body.into_bytes(), ends }
    }

    /// A chunk for each block, its blank line included.
    fn block_by_block(name: &'static str, body: String) -> Self {
        let ends = body.match_indices("\n\n").map(|(at, end)| at + end.len()).collect();
        Situation { name, body: body.into_bytes(), ends }
    }
}

struct Chunks<'a> {
    body: &'a [u8],
    ends: std::slice::Iter<'a, usize>,
    position: usize,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = *self.ends.next()?;
        let start = std::mem::replace(&mut self.position, end);
        Some(&self.body[start..end])
    }
}

impl<'a> Stream for Chunks<'a> {
    type Item = Result<&'a [u8], Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.next().map(Ok))
    }
}

pub(crate) fn all() -> Vec<Situation> {
    let small = |index| format!("id: {index}\ndata: {{\"level\":\"info\",\"count\":{index},\"message\":\"a few words\"}}\n\n");
    let lines = "data: fn main() {\ndata:     println!(\"Hello\");\ndata: }\n";
    vec![
        Situation::cut("LLM tokens", blocks(SIZE, |index| token(TOKENS[index % TOKENS.len()], index)), &[SEGMENT]),
        Situation::cut(
            "non-ASCII tokens",
            blocks(SIZE, |index| token(WIDE_TOKENS[index % WIDE_TOKENS.len()], index)),
            &[SEGMENT],
        ),
        Situation::cut("16 KiB events", blocks(SIZE, |_| format!("data: {}\n\n", text(16 * 1024))), &[64 * 1024]),
        Situation::cut(
            "many fields",
            blocks(SIZE, |index| {
                format!(
                    "event: update\nid: {index}\ntime: 12:00:00\n: a note\ntrace: 4bf92f3577b34da6\ndata: {{\"count\":{index}}}\nversion: 2\n\n"
                )
            }),
            &[16 * 1024],
        ),
        Situation::cut(
            "id, event and three data lines",
            blocks(SIZE, |index| format!("id: {index}\nevent: update\ndata: first\ndata: second line\ndata: the third\n\n")),
            &[16 * 1024],
        ),
        Situation::cut("multi-line data", blocks(SIZE, |_| format!("{}\n", lines.repeat(20))), &[16 * 1024]),
        Situation::block_by_block("one event per chunk", blocks(SIZE, small)),
        Situation::block_by_block(
            "heartbeat comments",
            blocks(SIZE / 4, |index| if index % 100 == 99 { small(index) } else { ": keep-alive\n\n".into() }),
        ),
        Situation::cut("1 MiB chunks", blocks(2 * MEBIBYTE, small), &[MEBIBYTE]),
        Situation::cut("CR LF line ends", blocks(SIZE, small).replace('\n', "\r\n"), &[SEGMENT]),
        Situation::cut("a huge line in drips", format!("data: {}\n\n", text(4 * MEBIBYTE)), &[1024]),
        Situation::cut("many tiny chunks", blocks(SIZE / 4, small), &[1, 7, 3, 16, 2, 11, 5, 13, 4, 9, 8, 15, 6, 12, 10, 14]),
        Situation::cut("byte by byte", blocks(SIZE / 4, small), &[1]),
    ]
}

/// What an answer of a language model looks like: much wrapping for one word.
fn token(token: &str, index: usize) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-9uF2KxYb\",\"object\":\"chat.completion.chunk\",\"created\":1735689600,\"model\":\"large-1\",\
         \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{token}\"}},\"finish_reason\":null}}],\"sequence\":{index}}}\n\n"
    )
}

fn blocks(size: usize, block: impl Fn(usize) -> String) -> String {
    let mut body = String::new();
    for index in 0.. {
        if body.len() >= size {
            break;
        }
        body.push_str(&block(index));
    }
    body
}

fn text(size: usize) -> String {
    let mut text = String::new();
    let mut index = 0;
    while text.len() < size {
        index += 1;
        write!(text, "{{\"number\":{index},\"words\":\"some of them, and more\"}},").expect("a String takes all");
    }
    text.truncate(size);
    text
}

/// What a parser gave in one go through a situation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    events: usize,
    event_types: usize,
    data: usize,
    ids: usize,
}

impl Seen {
    /// The consumer.
    fn event(&mut self, event_type: &str, data: &str, last_event_id: &str) {
        self.events += 1;
        self.event_types += black_box(event_type).len();
        self.data += black_box(data).len();
        self.ids += black_box(last_event_id).len();
    }
}

pub(crate) type Parser = fn(&Situation) -> Seen;

pub(crate) const TIDINGS: (&str, Parser) = ("tidings", tidings);
pub(crate) const PEERS: [(&str, Parser); 2] = [("sse-core", sse_core), ("sse-stream", sse_stream)];

/// That all parsers give the same; else a comparison means nothing.
pub(crate) fn verify(situation: &Situation) {
    let seen = tidings(situation);
    assert!(seen.events > 0, "{}: no events", situation.name);
    for (name, peer) in PEERS {
        assert_eq!(peer(situation), seen, "{}: {name} gives something else", situation.name);
    }
}

fn tidings(situation: &Situation) -> Seen {
    let mut seen = Seen::default();
    let mut stream = EventStream::new();
    for chunk in situation.chunks() {
        let mut items = stream.feed(chunk);
        while let Some(item) = items.next() {
            if let Item::Event(event) = item {
                seen.event(event.event_type, event.data, event.last_event_id);
            }
        }
    }
    seen
}

fn sse_core(situation: &Situation) -> Seen {
    let mut seen = Seen::default();
    // Its own limit of 512 KiB would not let the huge line pass.
    let limit = NonZeroUsize::new(tidings_core::event_stream::DEFAULT_LIMIT).expect("the default limit is not 0");
    let mut decoder = sse_core::SseDecoder::with_limit(limit);
    for mut chunk in situation.chunks() {
        while let Some(event) = decoder.next(&mut chunk) {
            if let sse_core::SseEvent::Message(event) = event.expect("the situations keep within the limit") {
                seen.event(&event.event, &event.data, event.last_event_id.as_deref().unwrap_or(""));
            }
        }
    }
    seen
}

fn sse_stream(situation: &Situation) -> Seen {
    let mut seen = Seen::default();
    let mut stream = sse_stream::SseByteStream::new(situation.chunks());
    let mut context = Context::from_waker(Waker::noop());
    let mut last_event_id = String::new();
    while let Poll::Ready(Some(block)) = Pin::new(&mut stream).poll_next(&mut context) {
        let block = block.expect("the situations are well-formed");
        if let Some(id) = block.id {
            last_event_id = id;
        }
        if let Some(data) = block.data {
            seen.event(block.event.as_deref().unwrap_or("message"), &data, &last_event_id);
        }
    }
    seen
}

/// Of a body. It stays in the processor's cache, as bytes do that were just received.
const SIZE: usize = MEBIBYTE / 2;
const MEBIBYTE: usize = 1024 * 1024;
/// What one TCP segment carries over Ethernet.
const SEGMENT: usize = 1460;
const TOKENS: [&str; 8] = ["The", " quick", " brown", " fox", " jumps", " over", "\\n\\n", " it."];
const WIDE_TOKENS: [&str; 8] = ["今日は", "、いい", "天気", "ですね", "。 Größe", " и ещё", " 🎉🎉", "안녕하세요"];
