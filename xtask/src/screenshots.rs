//! `cargo xtask screenshots`: the pictures of the demo that README shows, taken in Chromium.

use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::demo;
use crate::npm;
use crate::problem::Problem;
use crate::process;
use crate::project::Project;
use crate::server::{self, Server};
use crate::setup::{self, Need};

pub(crate) fn run(project: &Project) -> Result<ExitCode, Problem> {
    let tools = setup::run(project, &[demo::NEEDS, &[Need::Chromium]].concat())?;
    npm::build(project, &tools)?;
    let page = demo::build(project, &tools)?;
    server::build(project)?;
    let server = Server::start(project, server::ports_for_tests()?, Some(&page))?;
    let mut node = Command::new("node");
    node.arg(project.root.join("tests").join("js").join("screenshots.mjs"))
        .arg(project.root.join("docs").join("screenshots"))
        .env("TIDINGS_CHROMIUM", &tools.chromium()?.program)
        .current_dir(&project.root);
    server.addresses.tell(&mut node);
    process::show(&mut node, LIMIT)?.or_problem("tests/js/screenshots.mjs")?;
    Ok(ExitCode::SUCCESS)
}

const LIMIT: Duration = Duration::from_secs(3 * 60);
