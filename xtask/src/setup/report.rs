//! The lines that a set-up says: one for each thing found, added, done without, or impossible to add.

use std::io::Write;
use std::time::Instant;

use crate::problem::Problem;
use crate::steps::seconds;

/// Says the lines, and remembers whether anything is missing.
pub(crate) struct Report {
    begin: Instant,
    missing: Vec<String>,
}

impl Report {
    pub(crate) fn begin() -> Report {
        println!("set-up");
        Report { begin: Instant::now(), missing: Vec::new() }
    }

    pub(crate) fn found(&mut self, what: &str, detail: &str) {
        println!("  found    {what}: {detail}");
    }

    /// Runs the step that adds something; its time ends the line.
    pub(crate) fn adding<T>(&mut self, what: &str, how: &str, step: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
        print!("  adding   {what}: {how} ... ");
        // The line is for someone who waits; if it cannot be shown, nothing is lost.
        let _ = std::io::stdout().flush();
        let begin = Instant::now();
        let result = step();
        let word = if result.is_ok() { "added" } else { "failed" };
        println!("{word} in {}", seconds(begin.elapsed()));
        result
    }

    /// Is something missing that cannot be added? Then nothing that takes minutes should be begun.
    pub(crate) fn is_hopeless(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Something that could be added, but only once everything else is there.
    pub(crate) fn later(&mut self, what: &str) {
        println!("  later    {what}: not added while something above is missing");
        self.missing.push(what.to_string());
    }

    pub(crate) fn missing(&mut self, what: &str, why: &str, remedy: &str) {
        println!("  MISSING  {what}: {why}; {remedy}");
        self.missing.push(what.to_string());
    }

    /// Something that the command can do without, and does; what would have used it says that it was skipped.
    pub(crate) fn without(&mut self, what: &str, why: &str, remedy: &str) {
        println!("  without  {what}: {why}; {remedy}");
    }

    /// Ends the lines; a problem when something is missing.
    pub(crate) fn end(self) -> Result<(), Problem> {
        if self.missing.is_empty() {
            println!("  ready after {}", seconds(self.begin.elapsed()));
            return Ok(());
        }
        Err(Problem::new(format!(
            "The set-up is not complete. Missing: {}. The lines above say what to install by hand.",
            self.missing.join(", ")
        )))
    }
}
