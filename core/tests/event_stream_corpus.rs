//! Every case of `tests/corpus`, cut into chunks in every way we can think of, against what the file expects; and the twin, against
//! the same.

mod chunked;
mod corpus;
mod twin;

use corpus::{Case, LineEnds};
use std::collections::BTreeSet;
use tidings_core::EventStream;
use twin::{OwnedItem, Twin};

#[test]
fn the_corpus_is_whole() {
    let cases = corpus::load();
    assert!(cases.len() >= 190, "only {} cases found", cases.len());
    for Case { name, expected, .. } in &cases {
        assert!(
            name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_')),
            "{name}: a name of lower case letters, digits and underscores, please"
        );
        assert!(expected.about.ends_with('.'), "{name}: `about` is a sentence");
    }
}

#[test]
fn the_twin_reads_the_corpus_as_expected() {
    each_body(|case, body| {
        let mut twin = Twin::new(case.expected.limit);
        let items = twin.read_body(body);
        (items, twin.last_event_id().into(), "twin".into())
    });
}

#[test]
fn whole() {
    each_body(|case, body| parse(case, "whole", [body]));
}

#[test]
fn byte_by_byte() {
    each_body(|case, body| parse(case, "byte by byte", body.chunks(1)));
}

#[test]
fn byte_by_byte_with_empty_chunks_between() {
    each_body(|case, body| parse(case, "empty chunks between", body.chunks(1).flat_map(|byte| [&[][..], byte, &[]])));
}

#[test]
fn in_small_chunks() {
    for size in [2, 3, 4, 5, 7, 16, 64, 1000] {
        each_body(|case, body| parse(case, &format!("chunks of {size}"), body.chunks(size)));
    }
}

#[test]
fn every_split() {
    each_body_and_split(all_positions, |case, body, &at| {
        let (left, right) = body.split_at(at);
        parse(case, &format!("split at {at}"), [left, right])
    });
}

#[test]
fn every_split_with_an_empty_chunk_between() {
    each_body_and_split(split_positions, |case, body, &at| {
        let (left, right) = body.split_at(at);
        parse(case, &format!("split at {at}, empty chunk between"), [left, &[], right])
    });
}

#[test]
fn every_two_splits_of_short_bodies() {
    each_body_and_split(pairs_of_split_positions, |case, body, &(first, second)| {
        let (left, rest) = body.split_at(first);
        let (middle, right) = rest.split_at(second - first);
        parse(case, &format!("split at {first} and {second}"), [left, middle, right])
    });
}

/// A comment that is cut may be cut within a character then.
#[test]
fn as_tokens() {
    for size in [1, 2, 3, 7, 64, 1000, usize::MAX] {
        each_body(|case, body| {
            let mut host = chunked::Host::new(new_stream(case).limit(), false);
            let mut items: Vec<OwnedItem> = body.chunks(size).flat_map(|chunk| host.feed(chunk)).collect();
            for (item, expected) in items.iter_mut().zip(&case.expected.items) {
                if let (OwnedItem::Comment(text), OwnedItem::Comment(expected)) = (item, expected)
                    && expected.len() >= 4090
                    && text.trim_end_matches('\u{FFFD}') == expected.trim_end_matches('\u{FFFD}')
                {
                    text.clone_from(expected);
                }
            }
            (items, host.last_event_id, format!("tokens, chunks of {size}"))
        });
    }
}

/// Whatever an earlier body left behind must not show in the next.
#[test]
fn after_an_unfinished_body() {
    let unfinished_bodies: [&[u8]; 8] = [
        b"data:x\r",
        b"event:t\nid:1\ndata:a\ndata:b\n",
        b"id:1",
        b"\xEF\xBB",
        b"data:\xE2\x82",
        b":comm",
        b"retry:12",
        b"unknown:x\nda",
    ];
    for unfinished in unfinished_bodies {
        each_body(|case, body| {
            let mut stream = new_stream(case);
            chunked::feed(&mut stream, unfinished);
            stream.restart();
            let items = chunked::feed(&mut stream, body);
            let variant = format!("after {:?}", unfinished.escape_ascii().to_string());
            (items, stream.last_event_id().into(), variant)
        });
    }
}

