//! `cargo xtask demo`: builds the demo, serves it and prints its address. No browser is opened, and none is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, WASM_TARGET};
use crate::server::{self, Server};
use crate::setup::{self, Need, Tools};

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
            [word, ..] => return Err(format!("`cargo xtask demo` does not know `{word}`.")),
        };
        match number.parse() {
            Ok(port) => Ok(Options { port: Some(port) }),
            Err(_) => Err(format!("`--port` wants a number up to 65535, not `{number}`.")),
        }
    }
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<ExitCode, Problem> {
    let tools = setup::run(project, &[Need::WasmRust, Need::WasmBindgen])?;
    println!("building the demo (the first time takes a minute or two)");
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

/// Builds the demo for the web; gives the folder that holds the whole page.
pub(crate) fn build(project: &Project, tools: &Tools) -> Result<PathBuf, Problem> {
    let rust = tools.wasm_rust()?;
    let mut cargo = rust.cargo(project, "build");
    cargo.args(["--package", PACKAGE, "--release", "--target", WASM_TARGET]);
    process::show(&mut cargo, BUILD_LIMIT)?.or_problem("Building the demo")?;

    let room = project.root.join("www").join("demo");
    let page = room.join("dist");
    let trouble = |error: std::io::Error| Problem::new(format!("Could not write the demo to {}: {error}", page.display()));
    if page.exists() {
        fs::remove_dir_all(&page).map_err(trouble)?;
    }
    fs::create_dir_all(&page).map_err(trouble)?;

    let module = rust.target_folder(project).join(WASM_TARGET).join("release").join(MODULE);
    let mut wasm_bindgen = Command::new(tools.wasm_bindgen()?.join("wasm-bindgen"));
    wasm_bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&page).arg(module);
    process::show(&mut wasm_bindgen, BINDGEN_LIMIT)?.or_problem("wasm-bindgen")?;

    copy_page(&room, &page).map_err(trouble)?;
    Ok(page)
}

/// Copies what the demo serves as it stands: the files of a page beside `Cargo.toml`, and all of `static/`.
fn copy_page(room: &Path, page: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(room)? {
        let file = entry?.path();
        let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if file.is_file()
            && PAGE_FILES.contains(&kind)
            && let Some(name) = file.file_name()
        {
            fs::copy(&file, page.join(name))?;
        }
    }
    let statics = room.join("static");
    if statics.is_dir() {
        copy_folder(&statics, page)?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn free_port(options: &Options) -> Result<u16, Problem> {
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

const PACKAGE: &str = "tidings-demo";
const MODULE: &str = "tidings_demo.wasm";
const USUAL_PORT: u16 = 7700;
const PAGE_FILES: &[&str] = &["html", "css", "js", "mjs", "svg", "png", "ico"];
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);
const BINDGEN_LIMIT: Duration = Duration::from_secs(2 * 60);

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

    #[test]
    fn page_is_copied_with_its_static_folder() -> std::io::Result<()> {
        let room = std::env::temp_dir().join(format!("tidings-page-{}", std::process::id()));
        let page = room.join("dist");
        fs::create_dir_all(room.join("static/deep"))?;
        fs::create_dir_all(&page)?;
        for file in ["index.html", "look.css", "Cargo.toml", "static/deep/dot.svg"] {
            fs::write(room.join(file), file)?;
        }
        copy_page(&room, &page)?;
        assert!(page.join("index.html").is_file());
        assert!(page.join("look.css").is_file());
        assert!(page.join("deep/dot.svg").is_file());
        assert!(!page.join("Cargo.toml").exists());
        fs::remove_dir_all(&room)
    }
}
