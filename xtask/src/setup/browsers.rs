//! Chromium with its driver, and Firefox: of the distribution where it has them, else where people usually have them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, find_program, is_program, setting};
use crate::setup::report::Report;
use crate::versions::version_in;

/// A browser on this machine.
pub(crate) struct Browser {
    pub(crate) program: PathBuf,
}

/// The packages of those browsers that are not here.
pub(crate) fn missing_packages(project: &Project, chromium: bool, firefox: bool) -> Vec<String> {
    let packages = &project.versions.packages;
    let mut missing = Vec::new();
    if chromium && (CHROMIUM.find().is_none() || CHROMEDRIVER.find().is_none()) {
        missing.extend(packages.chromium.iter().cloned());
    }
    if firefox && FIREFOX.find().is_none() {
        missing.extend(packages.firefox.iter().cloned());
    }
    missing
}

pub(crate) fn chromium(project: &Project, why_not: Option<&Problem>, report: &mut Report) -> Option<Browser> {
    let program = look(&CHROMIUM, &project.versions.packages.chromium, why_not, report)?;
    Some(Browser { program })
}

pub(crate) fn chromedriver(project: &Project, why_not: Option<&Problem>, report: &mut Report) -> Option<PathBuf> {
    look(&CHROMEDRIVER, &project.versions.packages.chromium, why_not, report)
}

pub(crate) fn firefox(project: &Project, why_not: Option<&Problem>, report: &mut Report) -> Option<Browser> {
    let program = look(&FIREFOX, &project.versions.packages.firefox, why_not, report)?;
    Some(Browser { program })
}

/// A program with several names and places.
struct Sought {
    what: &'static str,
    /// The environment variable that names it, before all else.
    variable: &'static str,
    names: &'static [&'static str],
    /// Where it is on systems that do not put it into a folder of programs.
    places: &'static [&'static str],
    by_hand: &'static str,
}

impl Sought {
    fn find(&self) -> Option<PathBuf> {
        if let Some(file) = setting(self.variable) {
            return is_program(&file).then_some(file);
        }
        self.names
            .iter()
            .find_map(|name| find_program(name))
            .or_else(|| self.places.iter().map(PathBuf::from).find(|file| is_program(file)))
    }
}

fn look(sought: &Sought, packages: &[String], why_not: Option<&Problem>, report: &mut Report) -> Option<PathBuf> {
    if let Some(program) = sought.find() {
        report.found(sought.what, &described(&program));
        return Some(program);
    }
    let variable = sought.variable;
    let why = match (setting(variable), why_not) {
        (Some(file), _) => format!("{variable} names {}, which is no program", file.display()),
        (None, Some(problem)) => format!("not found, and {problem}"),
        (None, None) => "not found".to_string(),
    };
    let remedy = if find_program("apt-get").is_some() {
        format!("install it by hand: sudo apt-get install {}", packages.join(" "))
    } else {
        format!("{}, or set {variable} to its path", sought.by_hand)
    };
    report.missing(sought.what, &why, &remedy);
    None
}

/// Version and path. Browsers on Windows open a window when asked for their version, so they are not asked.
fn described(program: &Path) -> String {
    let version = if cfg!(windows) {
        None
    } else {
        process::ask(Command::new(program).arg("--version")).and_then(|said| version_in(&said))
    };
    match version {
        Some(version) => format!("{version}, {}", program.display()),
        None => program.display().to_string(),
    }
}

const CHROMIUM: Sought = Sought {
    what: "Chromium",
    variable: "TIDINGS_CHROMIUM",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    places: &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    ],
    by_hand: "install Chromium or Chrome by hand",
};

const CHROMEDRIVER: Sought = Sought {
    what: "chromedriver",
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    places: &["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"],
    by_hand: "install the chromedriver of your Chromium's version by hand",
};

const FIREFOX: Sought = Sought {
    what: "Firefox",
    variable: "TIDINGS_FIREFOX",
    names: &["firefox-esr", "firefox"],
    places: &["/Applications/Firefox.app/Contents/MacOS/firefox", r"C:\Program Files\Mozilla Firefox\firefox.exe"],
    by_hand: "install Firefox by hand",
};
