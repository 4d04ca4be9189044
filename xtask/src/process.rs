//! Other programs: started without a shell and without stdin, never for longer than a limit.
//!
//! A program that takes too long is stopped together with everything it has started, and so is everything when this
//! program itself is told to stop (Ctrl-C, a CI's time limit): no server, driver or browser is left behind.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::problem::Problem;

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    /// It said so itself, or was killed by someone else: `exit status: 1`.
    Failure(String),
    /// It was stopped by us.
    TookTooLong(Duration),
}

impl Ending {
    /// Success, or a problem that begins with the name of what was run.
    pub(crate) fn or_problem(self, what: &str) -> Result<(), Problem> {
        match self {
            Ending::Success => Ok(()),
            Ending::Failure(how) => Err(Problem::new(format!("{what} failed ({how})"))),
            Ending::TookTooLong(limit) => {
                Err(Problem::new(format!("{what} took longer than {} s and was stopped", limit.as_secs())))
            }
        }
    }
}

/// Runs a program whose words go to our own stdout and stderr.
pub(crate) fn show(command: &mut Command, limit: Duration) -> Result<Ending, Problem> {
    let mut child = start(command.stdin(Stdio::null()))?;
    wait(&mut child, limit)
}

/// Runs a program whose words go to a file.
pub(crate) fn log(command: &mut Command, limit: Duration, file: &Path) -> Result<Ending, Problem> {
    let trouble = |error| Problem::new(format!("Could not write the log {}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(trouble)?;
    }
    let mut words = File::options().create(true).append(true).open(file).map_err(trouble)?;
    writeln!(words, "$ {command:?}").map_err(trouble)?;
    let also_words = words.try_clone().map_err(trouble)?;
    let mut child = start(command.stdin(Stdio::null()).stdout(words).stderr(also_words))?;
    wait(&mut child, limit)
}

/// Runs a program and passes its stdout through, while `each_line` reads along.
pub(crate) fn read_along(command: &mut Command, limit: Duration, mut each_line: impl FnMut(&str)) -> Result<Ending, Problem> {
    let mut child = start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let Some(words) = child.stdout.take() else {
        return wait(&mut child, limit);
    };
    let lines = lines_of(words);
    let mut pass_on = |line: Vec<u8>| {
        let line = String::from_utf8_lossy(&line);
        print!("{line}");
        each_line(line.trim_end());
    };
    let begin = Instant::now();
    let ending = loop {
        match lines.recv_timeout(Duration::from_millis(20)) {
            Ok(line) => {
                pass_on(line);
                if begin.elapsed() < limit {
                    continue;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                break wait(&mut child, limit.saturating_sub(begin.elapsed()))?;
            }
        }
        if let Some(status) = look(&mut child)? {
            break ending_of(status);
        }
        if begin.elapsed() >= limit {
            stop(&mut child);
            break Ending::TookTooLong(limit);
        }
    };
    // What was said before the end; not waiting for a grandchild that holds the pipe open.
    while let Ok(line) = lines.recv_timeout(LAST_WORDS) {
        pass_on(line);
    }
    Ok(ending)
}

/// What a program says on stdout; nothing when it fails or takes longer than a question should.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let limit = Duration::from_secs(120);
    let mut child = start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null())).ok()?;
    let mut words = child.stdout.take()?;
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        let _ = words.read_to_end(&mut text);
        text
    });
    if wait(&mut child, limit).ok()? != Ending::Success {
        return None;
    }
    let text = reader.join().ok()?;
    Some(String::from_utf8_lossy(&text).trim().to_string())
}

/// Starts a program, or says which one could not be started.
pub(crate) fn start(command: &mut Command) -> Result<Child, Problem> {
    command.spawn().map_err(|error| Problem::new(format!("Could not start {}: {error}", command.get_program().display())))
}

/// The lines of a stream, with their line feeds, read to its end on a thread of their own.
pub(crate) fn lines_of(stream: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        loop {
            let mut line = Vec::new();
            match stream.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                // Read on when nobody listens any more: a full pipe would block the program.
                Ok(_) => drop(sender.send(line)),
            }
        }
    });
    receiver
}

