//! How many tests passed, failed and were skipped: read from what the runners report.

use std::fmt;
use std::ops::AddAssign;

/// Numbers of tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// Whose report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `cargo test`, natively and with wasm-bindgen-test: `test result: ok. 5 passed; 0 failed; 1 ignored; ...`.
    Cargo,
    /// `node --test`: a line for each number, `# pass 5` or `ℹ pass 5`.
    Node,
}

impl Counts {
    /// Adds what a line reports; most lines report nothing.
    pub(crate) fn read_line(&mut self, runner: Runner, line: &str) {
        let line = without_colours(line);
        match runner {
            Runner::Cargo => self.read_cargo_line(line.trim()),
            Runner::Node => self.read_node_line(&line),
        }
    }

    /// Every test that was there to run or to skip.
    pub(crate) fn all(&self) -> u64 {
        self.passed + self.failed + self.skipped
    }

    fn read_cargo_line(&mut self, line: &str) {
        let Some(report) = line.strip_prefix("test result: ") else {
            return;
        };
        // "ok. 5 passed"
        for part in report.split(['.', ';']) {
            let Some((number, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }

    fn read_node_line(&mut self, line: &str) {
        let mut words = line.split(' ');
        let (Some("#" | "ℹ"), Some(what), Some(number), None) = (words.next(), words.next(), words.next(), words.next()) else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else {
            return;
        };
        match what {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// A line without its terminal colours (`ESC [ ... m`).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(runner: Runner, lines: &[&str]) -> Counts {
        let mut counts = Counts::default();
        for line in lines {
            counts.read_line(runner, line);
        }
        counts
    }

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn cargo_reports_are_summed() {
        let lines = [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "",
            "test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 9 filtered out; finished in 1.20s",
        ];
        assert_eq!(count(Runner::Cargo, &lines), counts(5, 4, 1));
    }

    #[test]
    fn wasm_bindgen_reports_are_summed() {
        let lines = ["test result: ok. 12 passed; 0 failed; 2 ignored; 0 filtered out; finished in 0.31s"];
        assert_eq!(count(Runner::Cargo, &lines), counts(12, 0, 2));
    }

    #[test]
    fn node_reports_are_summed() {
        let lines =
            ["ℹ tests 9", "ℹ suites 0", "ℹ pass 5", "ℹ fail 1", "ℹ cancelled 1", "ℹ skipped 1", "ℹ todo 1", "ℹ duration_ms 73.1"];
        assert_eq!(count(Runner::Node, &lines), counts(5, 2, 2));
        assert_eq!(count(Runner::Node, &["# pass 3", "# fail 0", "# pass the salt"]), counts(3, 0, 0));
        assert_eq!(count(Runner::Node, &["\u{1b}[34mℹ pass 5\u{1b}[39m"]), counts(5, 0, 0));
    }

    #[test]
    fn what_a_test_says_is_no_report() {
        let lines = ["  the words test result: ok. 7 passed; stand inside", "7 passed"];
        assert_eq!(count(Runner::Cargo, &lines), Counts::default());
    }

    #[test]
    fn skipped_tests_are_shown_when_there_are_any() {
        assert_eq!(counts(3, 0, 0).to_string(), "3 passed, 0 failed");
        assert_eq!(counts(3, 1, 2).to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
