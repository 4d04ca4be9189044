//! The steps of a command: each says its name and its time, and a table of all ends the command.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::problem::Problem;

/// What has run so far.
///
/// A step that fails does not stop the ones after it, so that one run shows everything there is to mend. Every failed
/// step is at least one failure in the counts: the last line says `0 failed` only if all went well.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
    counts: Counts,
}

struct Step {
    name: String,
    time: Duration,
    end: End,
    counts: Counts,
}

enum End {
    Fine,
    Failed(Problem),
    Skipped(String),
}

impl Steps {
    /// Runs a step; what it counts is added to the sum.
    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce(&mut Counts) -> Result<T, Problem>) -> Option<T> {
        println!("\n=== {name}");
        let begin = Instant::now();
        let mut counts = Counts::default();
        let result = step(&mut counts);
        let time = begin.elapsed();
        self.counts += counts;
        if result.is_err() && counts.failed == 0 {
            self.counts.failed += 1;
        }
        let (value, end) = match result {
            Ok(value) => {
                println!("=== {name}: ok, {}", seconds(time));
                (Some(value), End::Fine)
            }
            Err(problem) => {
                println!("=== {name}: FAILED, {}\n{problem}", seconds(time));
                (None, End::Failed(problem))
            }
        };
        self.done.push(Step { name: name.to_string(), time, end, counts });
        value
    }

    /// Notes a step that cannot run here, and why.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        println!("\n=== {name}: skipped, {why}");
        let counts = Counts { skipped: 1, ..Counts::default() };
        self.counts += counts;
        self.done.push(Step { name: name.to_string(), time: Duration::ZERO, end: End::Skipped(why.to_string()), counts });
    }

    /// Prints the table and, as the very last line, the sum.
    pub(crate) fn finish(mut self) -> ExitCode {
        let width = self.done.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
        println!("\n{:width$}      time  result", "step");
        let mut sum = Duration::ZERO;
        for step in &self.done {
            sum += step.time;
            let result = match &step.end {
                End::Fine if step.counts.all() == 0 => "ok".to_string(),
                End::Fine => step.counts.to_string(),
                End::Failed(problem) => {
                    let problem = problem.to_string();
                    let problem = problem.lines().next().unwrap_or_default();
                    match step.counts.all() {
                        0 => format!("FAILED: {problem}"),
                        _ => format!("{}, FAILED: {problem}", step.counts),
                    }
                }
                End::Skipped(why) => format!("skipped: {why}"),
            };
            println!("{:width$}  {:>8}  {result}", step.name, seconds(step.time));
        }
        println!("{:width$}  {:>8}", "all", seconds(sum));
        if self.counts.passed == 0 && self.counts.failed == 0 {
            println!("\nNo test ran, and that counts as a failure.");
            self.counts.failed = 1;
        }
        println!("\n{}", self.counts);
        if self.counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// A time that people read.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(steps: Steps) -> bool {
        format!("{:?}", steps.finish()) == format!("{:?}", ExitCode::SUCCESS)
    }

    fn one_passes(counts: &mut Counts) -> Result<(), Problem> {
        counts.passed += 1;
        Ok(())
    }

    #[test]
    fn all_is_fine_when_something_passed_and_nothing_failed() {
        let mut steps = Steps::default();
        steps.run("a test", one_passes);
        steps.skip("another", "it is not for this machine");
        assert_eq!(steps.counts.to_string(), "1 passed, 0 failed, 1 skipped");
        assert!(is_fine(steps));
    }

    #[test]
    fn failed_step_counts_even_when_no_test_failed() {
        let mut steps = Steps::default();
        steps.run("a test", one_passes);
        steps.run("lints", |_| Err::<(), _>(Problem::new("a warning")));
        assert_eq!(steps.counts.to_string(), "1 passed, 1 failed");
        assert!(!is_fine(steps));
    }

    #[test]
    fn nothing_at_all_is_a_failure() {
        assert!(!is_fine(Steps::default()));
    }
}
