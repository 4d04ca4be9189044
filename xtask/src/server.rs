//! The test server: built, started before the tests or the demo, and stopped after them whatever happens.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::problem::Problem;
use crate::process::{self, Ending};
use crate::project::Project;

/// A running server; dropping it stops it.
pub(crate) struct Server {
    child: Child,
    pub(crate) addresses: Addresses,
}

/// Two addresses of the same server: pages of one are of another origin to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) first: String,
    pub(crate) second: String,
}

/// Builds the server.
pub(crate) fn build(project: &Project) -> Result<(), Problem> {
    let mut cargo = project.cargo("build");
    cargo.args(["--package", PACKAGE]);
    process::show(&mut cargo, BUILD_LIMIT)?.or_problem("Building the test server")
}

/// Builds it optimized, for benches: it should not be what they measure.
pub(crate) fn build_optimized(project: &Project) -> Result<PathBuf, Problem> {
    let mut cargo = project.cargo("build");
    cargo.args(["--package", PACKAGE, "--release"]);
    process::show(&mut cargo, BUILD_LIMIT)?.or_problem("Building the test server")?;
    Ok(project.host_binary("release", PACKAGE))
}

impl Server {
    /// Starts the server that was built; 0 is any free port. Files in `static_folder` are served at `/`.
    pub(crate) fn start(project: &Project, ports: [u16; 2], static_folder: Option<&Path>) -> Result<Server, Problem> {
        let mut command = Command::new(project.host_binary("debug", PACKAGE));
        command
            .args(["--port", &ports[0].to_string()])
            .args(["--second-port", &ports[1].to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some(folder) = static_folder {
            command.arg("--static").arg(folder);
        }
        let mut child = process::start(&mut command)?;
        let lines = child.stdout.take().map(process::lines_of);
        let mut server = Server { child, addresses: Addresses { first: String::new(), second: String::new() } };

        let begin = Instant::now();
        let Some(lines) = lines else {
            return Err(Problem::new("The test server has no stdout."));
        };
        while let Some(left) = START_LIMIT.checked_sub(begin.elapsed()) {
            let Ok(line) = lines.recv_timeout(left) else {
                break;
            };
            if let Some(addresses) = Addresses::read(&String::from_utf8_lossy(&line)) {
                server.addresses = addresses;
                return Ok(server);
            }
        }
        let how = match server.child.try_wait() {
            Ok(Some(status)) => format!("it ended ({status}); its words stand above"),
            _ => format!("it did not say `{LISTENING}...` within {} s", START_LIMIT.as_secs()),
        };
        Err(Problem::new(format!("The test server did not start on ports {} and {}: {how}.", ports[0], ports[1])))
    }

    /// Waits until the server ends by itself.
    pub(crate) fn wait(&mut self) -> Result<Ending, Problem> {
        match self.child.wait() {
            Ok(status) => Ok(process::ending_of(status)),
            Err(error) => Err(Problem::new(format!("Lost sight of the server: {error}"))),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        process::stop(&mut self.child);
    }
}

impl Addresses {
    /// Reads `listening http://127.0.0.1:7747 http://127.0.0.1:7748`.
    fn read(line: &str) -> Option<Addresses> {
        let mut words = line.trim().strip_prefix(LISTENING)?.split(' ');
        match (words.next(), words.next(), words.next()) {
            (Some(first), Some(second), None) if first.starts_with("http://") && second.starts_with("http://") => {
                Some(Addresses { first: first.to_string(), second: second.to_string() })
            }
            _ => None,
        }
    }

    /// Tells a program where the server is.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.env("TIDINGS_SERVER", &self.first).env("TIDINGS_SECOND_SERVER", &self.second);
    }
}

/// The ports that tests expect when nobody tells them others, if these are free, else any two that are.
pub(crate) fn ports_for_tests() -> Result<[u16; 2], Problem> {
    if let (Some(_first), Some(_second)) = (listen(USUAL_PORTS[0]), listen(USUAL_PORTS[1])) {
        return Ok(USUAL_PORTS);
    }
    // Both are held until both are known, so that they differ.
    let free = || {
        let listener = listen(0)?;
        let port = listener.local_addr().ok()?.port();
        Some((listener, port))
    };
    match (free(), free()) {
        (Some((_first, first_port)), Some((_second, second_port))) => Ok([first_port, second_port]),
        _ => Err(Problem::new("There is no free port on 127.0.0.1 for the test server.")),
    }
}

/// Is nobody listening on this port?
pub(crate) fn is_free(port: u16) -> bool {
    listen(port).is_some()
}

fn listen(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
}

/// The package, and the program it builds.
const PACKAGE: &str = "tidings-test-server";
const LISTENING: &str = "listening ";
/// What tests use when they are compiled without addresses.
const USUAL_PORTS: [u16; 2] = [7747, 7748];
const BUILD_LIMIT: Duration = Duration::from_secs(15 * 60);
const START_LIMIT: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_the_line() {
        let addresses = Addresses::read("listening http://127.0.0.1:1 http://127.0.0.1:2\n");
        let expected = Addresses { first: "http://127.0.0.1:1".to_string(), second: "http://127.0.0.1:2".to_string() };
        assert_eq!(addresses, Some(expected));
        assert_eq!(Addresses::read("listening http://127.0.0.1:1"), None);
        assert_eq!(Addresses::read("starting"), None);
    }

    #[test]
    fn free_ports_differ() {
        let [first, second] = ports_for_tests().expect("there are free ports");
        assert_ne!(first, second);
    }
}
