//! `cargo xtask bench`: the benchmarks of tidings-core, natively.

use std::process::ExitCode;
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::Project;

/// The words go to `cargo bench`: `cargo xtask bench -- heartbeat` runs some of them.
pub(crate) fn run(project: &Project, words: &[&str]) -> Result<ExitCode, Problem> {
    let mut cargo = project.cargo("bench");
    cargo.args(["--package", "tidings-core"]).args(words);
    process::show(&mut cargo, LIMIT)?.or_problem("cargo bench")?;
    Ok(ExitCode::SUCCESS)
}

const LIMIT: Duration = Duration::from_secs(60 * 60);
