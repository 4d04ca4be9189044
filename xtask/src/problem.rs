//! What went wrong, told to a person: the thing, and the remedy where one is known.

use std::fmt;

/// A reason to stop, in words for the person at the terminal.
#[derive(Debug, Clone)]
pub(crate) struct Problem(String);

impl Problem {
    pub(crate) fn new(words: impl Into<String>) -> Problem {
        Problem(words.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
