//! Which versions of which tools: read from where they stand, never repeated here.
//!
//! - `[workspace.metadata.tools]` in `Cargo.toml`: geckodriver, the least Node, names of distribution packages.
//! - `rust-version` in `Cargo.toml`: the least Rust.
//! - `Cargo.lock`: the wasm-bindgen command line, which has to equal the library.
//! - `package-lock.json`: everything from npm (read by npm itself); `tests/js/runtimes/package-lock.json`: other runtimes.
//! - `tests/js/chromium83.txt`: the older Chromium, from PyPI.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::problem::Problem;

/// The versions this repository asks for.
#[derive(Debug)]
pub(crate) struct Versions {
    /// The least Rust.
    pub(crate) rust: String,
    /// The wasm-bindgen in `Cargo.lock`; none while no package uses it.
    pub(crate) wasm_bindgen: Option<String>,
    pub(crate) geckodriver: String,
    /// The least Node.
    pub(crate) node: String,
    pub(crate) packages: Packages,
}

/// What Debian and its kin call things.
#[derive(Debug)]
pub(crate) struct Packages {
    pub(crate) rust: Vec<String>,
    pub(crate) chromium: Vec<String>,
    pub(crate) firefox: Vec<String>,
    pub(crate) webkit: Vec<String>,
    /// What it needs of the system; the browser itself comes from PyPI.
    pub(crate) chromium_83: Vec<String>,
    pub(crate) duktape: Vec<String>,
    pub(crate) qtwebkit: Vec<String>,
}

impl Versions {
    pub(crate) fn read(root: &Path) -> Result<Versions, Problem> {
        let manifest = read_toml(&root.join("Cargo.toml"))?;
        let lock = read_toml(&root.join("Cargo.lock"))?;
        Ok(Versions {
            rust: words(&manifest, &["workspace", "package", "rust-version"])?,
            wasm_bindgen: locked_version(&lock, "wasm-bindgen"),
            geckodriver: words(&manifest, &["workspace", "metadata", "tools", "geckodriver"])?,
            node: words(&manifest, &["workspace", "metadata", "tools", "node"])?,
            packages: Packages {
                rust: list(&manifest, &["workspace", "metadata", "tools", "apt", "rust"])?,
                chromium: list(&manifest, &["workspace", "metadata", "tools", "apt", "chromium"])?,
                firefox: list(&manifest, &["workspace", "metadata", "tools", "apt", "firefox"])?,
                webkit: list(&manifest, &["workspace", "metadata", "tools", "apt", "webkit"])?,
                chromium_83: list(&manifest, &["workspace", "metadata", "tools", "apt", "chromium-83"])?,
                duktape: list(&manifest, &["workspace", "metadata", "tools", "apt", "duktape"])?,
                qtwebkit: list(&manifest, &["workspace", "metadata", "tools", "apt", "qtwebkit"])?,
            },
        })
    }

    /// The version of the wasm-bindgen command line that fits the library.
    pub(crate) fn wasm_bindgen(&self) -> Result<&str, Problem> {
        self.wasm_bindgen
            .as_deref()
            .ok_or_else(|| Problem::new("Cargo.lock holds no package `wasm-bindgen`, so nothing can be built for the web."))
    }
}

/// Is `version` at least `least`? Compares the numbers that both begin with; missing ones are 0.
pub(crate) fn at_least(version: &str, least: &str) -> bool {
    numbers(version) >= numbers(least)
}

/// Is `version` a patch of this release? `1.95.2` is one of `1.95`.
pub(crate) fn is_of_release(version: &str, release: &str) -> bool {
    let [[major, minor, _], [wanted_major, wanted_minor, _]] = [version, release].map(numbers);
    (major, minor) == (wanted_major, wanted_minor)
}

/// The first word that looks like a version: `1.96.0` in `rustc 1.96.0 (ac68faa20 2026-05-25)`.
pub(crate) fn version_in(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_string)
}

/// Major, minor and patch of a version.
fn numbers(version: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(version.split('.')) {
        let digits = part.find(|c: char| !c.is_ascii_digit()).map_or(part, |end| &part[..end]);
        *number = digits.parse().unwrap_or(0);
    }
    numbers
}

fn read_toml(file: &Path) -> Result<Table, Problem> {
    let text = fs::read_to_string(file).map_err(|error| Problem::new(format!("Could not read {}: {error}", file.display())))?;
    text.parse().map_err(|error| Problem::new(format!("{} is no valid TOML: {error}", file.display())))
}

fn value<'a>(table: &'a Table, path: &[&str]) -> Result<&'a Value, Problem> {
    let (first, rest) = path.split_first().ok_or_else(|| missing(path))?;
    table.get(*first).and_then(|value| rest.iter().try_fold(value, |value, key| value.get(key))).ok_or_else(|| missing(path))
}

fn words(table: &Table, path: &[&str]) -> Result<String, Problem> {
    match value(table, path)?.as_str() {
        Some(words) => Ok(words.to_string()),
        None => Err(missing(path)),
    }
}

fn list(table: &Table, path: &[&str]) -> Result<Vec<String>, Problem> {
    let array = value(table, path)?.as_array().ok_or_else(|| missing(path))?;
    array.iter().map(|item| item.as_str().map(str::to_string).ok_or_else(|| missing(path))).collect()
}

fn missing(path: &[&str]) -> Problem {
    Problem::new(format!("Cargo.toml has no proper `{}`.", path.join(".")))
}

fn locked_version(lock: &Table, name: &str) -> Option<String> {
    lock.get("package")?
        .as_array()?
        .iter()
        .find(|package| package.get("name").and_then(Value::as_str) == Some(name))?
        .get("version")?
        .as_str()
        .map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(at_least("1.96.0", "1.95"));
        assert!(at_least("1.95.0", "1.95"));
        assert!(at_least("20.20.2", "20"));
        assert!(at_least("1.100.0", "1.95"));
        assert!(!at_least("1.85.0", "1.95"));
        assert!(!at_least("18.19.0", "20"));
        assert!(at_least("1.97.0-nightly", "1.97"));
    }

    #[test]
    fn patches_belong_to_their_release() {
        assert!(is_of_release("1.95.0", "1.95") && is_of_release("1.95.2", "1.95"));
        assert!(!is_of_release("1.96.0", "1.95") && !is_of_release("1.9.5", "1.95"));
    }

    #[test]
    fn version_is_found_in_what_tools_say() {
        let cases = [
            ("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", "1.96.0"),
            ("ChromeDriver 156.0.1.2 (abc)", "156.0.1.2"),
            ("Mozilla Firefox 153.7.0esr", "153.7.0esr"),
            ("geckodriver 0.37.1\n\nThe source code", "0.37.1"),
            ("v20.20.2", "20.20.2"),
            ("wasm-bindgen 0.2.130", "0.2.130"),
        ];
        for (said, version) in cases {
            assert_eq!(version_in(said).as_deref(), Some(version));
        }
        assert_eq!(version_in("no number here"), None);
    }

    #[test]
    fn lock_gives_the_version_of_a_package() {
        let lock: Table = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n".parse().expect("is TOML");
        assert_eq!(locked_version(&lock, "a").as_deref(), Some("1.2.3"));
        assert_eq!(locked_version(&lock, "b"), None);
    }

    #[test]
    fn this_repository_names_its_versions() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository");
        let versions = Versions::read(root).expect("every version stands in its place");
        assert!(at_least(&versions.rust, "1.95"));
        assert!(!versions.packages.rust.is_empty());
    }
}