/// Stops a program and everything that it has started.
pub(crate) fn stop(child: &mut Child) {
    // One that has ended is left alone: its number may belong to another by now.
    if matches!(child.try_wait(), Ok(None)) {
        let mut tree = descendants(child.id());
        tree.push(child.id());
        kill(&tree);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// From now on, Ctrl-C or a request to terminate stops this program with everything that it has started.
pub(crate) fn stop_children_on_signals() -> Result<(), Problem> {
    ctrlc::set_handler(|| {
        BEING_STOPPED.store(true, Ordering::Relaxed);
        kill(&descendants(std::process::id()));
        let code = if STOPPING_IS_FINE.load(Ordering::Relaxed) { 0 } else { 130 };
        std::process::exit(code);
    })
    .map_err(|error| Problem::new(format!("Could not prepare for Ctrl-C: {error}")))
}

/// From now on, Ctrl-C is the ordinary way to end.
pub(crate) fn stopping_is_fine() {
    STOPPING_IS_FINE.store(true, Ordering::Relaxed);
}

static BEING_STOPPED: AtomicBool = AtomicBool::new(false);
static STOPPING_IS_FINE: AtomicBool = AtomicBool::new(false);

fn wait(child: &mut Child, limit: Duration) -> Result<Ending, Problem> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = look(child)? {
            return Ok(ending_of(status));
        }
        if begin.elapsed() >= limit {
            stop(child);
            return Ok(Ending::TookTooLong(limit));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn look(child: &mut Child) -> Result<Option<ExitStatus>, Problem> {
    child.try_wait().map_err(|error| Problem::new(format!("Lost sight of a program that was started: {error}")))
}

/// What a program's end means. When we are being stopped it means nothing: the terminal has told the program the same.
pub(crate) fn ending_of(status: ExitStatus) -> Ending {
    if status.success() {
        return Ending::Success;
    }
    // Both were told at the same time; let our own signal arrive.
    thread::sleep(Duration::from_millis(200));
    while BEING_STOPPED.load(Ordering::Relaxed) {
        thread::park_timeout(Duration::from_secs(1));
    }
    Ending::Failure(status.to_string())
}

/// The children of a process, their children, and so on.
#[cfg(unix)]
fn descendants(ancestor: u32) -> Vec<u32> {
    let all = processes();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all.iter().filter(|(_, its_parent)| *its_parent == parent).map(|(process, _)| *process));
        next += 1;
    }
    found.remove(0);
    found
}

/// Every process with its parent: from `/proc`, where those that have ended are left out, else from `ps`.
#[cfg(unix)]
fn processes() -> Vec<(u32, u32)> {
    let Ok(folder) = fs::read_dir("/proc/self/..") else {
        let said = ask(Command::new("ps").args(["-A", "-o", "pid=,ppid="])).unwrap_or_default();
        return said
            .lines()
            .filter_map(|line| {
                let (process, parent) = line.trim().split_once(char::is_whitespace)?;
                Some((process.parse().ok()?, parent.trim().parse().ok()?))
            })
            .collect();
    };
    folder
        .flatten()
        .filter_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            // `7 (a name, maybe with (brackets) in it) S 1 ...`
            let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            let (_, after_name) = line.rsplit_once(')')?;
            let mut facts = after_name.split_whitespace();
            let state = facts.next()?;
            let parent = facts.next()?.parse().ok()?;
            (state != "Z").then_some((process, parent))
        })
        .collect()
}

/// Asks processes to end, so that browsers can clean up after themselves, and ends those that do not.
#[cfg(unix)]
fn kill(doomed: &[u32]) {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    let send = |process: u32, signal| {
        if let Ok(process) = i32::try_from(process) {
            // One that has ended in the meantime is as it should be.
            let _ = kill(Pid::from_raw(process), signal);
        }
    };
    let still_there = || -> Vec<u32> {
        let all = processes();
        doomed.iter().filter(|process| all.iter().any(|(alive, _)| alive == *process)).copied().collect()
    };
    for process in doomed {
        send(*process, Signal::SIGTERM);
    }
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(1) && !still_there().is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    for process in still_there() {
        send(process, Signal::SIGKILL);
    }
}

/// Windows ends a whole tree by itself; see [`kill`].
#[cfg(not(unix))]
fn descendants(ancestor: u32) -> Vec<u32> {
    if ancestor == std::process::id() { Vec::new() } else { vec![ancestor] }
}

#[cfg(not(unix))]
fn kill(processes: &[u32]) {
    for process in processes {
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &process.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// How long the last words of a program that has ended may be under way.
const LAST_WORDS: Duration = Duration::from_secs(5);

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn slow_program_is_stopped_with_its_children() {
        let begin = Instant::now();
        let mut lines = Vec::new();
        // The shell says which process its own child is.
        // Time enough for the shell to say that, however busy the machine is.
        let limit = Duration::from_secs(5);
        let ending =
            read_along(Command::new("sh").args(["-c", "sleep 600 & echo $!; wait"]), limit, |line| lines.push(line.to_string()))
                .expect("sh can be started");
        assert_eq!(ending, Ending::TookTooLong(limit));
        let grandchild: u32 = lines[0].parse().expect("is a process number");
        while processes().iter().any(|(process, _)| *process == grandchild) {
            assert!(begin.elapsed() < Duration::from_secs(300), "it is stopped, not waited for");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn ending_tells_success_from_failure() {
        let limit = Duration::from_secs(300);
        assert_eq!(show(&mut Command::new("true"), limit).ok(), Some(Ending::Success));
        let failed = show(&mut Command::new("false"), limit).expect("can be started");
        assert!(matches!(failed, Ending::Failure(_)));
        let absent = show(&mut Command::new("no-such-program-here"), limit);
        assert!(absent.is_err_and(|problem| problem.to_string().contains("no-such-program-here")));
    }

    #[test]
    fn words_of_a_program_that_left_a_child_behind_are_read() {
        let mut lines = Vec::new();
        let ending =
            read_along(Command::new("sh").args(["-c", "sleep 60 & printf 'one\\ntwo'"]), Duration::from_secs(300), |line| {
                lines.push(line.to_string())
            })
            .expect("sh can be started");
        assert_eq!(ending, Ending::Success);
        assert_eq!(lines[0], "one");
    }
}
