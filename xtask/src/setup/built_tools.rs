//! Tools that cargo builds: the wasm-bindgen command line and geckodriver, kept in the cache by version; and those
//! that come with Rust, formatter and lints.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{self, Project, find_program, setting};
use crate::setup::report::Report;
use crate::versions::{at_least, version_in};

/// The folder of `wasm-bindgen` and `wasm-bindgen-test-runner`, in exactly the version of the library.
pub(crate) fn set_up_wasm_bindgen(project: &Project, report: &mut Report) -> Option<PathBuf> {
    let version = match project.versions.wasm_bindgen() {
        Ok(version) => version,
        Err(problem) => {
            report.missing("wasm-bindgen", &problem.to_string(), "add the package first");
            return None;
        }
    };
    let tool = BuiltTool {
        package: "wasm-bindgen-cli",
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        options: &["--no-default-features"],
        minutes: "4",
    };
    let is_right = |found: &str| found == version;
    tool.set_up(project, version, is_right, report)
}

/// Firefox's driver; a newer one than asked for will do.
pub(crate) fn set_up_geckodriver(project: &Project, report: &mut Report) -> Option<PathBuf> {
    if let Some(driver) = setting("GECKODRIVER") {
        if project::is_program(&driver) {
            report.found("geckodriver", &driver.display().to_string());
            return Some(driver);
        }
        let why = format!("GECKODRIVER names {}, which is no program", driver.display());
        report.missing("geckodriver", &why, "set it to a program, or not at all");
        return None;
    }
    let version = &project.versions.geckodriver;
    let tool = BuiltTool { package: "geckodriver", programs: &["geckodriver"], options: &[], minutes: "2 to 4" };
    let is_right = |found: &str| at_least(found, version);
    let folder = tool.set_up(project, version, is_right, report)?;
    Some(tool.program(&folder, "geckodriver"))
}

/// The formatter and the lints of the Rust in use.
pub(crate) fn set_up_lints(project: &Project, report: &mut Report) {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let find = || {
            let said = process::ask(project.cargo(subcommand).arg("--version"))?;
            version_in(&said)
        };
        if let Some(version) = find() {
            report.found(component, &version);
            continue;
        }
        let remedy = format!("install it by hand: rustup component add {component}");
        if find_program("rustup").is_none() {
            report.missing(component, "not found, and there is no rustup to add it", &remedy);
            continue;
        }
        let log = project.log("rustup");
        let result = report.adding(component, &format!("rustup component add {component}"), || {
            let mut rustup = Command::new("rustup");
            rustup.args(["component", "add", component]).current_dir(&project.root);
            process::log(&mut rustup, RUSTUP_LIMIT, &log)?.or_problem("rustup")
        });
        if let Err(problem) = result {
            let why = format!("{problem}, see {}", log.display());
            report.missing(component, &why, &remedy);
        }
    }
}

/// A tool that `cargo install` builds.
struct BuiltTool {
    package: &'static str,
    programs: &'static [&'static str],
    options: &'static [&'static str],
    /// How long that took on two cores.
    minutes: &'static str,
}

impl BuiltTool {
    /// The folder of its programs: the user's own where its version is right, else the one in the cache.
    fn set_up(&self, project: &Project, version: &str, is_right: impl Fn(&str) -> bool, report: &mut Report) -> Option<PathBuf> {
        let root = project.cache.join(format!("{}-{version}", self.package));
        let in_cache = root.join("bin");
        let installed = find_program(self.programs[0]).and_then(|program| program.parent().map(Path::to_path_buf));
        for folder in installed.iter().chain([&in_cache]) {
            if let Some(found) = self.version_in(folder).filter(|found| is_right(found)) {
                report.found(self.package, &format!("{found}, {}", folder.display()));
                return Some(folder.clone());
            }
        }

        let what = format!("{} {version}", self.package);
        if report.is_hopeless() {
            report.later(&what);
            return None;
        }
        let how = format!("cargo install, some {} minutes on two cores", self.minutes);
        let log = project.log(self.package);
        let result = report.adding(&what, &how, || self.install(project, version, &root, &log));
        match result {
            Ok(()) => Some(in_cache),
            Err(problem) => {
                let options = self.options.join(" ");
                let remedy = format!("install it by hand: cargo install {} --version {version} {options}", self.package);
                report.missing(self.package, &problem.to_string(), remedy.trim_end());
                None
            }
        }
    }

    /// With the versions its authors locked; if one of these is not to be had, with newer ones.
    fn install(&self, project: &Project, version: &str, root: &Path, log: &Path) -> Result<(), Problem> {
        fs::create_dir_all(&project.cache)
            .map_err(|error| Problem::new(format!("could not create {}: {error}", project.cache.display())))?;
        let mut last = Ok(());
        for locked in [&["--locked"][..], &[]] {
            let mut cargo = project.cargo("install");
            cargo
                .args([self.package, "--version", version])
                .args(self.options)
                .args(locked)
                .arg("--root")
                .arg(root)
                // Neither our settings nor our target folder are meant for it.
                .current_dir(&project.cache)
                .env_remove("CARGO_TARGET_DIR");
            let ending = process::log(&mut cargo, BUILD_LIMIT, log)?;
            last =
                ending.or_problem("`cargo install`").map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())));
            if last.is_ok() {
                break;
            }
        }
        last?;
        self.version_in(&root.join("bin"))
            .map(drop)
            .ok_or_else(|| Problem::new(format!("it was built, but does not run; see {}", log.display())))
    }

    /// The version of the programs in a folder, where all of them are there.
    fn version_in(&self, folder: &Path) -> Option<String> {
        let all_there = self.programs.iter().all(|name| project::is_program(&self.program(folder, name)));
        if !all_there {
            return None;
        }
        let first = self.program(folder, self.programs[0]);
        version_in(&process::ask(Command::new(first).arg("--version"))?)
    }

    fn program(&self, folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

const RUSTUP_LIMIT: Duration = Duration::from_secs(30);
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);
