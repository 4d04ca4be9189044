//! The two routes to a Rust that builds for wasm.
//!
//! 1. **rustup**, the ordinary one: `rustup target add wasm32-unknown-unknown`. Nothing about later builds is special.
//! 2. **distribution**, for machines where rustup's server is out of reach: the distribution's rustc and cargo, whose
//!    std for wasm is built once from the distribution's own sources and kept in the cache.
//!
//! Without `TIDINGS_RUST` the first that works is taken: what is there already, by either route, before anything is
//! added. Builds on the host always use the cargo that runs this program.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::problem::Problem;
use crate::process;
use crate::project::{self, Project, WASM_TARGET, find_program};
use crate::setup::apt::Apt;
use crate::setup::report::Report;
use crate::versions::{at_least, version_in};

/// A Rust that builds for wasm.
pub(crate) struct WasmRust {
    /// What cargo calls its version.
    version: String,
    distribution: Option<Distribution>,
}

/// Which routes may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Whatever works.
    Any,
    Rustup,
    Distribution,
}

impl Choice {
    /// What `TIDINGS_RUST` says.
    pub(crate) fn read() -> Result<Choice, Problem> {
        match env::var("TIDINGS_RUST").as_deref() {
            Err(_) | Ok("") => Ok(Choice::Any),
            Ok("rustup") => Ok(Choice::Rustup),
            Ok("distribution") => Ok(Choice::Distribution),
            Ok(other) => {
                Err(Problem::new(format!("TIDINGS_RUST is `{other}`, but can only be `rustup` or `distribution` (or not set).")))
            }
        }
    }
}

impl WasmRust {
    /// A cargo that can build for wasm; `--target` is the caller's to add.
    pub(crate) fn cargo(&self, project: &Project, subcommand: &str) -> Command {
        match &self.distribution {
            None => project.cargo(subcommand),
            Some(distribution) => distribution.cargo(project, subcommand),
        }
    }

    /// Where that cargo puts what it builds.
    pub(crate) fn target_folder(&self, project: &Project) -> PathBuf {
        match &self.distribution {
            None => project.target.clone(),
            Some(_) => Distribution::target_folder(project),
        }
    }

    /// What has to stand in `RUSTDOCFLAGS`, beside the caller's own.
    pub(crate) fn rustdoc_flags(&self) -> Option<String> {
        let distribution = self.distribution.as_ref()?;
        Some(format!("--sysroot={}", distribution.wasm_sysroot.display()))
    }

    fn described(&self) -> String {
        match &self.distribution {
            None => format!("{}, the one in use", self.version),
            Some(distribution) => {
                format!("{}, the distribution's, its std in {}", self.version, distribution.wasm_sysroot.display())
            }
        }
    }
}

/// Finds a Rust for wasm, or adds one; says which in a line.
pub(crate) fn set_up(project: &Project, choice: Choice, apt: &mut Apt, report: &mut Report) -> Option<WasmRust> {
    let rustup_problem = if choice == Choice::Distribution {
        None
    } else {
        let current = Current::look(project);
        if let Some(rust) = current.as_ref().and_then(Current::ready_for_wasm) {
            if !is_new_enough(&rust.version, project, report) {
                return None;
            }
            report.found(WHAT, &rust.described());
            return Some(rust);
        }
        if choice == Choice::Any
            && let Some(rust) = Distribution::look(project).and_then(Distribution::ready_for_wasm)
        {
            report.found(WHAT, &rust.described());
            return Some(rust);
        }
        match add_by_rustup(project, report) {
            Ok(rust) => return Some(rust),
            Err(problem) => Some(problem),
        }
    };

    let distribution_problem = if choice == Choice::Rustup {
        None
    } else {
        match set_up_distribution(project, apt, report) {
            Ok(rust) => return Some(rust),
            Err(problem) => Some(problem),
        }
    };

    let reasons: Vec<String> =
        [rustup_problem, distribution_problem].into_iter().flatten().map(|problem| problem.to_string()).collect();
    let remedy = match choice {
        Choice::Distribution => format!("install them by hand: apt-get install {}", project.versions.packages.rust.join(" ")),
        _ if find_program("rustup").is_none() => {
            format!("install rustup by hand, https://rustup.rs, then: rustup target add {WASM_TARGET}")
        }
        _ => format!("install it by hand: rustup target add {WASM_TARGET}"),
    };
    report.missing(WHAT, &reasons.join("; "), &remedy);
    None
}

