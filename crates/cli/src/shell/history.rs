//! The lines of earlier sessions, one a line of a file that only its owner can read.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use heapwise_session::host::Host;

/// How many lines are kept, newest last.
const KEPT: usize = 1000;

/// The history file. A place that cannot be read or written means a history of this session only.
#[derive(Debug, Default)]
pub struct History {
    file: Option<PathBuf>,
    lines: Vec<String>,
}

impl History {
    /// The history of this user, cut to its newest lines.
    pub fn open(host: &dyn Host) -> Self {
        let Some(file) = file(host) else { return Self::default() };
        let content = fs::read_to_string(&file).unwrap_or_default();
        let lines: Vec<_> = content.lines().map(str::to_owned).collect();
        let newest = lines[lines.len().saturating_sub(KEPT)..].to_vec();
        let history = Self { file: Some(file), lines: newest };
        if history.lines.len() < lines.len() {
            history.rewrite();
        }
        history
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Adds a line at the end of the file.
    pub fn append(&self, line: &str) {
        if let Some(file) = &self.file {
            let opened = options().append(true).open(file);
            // A history that cannot be kept is no reason to bother the user.
            let _ = opened.and_then(|mut file| writeln!(file, "{line}"));
        }
    }

    fn rewrite(&self) {
        if let Some(file) = &self.file {
            let lines: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
            let opened = options().write(true).truncate(true).open(file);
            let _ = opened.and_then(|mut file| file.write_all(lines.as_bytes()));
        }
    }
}

fn options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// `$XDG_STATE_HOME/heapwise/history`, or that below `~/.local/state`, in a folder that exists.
fn file(host: &dyn Host) -> Option<PathBuf> {
    let state = host.env("XDG_STATE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let home = || host.env("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let folder = state.filter(|dir| dir.is_absolute()).or_else(home)?.join("heapwise");
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
