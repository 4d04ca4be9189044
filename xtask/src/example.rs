//! `cargo xtask example NAME`: builds an example and serves it, as `demo` does the demo.
//!
//! Those in Rust are built without optimizations, which takes a third of the time: they are there to be read and changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::demo;
use crate::npm;
use crate::page::{self, Page, Profile};
use crate::problem::Problem;
use crate::process;
use crate::project::Project;
use crate::server::{self, Server};
use crate::setup::{self, Need, Tools};

/// What the words after `example` ask for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    name: String,
    place: demo::Options,
}

impl Options {
    pub(crate) fn read(words: &[&str]) -> Result<Options, String> {
        match words {
            [name, rest @ ..] if !name.starts_with('-') => {
                Ok(Options { name: (*name).to_owned(), place: demo::Options::read(rest)? })
            }
            _ => Err("`cargo xtask example` wants the name of an example: a folder in `examples`.".to_owned()),
        }
    }
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<ExitCode, Problem> {
    let all = all(project)?;
    let Some(name) = all.iter().find(|name| **name == options.name) else {
        return Err(Problem::new(format!("There is no example `{}`. There are: {}.", options.name, all.join(", "))));
    };
    let tools = if is_rust(&room(project, name)) {
        let tools = setup::run(project, &[Need::WasmRust, Need::WasmBindgen])?;
        println!("building {name} (the first time takes a minute or two)");
        tools
    } else {
        let tools = setup::run(project, npm::NEEDS)?;
        println!("building the npm package, which {name} runs on");
        npm::build(project, &tools)?;
        tools
    };
    let folder = project.root.join("examples").join(name).join("dist");
    build(project, &tools, name, &folder)?;
    server::build(project)?;
    let port = demo::free_port(&options.place)?;
    let mut server = Server::start(project, [port, 0], Some(&folder))?;
    process::stopping_is_fine();
    println!("\n{name}: {}/", server.addresses.first);
    println!("Open it in any browser. Ctrl-C stops it.");
    server.wait()?.or_problem("The example's server")?;
    Ok(ExitCode::SUCCESS)
}

/// Builds all of them, each into a folder of its name in `page/examples`. The npm package is there already.
pub(crate) fn build_all(project: &Project, tools: &Tools, page: &Path) -> Result<(), Problem> {
    for name in all(project)? {
        build(project, tools, &name, &page.join("examples").join(&name))?;
    }
    Ok(())
}

fn build(project: &Project, tools: &Tools, name: &str, folder: &Path) -> Result<(), Problem> {
    let room = room(project, name);
    if is_rust(&room) {
        page::build(project, tools, &Page { package: name, room: &room, folder, profile: Profile::Dev })
    } else {
        page::copy(project, &room, folder)
    }
}

fn room(project: &Project, name: &str) -> PathBuf {
    project.root.join("examples").join(name)
}

/// Whether it is a Rust program, and not plain JavaScript.
fn is_rust(room: &Path) -> bool {
    room.join("Cargo.toml").is_file()
}

/// The folders in `examples` that have a page.
fn all(project: &Project) -> Result<Vec<String>, Problem> {
    let folder = project.root.join("examples");
    let trouble = |error| Problem::new(format!("Could not look into {}: {error}", folder.display()));
    let mut names: Vec<String> = fs::read_dir(&folder)
        .map_err(trouble)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("index.html").is_file())
        .filter_map(|path: PathBuf| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_an_example() {
        let read = |words: &[&str]| Options::read(words).map(|options| options.name);
        assert_eq!(read(&["yew-ticker"]).as_deref(), Ok("yew-ticker"));
        assert_eq!(read(&["yew-ticker", "--port", "8000"]).as_deref(), Ok("yew-ticker"));
        assert!(read(&[]).is_err() && read(&["--port", "8000"]).is_err() && read(&["yew-ticker", "now"]).is_err());
    }
}
