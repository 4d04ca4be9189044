//! `cargo xtask bench`: the parser beside its peers, natively, and Rust apps beside each other in real browsers.

use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::page::{self, Page, Profile};
use crate::problem::Problem;
use crate::process;
use crate::project::Project;
use crate::server;
use crate::setup::{self, Need};

/// What the words after `bench` ask for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice<'a> {
    All,
    /// With words for `cargo bench`.
    Parser(&'a [&'a str]),
    /// With words for `www/bench/apps.mjs`.
    Apps(&'a [&'a str]),
}

impl<'a> Choice<'a> {
    pub(crate) fn read(words: &'a [&'a str]) -> Result<Choice<'a>, String> {
        match words {
            [] => Ok(Choice::All),
            ["parser", rest @ ..] => Ok(Choice::Parser(rest)),
            ["apps", rest @ ..] => Ok(Choice::Apps(rest)),
            [word, ..] => Err(format!("There is no bench `{word}`. There are: parser, apps.")),
        }
    }
}

pub(crate) fn run(project: &Project, choice: &Choice<'_>) -> Result<ExitCode, Problem> {
    match choice {
        Choice::All => {
            run_parser(project, &[])?;
            run_apps(project, &[])?;
        }
        Choice::Parser(words) => run_parser(project, words)?,
        Choice::Apps(words) => run_apps(project, words)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn run_parser(project: &Project, words: &[&str]) -> Result<(), Problem> {
    let mut cargo = project.cargo("bench");
    cargo.args(["--package", "tidings-core", "--bench", "situations"]).args(words);
    process::show(&mut cargo, LIMIT)?.or_problem("cargo bench")
}

fn run_apps(project: &Project, words: &[&str]) -> Result<(), Problem> {
    let needs = [Need::WasmRust, Need::WasmBindgen, Need::Node, Need::NpmPackages, Need::Chromium, Need::Firefox];
    let tools = setup::run(project, &needs)?;
    println!("building the apps (the first time takes a minute or two)");
    let bench = project.root.join("www").join("bench");
    let folder = project.target.join("bench-apps");
    let page = Page { package: "tidings-bench-apps", room: &bench.join("apps"), folder: &folder, profile: Profile::Release };
    page::build(project, &tools, &page)?;
    server::build(project)?;

    // It starts the server itself, since it also makes the streams that the server has to find.
    let mut node = Command::new("node");
    node.arg(bench.join("apps.mjs"))
        .args(words)
        .current_dir(&project.root)
        .env("TIDINGS_BENCH_SERVER", project.host_binary("tidings-test-server"))
        .env("TIDINGS_BENCH_PAGE", &folder)
        .env("TIDINGS_CHROMIUM", &tools.chromium()?.program)
        .env("TIDINGS_FIREFOX", &tools.firefox()?.program);
    process::show(&mut node, LIMIT)?.or_problem("www/bench/apps.mjs")
}

const LIMIT: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_a_bench() {
        assert_eq!(Choice::read(&[]), Ok(Choice::All));
        assert_eq!(Choice::read(&["parser", "--", "heartbeat"]), Ok(Choice::Parser(&["--", "heartbeat"])));
        assert_eq!(Choice::read(&["apps"]), Ok(Choice::Apps(&[])));
        assert!(Choice::read(&["heartbeat"]).is_err_and(|reason| reason.contains("parser, apps")));
    }
}
