//! What can be said on the command line.

use std::path::PathBuf;

/// What the command line asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The port of the first origin; 0 is any free one.
    pub(crate) port: u16,
    /// The port of the second origin; 0 is any free one.
    pub(crate) second_port: u16,
    /// The folder served at `/`.
    pub(crate) static_folder: Option<PathBuf>,
    /// The folder of the corpus of event streams.
    pub(crate) corpus: PathBuf,
    /// Whether to end when standard input ends, so that no server outlives what started it.
    pub(crate) until_stdin_closes: bool,
}

/// The text of `--help`.
pub(crate) const USAGE: &str = "\
usage: tidings-test-server [options]

  --port N              port of the first origin (7747; 0 = any free one)
  --second-port N       port of the second origin (7748; 0 = any free one)
  --static DIR          serve this folder at /
  --corpus DIR          the corpus of event streams (tests/corpus)
  --until-stdin-closes  end when standard input ends
  --help                print this

Listens on 127.0.0.1 only and prints `listening http://127.0.0.1:A http://127.0.0.1:B` when ready.
GET /routes lists what it can do.
";

/// Reads the arguments; `None` when help was asked for.
///
/// # Errors
///
/// Says in a sentence which argument is wrong and what it should be.
pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut read = Arguments {
        port: 7747,
        second_port: 7748,
        static_folder: None,
        corpus: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus"),
        until_stdin_closes: false,
    };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let (name, mut inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value =
            |what: &str| inline.take().or_else(|| arguments.next()).ok_or_else(|| format!("{name} needs {what} after it"));
        match name.as_str() {
            "--help" | "-h" => return Ok(None),
            "--port" => read.port = port(&name, &value("a port number")?)?,
            "--second-port" => read.second_port = port(&name, &value("a port number")?)?,
            "--static" => read.static_folder = Some(folder(&name, value("a folder")?)?),
            "--corpus" => read.corpus = folder(&name, value("a folder")?)?,
            "--until-stdin-closes" => read.until_stdin_closes = true,
            _ => return Err(format!("{name} is not an argument I know")),
        }
        if inline.is_some() {
            return Err(format!("{name} takes no value"));
        }
    }
    if read.port != 0 && read.port == read.second_port {
        return Err(format!("--port and --second-port are both {}; two origins need two ports", read.port));
    }
    Ok(Some(read))
}

fn port(name: &str, value: &str) -> Result<u16, String> {
    value.parse().map_err(|_| format!("{name} wants a number from 0 to 65535, not `{value}`"))
}

fn folder(name: &str, value: String) -> Result<PathBuf, String> {
    let path = PathBuf::from(value);
    if path.is_dir() { Ok(path) } else { Err(format!("{name} wants a folder, and {} is none", path.display())) }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn told(arguments: &[&str]) -> Result<(u16, u16, bool), String> {
        read(arguments.iter().map(ToString::to_string)).map(|read| {
            let read = read.expect("no help was asked for");
            (read.port, read.second_port, read.until_stdin_closes)
        })
    }

    #[test]
    fn both_ways_of_giving_a_value() {
        assert_eq!(told(&[]), Ok((7747, 7748, false)));
        assert_eq!(told(&["--port", "0", "--second-port=0", "--until-stdin-closes"]), Ok((0, 0, true)));
    }

    #[test]
    fn help_wins() {
        assert!(read(["--help".to_owned()]).is_ok_and(|read| read.is_none()));
    }

    #[test]
    fn problems_are_said_in_words() {
        for (arguments, words) in [
            (&["--port"][..], "--port needs a port number after it"),
            (&["--port", "x"], "--port wants a number from 0 to 65535, not `x`"),
            (&["--port", "9", "--second-port", "9"], "two origins need two ports"),
            (&["--static", "/no/such"], "--static wants a folder, and /no/such is none"),
            (&["--until-stdin-closes=1"], "--until-stdin-closes takes no value"),
            (&["--loud"], "--loud is not an argument I know"),
        ] {
            let problem = told(arguments).expect_err("should be refused");
            assert!(problem.contains(words), "{problem}");
        }
    }
}
