//! One command line.

use std::path::PathBuf;

use crate::zone::Zone;

/// What both tools are asked.
#[derive(Debug, Clone)]
pub struct Case {
    /// Flags, in order.
    pub flags: Vec<String>,
    /// The files behind the flags.
    pub sources: Vec<PathBuf>,
    /// Lines for the shell; none leaves standard input empty.
    pub script: Option<String>,
    /// The local time zone.
    pub zone: Zone,
    /// Whether the reference's messages have to be among ours, in their order, each the start of a line.
    pub messages: bool,
    /// Files that the tool is asked to write in its working folder, compared like standard output.
    pub written: &'static [&'static str],
}

impl Case {
    /// A report over `sources`.
    pub fn new(flags: impl IntoIterator<Item = impl Into<String>>, sources: &[PathBuf]) -> Self {
        Self {
            flags: flags.into_iter().map(Into::into).collect(),
            sources: sources.to_vec(),
            script: None,
            zone: Zone::Utc,
            messages: false,
            written: &[],
        }
    }
}
