//! Node, and the packages that each `package-lock.json` names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, find_program};
use crate::setup::report::Report;
use crate::versions::{at_least, version_in};

/// Node can only be found: every way of adding one is the user's choice.
pub(crate) fn find(project: &Project, report: &mut Report) {
    let least = &project.versions.node;
    let remedy = format!("install Node {least} or newer by hand: https://nodejs.org");
    let version = find_program("node")
        .and_then(|node| process::ask(Command::new(node).arg("--version")))
        .and_then(|said| version_in(&said));
    match version {
        Some(version) if at_least(&version, least) => report.found("Node", &version),
        Some(version) => {
            let why = format!("this is Node {version}, and the tests need {least}");
            report.missing("Node", &why, &remedy);
        }
        None => report.missing("Node", "not found", &remedy),
    }
}

/// Installs the packages of a folder's `package-lock.json`, unless these very ones are there.
pub(crate) fn set_up_packages(project: &Project, what: &str, folder: &str, report: &mut Report) {
    let lock_name = Path::new(folder).join("package-lock.json");
    let lock = fs::read(project.root.join(&lock_name)).unwrap_or_default();
    let folder = project.root.join(folder);
    let installed = folder.join("node_modules").join(INSTALLED);
    if !lock.is_empty() && fs::read(&installed).is_ok_and(|installed| installed == lock) {
        report.found(what, &format!("those of {}", lock_name.display()));
        return;
    }
    let log = project.log("npm");
    let result = report.adding(what, "npm ci", || {
        let npm = npm_program().ok_or_else(|| Problem::new("there is no npm"))?;
        let mut npm = Command::new(npm);
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        process::log(&mut npm, NPM_LIMIT, &log)?
            .or_problem("`npm ci`")
            .map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())))?;
        // If it cannot be noted, the next set-up installs them once more.
        let _ = fs::write(&installed, &lock);
        Ok(())
    });
    if let Err(problem) = result {
        report.missing(what, &problem.to_string(), &format!("run it by hand, beside {}: npm ci", lock_name.display()));
    }
}

/// Installs the packages of a folder's `package-lock.json` in the cache, where there is a folder for each such list, and says where.
pub(crate) fn set_up_in_cache(
    project: &Project,
    what: &str,
    about: &str,
    folder: &str,
    report: &mut Report,
) -> Result<PathBuf, Problem> {
    let ours = project.root.join(folder);
    let read = |name: &str| {
        fs::read(ours.join(name)).map_err(|error| Problem::new(format!("could not read {name} in {}: {error}", ours.display())))
    };
    let [manifest, lock] = [read("package.json")?, read("package-lock.json")?];
    let name = ours.file_name().unwrap_or_default().to_string_lossy();
    let folder = project.cache.join(format!("{name}-{:016x}", fingerprint(&lock)));
    let installed = folder.join("node_modules").join(INSTALLED);
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        report.found(what, &folder.display().to_string());
        return Ok(folder);
    }
    if report.is_hopeless() {
        return Err(Problem::new("not added while something above is missing"));
    }
    let log = project.log(&name);
    report.adding(what, &format!("npm ci: {about}"), || {
        let trouble = |error| Problem::new(format!("could not write to {}: {error}", folder.display()));
        fs::create_dir_all(&folder).map_err(trouble)?;
        fs::write(folder.join("package.json"), manifest).map_err(trouble)?;
        fs::write(folder.join("package-lock.json"), &lock).map_err(trouble)?;
        let npm = npm_program().ok_or_else(|| Problem::new("there is no npm"))?;
        let mut npm = Command::new(npm);
        // All they need is in the packages; no npm runs scripts of packages that newer ones would not.
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
        process::log(&mut npm, NPM_LIMIT, &log)?
            .or_problem("`npm ci`")
            .map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())))?;
        fs::write(&installed, &lock).map_err(trouble)
    })?;
    Ok(folder)
}

/// [FNV-1a](https://www.rfc-editor.org/rfc/rfc9923), the same on every machine.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn npm_program() -> Option<PathBuf> {
    if cfg!(windows) {
        // No .exe, and so not what `find_program` looks for.
        let folder = find_program("node")?.parent()?.to_path_buf();
        return Some(folder.join("npm.cmd"));
    }
    find_program("npm")
}

/// A copy of the lock file that the packages were installed from.
const INSTALLED: &str = ".tidings-package-lock.json";

const NPM_LIMIT: Duration = Duration::from_secs(5 * 60);
