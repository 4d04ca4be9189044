//! The npm package: the core built for wasm, and `www/build.mjs`, which makes `dist/` of it.

use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, WASM_TARGET};
use crate::setup::{self, Need, Tools};

/// What building it needs.
pub(crate) const NEEDS: &[Need] = &[Need::WasmRust, Need::Node, Need::NpmPackages];

/// Builds `dist/`.
pub(crate) fn build(project: &Project, tools: &Tools) -> Result<(), Problem> {
    let rust = tools.wasm_rust()?;
    for module in MODULES {
        let mut cargo = rust.cargo(project, "build");
        cargo.args(["--package", "tidings-abi", "--target", WASM_TARGET]).args(module);
        process::show(&mut cargo, BUILD_LIMIT)?.or_problem("Building the core for the npm package")?;
    }
    let mut node = Command::new("node");
    node.arg(script(project)).arg(rust.target_folder(project).join(WASM_TARGET)).current_dir(&project.root);
    process::show(&mut node, BUILD_LIMIT)?.or_problem("www/build.mjs")
}

/// Prints what each entry weighs beside its peers; a problem past the ceiling.
pub(crate) fn check_size(project: &Project) -> Result<(), Problem> {
    let mut node = Command::new("node");
    node.arg(script(project)).arg("--size").current_dir(&project.root);
    process::show(&mut node, BUILD_LIMIT)?.or_problem("The size of the npm package")
}

/// `cargo xtask size`.
pub(crate) fn run_size(project: &Project) -> Result<ExitCode, Problem> {
    let tools = setup::run(project, NEEDS)?;
    build(project, &tools)?;
    check_size(project)?;
    Ok(ExitCode::SUCCESS)
}

fn script(project: &Project) -> std::path::PathBuf {
    project.root.join("www").join("build.mjs")
}

/// How the core is built for all entries, and how for the parser entry.
const MODULES: [&[&str]; 4] = [
    &["--profile", "abi"],
    &["--profile", "abi-parser", "--no-default-features"],
    &["--profile", "abi-js", "--features", "bytewise"],
    &["--profile", "abi-text", "--features", "text"],
];
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);
