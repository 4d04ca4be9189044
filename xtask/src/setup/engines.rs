//! What only the npm package's tests use, and can do without: WebKitGTK and runtimes other than Node.
//!
//! What of it cannot be added is said, with the reason, and its tests are reported as skipped.

use std::fs;
use std::path::{Path, PathBuf};

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

/// Deno, Bun and workerd.
pub(crate) fn set_up_runtimes(project: &Project, report: &mut Report) -> Variables {
    match node::set_up_runtimes(project, report) {
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