/// The distribution's route alone, whatever else is there.
pub(crate) fn set_up_distribution(project: &Project, apt: &mut Apt, report: &mut Report) -> Result<WasmRust, Problem> {
    if let Some(rust) = Distribution::look(project).and_then(Distribution::ready_for_wasm) {
        report.found(WHAT, &rust.described());
        return Ok(rust);
    }
    if Distribution::look(project).is_none() {
        let packages = &project.versions.packages.rust;
        apt.install(project, packages, report)?;
    }
    let distribution = Distribution::look(project).ok_or_else(|| {
        Problem::new(format!(
            "the distribution's Rust in /usr/bin is not complete, or older than {}: rustc, cargo, the sources of \
             std, and wasm-ld or rust-lld are needed",
            project.versions.rust
        ))
    })?;
    report.adding(WHAT, "std from the distribution's sources, 1 to 2 minutes", || distribution.build_std(project))?;
    distribution.ready_for_wasm().ok_or_else(|| Problem::new("the std for wasm was built, but is not where it should be"))
}

/// May `set_up_distribution` be expected to work here? If not, why?
pub(crate) fn distribution_is_out_of_reach(project: &Project, apt: &mut Apt) -> Option<String> {
    if Distribution::look(project).is_some() {
        return None;
    }
    if let Err(problem) = apt.usable(project) {
        return Some(problem.to_string());
    }
    apt.unknown_package(project, &project.versions.packages.rust)
        .map(|package| format!("this distribution has no package `{package}`"))
}

/// The Rust whose cargo runs this program.
struct Current {
    version: String,
    sysroot: PathBuf,
}

impl Current {
    fn look(project: &Project) -> Option<Current> {
        let rustc = || {
            let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
            rustc.current_dir(&project.root);
            rustc
        };
        Some(Current {
            version: version_in(&process::ask(rustc().arg("--version"))?)?,
            sysroot: process::ask(rustc().args(["--print", "sysroot"]))?.into(),
        })
    }

    fn ready_for_wasm(&self) -> Option<WasmRust> {
        has_wasm_std(&self.sysroot).then(|| WasmRust { version: self.version.clone(), distribution: None })
    }
}

fn add_by_rustup(project: &Project, report: &mut Report) -> Result<WasmRust, Problem> {
    if find_program("rustup").is_none() {
        return Err(Problem::new("there is no rustup"));
    }
    report.adding(WHAT, &format!("rustup target add {WASM_TARGET}"), || {
        let log = project.log("rustup");
        let mut rustup = Command::new("rustup");
        rustup.args(["target", "add", WASM_TARGET]).current_dir(&project.root);
        process::log(&mut rustup, RUSTUP_LIMIT, &log)?
            .or_problem("`rustup target add`")
            .map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())))
    })?;
    Current::look(project)
        .as_ref()
        .and_then(Current::ready_for_wasm)
        .filter(|rust| is_new_enough(&rust.version, project, report))
        .ok_or_else(|| Problem::new("rustup added the target to another tool chain than the one in use"))
}

/// The distribution's Rust, as its packages put it into `/usr/bin`.
struct Distribution {
    rustc: PathBuf,
    cargo: PathBuf,
    version: String,
    /// All that `rustc -vV` says: a std fits exactly one compiler.
    identity: String,
    linker: PathBuf,
    /// Where the std for wasm is, or will be.
    wasm_sysroot: PathBuf,
}

