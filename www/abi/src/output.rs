//! The strings of one chunk, and where they lie.

use tidings_core::EventStream;
use tidings_core::event_stream::{Beside, Strings};

/// Where the strings of the last chunk are written to.
#[derive(Debug, Default)]
pub(crate) struct Output {
    strings: Strings,
    table: [u32; 4],
}

impl Output {
    pub(crate) const fn new() -> Self {
        Output { strings: Strings::new(), table: [0; 4] }
    }

    /// Feeds the chunk, writes down what it completes, and gives the table.
    pub(crate) fn write(&mut self, stream: &mut EventStream, chunk: &[u8], beside: Beside) -> &[u32] {
        stream.feed_strings(chunk, beside, &mut self.strings);
        let Strings { text, ends } = &self.strings;
        let count = ends.len() / size_of::<u32>();
        self.table = [text.as_ptr() as usize as u32, text.len() as u32, ends.as_ptr() as usize as u32, count as u32];
        &self.table
    }

    /// What was written last: the text, and the words of its items.
    #[cfg(test)]
    pub(crate) fn strings(&self) -> (&[u8], Vec<u32>) {
        let (words, []) = self.strings.ends.as_chunks() else { panic!("whole words") };
        (&self.strings.text, words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }
}

/// Memory up to this many bytes is kept for the next chunk.
pub(crate) const KEPT: usize = 1024 * 1024;
