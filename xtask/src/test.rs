//! `cargo xtask test`: every test, natively, in headless Chromium and Firefox, and in Node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::counts::{Counts, Runner};
use crate::demo;
use crate::example;
use crate::npm;
use crate::problem::Problem;
use crate::process;
use crate::project::{Project, WASM_TARGET};
use crate::server::{self, Server};
use crate::setup::{self, Need, Tools};
use crate::steps::Steps;

/// Integration tests that are built for wasm. To add one, name it here.
const WASM_TESTS: &[WasmTest] = &[
    WasmTest { package: "tidings", name: "window", place: Place::Browser },
    WasmTest { package: "tidings", name: "dedicated_worker", place: Place::Browser },
    WasmTest { package: "tidings", name: "shared_worker", place: Place::Browser },
    WasmTest { package: "tidings", name: "service_worker", place: Place::Browser },
    WasmTest { package: "tidings", name: "node", place: Place::Node },
    WasmTest { package: "tidings-yew", name: "browser", place: Place::Browser },
    WasmTest { package: "tidings-leptos", name: "browser", place: Place::Browser },
    WasmTest { package: "yew-ticker", name: "board", place: Place::Browser },
];

/// A test target of a package, built for wasm.
struct WasmTest {
    package: &'static str,
    name: &'static str,
    place: Place,
}

/// Where a wasm test runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In each browser: in windows and workers alike, as the test itself says.
    Browser,
    Node,
}

/// A part of the tests that can run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// `cargo test` on the host, with the examples in the docs.
    Native,
    /// Wasm tests in Chromium.
    Chromium,
    /// Wasm tests in Firefox.
    Firefox,
    /// Wasm tests in Node.
    Node,
    /// The demo and the npm package, in both browsers, driven from Node; the package also in Node itself, in other runtimes and more browsers, the
    /// script for old browsers in old engines.
    Pages,
    /// The npm package as it is packed, in empty projects of every kind.
    Packaging,
}

impl Part {
    /// All of them, in the order they run.
    pub(crate) const ALL: [Part; 6] = [Part::Native, Part::Chromium, Part::Firefox, Part::Node, Part::Pages, Part::Packaging];

    /// The parts that the words name; all of them when there are none.
    pub(crate) fn read_all(words: &[&str]) -> Result<Vec<Part>, String> {
        if words.is_empty() {
            return Ok(Part::ALL.to_vec());
        }
        words
            .iter()
            .map(|word| {
                Part::ALL.into_iter().find(|part| part.name() == *word).ok_or_else(|| {
                    let names = Part::ALL.map(Part::name).join(", ");
                    format!("There is no part `{word}` of the tests. There are: {names}.")
                })
            })
            .collect()
    }

    fn name(self) -> &'static str {
        match self {
            Part::Native => "native",
            Part::Chromium => "chromium",
            Part::Firefox => "firefox",
            Part::Node => "node",
            Part::Pages => "pages",
            Part::Packaging => "packaging",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Part::Native => &[],
            Part::Chromium => &[Need::WasmRust, Need::WasmBindgen, Need::Chromium],
            Part::Firefox => &[Need::WasmRust, Need::WasmBindgen, Need::Firefox, Need::Geckodriver],
            Part::Node => &[Need::WasmRust, Need::WasmBindgen, Need::Node],
            Part::Pages => &[
                Need::WasmRust,
                Need::WasmBindgen,
                Need::Chromium,
                Need::Firefox,
                Need::Node,
                Need::NpmPackages,
                Need::MoreBrowsers,
                Need::Runtimes,
                Need::OldEngines,
            ],
            Part::Packaging => &[Need::WasmRust, Need::Chromium, Need::Node, Need::NpmPackages, Need::Bundlers],
        }
    }
}

/// What these parts need together.
pub(crate) fn needs(parts: &[Part]) -> Vec<Need> {
    parts.iter().flat_map(|part| part.needs()).copied().collect()
}

pub(crate) fn run(project: &Project, parts: &[Part]) -> Result<ExitCode, Problem> {
    let mut steps = Steps::default();
    if let Some(tools) = steps.run("set-up", |_| setup::run(project, &needs(parts))) {
        run_parts(project, &tools, parts, &mut steps);
    }
    Ok(steps.finish())
}

