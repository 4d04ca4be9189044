//! Any bytes, cut anyhow: the parser against the twin.
//!
//! A failure found here becomes a case of `tests/corpus` before it is fixed, so no regression file is kept.

mod chunked;
mod corpus;
mod twin;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::LazyLock;
use tidings_core::EventStream;
use twin::{OwnedItem, Twin};

proptest! {
    #![proptest_config(config())]

    /// However a body is cut, each chunk gives at once the items that the bytes up to its end come to, no later and no sooner.
    #[test]
    fn each_chunk_gives_what_the_twin_gives(body in body(), sizes in chunk_sizes(), limit in limit()) {
        let mut stream = EventStream::with_limit(limit);
        let mut items = Vec::new();
        let mut read = 0;
        for chunk in chunks(&body, &sizes) {
            read += chunk.len();
            items.extend(chunked::feed(&mut stream, chunk));
            let mut twin = Twin::new(limit);
            prop_assert_eq!(&items, &twin.read_body(&body[..read]), "after {} bytes", read);
            prop_assert_eq!(stream.last_event_id(), twin.last_event_id(), "last event ID after {} bytes", read);
        }
    }

    /// So it is with tokens.
    #[test]
    fn each_chunk_gives_the_tokens_of_what_the_twin_gives(bodies in vec((body(), chunk_sizes()), 1..3), limit in limit(), skips in any::<bool>()) {
        let skips = skips && limit.is_some();
        let mut host = chunked::Host::new(limit, skips);
        let mut twin = if skips { Twin::skipping(limit) } else { Twin::new(limit) };
        for (body, sizes) in &bodies {
            let mut items = Vec::new();
            let mut read = 0;
            for chunk in chunks(body, sizes) {
                read += chunk.len();
                items.extend(host.feed(chunk));
                let mut twin = twin.clone();
                prop_assert_eq!(&items, &twin.read_body(&body[..read]), "after {} bytes", read);
                prop_assert_eq!(&host.last_event_id, twin.last_event_id(), "last event ID after {} bytes", read);
                prop_assert_eq!(host.tokenizer.resumes(), !twin.last_event_id().is_empty());
            }
            twin.read_body(body);
            host.tokenizer.restart();
        }
    }

    /// Only the last event ID string goes from one body to the next.
    #[test]
    fn bodies_of_one_source(bodies in vec((body(), chunk_sizes()), 1..5), limit in limit()) {
        let mut stream = EventStream::with_limit(limit);
        let mut twin = Twin::new(limit);
        for (count, (body, sizes)) in bodies.iter().enumerate() {
            if count > 0 {
                stream.restart();
            }
            let items: Vec<OwnedItem> =
                chunks(body, sizes).into_iter().flat_map(|chunk| chunked::feed(&mut stream, chunk)).collect();
            prop_assert_eq!(items, twin.read_body(body), "body {}", count);
            prop_assert_eq!(stream.last_event_id(), twin.last_event_id(), "last event ID after body {}", count);
        }
    }

    /// The text of a comment is cut at 4096 bytes, whatever stands there.
    #[test]
    fn long_comments(
        before in body(),
        length in 4088_usize..4100,
        rest in vec(piece_of_value(), 0..8),
        after in body(),
        sizes in chunk_sizes(),
    ) {
        let body = [before, b"\n:".to_vec(), vec![b'c'; length], rest.concat(), b"\n".to_vec(), after].concat();
        let mut stream = EventStream::new();
        let items: Vec<OwnedItem> =
            chunks(&body, &sizes).into_iter().flat_map(|chunk| chunked::feed(&mut stream, chunk)).collect();
        prop_assert_eq!(items, Twin::new(None).read_body(&body));
    }

    /// Items let go early are lost, and nothing else is.
    #[test]
    fn items_dropped_early(
        body in body(),
        sizes in chunk_sizes(),
        counts in vec(0_usize..4, 1..12),
        limit in limit(),
    ) {
        let mut stream = EventStream::with_limit(limit);
        let mut counts = counts.iter().copied().cycle();
        let mut read = 0;
        let mut given_before = 0;
        for chunk in chunks(&body, &sizes) {
            read += chunk.len();
            let count = counts.next().unwrap_or_default();
            let mut twin = Twin::new(limit);
            let all = twin.read_body(&body[..read]);
            let of_this_chunk = &all[given_before..];
            given_before = all.len();
            let taken = chunked::feed_and_take(&mut stream, chunk, count);
            prop_assert_eq!(&taken[..], &of_this_chunk[..count.min(of_this_chunk.len())], "after {} bytes", read);
            prop_assert_eq!(stream.last_event_id(), twin.last_event_id(), "last event ID after {} bytes", read);
        }
    }

    /// What is said once the limit was exceeded is its number, once, and then nothing until a restart.
    #[test]
    fn nothing_follows_the_limit(body in body(), more in body(), limit in 0_usize..12) {
        let mut stream = EventStream::with_limit(Some(limit));
        let items = chunked::feed(&mut stream, &body);
        let exceeded = items.contains(&OwnedItem::LimitExceeded(limit));
        prop_assert_eq!(items.iter().filter(|item| matches!(item, OwnedItem::LimitExceeded(_))).count(), usize::from(exceeded));
        if exceeded {
            prop_assert_eq!(items.last(), Some(&OwnedItem::LimitExceeded(limit)));
            prop_assert_eq!(chunked::feed(&mut stream, &more), vec![]);
        }
        let mut twin = Twin::new(Some(limit));
        twin.read_body(&body);
        stream.restart();
        prop_assert_eq!(chunked::feed(&mut stream, &more), twin.read_body(&more));
    }

    /// An event that is too big is left out, and all others are given.
    #[test]
    fn what_exceeds_may_be_left_out(bodies in vec((body(), chunk_sizes()), 1..4), limit in 0_usize..12) {
        let mut stream = EventStream::with_limit(Some(limit)).skipping_what_exceeds(true);
        let mut twin = Twin::skipping(Some(limit));
        for (body, sizes) in &bodies {
            let mut items = Vec::new();
            let mut read = 0;
            for chunk in chunks(body, sizes) {
                read += chunk.len();
                items.extend(chunked::feed(&mut stream, chunk));
                let mut twin = twin.clone();
                prop_assert_eq!(&items, &twin.read_body(&body[..read]), "after {} bytes", read);
                prop_assert_eq!(stream.last_event_id(), twin.last_event_id(), "last event ID after {} bytes", read);
            }
            twin.read_body(body);
            stream.restart();
        }
    }

    /// Text that is the same whether decoded here or by the standard library, wherever a value may stand.
    #[test]
    fn values_are_decoded_as_the_standard_library_does(value in vec(byte_of_broken_text(), 0..24), size in 1_usize..8) {
        let body = [b"data:-", &value[..], b"\nid:-", &value, b"\nevent:-", &value, b"\n:-", &value, b"\n\n"].concat();
        let text = format!("-{}", String::from_utf8_lossy(&value));
        let mut stream = EventStream::new();
        let items: Vec<OwnedItem> = body.chunks(size).flat_map(|chunk| chunked::feed(&mut stream, chunk)).collect();
        let event = OwnedItem::Event { event_type: text.clone(), data: text.clone(), last_event_id: text.clone() };
        prop_assert_eq!(items, vec![OwnedItem::Comment(text), event]);
    }
}

