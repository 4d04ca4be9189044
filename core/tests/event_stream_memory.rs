//! What the parser copies, allocates and holds. Time is measured in `event_stream_time.rs`; memory is counted, on this thread alone.

use allocation_counter::{AllocationInfo, measure};
use tidings_core::event_stream::DEFAULT_LIMIT;
use tidings_core::{EventStream, Item};

#[test]
fn an_event_in_one_chunk_is_lent_from_it() {
    for line_end in ["\n", "\r", "\r\n"] {
        let body = [
            "event: größe",
            "id: 一",
            "data: {\"a\": 1}",
            "",
            "event:t",
            "data:two",
            "id:2",
            "",
            "data",
            "id:x",
            "event:u",
            "",
            "",
        ];
        let chunk = body.join(line_end).into_bytes();
        let mut stream = EventStream::new();
        let mut items = stream.feed(&chunk);
        let mut count = 0;
        while let Some(item) = items.next() {
            let Item::Event(event) = item else { panic!("not an event: {item:?}") };
            for text in [event.event_type, event.data, event.last_event_id] {
                assert!(text.is_empty() || lies_in(&chunk, text), "a copy of {text:?}, with lines ended by {line_end:?}");
            }
            count += 1;
        }
        assert_eq!(count, 3);
    }
}

#[test]
fn an_event_between_two_others_that_the_chunk_cuts_is_lent_from_it() {
    let mut stream = EventStream::new();
    drain(&mut stream, b"event:first\ndata:be");
    let chunk = b"gun\n\nevent:second\ndata:whole\nid:2\n\nevent:third\ndata:cu";
    let mut items = stream.feed(chunk);
    let Some(Item::Event(first)) = items.next() else { panic!("the first event is missing") };
    assert_eq!((first.event_type, first.data, first.last_event_id), ("first", "begun", ""));
    let Some(Item::Event(second)) = items.next() else { panic!("the second event is missing") };
    for (text, expected) in [(second.event_type, "second"), (second.data, "whole"), (second.last_event_id, "2")] {
        assert_eq!(text, expected);
        assert!(lies_in(chunk, text), "a copy of {text:?}");
    }
    assert_eq!(items.next(), None);
}

#[test]
fn a_comment_in_one_chunk_is_lent_from_it() {
    let chunk = b": keep-alive\n";
    let mut stream = EventStream::new();
    let mut items = stream.feed(chunk);
    let Some(Item::Comment(text)) = items.next() else { panic!("the comment is missing") };
    assert!(lies_in(chunk, text));
}

#[test]
fn a_new_stream_allocates_nothing() {
    assert_eq!(measure(|| drop(EventStream::new())).count_total, 0);
}

#[test]
fn events_in_one_chunk_cost_no_allocation() {
    let mut stream = EventStream::new();
    let chunk = b": hello\nretry: 10\n\nevent: a\ndata: one\n\ndata: two\nfoo: bar\n\ndata\n\n: bye\n\n";
    assert_eq!(allocations(&mut stream, [&chunk[..]]), 0);
}

#[test]
fn an_id_costs_no_allocation_once_there_was_one_as_long() {
    let mut stream = EventStream::new();
    drain(&mut stream, b"id: 1000\n\n");
    assert_eq!(allocations(&mut stream, [&b"id: 1001\ndata: x\n\n"[..], b"id: 1002\ndata: y\n\nid: 1003\n\ndata: z\n\n"]), 0);
    assert_eq!(stream.last_event_id(), "1003");
}

#[test]
fn buffers_are_reused() {
    let mut stream = EventStream::new();
    let body = b"event: update\nid: 7\ndata: one\ndata: \xFF\xFFtwo\n: comment\ndata: three\n\n";
    for _ in 0..2 {
        for byte in body.chunks(1) {
            drain(&mut stream, byte);
        }
    }
    // Well-formed, for repair takes a new buffer.
    let body = b"event: update\nid: 8\ndata: one\ndata: __two\n: comment\ndata: three\n\n";
    assert_eq!(allocations(&mut stream, body.chunks(1)), 0, "byte by byte");
    assert_eq!(allocations(&mut stream, body.chunks(7)), 0, "in chunks of 7");
    assert_eq!(allocations(&mut stream, [&body[..]]), 0, "whole");
    stream.restart();
    assert_eq!(allocations(&mut stream, body.chunks(1)), 0, "byte by byte after a restart");
}

/// Comments and what is ignored are read past, however long they are.
#[test]
fn what_is_not_given_is_not_held() {
    for start in [": ", "unknown: ", "unknown", "retry: ", "data\0:", "\u{FEFF}\u{FEFF}data:"] {
        let mut stream = EventStream::new();
        let memory = measure(|| {
            drain(&mut stream, start.as_bytes());
            for _ in 0..128 {
                drain(&mut stream, &[b'7'; 64 * 1024]);
            }
        });
        assert!(memory.bytes_max <= 16 * 1024, "{start:?}: {memory:?}");
    }
}

