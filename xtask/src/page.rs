//! Pages whose program is in Rust: built for the web, and put together in one folder that can be served.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, WASM_TARGET};
use crate::setup::Tools;

/// A page to build.
pub(crate) struct Page<'a> {
    /// Its program: a package whose library is a `cdylib`.
    pub(crate) package: &'a str,
    /// Where its files lie, beside that package's `Cargo.toml`.
    pub(crate) room: &'a Path,
    /// Where the whole page goes; what was there before goes away.
    pub(crate) folder: &'a Path,
    /// How its program is built.
    pub(crate) profile: Profile,
}

/// One of cargo's profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small and fast.
    Release,
    /// Built quickly.
    Dev,
}

/// Builds the program, makes its JavaScript, and copies the page's files to them.
pub(crate) fn build(project: &Project, tools: &Tools, page: &Page<'_>) -> Result<(), Problem> {
    let Page { package, room, folder, profile } = *page;
    let rust = tools.wasm_rust()?;
    let mut cargo = rust.cargo(project, "build");
    let (name, built_in) = match profile {
        Profile::Release => ("release", "release"),
        Profile::Dev => ("dev", "debug"),
    };
    cargo.args(["--package", package, "--profile", name, "--target", WASM_TARGET]);
    process::show(&mut cargo, BUILD_LIMIT)?.or_problem(&format!("Building {package}"))?;

    let trouble = |error| trouble(folder, &error);
    clear(folder).map_err(trouble)?;
    let module = format!("{}.wasm", package.replace('-', "_"));
    let module = rust.target_folder(project).join(WASM_TARGET).join(built_in).join(module);
    let mut wasm_bindgen = Command::new(tools.wasm_bindgen()?.join("wasm-bindgen"));
    wasm_bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(folder).arg(module);
    process::show(&mut wasm_bindgen, BINDGEN_LIMIT)?.or_problem("wasm-bindgen")?;

    copy_page(room, folder).map_err(trouble)
}

/// Puts together a page in plain JavaScript, on the npm package as it is in `dist`.
pub(crate) fn copy(project: &Project, room: &Path, folder: &Path) -> Result<(), Problem> {
    clear(folder)
        .and_then(|()| copy_page(room, folder))
        .and_then(|()| copy_folder(&project.root.join("dist"), &folder.join("tidings")))
        .map_err(|error| trouble(folder, &error))
}

fn trouble(folder: &Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("Could not write the page to {}: {error}", folder.display()))
}

/// Makes an empty folder.
fn clear(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

/// Copies what a page serves as it stands: the files beside `Cargo.toml`, and all of `static/`.
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

const PAGE_FILES: &[&str] = &["html", "css", "js", "mjs", "svg", "png", "ico"];
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);
const BINDGEN_LIMIT: Duration = Duration::from_secs(2 * 60);

#[cfg(test)]
mod tests {
    use super::*;

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
