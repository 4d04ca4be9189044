//! Where things are: the repository, cargo's target folder, the cache that outlives clones.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::problem::Problem;
use crate::versions::Versions;

/// The target that browsers and Node run.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The repository this program was built from, and the folders around it.
pub(crate) struct Project {
    /// The root of the repository.
    pub(crate) root: PathBuf,
    /// Cargo's target folder: the one this program itself was built in.
    pub(crate) target: PathBuf,
    /// Where built tools are kept, for every clone of the repository.
    pub(crate) cache: PathBuf,
    /// Is this a CI machine? Such machines say `CI=true`.
    pub(crate) in_ci: bool,
    pub(crate) versions: Versions,
}

impl Project {
    pub(crate) fn open() -> Result<Project, Problem> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .map(Path::to_path_buf)
            .filter(|root| root.join("Cargo.lock").is_file())
            .ok_or_else(|| {
                Problem::new(
                    "The repository has moved since this program was built. \
                     Run `cargo clean -p xtask`, then the same command again.",
                )
            })?;
        let program =
            env::current_exe().map_err(|error| Problem::new(format!("Could not tell where this program is: {error}")))?;
        // TARGET/debug/xtask, or a copy of it somewhere else.
        let target = match program.parent() {
            Some(debug) if debug.ends_with("debug") => debug.parent().map(Path::to_path_buf),
            _ => None,
        };
        let target = target.unwrap_or_else(|| root.join("target"));
        let versions = Versions::read(&root)?;
        Ok(Project {
            cache: cache_folder()?,
            in_ci: env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false")),
            root,
            target,
            versions,
        })
    }

    /// The cargo that runs this program, for builds on the host. It always shares this program's target folder.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cargo = Command::new(program);
        cargo.arg(subcommand);
        self.prepare_cargo(&mut cargo, &self.target);
        cargo
    }

    /// What every cargo of ours has in common.
    pub(crate) fn prepare_cargo(&self, cargo: &mut Command, target_folder: &Path) {
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", target_folder);
        forget_outer_cargo(cargo);
    }

    /// In CI, `Cargo.lock` has to be right as it stands; elsewhere it follows the work.
    pub(crate) fn lock(&self, cargo: &mut Command) {
        if self.in_ci {
            cargo.arg("--locked");
        }
    }

    /// What a build for the host has made, in the profile that has its folder.
    pub(crate) fn host_binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Where the words of a set-up step go.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.cache.join("logs").join(format!("{name}.log"))
    }
}

/// `cargo run` tells its program about the package it runs; that is not for the programs we start.
pub(crate) fn forget_outer_cargo(command: &mut Command) {
    for (key, _) in env::vars_os() {
        let Some(key) = key.to_str() else { continue };
        let outer = key.starts_with("CARGO_PKG_")
            || key.starts_with("CARGO_MANIFEST_")
            || matches!(key, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE");
        if outer {
            command.env_remove(key);
        }
    }
}

/// The file that a terminal would run for this name.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|file| is_program(file))
}

/// A file of which a program can be started.
pub(crate) fn is_program(file: &Path) -> bool {
    let Ok(facts) = file.metadata() else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        facts.is_file() && facts.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        facts.is_file()
    }
}

/// The value of an environment variable, unless it is empty.
pub(crate) fn setting(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// `$TIDINGS_CACHE`, else `$XDG_CACHE_HOME/tidings`, else `~/.cache/tidings` (on Windows `%LOCALAPPDATA%\tidings`).
fn cache_folder() -> Result<PathBuf, Problem> {
    let folder = setting("TIDINGS_CACHE")
        .or_else(|| setting("XDG_CACHE_HOME").map(|folder| folder.join("tidings")))
        .or_else(|| setting("LOCALAPPDATA").filter(|_| cfg!(windows)).map(|folder| folder.join("tidings")))
        .or_else(|| env::home_dir().map(|folder| folder.join(".cache").join("tidings")))
        .ok_or_else(|| Problem::new("There is no home folder to keep tools in. Set TIDINGS_CACHE to a folder."))?;
    std::path::absolute(&folder).map_err(|error| Problem::new(format!("{} is no usable folder: {error}", folder.display())))
}