/// A buffer that grows by a constant instead of a factor, or a copy of all for each chunk, would allocate many times more than this.
#[test]
fn a_huge_event_in_drips_is_copied_a_few_times_only() {
    const SIZE: usize = 4 * 1024 * 1024;
    let line = [b"data:", &[b'x'; 1018][..], b"\n"].concat();
    let one_line = [&b"data:"[..], &vec![b'x'; SIZE], b"\n"].concat();
    let many_lines = line.repeat(SIZE / line.len());
    let broken = one_line.iter().enumerate().map(|(at, &byte)| if at % 1000 == 999 { 0xFF } else { byte }).collect();
    for (name, body, times) in [("one line", one_line, 5), ("many lines", many_lines, 5), ("broken text", broken, 8)] {
        for size in [1024, 1] {
            let mut stream = EventStream::new();
            let mut length = 0;
            let memory = measure(|| {
                for chunk in body.chunks(size).chain([&b"\n"[..]]) {
                    let mut items = stream.feed(chunk);
                    while let Some(item) = items.next() {
                        let Item::Event(event) = item else { panic!("{name}: not an event: {item:?}") };
                        length = event.data.len();
                    }
                }
            });
            assert!(length >= SIZE - SIZE / 100, "{name} in chunks of {size}: {length}");
            assert!(memory.bytes_total <= (times * SIZE) as u64, "{name} in chunks of {size}: {memory:?}");
            drain(&mut stream, b"data:small\n\n");
        }
    }
}

#[test]
fn a_huge_event_does_not_keep_its_memory() {
    for name in ["data", "event", "id"] {
        let body = [name.as_bytes(), b":", &vec![b'x'; 8 * 1024 * 1024], b"\ndata\n\n"].concat();
        let mut stream = EventStream::new();
        let memory = measure(|| {
            for chunk in body.chunks(64 * 1024) {
                drain(&mut stream, chunk);
            }
            // An id is kept until there is another.
            for _ in 0..3 {
                drain(&mut stream, b"id:small\nevent:small\ndata:small\n");
                drain(&mut stream, b"\n");
            }
        });
        assert!(memory.bytes_current <= 2 * 1024 * 1024, "{name}: {memory:?}");
    }
}

#[test]
fn the_limit_bounds_what_is_held() {
    const LIMIT: usize = 64 * 1024;
    for name in ["data", "event", "id"] {
        for size in [1, 1024, 100 * 1024] {
            let body = [name.as_bytes(), b":", &vec![b'x'; LIMIT], b"x\n\n"].concat();
            let mut stream = EventStream::with_limit(Some(LIMIT));
            let mut exceeded = 0;
            let memory = measure(|| {
                for chunk in body.chunks(size) {
                    exceeded += count_limit_exceeded(&mut stream, chunk);
                }
            });
            assert_eq!(exceeded, 1, "{name} in chunks of {size}");
            assert!(memory.bytes_max <= 4 * LIMIT as u64, "{name} in chunks of {size}: {memory:?}");
            assert!(memory.bytes_current <= 1024, "{name} in chunks of {size}, after the limit: {memory:?}");
        }
    }
}

#[test]
fn the_default_limit_is_64_mib() {
    assert_eq!(DEFAULT_LIMIT, 64 * 1024 * 1024);
    let mut stream = EventStream::new();
    let chunk = vec![b'x'; 1024 * 1024];
    assert_eq!(count_limit_exceeded(&mut stream, b"data:"), 0);
    for _ in 0..64 {
        assert_eq!(count_limit_exceeded(&mut stream, &chunk), 0);
    }
    assert_eq!(count_limit_exceeded(&mut stream, b"x"), 1);
    assert_eq!(count_limit_exceeded(&mut stream, b"x"), 0);
}

#[test]
fn the_limit_can_be_lifted() {
    let mut stream = EventStream::with_limit(None);
    assert_eq!(stream.limit(), None);
    let chunk = vec![b'x'; 1024 * 1024];
    drain(&mut stream, b"data:");
    for _ in 0..65 {
        drain(&mut stream, &chunk);
    }
    let mut items = stream.feed(b"\n\n");
    let Some(Item::Event(event)) = items.next() else { panic!("the event is missing") };
    assert_eq!(event.data.len(), 65 * chunk.len());
}

/// The counter itself counts, and on this thread alone.
#[test]
fn the_counter_counts() {
    let memory = measure(|| drop(std::hint::black_box(vec![0_u8; 1000])));
    assert_eq!(
        memory,
        AllocationInfo { count_total: 1, count_max: 1, bytes_total: 1000, bytes_max: 1000, ..AllocationInfo::default() }
    );
}

fn lies_in(chunk: &[u8], text: &str) -> bool {
    let (chunk, text) = (chunk.as_ptr_range(), text.as_bytes().as_ptr_range());
    chunk.start <= text.start && text.end <= chunk.end
}

fn drain(stream: &mut EventStream, chunk: &[u8]) {
    let mut items = stream.feed(chunk);
    while items.next().is_some() {}
}

fn allocations<'a>(stream: &mut EventStream, chunks: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut chunks = chunks.into_iter();
    measure(|| chunks.by_ref().for_each(|chunk| drain(stream, chunk))).count_total
}

fn count_limit_exceeded(stream: &mut EventStream, chunk: &[u8]) -> usize {
    let mut count = 0;
    let mut items = stream.feed(chunk);
    while let Some(item) = items.next() {
        count += usize::from(matches!(item, Item::LimitExceeded { .. }));
    }
    count
}