/// The tests alone, with tools that were set up before.
pub(crate) fn run_parts(project: &Project, tools: &Tools, parts: &[Part], steps: &mut Steps) {
    if parts.contains(&Part::Native) {
        steps.run("native tests", |counts| test_native(project, counts));
    }
    if !parts.iter().any(|part| *part != Part::Native) {
        return;
    }

    let ready = steps.run("test server", |_| {
        server::build(project)?;
        server::ports_for_tests()
    });
    let Some(ports) = ready else { return };
    for (part, name) in
        [(Part::Chromium, "wasm tests in Chromium"), (Part::Firefox, "wasm tests in Firefox"), (Part::Node, "wasm tests in Node")]
    {
        if parts.contains(&part) {
            steps.run(name, |counts| test_wasm(project, tools, part, ports, counts));
        }
    }
    if !parts.iter().any(|part| matches!(part, Part::Pages | Part::Packaging))
        || steps.run("npm package", |_| npm::build(project, tools)).is_none()
    {
        return;
    }
    if parts.contains(&Part::Pages)
        && let Some(page) = steps.run("demo", |_| demo::build(project, tools))
        && steps.run("examples", |_| example::build_all(project, tools, &page)).is_some()
    {
        steps.run("pages and the npm package", |counts| test_pages(project, tools, &page, ports, counts));
    }
    if parts.contains(&Part::Packaging) {
        steps.run("npm package in empty projects", |counts| test_packaging(project, tools, ports, counts));
    }
}

fn test_native(project: &Project, counts: &mut Counts) -> Result<(), Problem> {
    let mut cargo = project.cargo("test");
    // An example of the guide wants it.
    cargo.args(["--workspace", "--features", "tidings/test-util", "--no-fail-fast"]);
    run_counted(&mut cargo, Runner::Cargo, counts, "cargo test")
}

fn test_wasm(project: &Project, tools: &Tools, part: Part, ports: [u16; 2], counts: &mut Counts) -> Result<(), Problem> {
    let server = Server::start(project, ports, None)?;
    let place = if part == Part::Node { Place::Node } else { Place::Browser };
    let mut result = Ok(());
    for test in WASM_TESTS.iter().filter(|test| test.place == place) {
        let mut cargo = tools.wasm_rust()?.cargo(project, "test");
        cargo
            .args(["--package", test.package, "--test", test.name, "--all-features"])
            .args(["--target", WASM_TARGET])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools.wasm_bindgen()?.join("wasm-bindgen-test-runner"))
            .env("WASM_BINDGEN_TEST_TIMEOUT", "1800")
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "300")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", project.root.join("webdriver.json"));
        server.addresses.tell(&mut cargo);
        choose_browser(&mut cargo, project, tools, part)?;
        let what = format!("{}/tests/{}.rs", test.package, test.name);
        let one = run_counted(&mut cargo, Runner::Cargo, counts, &what);
        result = result.and(one);
    }
    result
}

/// Tells the test runner which driver to start, and the driver which browser.
fn choose_browser(cargo: &mut Command, project: &Project, tools: &Tools, part: Part) -> Result<(), Problem> {
    // The runner takes the first driver it is told of.
    for driver in ["GECKODRIVER", "SAFARIDRIVER", "CHROMEDRIVER", "MSEDGEDRIVER"] {
        cargo.env_remove(driver).env_remove(format!("{driver}_REMOTE"));
    }
    match part {
        Part::Chromium => {
            let capabilities = chromium_capabilities(project, &tools.chromium()?.program)?;
            cargo.env("CHROMEDRIVER", tools.chromedriver()?).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
        }
        Part::Firefox => {
            // The runner splits this as a shell would.
            let firefox = tools.firefox()?.program.display().to_string();
            cargo.env("GECKODRIVER", tools.geckodriver()?).env("GECKODRIVER_ARGS", format!("--binary '{firefox}'"));
        }
        _ => {}
    }
    Ok(())
}

/// Chromedriver has no option for the browser it starts: that has to stand among the capabilities. So here is a copy
/// of `webdriver.json` that names this machine's.
fn chromium_capabilities(project: &Project, chromium: &Path) -> Result<PathBuf, Problem> {
    let ours = project.root.join("webdriver.json");
    let copy = project.target.join("webdriver-chromium.json");
    let trouble = |error| Problem::new(format!("Could not copy {}: {error}", ours.display()));
    let text = fs::read_to_string(&ours).map_err(trouble)?;
    let path = chromium.display().to_string().replace('\\', "\\\\");
    let options = "\"goog:chromeOptions\": {";
    let text = text.replacen(options, &format!("{options} \"binary\": \"{path}\","), 1);
    fs::write(&copy, text).map_err(trouble)?;
    Ok(copy)
}

