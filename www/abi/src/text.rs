//! Chunks that are text and stay with the host, which is asked for what is in them, and told what becomes of it. Here too is `unsafe`.
#![allow(unsafe_code, reason = "imported functions")]

use tidings_core::event_stream::{Desk, Token};

// SAFETY: the host gives what has these types, and none of it calls an export.
#[link(wasm_import_module = "host")]
unsafe extern "C" {
    /// The character there if it is ASCII, else 255.
    safe fn byte(at: u32) -> u8;
    /// Whether `data:` stands there.
    #[link_name = "isData"]
    safe fn is_data(at: u32) -> bool;
    /// Where the next CR or LF is, or the end of the chunk.
    #[link_name = "endOfLine"]
    safe fn end_of_line(at: u32) -> u32;
    /// Appends what is from there to there to the value, and gives how many bytes that is in UTF-8.
    safe fn keep(from: u32, to: u32) -> u32;
    /// Appends a line feed to the value.
    #[link_name = "keepLine"]
    safe fn keep_line();
    /// Does what a token says.
    safe fn token(token: Token);
}

/// What stands where chunks would be if they were here.
#[derive(Debug)]
pub(crate) struct Text;

impl Text {
    pub(crate) const fn new() -> Self {
        Text
    }
}

impl Desk for Text {
    const LONGEST: usize = usize::MAX;
    const TELLS_ALL: bool = false;

    fn byte(&self, at: usize) -> u8 {
        byte(at as u32)
    }

    fn is_data(&self, at: usize) -> bool {
        is_data(at as u32)
    }

    fn end_of_line(&mut self, at: usize, _: usize, _: u32) -> usize {
        end_of_line(at as u32) as usize
    }

    fn keep(&mut self, from: usize, length: u32, _: &mut u32) -> u32 {
        keep(from as u32, from as u32 + length)
    }

    /// Of what is pushed here there is only that.
    fn push(&mut self, _: u8, _: &mut u32) {
        keep_line();
    }

    fn token(&mut self, which: Token) -> bool {
        token(which);
        true
    }
}