impl Distribution {
    fn look(project: &Project) -> Option<Distribution> {
        let rustc = distribution_program("rustc")?;
        let cargo = distribution_program("cargo")?;
        let identity = process::ask(outside_of_cargo(&mut Command::new(&rustc)).arg("-vV"))?;
        let version = version_in(&identity)?;
        if !at_least(&version, &project.versions.rust) {
            return None;
        }
        let sysroot: PathBuf = process::ask(outside_of_cargo(&mut Command::new(&rustc)).args(["--print", "sysroot"]))?.into();
        if !sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
            return None;
        }
        Some(Distribution {
            linker: find_linker(project)?,
            wasm_sysroot: project.cache.join(format!("wasm-std-{version}")),
            rustc,
            cargo,
            version,
            identity,
        })
    }

    fn ready_for_wasm(self) -> Option<WasmRust> {
        let built_by = fs::read_to_string(self.wasm_sysroot.join(BUILT_BY)).ok()?;
        (built_by == self.identity && has_wasm_std(&self.wasm_sysroot))
            .then(|| WasmRust { version: self.version.clone(), distribution: Some(self) })
    }

    /// Cargo with this rustc, this std and a target folder of its own: one shared by two compilers is rebuilt at each
    /// change.
    fn cargo(&self, project: &Project, subcommand: &str) -> Command {
        let mut cargo = match (subcommand, distribution_program("cargo-clippy")) {
            // Cargo would look in its own home first, and find rustup's clippy of another version.
            ("clippy", Some(clippy)) => {
                let mut clippy = Command::new(clippy);
                clippy.arg("clippy").env("CARGO", &self.cargo);
                clippy
            }
            _ => {
                let mut cargo = Command::new(&self.cargo);
                cargo.arg(subcommand);
                cargo
            }
        };
        project.prepare_cargo(&mut cargo, &Distribution::target_folder(project));
        outside_of_cargo(&mut cargo)
            .env("RUSTC", &self.rustc)
            .env("RUSTDOC", self.rustc.with_file_name("rustdoc"))
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &self.linker)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", self.rust_flags());
        cargo
    }

    /// The flags for wasm: those that the user set for everything, which would win over ours, and ours.
    fn rust_flags(&self) -> OsString {
        let mut flags = with_flag(env::var_os("RUSTFLAGS").unwrap_or_default(), "--sysroot=");
        flags.push(&self.wasm_sysroot);
        flags
    }

    fn target_folder(project: &Project) -> PathBuf {
        project.target.join("distribution")
    }

    /// Builds std for wasm in a folder beside the one it is for, and moves it there when it is complete.
    fn build_std(&self, project: &Project) -> Result<(), Problem> {
        let trouble = |error: std::io::Error| Problem::new(format!("could not build std for wasm: {error}"));
        let work = project.cache.join(format!("wasm-std-{}.building-{}", self.version, std::process::id()));
        let seed = work.join("seed");
        fs::create_dir_all(seed.join("src")).map_err(trouble)?;
        fs::write(seed.join("Cargo.toml"), SEED_MANIFEST).map_err(trouble)?;
        fs::write(seed.join("src").join("lib.rs"), "#![no_std]\n").map_err(trouble)?;

        let log = project.log("wasm-std");
        let mut cargo = Command::new(&self.cargo);
        project::forget_outer_cargo(&mut cargo);
        outside_of_cargo(&mut cargo)
            .args(["build", "--release", "--target", WASM_TARGET])
            .arg("-Zbuild-std=std,panic_abort,test")
            .arg("--target-dir")
            .arg(work.join("target"))
            .current_dir(&seed)
            .env("RUSTC", &self.rustc)
            // -Zbuild-std is a nightly's option.
            .env("RUSTC_BOOTSTRAP", "1")
            // Without it, `lto = "fat"` cannot use the std.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes");
        let result = process::log(&mut cargo, STD_LIMIT, &log)
            .and_then(|ending| ending.or_problem("building std for wasm"))
            .map_err(|problem| Problem::new(format!("{problem}, see {}", log.display())))
            .and_then(|()| {
                let built = work.join("target").join(WASM_TARGET).join("release/deps");
                let ready = work.join("ready");
                keep_libraries(&built, &ready.join(wasm_libraries())).map_err(trouble)?;
                fs::write(ready.join(BUILT_BY), &self.identity).map_err(trouble)?;
                if self.wasm_sysroot.exists() {
                    fs::remove_dir_all(&self.wasm_sysroot).map_err(trouble)?;
                }
                fs::rename(&ready, &self.wasm_sysroot).map_err(trouble)
            });
        // What is left over is in nobody's way.
        let _ = fs::remove_dir_all(&work);
        result
    }
}

