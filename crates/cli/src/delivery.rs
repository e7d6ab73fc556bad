//! Where a report goes: a file, standard output, or another program.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use heapwise_session::command::{Output, RenderError, Viewers};
use heapwise_session::host::{Host, reason};
use heapwise_session::{Hint, Loaded, Options, Report, ReportError, Voice, render};

use crate::hints::Hints;
use crate::output;
use crate::viewer::ViewerRoom;

/// The most files of one kind in a folder.
const MOST_FILES: u32 = 9999;

/// Brings reports on one profile to where they belong.
pub struct Delivery<'a> {
    loaded: &'a Loaded,
    host: &'a dyn Host,
    voice: Voice,
    hints: Hints,
    viewers: ViewerRoom,
}

impl<'a> Delivery<'a> {
    /// Reports on `loaded`, asked for in the shell or on the command line.
    pub fn new(loaded: &'a Loaded, host: &'a dyn Host, voice: Voice) -> Self {
        Self { loaded, host, voice, hints: Hints::new(voice), viewers: ViewerRoom::new() }
    }

    /// The profile that reports are on.
    pub fn loaded(&self) -> &'a Loaded {
        self.loaded
    }

    /// The machine.
    pub fn host(&self) -> &'a dyn Host {
        self.host
    }

    /// Writes one report to the file that `options` name; else shows what a program shows, writes data
    /// to a new file where people would see them, and anything else to standard output.
    ///
    /// # Errors
    /// When there is no report, or it cannot be written.
    pub fn deliver(&self, report: &Report, options: &Options) -> Result<()> {
        let hints = match (self.file(report, options)?, report.command.output) {
            (Some(file), _) => self.to_file(&file, report, options)?,
            (None, Output::Viewed(extension, viewers)) => {
                self.to_viewer(extension, viewers, report, options)?
            }
            (None, _) => self.to_stdout(report, options)?,
        };
        self.hints.tell(hints);
        Ok(())
    }

    fn file(&self, report: &Report, options: &Options) -> Result<Option<PathBuf>> {
        if !options.output.is_empty() {
            return Ok(Some(PathBuf::from(&options.output)));
        }
        let for_people = self.voice == Voice::Shell || output::stdout_is_terminal();
        match report.command.output {
            Output::File(extension) if for_people => free_file(self.host, extension).map(Some),
            _ => Ok(None),
        }
    }

    fn to_viewer(
        &self,
        extension: &str,
        viewers: Viewers,
        report: &Report,
        options: &Options,
    ) -> Result<Vec<Hint>> {
        let mut content = Vec::new();
        let hints = render(self.loaded, report, options, self.host, &mut content)?;
        self.viewers.show(&content, extension, viewers, self.host, self.voice)?;
        Ok(hints)
    }

    fn to_stdout(&self, report: &Report, options: &Options) -> Result<Vec<Hint>> {
        let mut out = output::stdout_after(|| self.host.progress(None));
        let hints = render(self.loaded, report, options, self.host, &mut out)?;
        out.flush()?;
        Ok(hints)
    }

    fn to_file(&self, file: &Path, report: &Report, options: &Options) -> Result<Vec<Hint>> {
        let make = |out: &mut dyn Write| render(self.loaded, report, options, self.host, out);
        let mut made: Option<Result<Vec<Hint>, ReportError>> = None;
        let mut created = self.host.create(file, &mut |out| {
            let result = made.insert(make(out));
            if result.is_err() { Err(io::Error::other("no report")) } else { Ok(()) }
        });
        let verb = if made.is_some() { "write" } else { "open" };
        // Where nothing can be written, the report may still have something to say first.
        let hints = match made.unwrap_or_else(|| make(&mut io::sink())) {
            Err(ReportError::Render(RenderError::Write(error))) => {
                created = Err(error);
                Vec::new()
            }
            made => made?,
        };
        output::note(&format!("Generating report in {}", file.display()));
        created.map_err(|error| {
            let why = format!("{verb} {}: {}", file.display(), reason(&error));
            anyhow::Error::new(error).context(why)
        })?;
        Ok(hints)
    }
}

/// The first file `profileNNN.extension` in the current directory that is not there yet.
fn free_file(host: &dyn Host, extension: &str) -> Result<PathBuf> {
    let names = (1..=MOST_FILES).map(|n| PathBuf::from(format!("profile{n:03}.{extension}")));
    let mut free = names.filter(|name| host.stat(name).is_err());
    match free.next() {
        Some(name) => Ok(name),
        None => bail!("the current directory is full of profile*.{extension}"),
    }
}
