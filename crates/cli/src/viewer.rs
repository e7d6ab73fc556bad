//! Files that another program shows: a browser, a viewer of pictures.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use heapwise_session::Voice;
use heapwise_session::command::Viewers;
use heapwise_session::host::Host;

use crate::child;

/// The most files of one kind that are shown at a time.
const MOST_FILES: u32 = 9999;
/// How long a file stays at least: a program may hand its name to one that runs already.
const SHOWN_AT_LEAST: Duration = Duration::from_secs(1);

/// The programs that show files, until the last report is made.
pub struct ViewerRoom {
    shown: RefCell<Vec<(PathBuf, Child)>>,
}

impl ViewerRoom {
    /// Nothing is shown yet.
    pub fn new() -> Self {
        Self { shown: RefCell::new(Vec::new()) }
    }

    /// Shows `content` as a file with that extension: on the command line until the viewer ends, in
    /// the shell while it goes on.
    ///
    /// # Errors
    /// When the file cannot be written, or no viewer starts, or it fails.
    pub fn show(
        &self,
        content: &[u8],
        extension: &str,
        viewers: Viewers,
        host: &dyn Host,
        voice: Voice,
    ) -> Result<()> {
        let file = temporary(content, extension, host)?;
        let started = Instant::now();
        let child = child::show(&command_lines(viewers, host), &file).map_err(|why| {
            // Nobody will look at it.
            let _ = fs::remove_file(&file);
            anyhow!("{why}; with -output the report goes to a file")
        })?;
        if voice == Voice::Shell {
            thread::sleep(SHOWN_AT_LEAST.saturating_sub(started.elapsed()));
            self.shown.borrow_mut().push((file, child));
            return Ok(());
        }
        end(&file, child, started)
    }
}

impl Drop for ViewerRoom {
    /// The files go with the shell; viewers stay.
    fn drop(&mut self) {
        for (file, _) in self.shown.borrow().iter() {
            // Whoever removed it before has done the work.
            let _ = fs::remove_file(file);
        }
    }
}

fn end(file: &Path, mut child: Child, started: Instant) -> Result<()> {
    let status = child.wait();
    thread::sleep(SHOWN_AT_LEAST.saturating_sub(started.elapsed()));
    // As above.
    let _ = fs::remove_file(file);
    match status? {
        status if status.success() => Ok(()),
        status => bail!("{status}"),
    }
}

/// A new file in the directory for such files.
fn temporary(content: &[u8], extension: &str, host: &dyn Host) -> Result<PathBuf> {
    let directory = host.temp_dir();
    for number in 1..=MOST_FILES {
        let file = directory.join(format!("pprof{number:03}.{extension}"));
        match host.create_new(&file, &mut |out| out.write_all(content)) {
            Ok(()) => return Ok(file),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => bail!("open {}: {error}", file.display()),
        }
    }
    bail!("{} is full of pprof*.{extension}", directory.display())
}

fn command_lines(viewers: Viewers, host: &dyn Host) -> Vec<Vec<String>> {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    match viewers {
        Viewers::Programs(programs) => programs.iter().map(|words| owned(words)).collect(),
        Viewers::Browsers => browsers(host),
    }
}

/// The browser of the user's choice, then those that are common.
pub fn browsers(host: &dyn Host) -> Vec<Vec<String>> {
    let chosen = host.env("BROWSER").filter(|words| !words.is_empty());
    let chosen = chosen
        .map(|words| words.to_string_lossy().split(' ').map(str::to_owned).collect::<Vec<_>>());
    let common: &[&[&str]] = if cfg!(target_os = "macos") {
        &[&["/usr/bin/open"]]
    } else if cfg!(windows) {
        &[&["cmd", "/c", "start"]]
    } else {
        &[&["chrome"], &["google-chrome"], &["chromium"], &["firefox"], &["sensible-browser"]]
    };
    let desktop = (cfg!(target_os = "linux") && host.env("DISPLAY").is_some())
        .then(|| vec!["xdg-open".to_owned()]);
    let common = common.iter().map(|words| words.iter().map(|&word| word.to_owned()).collect());
    chosen.into_iter().chain(common).chain(desktop).collect()
}
