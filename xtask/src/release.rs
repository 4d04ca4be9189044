//! `cargo xtask release --dry-run`: whether everything is ready to be published. Publishing itself is done by a person.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{env, fs};

use serde_json::Value as Json;
use toml::{Table, Value};

use crate::counts::Counts;
use crate::npm;
use crate::problem::Problem;
use crate::process;
use crate::project::Project;
use crate::setup;
use crate::steps::Steps;

/// A crate that is published, in the order in which that is done.
pub(crate) struct Published {
    pub(crate) name: &'static str,
    folder: &'static str,
    /// Whether what docs.rs shows has to be built for browsers.
    for_the_web: bool,
    /// Whether `cargo package` builds it too; hooks on frameworks take minutes, and tests have built them already.
    verified: bool,
}

pub(crate) const CRATES: [Published; 4] = [
    Published { name: "tidings-core", folder: "core", for_the_web: false, verified: true },
    Published { name: "tidings", folder: "", for_the_web: true, verified: true },
    Published { name: "tidings-yew", folder: "integrations/yew", for_the_web: true, verified: false },
    Published { name: "tidings-leptos", folder: "integrations/leptos", for_the_web: true, verified: false },
];

/// Checks all there is to check, and says what is left to do by hand.
pub(crate) fn run(project: &Project, words: &[&str]) -> Result<ExitCode, Problem> {
    if words != ["--dry-run"] {
        return Err(Problem::new(format!(
            "A release is checked here and published by a person. First: `cargo xtask release --dry-run`. Then, in this order:\n  {}\n  npm publish",
            CRATES.map(|published| format!("cargo publish --package {}", published.name)).join("\n  ")
        )));
    }
    let mut steps = Steps::default();
    let Some(tools) = steps.run("set-up", |_| setup::run(project, npm::NEEDS)) else {
        return Ok(steps.finish());
    };
    check_manifests(project, &mut steps, true);
    steps.run("crates", |counts| counted(counts, package_crates(project)));
    if steps.run("npm package", |_| npm::build(project, &tools)).is_some() {
        steps.run("what the npm package holds", |counts| counted(counts, check_npm_pack(project)));
    }
    Ok(steps.finish())
}

/// What can be read without building. In a release the changelog names the version; before it, what is not released yet.
pub(crate) fn check_manifests(project: &Project, steps: &mut Steps, is_release: bool) {
    steps.run("versions in step", |counts| {
        let version = version_of(&project.root)?;
        let found = [
            ("package.json", json_version(&read(&project.root.join("package.json"))?)),
            ("package-lock.json", json_version(&read(&project.root.join("package-lock.json"))?)),
        ];
        let manifest = read_toml(&project.root.join("Cargo.toml"))?;
        let dependencies =
            manifest.get("workspace").and_then(|workspace| workspace.get("dependencies")).and_then(Value::as_table);
        let dependencies =
            dependencies.into_iter().flatten().filter(|(name, _)| CRATES.iter().any(|published| published.name == *name));
        let wanted =
            dependencies.map(|(name, value)| (name.as_str(), value.get("version").and_then(Value::as_str).map(str::to_owned)));
        all_are(&version, found.into_iter().chain(wanted))?;
        counted(counts, check_changelog(&read(&project.root.join("CHANGELOG.md"))?, &version, is_release))
    });
    steps.run("what crates say of themselves", |counts| {
        let mut wrong = Vec::new();
        for published in &CRATES {
            let folder = project.root.join(published.folder);
            wrong.extend(faults(published, &read_toml(&folder.join("Cargo.toml"))?));
            for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
                if !folder.join(file).is_file() {
                    wrong.push(format!("{}: there is no {file} beside its Cargo.toml", published.name));
                }
            }
        }
        counted(counts, if wrong.is_empty() { Ok(()) } else { Err(Problem::new(wrong.join("\n"))) })
    });
}

/// A check that went well counts as a test.
fn counted(counts: &mut Counts, result: Result<(), Problem>) -> Result<(), Problem> {
    counts.passed += u64::from(result.is_ok());
    result
}