/// Items, the last event ID string at the end, and what was done to get them.
type Reading = (Vec<OwnedItem>, String, String);

fn each_body(read: impl Fn(&Case, &[u8]) -> Reading) {
    each_body_and_split(|_| vec![()], |case, body, ()| read(case, body));
}

/// Reads each case, with each kind of line ends, for each split, and compares the reading with what is expected.
fn each_body_and_split<Split>(splits: impl Fn(&[u8]) -> Vec<Split>, read: impl Fn(&Case, &[u8], &Split) -> Reading) {
    let cases = corpus::load();
    let failures: Vec<String> = cases.iter().filter_map(|case| first_failure(case, &splits, &read)).collect();
    assert!(failures.is_empty(), "{} of {} cases failed:\n\n{}", failures.len(), cases.len(), failures.join("\n\n"));
}

fn first_failure<Split>(
    case: &Case,
    splits: impl Fn(&[u8]) -> Vec<Split>,
    read: impl Fn(&Case, &[u8], &Split) -> Reading,
) -> Option<String> {
    let Case { name, expected, .. } = case;
    for (line_ends, body) in bodies(case) {
        for split in splits(&body) {
            let (items, last_event_id, variant) = read(case, &body, &split);
            if items != expected.items || last_event_id != expected.last_event_id {
                return Some(format!(
                    "{name}, {line_ends}, {variant}: {}\n  expected: {:?}, last event ID {:?}\n  got:      {items:?}, last event ID {last_event_id:?}",
                    expected.about, expected.items, expected.last_event_id
                ));
            }
        }
    }
    None
}

/// The body as it is and, where the case allows, with its line ends exchanged.
fn bodies(case: &Case) -> Vec<(&'static str, Vec<u8>)> {
    let mut bodies = vec![("as is", case.body.clone())];
    if case.expected.line_ends == LineEnds::Any {
        bodies.push(("with CR", with_line_end(&case.body, b"\r")));
        bodies.push(("with CR LF", with_line_end(&case.body, b"\r\n")));
    }
    bodies
}

fn with_line_end(body: &[u8], line_end: &[u8]) -> Vec<u8> {
    body.split(|&byte| byte == b'\n').collect::<Vec<_>>().join(line_end)
}

/// Every position, save in the few bodies above 5000 bytes, which are nearly all filling: there those of [`split_positions`].
fn all_positions(body: &[u8]) -> Vec<usize> {
    if body.len() > 5000 { split_positions(body) } else { (0..=body.len()).collect() }
}

/// Every position of a body of up to 400 bytes. Of a longer one every 61st, and all near its start, its end, its line ends and
/// the place where a comment may be cut.
fn split_positions(body: &[u8]) -> Vec<usize> {
    if body.len() <= 400 {
        return (0..=body.len()).collect();
    }
    let line_starts = body.iter().enumerate().filter(|&(_, &byte)| matches!(byte, b'\r' | b'\n')).map(|(at, _)| at + 1);
    let mut positions: BTreeSet<usize> = (0..=body.len()).step_by(61).collect();
    for start in line_starts.chain([0, body.len()]) {
        positions.extend(start.saturating_sub(4)..=start + 8);
        positions.extend(start + 4092..=start + 4104);
    }
    positions.into_iter().filter(|&at| at <= body.len()).collect()
}

/// Every two positions of a body of up to 40 bytes, none of a longer one.
fn pairs_of_split_positions(body: &[u8]) -> Vec<(usize, usize)> {
    if body.len() > 40 {
        return Vec::new();
    }
    (0..=body.len()).flat_map(|first| (first..=body.len()).map(move |second| (first, second))).collect()
}

fn parse<'a>(case: &Case, variant: &str, chunks: impl IntoIterator<Item = &'a [u8]>) -> Reading {
    let mut stream = new_stream(case);
    let items = chunks.into_iter().flat_map(|chunk| chunked::feed(&mut stream, chunk)).collect();
    (items, stream.last_event_id().into(), variant.into())
}

fn new_stream(case: &Case) -> EventStream {
    match case.expected.limit {
        Some(limit) => EventStream::with_limit(Some(limit)),
        None => EventStream::new(),
    }
}
