//! Packages of Debian and its kin, where we may install them.

use std::process::Command;
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{Project, find_program};
use crate::setup::report::Report;

/// `apt-get`, with its lists fetched at most once.
#[derive(Default)]
pub(crate) struct Apt {
    lists_are_new: bool,
}

impl Apt {
    /// Installs packages, or says why that cannot be done here. Never removes any.
    pub(crate) fn install(&mut self, project: &Project, packages: &[String], report: &mut Report) -> Result<(), Problem> {
        self.usable(project)?;
        report.adding(&packages.join(", "), "apt-get install", || {
            self.fetch_lists(project)?;
            let log = project.log("apt");
            let mut apt = apt_get(project, "install")?;
            apt.args(["--yes", "--no-install-recommends", "--no-remove"]).args(packages);
            process::log(&mut apt, INSTALL_LIMIT, &log)?
                .or_problem("`apt-get install`")
                .map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())))
        })
    }

    /// Can packages be installed here, and without asking?
    pub(crate) fn usable(&self, project: &Project) -> Result<(), Problem> {
        apt_get(project, "install").map(drop)
    }

    /// The first of these packages that apt does not know.
    pub(crate) fn unknown_package(&mut self, project: &Project, packages: &[String]) -> Option<String> {
        // Old lists are better than none.
        let _ = self.fetch_lists(project);
        packages
            .iter()
            .find(|package| {
                let said = process::ask(Command::new("apt-cache").arg("policy").arg(package));
                !said.is_some_and(|said| {
                    said.lines()
                        .filter_map(|line| line.trim().strip_prefix("Candidate:"))
                        .any(|candidate| candidate.trim() != "(none)")
                })
            })
            .cloned()
    }

    fn fetch_lists(&mut self, project: &Project) -> Result<(), Problem> {
        if !self.lists_are_new {
            self.lists_are_new = true;
            // One mirror out of reach need not matter: the installation will tell.
            process::log(&mut apt_get(project, "update")?, UPDATE_LIMIT, &project.log("apt"))?;
        }
        Ok(())
    }
}

fn apt_get(project: &Project, command: &str) -> Result<Command, Problem> {
    let apt_get = find_program("apt-get").ok_or_else(|| Problem::new("there is no apt-get here"))?;
    let mut apt = if is_root() {
        Command::new(apt_get)
    } else if project.in_ci && sudo_needs_no_password() {
        // On a person's machine that is for the person to do.
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "DEBIAN_FRONTEND=noninteractive"]).arg(apt_get);
        sudo
    } else {
        return Err(Problem::new("only root can install packages"));
    };
    apt.arg(command).args(["--quiet", "-o", "DPkg::Lock::Timeout=120"]).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(apt)
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn sudo_needs_no_password() -> bool {
    find_program("sudo").is_some() && process::ask(Command::new("sudo").args(["-n", "true"])).is_some()
}

const UPDATE_LIMIT: Duration = Duration::from_secs(3 * 60);
const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);