/// At least a thousand cases of each; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(1000), failure_persistence: None, ..config }
}

/// Streams from three sources: likely lines, any pieces, and the corpus with something put in or cut out.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let lines = vec((line(), line_end()).prop_map(|(line, end)| [line, end].concat()), 0..14);
    let pieces = vec(piece(), 0..40);
    prop_oneof![
        4 => (start(), lines, start()).prop_map(|(start, lines, rest)| [start, lines.concat(), rest].concat()),
        3 => pieces.prop_map(|pieces| pieces.concat()),
        1 => mutated_corpus_body(),
    ]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        6 => one_of(&[b"data", b"event", b"id", b"retry"]),
        1 => vec(piece(), 0..3).prop_map(|pieces| pieces.concat()),
    ];
    let colon = one_of(&[b":", b":", b": ", b":  ", b""]);
    let value = vec(piece_of_value(), 0..4).prop_map(|pieces| pieces.concat());
    prop_oneof![
        // A blank line.
        10 => Just(Vec::new()),
        20 => (name, colon, value).prop_map(|(name, colon, value)| [name, colon, value].concat()),
        5 => one_of(&[b"data", b"data:", b"event", b"event:", b"id", b"id:", b"retry", b":"]),
    ]
}

fn line_end() -> impl Strategy<Value = Vec<u8>> {
    one_of(&[b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r"])
}

fn start() -> impl Strategy<Value = Vec<u8>> {
    one_of(&[b"", b"", b"", b"\xEF\xBB\xBF", b"\xEF\xBB\xBF\xEF\xBB\xBF", b"\xEF\xBB", b"\xEF", b"data:x"])
}

/// A few bytes that mean something to an event stream, or nearly do.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => one_of(&[b"data", b"event", b"id", b"retry", b"dat", b"Data", b"data:", b"data: ", b"id:", b"event:", b"retry:"]),
        2 => one_of(&[b":", b" ", b"\t"]),
        5 => line_end(),
        4 => piece_of_value(),
    ]
}

