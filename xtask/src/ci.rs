//! `cargo xtask ci`: everything that CI checks, on a clean clone, with whatever has to be added first.

use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::docs;
use crate::npm;
use crate::problem::Problem;
use crate::process;
use crate::project::{Project, WASM_TARGET};
use crate::release;
use crate::rust_route;
use crate::setup::apt::Apt;
use crate::setup::report::Report;
use crate::setup::{self, Tools};
use crate::steps::Steps;
use crate::test::{self, Part};
use crate::versions::{is_of_release, version_in};

pub(crate) fn run(project: &Project) -> Result<ExitCode, Problem> {
    let mut steps = Steps::default();
    let Some(tools) = steps.run("set-up", |_| setup::run(project, setup::EVERYTHING)) else {
        return Ok(steps.finish());
    };
    check_least_rust(project, &mut steps);
    check_sources(project, &tools, &mut steps);
    build_core(project, &tools, &mut steps);
    steps.run("no serde without its feature", |_| check_tree(project));
    release::check_manifests(project, &mut steps, false);
    steps.run("packages", |_| release::package_crates(project));
    test::run_parts(project, &tools, &Part::ALL, &mut steps);
    steps.run("size of the npm package", |_| npm::check_size(project));
    steps.run("docs of the npm package", |_| docs::build_pages(project));
    Ok(steps.finish())
}

/// `rust-version` is a promise, which only this very release can show to be kept.
fn check_least_rust(project: &Project, steps: &mut Steps) {
    let name = "rust-version";
    let least = &project.versions.rust;
    match process::ask(&mut project.cargo("--version")).and_then(|said| version_in(&said)) {
        Some(version) if is_of_release(&version, least) => {
            steps.run(name, |_| {
                println!("All that follows is built by Rust {version}, and rust-version is {least}.");
                Ok(())
            });
        }
        Some(version) => steps.skip(name, &format!("this is Rust {version}, so that {least} suffices is not shown here")),
        None => steps.skip(name, "cargo does not tell its version"),
    }
}

/// Formatting, lints and docs: for the host and for wasm, where warnings are errors.
fn check_sources(project: &Project, tools: &Tools, steps: &mut Steps) {
    steps.run("formatting", |_| {
        let mut cargo = project.cargo("fmt");
        cargo.args(["--all", "--check"]);
        check(&mut cargo, "cargo fmt (to mend it: cargo fmt --all)")
    });
    steps.run("lints for the host", |_| {
        let mut cargo = cargo(project, "clippy");
        cargo.arg("--workspace");
        for package in FOR_THE_WEB {
            cargo.args(["--exclude", package]);
        }
        cargo.args(["--all-targets", "--", "--deny", "warnings"]);
        check(&mut cargo, "clippy")
    });
    steps.run("lints for wasm", |_| {
        let mut with_tests = wasm_cargo(project, tools, "clippy")?;
        with_tests.args(["--package", "tidings", "--features", "tidings/test-util,tidings/tracing"]);
        for package in FOR_THE_WEB {
            with_tests.args(["--package", package]);
        }
        with_tests.args(["--all-targets", "--", "--deny", "warnings"]);
        check(&mut with_tests, "clippy for wasm")?;
        let mut without_features = wasm_cargo(project, tools, "clippy")?;
        without_features.args(["--package", "tidings", "--no-default-features", "--lib", "--", "--deny", "warnings"]);
        check(&mut without_features, "clippy for wasm without features")?;
        // The core's own tests are native ones: proptest and the like do not build for the web.
        let libraries = ["tidings-core", "tidings-demo", "tidings-bench-apps"];
        // By itself: beside another that wants the core with std, it would get that too, and a second panic handler.
        for (packages, features) in
            [(&libraries[..], &[][..]), (&["tidings-abi"], &[]), (&["tidings-abi"], &["--no-default-features"])]
        {
            let mut cargo = wasm_cargo(project, tools, "clippy")?;
            for package in packages {
                cargo.args(["--package", package]);
            }
            cargo.args(features);
            cargo.args(["--lib", "--", "--deny", "warnings"]);
            check(&mut cargo, "clippy for wasm")?;
        }
        Ok(())
    });
    steps.run("docs for the host", |_| {
        let mut cargo = cargo(project, "doc");
        cargo.args(["--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-Dwarnings");
        for package in FOR_THE_WEB {
            cargo.args(["--exclude", package]);
        }
        check(&mut cargo, "cargo doc")
    });
    steps.run("docs for wasm", |_| docs::build_crates(project, tools, &[&["tidings"], &FOR_THE_WEB[..]].concat()));
}

/// What the browser crate needs: serde with the feature of that name, and nothing of it without.
fn check_tree(project: &Project) -> Result<(), Problem> {
    let has_serde = |features: &[&str]| {
        let mut cargo = cargo(project, "tree");
        cargo.args(["--package", "tidings", "--edges", "normal", "--target", WASM_TARGET, "--prefix", "none"]).args(features);
        let mut found = false;
        process::read_along(&mut cargo, CHECK_LIMIT, |line| found |= line.starts_with("serde"))?.or_problem("cargo tree")?;
        Ok(found)
    };
    match (has_serde(&[])?, has_serde(&["--no-default-features"])?) {
        (true, false) => Ok(()),
        (false, _) => {
            Err(Problem::new("With the default features there is no serde in the tree: this check looks for the wrong thing."))
        }
        (true, true) => Err(Problem::new("Without the feature `serde` there is serde in the tree of the crate tidings.")),
    }
}

/// The core for wasm: without std, and by the distribution's Rust, so that this route does not rot.
fn build_core(project: &Project, tools: &Tools, steps: &mut Steps) {
    steps.run("core without std, for wasm", |_| {
        let mut cargo = wasm_cargo(project, tools, "build")?;
        cargo.args(["--package", "tidings-core", "--no-default-features"]);
        check(&mut cargo, "cargo build")
    });
    let name = "core by the distribution's Rust";
    let mut apt = Apt::default();
    if let Some(why) = rust_route::distribution_is_out_of_reach(project, &mut apt) {
        steps.skip(name, &why);
        return;
    }
    steps.run(name, |_| {
        let rust = rust_route::set_up_distribution(project, &mut apt, &mut Report::begin())?;
        let mut cargo = rust.cargo(project, "build");
        project.lock(&mut cargo);
        cargo.args(["--package", "tidings-core", "--target", WASM_TARGET]);
        check(&mut cargo, "cargo build")
    });
}

fn cargo(project: &Project, subcommand: &str) -> Command {
    let mut cargo = project.cargo(subcommand);
    project.lock(&mut cargo);
    cargo
}

fn wasm_cargo(project: &Project, tools: &Tools, subcommand: &str) -> Result<Command, Problem> {
    let mut cargo = tools.wasm_rust()?.cargo(project, subcommand);
    project.lock(&mut cargo);
    cargo.args(["--target", WASM_TARGET]);
    Ok(cargo)
}

fn check(command: &mut Command, what: &str) -> Result<(), Problem> {
    process::show(command, CHECK_LIMIT)?.or_problem(what)
}

/// Frameworks take a minute to be checked, so this is done for wasm alone; that they build for servers too is seen by the native tests.
const FOR_THE_WEB: [&str; 5] = ["leptos-chat", "tidings-leptos", "tidings-yew", "vanilla-rust", "yew-ticker"];
const CHECK_LIMIT: Duration = Duration::from_secs(20 * 60);
