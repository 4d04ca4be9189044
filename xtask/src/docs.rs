//! `cargo xtask docs`: the API of the crates by rustdoc, and that of the npm package by typedoc, from the declarations that users get. Warnings are
//! errors: a broken link, something exported that has no word about it.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::npm;
use crate::problem::Problem;
use crate::process;
use crate::project::{Project, WASM_TARGET};
use crate::release::CRATES;
use crate::setup::{self, Need, Tools};

pub(crate) fn run(project: &Project) -> Result<ExitCode, Problem> {
    let tools = setup::run(project, &[npm::NEEDS, &[Need::Typedoc]].concat())?;
    let names = CRATES.map(|published| published.name);
    build_crates(project, &tools, &names)?;
    npm::build(project, &tools)?;
    let pages = build_pages(project)?;
    let crates = tools.wasm_rust()?.target_folder(project).join(WASM_TARGET).join("doc");
    println!("\nThe crates:");
    for name in names {
        println!("  {}", crates.join(name.replace('-', "_")).join("index.html").display());
    }
    println!("The npm package:\n  {}", pages.display());
    Ok(ExitCode::SUCCESS)
}

/// Rustdoc of these packages, for wasm.
pub(crate) fn build_crates(project: &Project, tools: &Tools, packages: &[&str]) -> Result<(), Problem> {
    let rust = tools.wasm_rust()?;
    let flags = match rust.rustdoc_flags() {
        Some(flags) => format!("-Dwarnings {flags}"),
        None => "-Dwarnings".to_string(),
    };
    let mut cargo = rust.cargo(project, "doc");
    project.lock(&mut cargo);
    cargo
        .args(["--target", WASM_TARGET, "--no-deps", "--features", "tidings/test-util,tidings/tracing"])
        .env("RUSTDOCFLAGS", flags);
    for package in packages {
        cargo.args(["--package", package]);
    }
    process::show(&mut cargo, LIMIT)?.or_problem("cargo doc for wasm")
}

/// Typedoc of the npm package, which has to be built; gives the page to begin with.
pub(crate) fn build_pages(project: &Project) -> Result<PathBuf, Problem> {
    let folder = project.root.join("www").join("docs");
    let pages = project.target.join("typedoc");
    let mut node = Command::new("node");
    node.arg(folder.join("node_modules").join("typedoc").join("bin").join("typedoc"))
        .arg("--out")
        .arg(&pages)
        .current_dir(&folder);
    process::show(&mut node, LIMIT)?.or_problem("typedoc (www/docs/typedoc.json)")?;
    Ok(pages.join("index.html"))
}

const LIMIT: Duration = Duration::from_secs(20 * 60);
