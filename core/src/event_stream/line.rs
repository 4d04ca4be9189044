//! Bytes into lines.
//!
//! Rules: a line ends at LF, CR or CR LF ("lines must be separated by either a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF)
//! character pair, a single U+000A LINE FEED (LF) character, or a single U+000D CARRIAGE RETURN (CR) character"), and one
//! leading BOM is dropped.
//!
//! Dangers: a CR ends its line at once, without waiting to see whether an LF follows, so that an event is not held back for a
//! byte that may never come; an LF at the start of the next chunk then belongs to that CR. The BOM may be cut by chunks too.

use core::mem;

/// What has to be remembered of line ends and of the BOM between two chunks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineReader {
    /// How many bytes of the BOM were seen, all three once the start of the stream is behind us.
    bom: usize,
    /// The last byte was a CR, whose LF may be yet to come.
    after_carriage_return: bool,
}

/// What stood at the very start of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Nothing to note: read on after this many bytes.
    ReadOn(usize),
    /// Bytes began like a BOM and then were none: they belong to the first line.
    BrokenBom(usize),
}

impl LineReader {
    /// Skips what is left of a BOM at the start of the stream, or the LF of a CR LF pair that the chunks cut in two.
    #[inline]
    pub(super) fn start_chunk(&mut self, chunk: &[u8]) -> Start {
        if self.bom < BOM.len() {
            return self.skip_bom(chunk);
        }
        Start::ReadOn(chunk.len() - self.without_line_feed(chunk).len())
    }

    /// The chunk without the LF of such a pair.
    #[inline]
    pub(super) fn without_line_feed<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        match chunk {
            [] => chunk,
            [LF, rest @ ..] if mem::take(&mut self.after_carriage_return) => rest,
            _ => {
                self.after_carriage_return = false;
                chunk
            }
        }
    }

    #[cold]
    fn skip_bom(&mut self, chunk: &[u8]) -> Start {
        let mut at = 0;
        while let (Some(expected), Some(byte)) = (BOM.get(self.bom), chunk.get(at)) {
            if expected != byte {
                let broken = self.bom > 0;
                self.bom = BOM.len();
                // Bytes of an earlier chunk are gone, those of this one are skipped: the caller only needs to know
                // that the line began with them, for no field name does.
                return if broken { Start::BrokenBom(at) } else { Start::ReadOn(0) };
            }
            self.bom += 1;
            at += 1;
        }
        Start::ReadOn(at)
    }

    /// Finds the end of the line that starts at `from`: where it ends and where the next one starts.
    #[inline]
    pub(super) fn line_end(&mut self, chunk: &[u8], from: usize) -> Option<(usize, usize)> {
        let end = find_line_end(chunk.get(from..)?)?;
        Some((from + end, self.next_line(chunk, from + end)))
    }

    /// The same for a line that began in an earlier chunk, and may well go on past this one.
    #[inline]
    pub(super) fn cut_line_end(&mut self, chunk: &[u8], from: usize) -> Option<(usize, usize)> {
        let end = find_far_line_end(chunk.get(from..)?)?;
        Some((from + end, self.next_line(chunk, from + end)))
    }

    /// Where the line after one that ends there starts.
    #[inline]
    fn next_line(&mut self, chunk: &[u8], end: usize) -> usize {
        let mut next = end + 1;
        if chunk.get(end) == Some(&CR) {
            match chunk.get(next) {
                Some(&LF) => next += 1,
                Some(_) => {}
                None => self.after_carriage_return = true,
            }
        }
        next
    }
}

/// Whether there is an LF or CR.
#[inline]
pub(super) fn has_end(bytes: &[u8]) -> bool {
    find_line_end(bytes).is_some()
}

/// The first LF or CR.
#[inline]
fn find_line_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        // Blank and short lines are many, and a call that sets up a search for long ones costs more than they do.
        #[cfg(feature = "std")]
        if at == WORDS * WORD {
            return Some(at + memchr::memchr2(LF, CR, bytes.get(at..)?)?);
        }
        if let Some(end) = find_in_word(*word) {
            return Some(at + end);
        }
        at += WORD;
    }
    Some(at + bytes.get(at..)?.iter().position(|&byte| byte == LF || byte == CR)?)
}

/// The first LF or CR, which is not likely to be near.
#[inline]
fn find_far_line_end(bytes: &[u8]) -> Option<usize> {
    #[cfg(feature = "std")]
    if bytes.len() > WORDS * WORD {
        return memchr::memchr2(LF, CR, bytes);
    }
    find_line_end(bytes)
}

/// The first LF or CR among the bytes of a word.
#[inline]
fn find_in_word(word: [u8; WORD]) -> Option<usize> {
    let word = usize::from_le_bytes(word);
    // Marks each zero byte; a mark above one may be false, but the lowest is not.
    let zeros = |word: usize| word.wrapping_sub(EACH_BYTE) & !word & (EACH_BYTE << 7);
    let marks = zeros(word ^ (EACH_BYTE * LF as usize)) | zeros(word ^ (EACH_BYTE * CR as usize));
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

/// How many words are looked at before the search for long lines.
#[cfg(feature = "std")]
const WORDS: usize = 4;
const WORD: usize = size_of::<usize>();
/// A word with 1 in each byte.
const EACH_BYTE: usize = usize::MAX / 0xFF;
pub(super) const LF: u8 = b'\n';
pub(super) const CR: u8 = b'\r';
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];