/// Copies the libraries of a build, all but the seed's own.
fn keep_libraries(built: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(built)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_seed = name.to_str().is_some_and(|name| name.starts_with("libtidings_seed"));
        let is_library = Path::new(&name).extension().is_some_and(|kind| kind == "rlib");
        if is_library && !is_seed {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// The linker for wasm: LLVM's own, else the one that comes with a Rust of rustup.
fn find_linker(project: &Project) -> Option<PathBuf> {
    let by_package = project
        .versions
        .packages
        .rust
        .iter()
        .filter_map(|package| package.strip_prefix("lld-"))
        .find_map(|version| find_program(&format!("wasm-ld-{version}")));
    by_package.or_else(|| find_program("wasm-ld")).or_else(|| {
        let sysroot = Current::look(project)?.sysroot;
        fs::read_dir(sysroot.join("lib/rustlib"))
            .ok()?
            .flatten()
            .map(|host| host.path().join("bin/rust-lld"))
            .find(|linker| project::is_program(linker))
    })
}

/// A program that a package of the distribution put there; rustup's stand-ins of the same name are none.
fn distribution_program(name: &str) -> Option<PathBuf> {
    let file = Path::new("/usr/bin").join(name);
    let real = file.canonicalize().ok()?;
    let is_stand_in = real.file_name().is_some_and(|name| name == "rustup" || name == "rustup-init");
    (project::is_program(&file) && !is_stand_in).then_some(file)
}

fn with_flag(mut flags: OsString, flag: &str) -> OsString {
    if !flags.is_empty() {
        flags.push(" ");
    }
    flags.push(flag);
    flags
}

/// The cargo that runs this program, and rustup before it, tell their children which Rust to use: not this one.
fn outside_of_cargo(command: &mut Command) -> &mut Command {
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTUP_TOOLCHAIN",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "LD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
    ] {
        command.env_remove(name);
    }
    command
}

fn is_new_enough(version: &str, project: &Project, report: &mut Report) -> bool {
    let least = &project.versions.rust;
    let enough = at_least(version, least);
    if !enough {
        report.missing(WHAT, &format!("this is Rust {version}, and tidings needs {least}"), "install a newer one: rustup update");
    }
    enough
}

fn has_wasm_std(sysroot: &Path) -> bool {
    let Ok(files) = fs::read_dir(sysroot.join(wasm_libraries())) else {
        return false;
    };
    files.flatten().any(|file| file.file_name().to_str().is_some_and(|name| name.starts_with("libstd-")))
}

fn wasm_libraries() -> PathBuf {
    ["lib", "rustlib", WASM_TARGET, "lib"].iter().collect()
}

/// What the lines of the set-up call it.
const WHAT: &str = "Rust for wasm";

/// Says which compiler a std in the cache was built by.
const BUILT_BY: &str = "built-by";

/// Rustup downloads little, or is out of reach.
const RUSTUP_LIMIT: Duration = Duration::from_secs(30);
const STD_LIMIT: Duration = Duration::from_secs(15 * 60);

const SEED_MANIFEST: &str = "\
[package]
name = \"tidings_seed\"
version = \"0.0.0\"
edition = \"2024\"

[workspace]
";
