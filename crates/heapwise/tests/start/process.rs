//! A program under test, as its parent sees it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{common, programs};

/// Longer than a profile takes on any machine, and shorter than a program waits for one in vain.
pub const SOON: Duration = Duration::from_secs(25);

/// A program that runs.
pub struct Program {
    pub child: Child,
    /// Where its profile is to be.
    pub profile: PathBuf,
    _folder: Option<TempDir>,
}

/// How a program ended.
#[derive(Debug)]
pub struct End {
    pub status: ExitStatus,
    pub stderr: String,
}

/// A folder that anybody may look into.
pub fn folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

impl Program {
    /// Starts the program `name`, with profiles in a folder of its own that is not there yet.
    pub fn start(name: &str) -> Self {
        let folder = folder();
        let mut program = Self::start_in(name, Some(&folder.path().join("new/profiles")));
        program._folder = Some(folder);
        program
    }

    /// Starts it as it is without Heapwise.
    pub fn start_bare(name: &str) -> Self {
        Self::start_in(name, None)
    }

    pub fn start_in(name: &str, profiles: Option<&Path>) -> Self {
        Self::start_with(name, profiles, Stdio::piped())
    }

    pub fn start_with(name: &str, profiles: Option<&Path>, stderr: Stdio) -> Self {
        let command = Command::new(std::env::current_exe().unwrap());
        Self::start_by(command, name, profiles, stderr)
    }

    /// Starts it by a command that runs this program.
    pub fn start_by(
        mut command: Command,
        name: &str,
        profiles: Option<&Path>,
        stderr: Stdio,
    ) -> Self {
        command.env(programs::NAME, name).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let profile = profiles.map(|folder| folder.join("mem.pb.gz")).unwrap_or_default();
        if let Some(folder) = profiles {
            command.env(programs::FOLDER, folder);
        }
        Self { child: command.spawn().unwrap(), profile, _folder: None }
    }

    /// Waits until it says that it waits.
    pub fn wait_until_ready(&mut self) {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
    }

    pub fn send(&self, signal: libc::c_int) {
        send(self.child.id(), signal);
    }

    /// Waits for its end, and for what it said.
    pub fn end(&mut self) -> End {
        drop(self.child.stdin.take());
        let mut stderr = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            ChildStderr::read_to_string(&mut pipe, &mut stderr).unwrap();
        }
        End { status: self.child.wait().unwrap(), stderr }
    }

    /// Asserts that there is a profile, whole, with what every program keeps, and nothing beside it.
    pub fn assert_whole(&self) {
        self.assert_shows_what_is_kept();
        assert_eq!(names(&self.profile), ["mem.pb.gz"]);
    }

    pub fn assert_shows_what_is_kept(&self) {
        let profile = common::profile(&fs::read(&self.profile).unwrap());
        profile.validate().unwrap();
        let kept = programs::KEPT as i64;
        assert!(profile.samples.iter().any(|sample| sample.values[2..4] == [1, kept]));
    }

    /// Asserts that there is none, and nothing of one.
    pub fn assert_absent(&self) {
        assert_eq!(names(&self.profile), [""; 0]);
    }

    /// Waits until there is a file under the profile's name.
    pub fn wait_for_profile(&self) {
        let end = Instant::now() + SOON;
        while !self.profile.exists() {
            assert!(Instant::now() < end, "no profile is written");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Sends a signal to a process that is a child's, and was not waited for.
pub fn send(process: u32, signal: libc::c_int) {
    // SAFETY: sends a signal.
    assert_eq!(unsafe { libc::kill(process as libc::pid_t, signal) }, 0);
}

/// The files in the folder of `profile`.
pub fn names(profile: &Path) -> Vec<String> {
    let entries = fs::read_dir(profile.parent().unwrap()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
