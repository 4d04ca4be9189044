//! `cargo xtask bench`: every bench beside its peers, and docs/benchmarks.md of what they found. Here is built what they need; they run in
//! `www/bench`.

use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::npm;
use crate::page::{self, Page, Profile};
use crate::problem::Problem;
use crate::process;
use crate::project::{Project, forget_outer_cargo};
use crate::server;
use crate::setup::{self, Need};

/// A bench, by the name it has in `www/bench` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bench {
    /// tidings-core beside other parsers, natively.
    Parser,
    /// Bytes to strings, in Node and in browsers.
    Strings,
    /// The npm class beside other clients.
    Clients,
    /// Rust apps beside each other in browsers.
    Apps,
    /// The script for old browsers beside its peer.
    Legacy,
    /// What the npm package's entries weigh.
    Sizes,
}

impl Bench {
    const ALL: [Bench; 6] = [Bench::Parser, Bench::Strings, Bench::Clients, Bench::Apps, Bench::Legacy, Bench::Sizes];

    fn name(self) -> &'static str {
        match self {
            Bench::Parser => "parser",
            Bench::Strings => "strings",
            Bench::Clients => "clients",
            Bench::Apps => "apps",
            Bench::Legacy => "legacy",
            Bench::Sizes => "sizes",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Bench::Parser => &[Need::Node, Need::NpmPackages],
            Bench::Strings | Bench::Clients => &[Need::WasmRust, Need::Node, Need::NpmPackages, Need::Chromium, Need::Firefox],
            Bench::Apps => &[Need::WasmRust, Need::WasmBindgen, Need::Node, Need::NpmPackages, Need::Chromium, Need::Firefox],
            Bench::Legacy => &[Need::WasmRust, Need::Node, Need::NpmPackages, Need::Chromium, Need::OldEngines],
            Bench::Sizes => npm::NEEDS,
        }
    }
}

/// What the words after `bench` ask for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice<'a> {
    benches: Vec<Bench>,
    /// For `www/bench/bench.mjs`.
    words: &'a [&'a str],
}

impl<'a> Choice<'a> {
    pub(crate) fn read(words: &'a [&'a str]) -> Result<Choice<'a>, String> {
        let benches: Vec<Bench> =
            words.iter().map_while(|word| Bench::ALL.into_iter().find(|bench| bench.name() == *word)).collect();
        let rest = &words[benches.len()..];
        match rest.first() {
            Some(word) if benches.is_empty() && !word.starts_with('-') => {
                let names = Bench::ALL.map(Bench::name).join(", ");
                Err(format!("There is no bench `{word}`. There are: {names}."))
            }
            _ if benches.is_empty() => Ok(Choice { benches: Bench::ALL.to_vec(), words: rest }),
            _ => Ok(Choice { benches, words: rest }),
        }
    }
}

pub(crate) fn run(project: &Project, choice: &Choice<'_>) -> Result<ExitCode, Problem> {
    let Choice { benches, words } = choice;
    let needed = |wanted: &[Bench]| benches.iter().any(|bench| wanted.contains(bench));
    let needs: Vec<Need> = benches.iter().flat_map(|bench| bench.needs()).copied().collect();
    let tools = setup::run(project, &needs)?;

    let script = project.root.join("www").join("bench").join("bench.mjs");
    let mut node = Command::new("node");
    node.arg(script).args(benches.iter().map(|bench| bench.name())).args(*words).current_dir(&project.root);
    node.env("CARGO_TARGET_DIR", &project.target);
    forget_outer_cargo(&mut node);
    tools.tell_more(&mut node);
    if needed(&[Bench::Strings, Bench::Clients, Bench::Apps, Bench::Legacy]) {
        node.env("TIDINGS_CHROMIUM", &tools.chromium()?.program);
    }
    if needed(&[Bench::Strings, Bench::Clients, Bench::Apps]) {
        node.env("TIDINGS_FIREFOX", &tools.firefox()?.program);
    }

    if needed(&[Bench::Strings, Bench::Clients, Bench::Legacy, Bench::Sizes]) {
        npm::build(project, &tools)?;
    }
    if needed(&[Bench::Strings, Bench::Clients, Bench::Apps, Bench::Legacy]) {
        node.env("TIDINGS_BENCH_SERVER", server::build_optimized(project)?);
    }
    if needed(&[Bench::Apps]) {
        println!("building the apps (the first time takes a minute or two)");
        let room = project.root.join("www").join("bench").join("apps");
        let folder = project.target.join("bench-apps");
        let page = Page { package: "tidings-bench-apps", room: &room, folder: &folder, profile: Profile::Release };
        // The others run all the same, and this one says that it has no page.
        match page::build(project, &tools, &page) {
            Ok(()) => {
                node.env("TIDINGS_BENCH_PAGE", &folder);
            }
            Err(problem) => println!("\n{problem}"),
        }
    }
    process::show(&mut node, LIMIT)?.or_problem("www/bench/bench.mjs")?;
    Ok(ExitCode::SUCCESS)
}

const LIMIT: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_benches() {
        assert_eq!(Choice::read(&[]), Ok(Choice { benches: Bench::ALL.to_vec(), words: &[] }));
        assert_eq!(Choice::read(&["--quick"]), Ok(Choice { benches: Bench::ALL.to_vec(), words: &["--quick"] }));
        let two = Choice { benches: vec![Bench::Sizes, Bench::Apps], words: &["firefox", "--quick"] };
        assert_eq!(Choice::read(&["sizes", "apps", "firefox", "--quick"]), Ok(two));
        assert!(Choice::read(&["heartbeat"]).is_err_and(|reason| reason.contains("parser, strings")));
    }
}
