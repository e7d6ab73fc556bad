//! Programs that are run by the program, and what is asked of them while they run.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Sandbox;

/// Longer than anything takes on a loaded machine.
const LONG: Duration = Duration::from_secs(120);

/// Compiles `tests/programs/NAME.c` to a program of that name in the sandbox.
pub fn compile(sandbox: &Sandbox, name: &str, flags: &[&str]) -> PathBuf {
    let compiled = compiler(sandbox, name, flags).output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    sandbox.path().join(name)
}

/// The same where it takes what need not be installed; whether it is.
pub fn compiles(sandbox: &Sandbox, name: &str, flags: &[&str]) -> bool {
    compiler(sandbox, name, flags).output().unwrap().status.success()
}

fn compiler(sandbox: &Sandbox, name: &str, flags: &[&str]) -> Command {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/programs/{name}.c"));
    let mut compiler = Command::new("cc");
    compiler.args(["-O0", "-g", "-fno-builtin", "-pthread", "-o"]).arg(sandbox.path().join(name));
    compiler.arg(source).args(flags);
    compiler
}

/// `heapwise run` while its program runs.
pub struct Launched {
    pub launcher: Child,
    lines: Receiver<String>,
    stderr: ChildStderr,
}

impl Launched {
    /// Starts a command, whose program says `ready` when it is.
    pub fn start(command: &mut Command) -> Self {
        Self::start_with_input(command, Stdio::piped())
    }

    /// The same, with another input than a pipe.
    pub fn start_with_input(command: &mut Command, input: Stdio) -> Self {
        let command = command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut launcher = command.spawn().unwrap();
        let stdout = BufReader::new(launcher.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more when the test has failed.
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let stderr = launcher.stderr.take().unwrap();
        let mut launched = Self { launcher, lines, stderr };
        assert_eq!(launched.line(), "ready");
        launched
    }

    /// The next line that the program says.
    pub fn line(&mut self) -> String {
        self.lines.recv_timeout(LONG).expect("the program goes on")
    }

    /// Whether it says nothing more.
    pub fn is_silent(&mut self) -> bool {
        self.lines.recv_timeout(LONG) == Err(RecvTimeoutError::Disconnected)
    }

    /// Sends a signal to the launcher alone.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.launcher.id()).unwrap())
    }

    /// The process of the program: the one child of the launcher.
    pub fn program(&self) -> Pid {
        let pid = self.launcher.id();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        Pid::from_raw(children.unwrap().trim().parse().unwrap())
    }

    /// How the launcher ended, and what was said on standard error.
    pub fn end(mut self) -> (ExitStatus, String) {
        drop(self.launcher.stdin.take());
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (self.launcher.wait().unwrap(), said)
    }
}

/// The command `heapwise run WORDS...`, where the programs of the system are found.
pub fn launcher<A: AsRef<OsStr>>(sandbox: &Sandbox, words: &[A]) -> Command {
    let mut command = sandbox.command();
    command.arg("run").args(words).stdin(Stdio::null());
    command
}
