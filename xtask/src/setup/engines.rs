//! What only the npm package's tests use, and can do without: runtimes other than Node.
//!
//! What of it cannot be added is said, with the reason, and its tests are reported as skipped.

use std::path::PathBuf;

use crate::project::Project;
use crate::setup::node;
use crate::setup::report::Report;

/// Environment variables that tell the tests where something is.
pub(crate) type Variables = Vec<(&'static str, PathBuf)>;

/// Deno, Bun and workerd.
pub(crate) fn set_up_runtimes(project: &Project, report: &mut Report) -> Variables {
    match node::set_up_runtimes(project, report) {
        Ok(folder) => vec![("TIDINGS_RUNTIMES", folder)],
        Err(problem) => {
            report.without("runtimes", &problem.to_string(), "nothing else needs them");
            Vec::new()
        }
    }
}
