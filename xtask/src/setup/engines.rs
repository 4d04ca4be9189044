//! What only the npm package's tests use, and can do without: WebKitGTK, Chromium 83 and runtimes other than Node.
//!
//! What of it cannot be added is said, with the reason, and its tests are reported as skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::problem::Problem;
use crate::process::{self, Ending};
use crate::project::{Project, find_program, is_program, setting};
use crate::setup::apt::Apt;
use crate::setup::node;
use crate::setup::report::Report;

/// Environment variables that tell the tests where something is.
pub(crate) type Variables = Vec<(&'static str, PathBuf)>;

/// WebKitGTK: its driver, a browser that the driver can start, and an X server for that one's window.
pub(crate) fn set_up_webkit(project: &Project, apt: &mut Apt, report: &mut Report) -> Variables {
    let what = "WebKitGTK";
    let packages = &project.versions.packages.webkit;
    if let Some(found) = find_webkit() {
        report.found(what, &found[0].1.display().to_string());
        return found;
    }
    let mut why = "not found".to_string();
    if !report.is_hopeless() {
        match apt.install(project, packages, report) {
            Ok(()) => {
                if let Some(found) = find_webkit() {
                    return found;
                }
            }
            Err(problem) => why = format!("{why}, and {problem}"),
        }
    }
    report.without(what, &why, &format!("install it by hand: sudo apt-get install {}", packages.join(" ")));
    Vec::new()
}

/// Chromium 83: the one in PyQtWebEngine, in a Python environment of its own in the cache.
pub(crate) fn set_up_chromium_83(project: &Project, apt: &mut Apt, report: &mut Report) -> Variables {
    let what = "Chromium 83";
    let folder = project.cache.join("chromium-83");
    let python = folder.join("bin").join("python");
    if runs_chromium_83(&python) {
        report.found(what, &python.display().to_string());
        return vec![("TIDINGS_CHROMIUM_83", python)];
    }
    if report.is_hopeless() {
        report.without(what, "not added while something above is missing", "add that first");
        return Vec::new();
    }
    // Where there is no apt the libraries may be there all the same.
    let libraries = apt.install(project, &project.versions.packages.chromium_83, report);
    let result = report.adding(what, "PyQtWebEngine from PyPI, 110 MB", || install_chromium_83(project, &folder, &python));
    match result {
        Ok(()) => vec![("TIDINGS_CHROMIUM_83", python)],
        Err(problem) => {
            let why = match libraries {
                Ok(()) => problem.to_string(),
                Err(other) => format!("{problem}, and {other}"),
            };
            let remedy = format!("install by hand what it needs: {}", project.versions.packages.chromium_83.join(" "));
            report.without(what, &why, &remedy);
            Vec::new()
        }
    }
}

/// Deno, Bun and workerd.
pub(crate) fn set_up_runtimes(project: &Project, report: &mut Report) -> Variables {
    match node::set_up_in_cache(project, "runtimes", "Deno, Bun and workerd, 130 MB", "tests/js/runtimes", report) {
        Ok(folder) => vec![("TIDINGS_RUNTIMES", folder)],
        Err(problem) => {
            report.without("runtimes", &problem.to_string(), "nothing else needs them");
            Vec::new()
        }
    }
}

fn find_webkit() -> Option<Variables> {
    let driver = named("TIDINGS_WEBKIT_DRIVER").or_else(|| find_program("WebKitWebDriver"))?;
    let browser = named("TIDINGS_MINIBROWSER").or_else(find_mini_browser)?;
    let screen = named("TIDINGS_XVFB").or_else(|| find_program("Xvfb"))?;
    Some(vec![("TIDINGS_WEBKIT_DRIVER", driver), ("TIDINGS_MINIBROWSER", browser), ("TIDINGS_XVFB", screen)])
}

fn named(variable: &str) -> Option<PathBuf> {
    setting(variable).filter(|file| is_program(file))
}

/// `/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser`: no folder for programs, and it differs by machine and version.
fn find_mini_browser() -> Option<PathBuf> {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        entries
    };
    let is_webkit =
        |folder: &PathBuf| folder.file_name().is_some_and(|name| name.to_str().is_some_and(|name| name.starts_with("webkit")));
    ["/usr/lib", "/usr/libexec"]
        .iter()
        .flat_map(|folder| inside(Path::new(folder)))
        .flat_map(|folder| if is_webkit(&folder) { vec![folder] } else { inside(&folder) })
        .filter(is_webkit)
        .map(|folder| folder.join("MiniBrowser"))
        .find(|file| is_program(file))
}

fn install_chromium_83(project: &Project, folder: &Path, python: &Path) -> Result<(), Problem> {
    let system = find_program("python3").ok_or_else(|| Problem::new("there is no python3"))?;
    let log = project.log("chromium-83");
    let run = |command: &mut Command, what: &str| {
        let ending: Ending = process::log(command, PIP_LIMIT, &log)?;
        ending.or_problem(what).map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())))
    };
    run(Command::new(system).args(["-m", "venv", "--clear"]).arg(folder), "`python3 -m venv`")?;
    let list = project.root.join("tests").join("js").join("chromium83.txt");
    let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--requirement"];
    run(Command::new(python).args(options).arg(list), "`pip install`")?;
    match runs_chromium_83(python) {
        true => Ok(()),
        false => Err(Problem::new("it was installed, but a library of the system is missing")),
    }
}

/// Whether all its libraries can be loaded, and those of the part of Qt that speaks to an X server.
fn runs_chromium_83(python: &Path) -> bool {
    let ask = "import ctypes, os, PyQt5.QtWebEngineWidgets; \
               ctypes.CDLL(os.path.join(os.path.dirname(PyQt5.__file__), 'Qt/plugins/platforms/libqxcb.so')); print('yes')";
    is_program(python)
        && find_program("Xvfb").is_some()
        && process::ask(Command::new(python).args(["-c", ask])).is_some_and(|said| said == "yes")
}

const PIP_LIMIT: Duration = Duration::from_secs(10 * 60);
