//! Reading takes time in proportion to the bytes, whatever they are and however they are cut.
//!
//! What is compared is the time for a byte of a long line and of a short one, in the same run and in the same pieces, the best of several
//! readings each. Work that grows with what is held already (a search from the line's start for each chunk, a buffer that is copied)
//! would make it as many times as long as the line is; a busy machine and its caches do not come near the factor that is allowed.

use std::hint::black_box;
use std::time::{Duration, Instant};
use tidings_core::EventStream;

const HUGE: usize = 4 * 1024 * 1024;
const LARGE: usize = 512 * 1024;
const SMALL: usize = 16 * 1024;
const ALLOWED: f64 = 8.0;

#[test]
fn a_line_of_4_mib_costs_no_more_per_byte_than_a_small_one() {
    for chunk in [1, 1024] {
        compare("data", HUGE, chunk, |length| [b"data: ", &vec![b'x'; length][..], b"\n\n"].concat());
    }
}

#[test]
fn a_long_line_of_any_kind_costs_no_more_per_byte_than_a_small_one() {
    let lines: [(&str, &[u8], &[u8]); 7] = [
        ("data that is not ASCII", b"data: ", "\u{20AC}".as_bytes()),
        ("data that is no UTF-8", b"data: ", b"\xE2\x82"),
        ("an event type", b"event: ", b"x"),
        ("an id", b"id: ", b"x"),
        ("a retry", b"retry: ", b"7"),
        ("a comment", b": ", b"x"),
        ("a name", b"", b"x"),
    ];
    for (name, start, filling) in lines {
        for chunk in [1, 1024] {
            compare(name, LARGE, chunk, |length| [start, &filling.repeat(length / filling.len()), b"\ndata:x\n\n"].concat());
        }
    }
}

/// The lines of a block have buffers in common.
#[test]
fn a_long_block_costs_no_more_per_byte_than_a_small_one() {
    for line in [&b"data:x\n"[..], b"data\n", b"id:7\n", b"event:x\n", b":x\n", b"unknown:x\r\n"] {
        for chunk in [1, 1024, usize::MAX] {
            let name = line.escape_ascii().to_string();
            compare(&name, LARGE, chunk, |length| [&line.repeat(length / line.len()), &b"\n"[..]].concat());
        }
    }
}

fn compare(name: &str, long: usize, chunk: usize, body: impl Fn(usize) -> Vec<u8>) {
    let [long, small] = [long, SMALL].map(|length| time_for_a_byte(&body(length), chunk));
    assert!(long <= small * ALLOWED, "{name} in chunks of {chunk}: {long:.2} ns for a byte instead of {small:.2}");
}

/// In nanoseconds, of the best of several readings: at least two, and for a few milliseconds.
fn time_for_a_byte(body: &[u8], chunk: usize) -> f64 {
    let mut best = Duration::MAX;
    let mut readings = 0;
    let all = Instant::now();
    while readings < 2 || all.elapsed() < Duration::from_millis(3) {
        let begin = Instant::now();
        let mut stream = EventStream::new();
        for chunk in body.chunks(chunk) {
            let mut items = stream.feed(chunk);
            while let Some(item) = items.next() {
                black_box(&item);
            }
        }
        best = best.min(begin.elapsed());
        readings += 1;
    }
    best.as_nanos() as f64 / body.len() as f64
}
