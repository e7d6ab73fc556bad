//! A folder with profiles, and the program run in it.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

pub mod pages;
#[cfg(target_os = "linux")]
pub mod programs;
pub mod server;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use heapwise_profile::{
    Function, Id, Line, Location, Locations, Mapping, Profile, Sample, Samples, Strings, Table,
    ValueType,
};
use tempfile::TempDir;

/// A folder of its own for one test, in which the program runs without the user's environment.
pub struct Sandbox {
    folder: TempDir,
}

/// What a run gave.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path().join(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap()
    }

    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Writes a profile, compressed, to a file.
    pub fn profile(&self, name: &str, profile: &Profile) {
        let mut bytes = Vec::new();
        profile.write_to(&mut bytes).unwrap();
        self.write(name, &bytes);
    }

    pub fn command(&self) -> Command {
        self.prepared(Command::new(env!("CARGO_BIN_EXE_heapwise")))
    }

    /// The same, for a program that is to be interrupted: what runs in the background of a script has
    /// SIGINT ignored, and its children too.
    #[cfg(unix)]
    pub fn interruptible(&self) -> Command {
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_heapwise")]);
        self.prepared(command)
    }

    fn prepared(&self, mut command: Command) -> Command {
        command.current_dir(self.path()).env_clear().env("TZ", "UTC").env("HOME", self.path());
        command
    }

    pub fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Run {
        self.run_with_input(args, b"")
    }

    /// Adds a program to those that [`Sandbox::alone`] finds: a shell script.
    #[cfg(unix)]
    pub fn program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path().join("bin").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The program where only the programs of the sandbox are found.
    pub fn alone<A: AsRef<OsStr>>(&self, args: &[A]) -> Command {
        let mut command = self.command();
        command.args(args).env("PATH", self.path().join("bin")).env("TMPDIR", self.path());
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program where only the programs of the sandbox are found.
    pub fn run_alone<A: AsRef<OsStr>>(&self, args: &[A]) -> Run {
        Run::from(self.alone(args).output().unwrap())
    }

    /// Runs the program with `input` as its standard input.
    pub fn run_with_input<A: AsRef<OsStr>>(&self, args: &[A], input: &[u8]) -> Run {
        let mut command = self.command();
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that fails early does not read its input.
        let _ = child.stdin.take().unwrap().write_all(input);
        Run::from(child.wait_with_output().unwrap())
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Says that a test could not try what it is for.
#[allow(clippy::print_stderr, reason = "it is for who reads the log of the tests")]
pub fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// One sample: its stack, leaf first, as `function file:line`, and the four values of a heap profile.
pub type Row<'a> = (&'a [&'a str], [i64; 4]);

/// A heap profile as Go and Rust programs write it, sampled every 512 KiB.
pub fn heap(rows: &[Row<'_>]) -> Profile {
    let mut builder = Builder::default();
    for (stack, values) in rows {
        let stack: Vec<_> = stack.iter().map(|frame| builder.location(frame)).collect();
        builder.rows.push((stack, *values));
    }
    builder.build()
}

#[derive(Default)]
struct Builder {
    strings: Strings,
    functions: Table<Function>,
    locations: Locations,
    known: Vec<(String, Id<Location>)>,
    rows: Vec<(Vec<Id<Location>>, [i64; 4])>,
}

impl Builder {
    fn location(&mut self, frame: &str) -> Id<Location> {
        if let Some((_, known)) = self.known.iter().find(|(name, _)| name == frame) {
            return *known;
        }
        let (name, place) = frame.rsplit_once(' ').unwrap();
        let (file, line) = place.rsplit_once(':').unwrap();
        let name = self.strings.intern(name.as_bytes());
        let file = self.strings.intern(file.as_bytes());
        let id = self.functions.len() as u64 + 1;
        let function =
            self.functions.push(Function { id, name, system_name: name, file, start_line: 0 });
        let line = Line { function, line: line.parse().unwrap(), column: 0 };
        let location = Location { id, mapping: Some(Id::from_row(0)), ..Location::default() };
        let location = self.locations.push(location, &[line]);
        self.known.push((frame.to_owned(), location));
        location
    }

    fn build(mut self) -> Profile {
        let mut kind = |kind: &str, unit: &str| ValueType {
            kind: self.strings.intern(kind.as_bytes()),
            unit: self.strings.intern(unit.as_bytes()),
        };
        let sample_types = vec![
            kind("alloc_objects", "count"),
            kind("alloc_space", "bytes"),
            kind("inuse_objects", "count"),
            kind("inuse_space", "bytes"),
        ];
        let period_type = kind("space", "bytes");
        let mut samples = Samples::new(sample_types.len());
        for (stack, values) in &self.rows {
            samples.push(Sample { stack, values, labels: &[] });
        }
        let mut profile = Profile::default();
        profile.header.sample_types = sample_types;
        profile.header.period_type = period_type;
        profile.header.period = 512 << 10;
        let file = self.strings.intern(b"/opt/walk");
        let mut mappings = Table::new();
        let resolved = heapwise_profile::Resolved {
            functions: true,
            filenames: true,
            line_numbers: true,
            inline_frames: true,
        };
        mappings.push(Mapping { id: 1, file, resolved, ..Mapping::default() });
        profile.strings = Arc::new(self.strings);
        profile.functions = Arc::new(self.functions);
        profile.locations = Arc::new(self.locations);
        profile.mappings = Arc::new(mappings);
        profile.samples = Arc::new(samples);
        profile
    }
}
