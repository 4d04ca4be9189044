//! The strings of one chunk, and where they lie.

use alloc::vec::Vec;
use tidings_core::EventStream;
use tidings_core::event_stream::Beside;

/// Where the strings of the last chunk are written to.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: Vec<u8>,
    table: [u32; 2],
}

impl Output {
    pub(crate) const fn new() -> Self {
        Output { text: Vec::new(), table: [0; 2] }
    }

    /// Feeds the chunk, writes down what it completes, and gives the table.
    pub(crate) fn write(&mut self, stream: &mut EventStream, chunk: &[u8], beside: Beside) -> &[u32] {
        stream.feed_strings(chunk, beside, &mut self.text);
        self.table = [self.text.as_ptr() as usize as u32, self.text.len() as u32];
        &self.table
    }

    /// What was written last.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// Memory up to this many bytes is kept for the next chunk.
pub(crate) const KEPT: usize = 1024 * 1024;