/// `cargo package` of every crate.
pub(crate) fn package_crates(project: &Project) -> Result<(), Problem> {
    let mut fetch = project.cargo("fetch");
    fetch.arg("--locked");
    process::show(&mut fetch, LIMIT)?.or_problem("cargo fetch")?;
    forget_unpacked(&version_of(&project.root)?);
    for verified in [true, false] {
        let mut cargo = project.cargo("package");
        // All it needs is here, and what is not published yet no registry need be asked for.
        cargo.arg("--offline");
        // What the others need is no registry's yet, so it is packed with them.
        for published in CRATES.iter().filter(|published| published.verified || !verified) {
            cargo.args(["--package", published.name]);
        }
        if !verified {
            cargo.arg("--no-verify");
        }
        if project.in_ci {
            cargo.arg("--locked");
        } else {
            // A person checks before they commit, CI after.
            cargo.arg("--allow-dirty");
        }
        process::show(&mut cargo, LIMIT)?.or_problem("cargo package")?;
    }
    Ok(())
}

/// What is packed together is unpacked again in cargo's home, under a registry without a host: by name and version, and never anew, so what changed since an
/// earlier time would not be built.
fn forget_unpacked(version: &str) {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| env::home_dir().map(|folder| folder.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry").join("src")).ok());
    for registry in
        registries.into_iter().flatten().flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"-"))
    {
        for published in &CRATES {
            // Mostly it is not there.
            _ = fs::remove_dir_all(registry.path().join(format!("{}-{version}", published.name)));
        }
    }
}

/// The npm package holds what its manifest leads to, and nothing that is not needed.
fn check_npm_pack(project: &Project) -> Result<(), Problem> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--dry-run", "--json", "--ignore-scripts"]).current_dir(&project.root);
    let said = process::ask(&mut npm).ok_or_else(|| Problem::new("`npm pack --dry-run` failed."))?;
    let said: Json = serde_json::from_str(&said).map_err(|error| Problem::new(format!("npm pack said no JSON: {error}")))?;
    let files = said[0]["files"].as_array().into_iter().flatten();
    let files: BTreeSet<String> = files.filter_map(|file| Some(file["path"].as_str()?.to_owned())).collect();
    let manifest: Json = serde_json::from_str(&read(&project.root.join("package.json"))?)
        .map_err(|error| Problem::new(format!("package.json is no JSON: {error}")))?;
    let mut wrong: Vec<String> =
        files.iter().filter(|file| !is_wanted(file)).map(|file| format!("{file} is not needed by users")).collect();
    let mut targets = Vec::new();
    for entry in ["main", "module", "types", "unpkg", "jsdelivr", "exports"] {
        targets_of(&manifest[entry], &mut targets);
    }
    for target in targets.iter().map(|target| target.trim_start_matches("./")).filter(|target| !target.contains('*')) {
        if !files.contains(target) {
            wrong.push(format!("package.json leads to {target}, which is not in the package"));
        }
    }
    if !wrong.is_empty() {
        return Err(Problem::new(wrong.join("\n")));
    }
    println!("{} files, {} bytes as a tarball, {} unpacked", files.len(), said[0]["size"], said[0]["unpackedSize"]);
    Ok(())
}

fn is_wanted(file: &str) -> bool {
    let ends = |ends: &[&str]| ends.iter().any(|end| file.ends_with(end));
    matches!(file, "package.json" | "README.md" | "CHANGELOG.md" | "LICENSE-APACHE" | "LICENSE-MIT" | "tests/CONFORMANCE.md")
        || (file.starts_with("docs/") && ends(&[".md", ".svg"]))
        || (file.starts_with("dist/") && ends(&[".js", ".mjs", ".cjs", ".map", ".wasm", ".d.ts", "/package.json"]))
}

/// Every path that a part of a manifest leads to.
fn targets_of(part: &Json, targets: &mut Vec<String>) {
    match part {
        Json::String(path) => targets.push(path.clone()),
        Json::Object(conditions) => conditions.values().for_each(|part| targets_of(part, targets)),
        _ => {}
    }
}