fn piece_of_value() -> impl Strategy<Value = Vec<u8>> {
    let text = [
        "",
        "x",
        " ",
        ":",
        "0",
        "10",
        "2147483647",
        "2147483648",
        "99999999999",
        "+1",
        "é",
        "€",
        "😀",
        "\u{FEFF}",
        "\u{2028}",
        "\u{85}",
        "\0",
        "１",
    ];
    prop_oneof![
        4 => one_of(&text.map(str::as_bytes)),
        1 => vec(byte_of_broken_text(), 1..4),
    ]
}

/// Bytes at the borders of what may stand where in UTF-8; no line end, no NUL.
fn byte_of_broken_text() -> impl Strategy<Value = u8> {
    select(vec![
        b'a', b':', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBB, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1,
        0xF4, 0xF5, 0xFF,
    ])
}

fn mutated_corpus_body() -> impl Strategy<Value = Vec<u8>> {
    static BODIES: LazyLock<Vec<Vec<u8>>> =
        LazyLock::new(|| corpus::load().into_iter().map(|case| case.body).filter(|body| body.len() < 400).collect());
    (select(&BODIES[..]), any::<prop::sample::Index>(), 0_usize..4, vec(piece(), 0..3)).prop_map(|(mut body, at, cut, pieces)| {
        let at = at.index(body.len() + 1);
        let end = body.len().min(at + cut);
        body.splice(at..end, pieces.concat());
        body
    })
}

fn one_of(pieces: &[&[u8]]) -> impl Strategy<Value = Vec<u8>> + use<> {
    select(pieces.iter().map(|piece| piece.to_vec()).collect::<Vec<_>>())
}

/// Sizes of chunks, taken in turn.
fn chunk_sizes() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        Just(vec![usize::MAX]),
        Just(vec![1]),
        vec(prop_oneof![Just(0), Just(1), Just(2), 3_usize..40, 1000_usize..5000], 1..12),
    ]
}

/// The limit of an event; small enough to be met.
fn limit() -> impl Strategy<Value = Option<usize>> {
    prop_oneof![Just(None), (0_usize..16).prop_map(Some), (16_usize..64).prop_map(Some)]
}

fn chunks<'a>(body: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    let mut rest = body;
    let mut sizes = sizes.iter().cycle();
    let mut progress = true;
    while !rest.is_empty() && progress {
        progress = false;
        for &size in sizes.by_ref().take(12) {
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            progress |= !chunk.is_empty();
            chunks.push(chunk);
            rest = after;
        }
    }
    // What is left when all sizes are zero.
    chunks.push(rest);
    chunks
}
