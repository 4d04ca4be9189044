//! What a command needs: found, or added where that is possible; a line for each thing.
//!
//! Everything is looked for on every run, which takes a second or two, and nothing is kept about what was found.
//! What is built here goes to the cache, which outlives clones. Every step outside has a limit.

pub(crate) mod apt;
mod browsers;
mod built_tools;
mod engines;
mod node;
mod old_engines;
pub(crate) mod report;

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use browsers::Browser;

use crate::problem::Problem;
use crate::project::Project;
use crate::rust_route::{self, Choice, WasmRust};
use apt::Apt;
use report::Report;

/// Something a command may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    WasmRust,
    /// `cargo fmt` and `cargo clippy`.
    Lints,
    /// The wasm-bindgen command line and its test runner.
    WasmBindgen,
    /// Chromium and its driver.
    Chromium,
    /// Firefox; with its driver, where [`Need::Geckodriver`] is there too.
    Firefox,
    Geckodriver,
    Node,
    NpmPackages,
    /// What the packed npm package is tried with; see `tests/packaging`.
    Bundlers,
    /// What makes the API pages of the npm package; see `www/docs`.
    Typedoc,
    /// More browsers for the npm package: WebKitGTK and Chromium 83. What of them cannot be added is done without.
    MoreBrowsers,
    /// More runtimes for it: Deno, Bun, workerd. What of them cannot be added is done without.
    Runtimes,
    /// What the script for old browsers is tested in. What of it cannot be added is done without.
    OldEngines,
}

/// All that any command needs.
pub(crate) const EVERYTHING: &[Need] = &[
    Need::WasmRust,
    Need::Lints,
    Need::Node,
    Need::Chromium,
    Need::Firefox,
    Need::WasmBindgen,
    Need::Geckodriver,
    Need::NpmPackages,
    Need::Bundlers,
    Need::Typedoc,
    Need::MoreBrowsers,
    Need::Runtimes,
    Need::OldEngines,
];

/// What was found or added. Asking for something that was not among the needs is a mistake in a command.
#[derive(Default)]
pub(crate) struct Tools {
    wasm_rust: Option<WasmRust>,
    wasm_bindgen: Option<PathBuf>,
    geckodriver: Option<PathBuf>,
    chromium: Option<Browser>,
    chromedriver: Option<PathBuf>,
    firefox: Option<Browser>,
    optional: engines::Variables,
}

impl Tools {
    pub(crate) fn wasm_rust(&self) -> Result<&WasmRust, Problem> {
        self.wasm_rust.as_ref().ok_or_else(|| not_set_up("Rust for wasm"))
    }

    /// The folder of `wasm-bindgen` and `wasm-bindgen-test-runner`.
    pub(crate) fn wasm_bindgen(&self) -> Result<&Path, Problem> {
        self.wasm_bindgen.as_deref().ok_or_else(|| not_set_up("wasm-bindgen"))
    }

    pub(crate) fn geckodriver(&self) -> Result<&Path, Problem> {
        self.geckodriver.as_deref().ok_or_else(|| not_set_up("geckodriver"))
    }

    pub(crate) fn chromium(&self) -> Result<&Browser, Problem> {
        self.chromium.as_ref().ok_or_else(|| not_set_up("Chromium"))
    }

    pub(crate) fn chromedriver(&self) -> Result<&Path, Problem> {
        self.chromedriver.as_deref().ok_or_else(|| not_set_up("chromedriver"))
    }

    pub(crate) fn firefox(&self) -> Result<&Browser, Problem> {
        self.firefox.as_ref().ok_or_else(|| not_set_up("Firefox"))
    }

    /// Tells tests where the browsers, runtimes and engines are that they can do without.
    pub(crate) fn tell_more(&self, tests: &mut Command) {
        tests.envs(self.optional.iter().map(|(variable, path)| (variable, path)));
    }
}

/// Finds or adds everything in `needs`; a problem when something is missing and cannot be added.
pub(crate) fn run(project: &Project, needs: &[Need]) -> Result<Tools, Problem> {
    let mut report = Report::begin();
    let mut apt = Apt::default();
    let mut tools = Tools::default();
    let needed = |need| needs.contains(&need);

    if needed(Need::WasmRust) {
        tools.wasm_rust = rust_route::set_up(project, Choice::read()?, &mut apt, &mut report);
    }
    if needed(Need::Lints) {
        built_tools::set_up_lints(project, &mut report);
    }
    if needed(Need::Node) {
        node::find(project, &mut report);
    }
    let packages = browsers::missing_packages(project, needed(Need::Chromium), needed(Need::Firefox));
    // If this fails, the browsers' own lines say what is missing, and this why.
    let browsers_problem = match packages.is_empty() {
        true => None,
        false => apt.install(project, &packages, &mut report).err(),
    };
    let why = browsers_problem.as_ref();
    if needed(Need::Chromium) {
        tools.chromium = browsers::chromium(project, why, &mut report);
        tools.chromedriver = browsers::chromedriver(project, why, &mut report);
    }
    if needed(Need::Firefox) {
        tools.firefox = browsers::firefox(project, why, &mut report);
    }
    if needed(Need::WasmBindgen) {
        tools.wasm_bindgen = built_tools::set_up_wasm_bindgen(project, &mut report);
    }
    if needed(Need::Geckodriver) {
        tools.geckodriver = built_tools::set_up_geckodriver(project, &mut report);
    }
    if needed(Need::NpmPackages) {
        node::set_up_packages(project, "npm packages", "", &mut report);
    }
    if needed(Need::Bundlers) {
        node::set_up_packages(project, "bundlers", "tests/packaging", &mut report);
    }
    if needed(Need::Typedoc) {
        node::set_up_packages(project, "typedoc", "www/docs", &mut report);
    }
    if needed(Need::MoreBrowsers) {
        tools.optional.extend(engines::set_up_webkit(project, &mut apt, &mut report));
        tools.optional.extend(engines::set_up_chromium_83(project, &mut apt, &mut report));
    }
    if needed(Need::Runtimes) {
        tools.optional.extend(engines::set_up_runtimes(project, &mut report));
    }
    if needed(Need::OldEngines) {
        tools.optional.extend(old_engines::set_up(project, &mut apt, &mut report));
    }
    report.end()?;
    Ok(tools)
}

fn not_set_up(what: &str) -> Problem {
    Problem::new(format!("This command uses {what} without having set it up: a mistake in xtask."))
}
