//! What the set-up says on a machine where nothing can be added: a line for each thing, with what to install by hand, and exit code 1.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A machine with the programs in one folder, and an empty cache.
struct Machine {
    folder: PathBuf,
}

impl Machine {
    fn bare(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("bin")).expect("cargo's own folder can be written to");
        Machine { folder }
    }

    fn with(self, program: &str, script: &str) -> Self {
        let file = self.folder.join("bin").join(program);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("it can be written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it can be made a program");
        self
    }

    fn set_up(&self, settings: &[(&str, &str)]) -> Said {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.arg("setup").env("PATH", self.folder.join("bin")).env("TIDINGS_CACHE", self.folder.join("cache"));
        for name in [
            "TIDINGS_RUST",
            "TIDINGS_CHROMIUM",
            "TIDINGS_FIREFOX",
            "CHROMEDRIVER",
            "GECKODRIVER",
            "TIDINGS_WEBKIT_DRIVER",
            "RUSTC",
            "CI",
        ] {
            xtask.env_remove(name);
        }
        xtask.envs(settings.iter().copied());
        let begin = Instant::now();
        let said = Said::from(xtask.output().expect("it starts"));
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing that takes minutes is begun in vain:\n{}", said.text);
        said
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // What is left over goes with the target folder.
        _ = fs::remove_dir_all(&self.folder);
    }
}

struct Said {
    text: String,
    code: Option<i32>,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        Said { text, code: output.status.code() }
    }
}

impl Said {
    /// The line about something.
    fn line(&self, what: &str) -> &str {
        let found = self
            .text
            .lines()
            .find(|line| line.trim_start().split_once(' ').is_some_and(|(_, rest)| rest.trim_start().starts_with(what)));
        found.unwrap_or_else(|| panic!("no line about {what}:\n{}", self.text))
    }

    fn assert_missing(&self, what: &str, words: &[&str]) {
        let line = self.line(what);
        assert!(line.starts_with("  MISSING"), "{line}");
        for words in words {
            assert!(line.contains(words), "{words:?} in {line:?}");
        }
    }

    /// What tests can do without is no reason to stop.
    fn assert_without(&self, what: &str, words: &str) {
        let line = self.line(what);
        assert!(line.starts_with("  without") && line.contains(words), "{words:?} in {line:?}");
        let missing = self.text.split_once("Missing: ").map_or("", |(_, missing)| missing);
        assert!(!missing.contains(what), "{}", self.text);
    }

    fn assert_incomplete(&self) {
        assert_eq!(self.code, Some(1), "{}", self.text);
        assert!(self.text.contains("The set-up is not complete. Missing: "), "{}", self.text);
    }
}

#[test]
fn without_a_package_manager_each_thing_names_its_remedy() {
    let said = Machine::bare("bare").set_up(&[]);
    said.assert_incomplete();
    said.assert_missing("Rust for wasm", &["there is no rustup", "there is no apt-get", "https://rustup.rs"]);
    said.assert_missing("Node", &["not found", "https://nodejs.org"]);
    said.assert_missing("Chromium", &["there is no apt-get", "by hand", "TIDINGS_CHROMIUM"]);
    said.assert_missing("Firefox", &["by hand", "TIDINGS_FIREFOX"]);
    said.assert_without("WebKitGTK", "apt-get install webkit2gtk-driver xvfb");
    for done_without in ["Chromium 83", "runtimes", "PhantomJS"] {
        said.assert_without(done_without, "something above is missing");
    }
    // Minutes of building would be in vain.
    for built in ["wasm-bindgen-cli", "geckodriver"] {
        assert!(said.line(built).starts_with("  later"), "{}", said.text);
    }
}

#[test]
fn where_apt_cannot_install_the_packages_are_named() {
    // It refuses root too, as apt does without its lists; others are not let near it.
    let said = Machine::bare("apt").with("apt-get", "exit 100").set_up(&[("TIDINGS_RUST", "distribution")]);
    said.assert_incomplete();
    said.assert_missing("Rust for wasm", &["apt-get install rustc-web"]);
    said.assert_missing("Chromium", &["sudo apt-get install chromium chromium-driver"]);
    said.assert_missing("Firefox", &["sudo apt-get install firefox-esr"]);
}

#[test]
fn what_is_too_old_or_wrongly_named_is_told_apart_from_what_is_not_there() {
    let machine = Machine::bare("old").with("node", "echo v18.19.0");
    let said = machine.set_up(&[("TIDINGS_FIREFOX", "/nowhere/firefox"), ("GECKODRIVER", "/nowhere/geckodriver")]);
    said.assert_incomplete();
    said.assert_missing("Node", &["this is Node 18.19.0", "the tests need 20"]);
    said.assert_missing("Firefox", &["TIDINGS_FIREFOX names /nowhere/firefox, which is no program"]);
    said.assert_missing("geckodriver", &["GECKODRIVER names /nowhere/geckodriver"]);
}

#[test]
fn a_route_that_there_is_not_is_refused() {
    let said = Machine::bare("route").set_up(&[("TIDINGS_RUST", "nightly")]);
    assert_eq!(said.code, Some(1));
    assert!(said.text.contains("TIDINGS_RUST is `nightly`, but can only be `rustup` or `distribution`"), "{}", said.text);
}