fn test_pages(project: &Project, tools: &Tools, page: &Path, ports: [u16; 2], counts: &mut Counts) -> Result<(), Problem> {
    let server = Server::start(project, ports, Some(page))?;
    let mut node = node_tests(project, "js")?;
    node.env("TIDINGS_CHROMIUM", &tools.chromium()?.program).env("TIDINGS_FIREFOX", &tools.firefox()?.program);
    tools.tell_more(&mut node);
    server.addresses.tell(&mut node);
    run_counted(&mut node, Runner::Node, counts, "node --test")
}

fn test_packaging(project: &Project, tools: &Tools, ports: [u16; 2], counts: &mut Counts) -> Result<(), Problem> {
    let server = Server::start(project, ports, None)?;
    let mut node = node_tests(project, "packaging")?;
    node.env("TIDINGS_CHROMIUM", &tools.chromium()?.program);
    server.addresses.tell(&mut node);
    run_counted(&mut node, Runner::Node, counts, "node --test")
}

/// `node --test` with every file `*.test.mjs` of a folder of `tests`.
fn node_tests(project: &Project, folder: &str) -> Result<Command, Problem> {
    // Directories mean different things to `node --test` from version to version, files do not.
    let mut files = Vec::new();
    let folder = project.root.join("tests").join(folder);
    find_node_tests(&folder, &mut files)
        .map_err(|error| Problem::new(format!("Could not look into {}: {error}", folder.display())))?;
    files.sort();
    if files.is_empty() {
        return Err(Problem::new(format!("There is no file *.test.mjs in {}.", folder.display())));
    }
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]).args(files).current_dir(&project.root);
    Ok(node)
}

fn find_node_tests(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            find_node_tests(&path, files)?;
        } else if path.to_str().is_some_and(|name| name.ends_with(".test.mjs")) {
            files.push(path);
        }
    }
    Ok(())
}

/// Runs tests and counts them. Running none at all is a failure, and so is ending badly without naming any.
fn run_counted(command: &mut Command, runner: Runner, counts: &mut Counts, what: &str) -> Result<(), Problem> {
    let mut these = Counts::default();
    let ending = process::read_along(command, TEST_LIMIT, |line| these.read_line(runner, line));
    let result = match ending {
        Ok(ending) => ending.or_problem(what),
        Err(problem) => Err(problem),
    };
    let result = match result {
        Ok(()) if these.all() == 0 => Err(Problem::new(format!("{what} ran no test"))),
        Ok(()) if these.failed > 0 => Err(Problem::new(format!("{what} reported failures, but ended well"))),
        other => other,
    };
    if result.is_err() && these.failed == 0 {
        these.failed = 1;
    }
    *counts += these;
    result
}

/// For one run of a runner, its build included: on the machine that these were written on the longest takes 7 minutes, and others are slower.
const TEST_LIMIT: Duration = Duration::from_secs(90 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_parts() {
        assert_eq!(Part::read_all(&[]), Ok(Part::ALL.to_vec()));
        assert_eq!(Part::read_all(&["pages", "native"]), Ok(vec![Part::Pages, Part::Native]));
        let unknown = Part::read_all(&["safari"]);
        assert!(unknown.is_err_and(|reason| reason.contains("firefox")));
    }

    #[test]
    fn each_part_needs_only_its_own() {
        assert!(needs(&[Part::Native]).is_empty());
        assert!(!needs(&[Part::Chromium]).contains(&Need::Geckodriver));
        assert!(!needs(&[Part::Node]).contains(&Need::Chromium));
        for need in setup::EVERYTHING.iter().filter(|need| !matches!(need, Need::Lints | Need::Typedoc)) {
            assert!(needs(&Part::ALL).contains(need), "{need:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn runner_that_says_nothing_has_failed() {
        let mut counts = Counts::default();
        let silent = run_counted(&mut Command::new("true"), Runner::Cargo, &mut counts, "it");
        assert!(silent.is_err());
        let broken = run_counted(&mut Command::new("false"), Runner::Cargo, &mut counts, "it");
        assert!(broken.is_err());
        assert_eq!(counts, Counts { passed: 0, failed: 2, skipped: 0 });

        let mut honest = Command::new("echo");
        honest.arg("test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert!(run_counted(&mut honest, Runner::Cargo, &mut counts, "it").is_ok());
        assert_eq!(counts.passed, 2);
    }
}
