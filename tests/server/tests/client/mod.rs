//! An HTTP/1.1 client that shows an answer as it came: status, headers, and every chunk for itself.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// A server of its own for one test, on any free ports; it ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) first: u16,
    pub(crate) second: u16,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command()
            .args(["--port", "0", "--second-port", "0", "--until-stdin-closes"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server is built");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("says that it is ready");
        let ports: Vec<u16> =
            line.split_whitespace().filter_map(|origin| origin.strip_prefix("http://127.0.0.1:")?.parse().ok()).collect();
        let &[first, second] = ports.as_slice() else {
            panic!("the server should say its two origins, not {line:?}");
        };
        Self { child, first, second }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        get(self.first, path)
    }

    /// As [`Answer::of`], with an answer.
    pub(crate) fn ask(&self, method: &str, path: &str, lines: &[&str]) -> Answer {
        Answer::of(self.first, method, path, lines).expect("an answer")
    }

    /// The JSON of a route, which has to answer with 200.
    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        let mut answer = get(self.second, path);
        let body = answer.rest().expect("ends");
        assert_eq!(answer.status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the server to its end, for arguments that it refuses.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the server is built")
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tidings-test-server"))
}

/// One answer on a connection of its own; dropping it closes the connection.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    bodiless: bool,
    stream: BufReader<TcpStream>,
}

/// What a body is made of.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Piece {
    Chunk(Vec<u8>),
    /// The clean end.
    End,
    /// The connection ended before the body did.
    Broken,
}

impl Piece {
    pub(crate) fn text(text: &str) -> Self {
        Self::Chunk(text.as_bytes().to_vec())
    }
}

pub(crate) fn get(port: u16, path: &str) -> Answer {
    Answer::of(port, "GET", path, &[]).expect("an answer")
}

/// Sends a request and waits for nothing. After an empty line comes the body.
pub(crate) fn send(port: u16, method: &str, path: &str, lines: &[&str]) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connects");
    // A server that forgets to answer should fail the test, not hang it.
    stream.set_read_timeout(Some(Duration::from_secs(120))).expect("has timeouts");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{}", lines.join("\r\n"));
    if !lines.contains(&"") {
        head.push_str(if lines.is_empty() { "\r\n" } else { "\r\n\r\n" });
    }
    stream.write_all(head.as_bytes()).expect("writes");
    stream
}

impl Answer {
    /// Asks, and reads the head of the answer; an error if there is none.
    pub(crate) fn of(port: u16, method: &str, path: &str, lines: &[&str]) -> io::Result<Self> {
        let mut stream = BufReader::new(send(port, method, path, lines));
        let status_line = line(&mut stream)?;
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .ok_or_else(|| io::Error::other(format!("not a status line: {status_line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = line(&mut stream)?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let bodiless = method == "HEAD" || matches!(status, 204 | 304);
        Ok(Self { status, headers, bodiless, stream })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The next piece of the body.
    pub(crate) fn piece(&mut self) -> Piece {
        self.try_piece().unwrap_or(Piece::Broken)
    }

    /// The next chunk as text.
    pub(crate) fn text(&mut self) -> String {
        match self.piece() {
            Piece::Chunk(bytes) => String::from_utf8(bytes).expect("UTF-8"),
            other => panic!("expected a chunk, not {other:?}"),
        }
    }

    /// All pieces up to the end, which is the last of them.
    pub(crate) fn pieces(mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        loop {
            let piece = self.piece();
            let last = !matches!(piece, Piece::Chunk(_));
            pieces.push(piece);
            if last {
                return pieces;
            }
        }
    }

    /// What is left of the body as text; what had come as an error, if the connection breaks.
    pub(crate) fn rest(&mut self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.piece() {
                Piece::Chunk(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                Piece::End => return Ok(text),
                Piece::Broken => return Err(text),
            }
        }
    }

    fn try_piece(&mut self) -> io::Result<Piece> {
        if self.bodiless {
            return Ok(Piece::End);
        }
        if self.header("transfer-encoding") != Some("chunked") {
            let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            self.bodiless = true;
            let mut bytes = vec![0; length];
            self.stream.read_exact(&mut bytes)?;
            return Ok(if length == 0 { Piece::End } else { Piece::Chunk(bytes) });
        }
        let size = line(&mut self.stream)?;
        let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
        let mut bytes = vec![0; size + 2];
        self.stream.read_exact(&mut bytes)?;
        bytes.truncate(size);
        Ok(if size == 0 { Piece::End } else { Piece::Chunk(bytes) })
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The ids of a stream's next events, so many or a few more.
pub(crate) fn ids(answer: &mut Answer, enough: usize) -> Vec<u64> {
    let mut ids = Vec::new();
    while ids.len() < enough {
        assert!(read_ids(answer, &mut ids), "goes on after {ids:?}");
    }
    ids
}

/// The same of a stream that `then` breaks, after so many events: with what was under way.
pub(crate) fn ids_until_broken(mut answer: Answer, enough: usize, then: impl FnOnce()) -> Vec<u64> {
    let mut all = ids(&mut answer, enough);
    then();
    while read_ids(&mut answer, &mut all) {}
    all
}

/// Reads a piece; says whether it was one, and not that the connection broke.
fn read_ids(answer: &mut Answer, ids: &mut Vec<u64>) -> bool {
    match answer.piece() {
        Piece::Chunk(bytes) => {
            let text = String::from_utf8(bytes).expect("UTF-8");
            ids.extend(text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse::<u64>().ok()));
            true
        }
        Piece::End => panic!("ends cleanly after {ids:?}"),
        Piece::Broken => false,
    }
}

/// A folder that is removed with this value.
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).expect("can make a folder");
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("is in the folder")).expect("can make a folder");
        std::fs::write(path, content).expect("can write");
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
