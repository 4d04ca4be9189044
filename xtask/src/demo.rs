//! `cargo xtask demo`: builds the demo, serves it and prints its address. No browser is opened, and none is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::npm;
use crate::page::{self, Page, Profile};
use crate::problem::Problem;
use crate::process;
use crate::project::Project;
use crate::server::{self, Server};
use crate::setup::{self, Need, Tools};

/// What building it needs.
pub(crate) const NEEDS: &[Need] = &[Need::WasmRust, Need::WasmBindgen, Need::Node, Need::NpmPackages];

/// What the words after `demo` ask for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Exactly this port; else the first free one.
    port: Option<u16>,
}

impl Options {
    pub(crate) fn read(words: &[&str]) -> Result<Options, String> {
        let number = match words {
            [] => return Ok(Options { port: None }),
            ["--port", number] => number,
            [word] if word.starts_with("--port=") => &word["--port=".len()..],
            ["--port"] => return Err("`--port` wants a number after it.".to_string()),
            [word, ..] => return Err(format!("`{word}` is not understood here; `--port N` would be.")),
        };
        match number.parse() {
            Ok(port) => Ok(Options { port: Some(port) }),
            Err(_) => Err(format!("`--port` wants a number up to 65535, not `{number}`.")),
        }
    }
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<ExitCode, Problem> {
    let tools = setup::run(project, NEEDS)?;
    println!("building the demo (the first time takes a minute or two)");
    npm::build(project, &tools)?;
    let folder = build(project, &tools)?;
    server::build(project)?;
    let port = free_port(options)?;
    let mut server = Server::start(project, [port, 0], Some(&folder))?;
    process::stopping_is_fine();
    println!("\ntidings demo: {}/", server.addresses.first);
    println!("Open it in any browser. Ctrl-C stops it.");
    server.wait()?.or_problem("The demo's server")?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the demo for the web, with the npm package that was built before; gives the folder that holds the whole page.
pub(crate) fn build(project: &Project, tools: &Tools) -> Result<PathBuf, Problem> {
    let room = project.root.join("www").join("demo");
    let folder = room.join("dist");
    page::build(project, tools, &Page { package: "tidings-demo", room: &room, folder: &folder, profile: Profile::Release })?;
    copy_npm(project, &folder.join("npm"))
        .map_err(|error| Problem::new(format!("Could not give the demo the npm package: {error}")))?;
    Ok(folder)
}

/// What a module script in a page needs of the npm package.
fn copy_npm(project: &Project, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for file in ["index.mjs", "core-js.mjs"] {
        fs::copy(project.root.join("dist").join(file), folder.join(file))?;
    }
    Ok(())
}

pub(crate) fn free_port(options: &Options) -> Result<u16, Problem> {
    match options.port {
        Some(port) if port == 0 || server::is_free(port) => Ok(port),
        Some(port) => {
            Err(Problem::new(format!("Port {port} is taken. Choose another one, or leave `--port` out to get one that is free.")))
        }
        None => (USUAL_PORT..USUAL_PORT + 50).find(|port| server::is_free(*port)).ok_or_else(|| {
            Problem::new(format!("The ports from {USUAL_PORT} on are all taken. Choose another one with `--port N`."))
        }),
    }
}

const USUAL_PORT: u16 = 7700;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_a_port() {
        assert_eq!(Options::read(&[]), Ok(Options { port: None }));
        assert_eq!(Options::read(&["--port", "8000"]), Ok(Options { port: Some(8000) }));
        assert_eq!(Options::read(&["--port=8000"]), Ok(Options { port: Some(8000) }));
        assert!(Options::read(&["--port"]).is_err());
        assert!(Options::read(&["--port", "99999"]).is_err());
        assert!(Options::read(&["--open"]).is_err());
    }
}