/// What a crate's manifest lacks to be found and shown.
fn faults(published: &Published, manifest: &Table) -> Vec<String> {
    let name = published.name;
    let package = manifest.get("package");
    let words = |key: &str| package.and_then(|package| package.get(key)).and_then(Value::as_array).map_or(0, Vec::len);
    let mut faults = Vec::new();
    if package.and_then(|package| package.get("description")).is_none() {
        faults.push(format!("{name}: no description"));
    }
    // More are refused by crates.io.
    for key in ["keywords", "categories"] {
        if !(1..=5).contains(&words(key)) {
            faults.push(format!("{name}: {key} have to be 1 to 5"));
        }
    }
    let targets = package.and_then(|package| package.get("metadata")?.get("docs")?.get("rs")?.get("targets"));
    if published.for_the_web && targets.is_none() {
        faults.push(format!("{name}: docs.rs has to be told to build for wasm"));
    }
    faults
}

fn check_changelog(changelog: &str, version: &str, is_release: bool) -> Result<(), Problem> {
    let first = changelog.lines().find_map(|line| line.strip_prefix("## ")).unwrap_or_default();
    let names_version = first.split([' ', '[', ']', ',']).any(|word| word == version);
    match (names_version, is_release) {
        (true, _) => Ok(()),
        (false, false) if first == "Unreleased" => Ok(()),
        _ => Err(Problem::new(format!("CHANGELOG.md begins with `## {first}`, where `## {version}` should stand."))),
    }
}

fn all_are<'a>(version: &str, found: impl Iterator<Item = (&'a str, Option<String>)>) -> Result<(), Problem> {
    let wrong: Vec<String> = found
        .filter(|(_, found)| found.as_deref() != Some(version))
        .map(|(place, found)| {
            format!("{place} says {}, the workspace {version}", found.unwrap_or_else(|| "no version".to_owned()))
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::new(wrong.join("\n"))) }
}

fn version_of(root: &Path) -> Result<String, Problem> {
    let manifest = read_toml(&root.join("Cargo.toml"))?;
    let version = manifest.get("workspace").and_then(|workspace| workspace.get("package")?.get("version")?.as_str());
    version.map(str::to_owned).ok_or_else(|| Problem::new("Cargo.toml has no workspace.package.version."))
}

fn json_version(text: &str) -> Option<String> {
    Some(serde_json::from_str::<Json>(text).ok()?["version"].as_str()?.to_owned())
}

fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| Problem::new(format!("Could not read {}: {error}", path.display())))
}

fn read_toml(path: &Path) -> Result<Table, Problem> {
    read(path)?.parse().map_err(|error| Problem::new(format!("{} is no TOML: {error}", path.display())))
}

const LIMIT: Duration = Duration::from_secs(20 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changelog_names_the_version_at_its_top() {
        assert!(check_changelog("# C\n\n## 0.2.0, 1 May 2027\n\n## 0.1.0\n", "0.2.0", true).is_ok());
        assert!(check_changelog("## [0.2.0] 2027-05-01\n", "0.2.0", true).is_ok());
        assert!(check_changelog("## 0.1.0\n", "0.2.0", false).is_err());
        assert!(check_changelog("## Unreleased\n", "0.2.0", false).is_ok());
        assert!(check_changelog("## Unreleased\n", "0.2.0", true).is_err());
    }

    #[test]
    fn versions_that_differ_are_named() {
        let problem = all_are("1.0.0", [("a", Some("1.0.0".to_owned())), ("b", None), ("c", Some("2".to_owned()))].into_iter());
        let words = problem.expect_err("two differ").to_string();
        assert!(words.contains("b says no version") && words.contains("c says 2") && !words.contains("a says"), "{words}");
    }

    #[test]
    fn only_what_users_need_is_wanted() {
        assert!(["dist/index.mjs", "dist/types/entry/index.d.ts", "dist/core.wasm", "README.md"].into_iter().all(is_wanted));
        assert!(!["www/src/url.ts", "dist/size.txt", "tests/a.js", ".npmrc", "index.js"].into_iter().any(is_wanted));
    }

    #[test]
    fn manifests_that_lack_something_are_told() {
        let web = &CRATES[1];
        let whole =
            "[package]\ndescription = 'x'\nkeywords = ['a']\ncategories = ['b']\n[package.metadata.docs.rs]\ntargets = ['wasm']";
        assert_eq!(faults(web, &whole.parse().expect("TOML")), Vec::<String>::new());
        assert_eq!(faults(web, &"[package]".parse().expect("TOML")).len(), 4);
    }
}
