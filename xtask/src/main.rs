//! Every command of this repository that has more than one step: `cargo xtask <command>`.
//!
//! The files are divided by duty:
//!
//! - `demo`, `screenshots`, `example`, `test`, `ci`, `bench`, `docs`, `release`: the commands.
//! - `page`: a page whose program is in Rust, built and put together; `npm`: the npm package, built and weighed.
//! - `setup`: what a command needs, found or added, a line for each thing.
//! - `rust_route`: the two ways to a Rust that builds for wasm.
//! - `server`: the test server, started before the tests and stopped after them.
//! - `steps`, `counts`: names, times and results of what ran.
//! - `process`: other programs, without a shell and never for longer than a limit.
//! - `project`, `versions`, `problem`: where things are, which versions, and what went wrong.

mod bench;
mod ci;
mod counts;
mod demo;
mod docs;
mod example;
mod npm;
mod page;
mod problem;
mod process;
mod project;
mod release;
mod rust_route;
mod screenshots;
mod server;
mod setup;
mod steps;
mod test;
mod versions;

use std::process::ExitCode;

use problem::Problem;
use project::Project;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match obey(&words) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("\n{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that the words name.
fn obey(words: &[&str]) -> Result<ExitCode, Problem> {
    let (command, rest) = match words {
        [] | ["help" | "--help" | "-h", ..] => {
            println!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        [command, rest @ ..] => (*command, rest),
    };
    if rest.iter().any(|word| matches!(*word, "--help" | "-h")) {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let takes_words = matches!(command, "demo" | "example" | "test" | "bench" | "release");
    if !takes_words && let Some(word) = rest.first() {
        return Ok(misunderstood(&format!("`cargo xtask {command}` takes no further words, but was given `{word}`.")));
    }

    match command {
        "demo" => match demo::Options::read(rest) {
            Ok(options) => demo::run(&open_project()?, &options),
            Err(reason) => Ok(misunderstood(&reason)),
        },
        "example" => match example::Options::read(rest) {
            Ok(options) => example::run(&open_project()?, &options),
            Err(reason) => Ok(misunderstood(&reason)),
        },
        "test" => match test::Part::read_all(rest) {
            Ok(parts) => test::run(&open_project()?, &parts),
            Err(reason) => Ok(misunderstood(&reason)),
        },
        "setup" => {
            let project = open_project()?;
            setup::run(&project, setup::EVERYTHING)?;
            Ok(ExitCode::SUCCESS)
        }
        "size" => npm::run_size(&open_project()?),
        "docs" => docs::run(&open_project()?),
        "screenshots" => screenshots::run(&open_project()?),
        "release" => release::run(&open_project()?, rest),
        "ci" => ci::run(&open_project()?),
        "bench" => match bench::Choice::read(rest) {
            Ok(choice) => bench::run(&open_project()?, &choice),
            Err(reason) => Ok(misunderstood(&reason)),
        },
        unknown => Ok(misunderstood(&format!("There is no command `{unknown}`."))),
    }
}

fn open_project() -> Result<Project, Problem> {
    let project = Project::open()?;
    process::stop_children_on_signals()?;
    Ok(project)
}

/// Says what was not understood, and what would be.
fn misunderstood(reason: &str) -> ExitCode {
    eprintln!("{reason}\n\n{HELP}");
    ExitCode::from(2)
}

const HELP: &str = "\
usage: cargo xtask <command>

  demo [--port N]   build the demo and serve it (also: npm start)
  example NAME [--port N]
                    build an example and serve it: chat, leptos-chat, vanilla-rust, yew-ticker
  test [part ...]   run every test, or only some parts (also: npm test)
                    parts: native, chromium, firefox, node, pages, packaging
  setup             find or add everything that the commands need
  ci                everything that CI checks: formatting, lints, docs, packages, tests
  bench [which ...] run every bench, about 12 minutes, or only some, and write what they found
                    to docs/benchmarks.md: parser (native parsers), strings (bytes to strings),
                    clients (whole clients over HTTP), apps (Rust apps), legacy (old browsers),
                    sizes. --quick takes fewer and shorter rounds. Further words choose what is
                    only printed: node, chromium, firefox, phantomjs, qtwebkit, part of a situation
  docs              build the API pages of the crates and of the npm package, and say where they lie
  screenshots       build the demo, and take pictures of it, which README shows
  release --dry-run check that everything is ready to be published
  size              build the npm package, and say what each entry weighs beside its peers
  help              this text

Each command first sets up what it needs, and says so in a line for each thing.

environment:
  TIDINGS_CACHE     where built tools are kept (else $XDG_CACHE_HOME/tidings or ~/.cache/tidings)
  TIDINGS_RUST      rustup | distribution: which Rust builds for wasm (else: what works)
  TIDINGS_CHROMIUM, TIDINGS_FIREFOX, CHROMEDRIVER, GECKODRIVER
                    paths of browsers and drivers, when they are in unusual places
  TIDINGS_PHANTOMJS, TIDINGS_DUKTAPE, TIDINGS_QTWEBKIT_PYTHON
                    the same of old engines";

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(words: &[&str]) -> String {
        format!("{:?}", obey(words).expect("needs no project"))
    }

    #[test]
    fn wrong_words_are_told_apart_from_none() {
        let fine = format!("{:?}", ExitCode::SUCCESS);
        let wrong = format!("{:?}", ExitCode::from(2));
        assert_eq!(code_of(&[]), fine);
        assert_eq!(code_of(&["help"]), fine);
        assert_eq!(code_of(&["test", "--help"]), fine);
        assert_eq!(code_of(&["tset"]), wrong);
        assert_eq!(code_of(&["test", "safari"]), wrong);
        assert_eq!(code_of(&["demo", "--port", "many"]), wrong);
        assert_eq!(code_of(&["example"]), wrong);
        assert_eq!(code_of(&["bench", "apss"]), wrong);
        assert_eq!(code_of(&["ci", "now"]), wrong);
        assert_eq!(code_of(&["docs", "npm"]), wrong);
    }
}
