//! `heapwise recover FILE -o PROFILE`: what a killed program left behind, as a profile.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use heapwise_session::help;

use crate::machine::Machine;
use crate::{output, recording};

/// The words behind `recover`, if that is the first. A file of that name is a profile.
pub fn asked(words: &[OsString]) -> Option<&[OsString]> {
    let (first, rest) = words.split_first()?;
    (first == "recover" && !Path::new("recover").exists()).then_some(rest)
}

/// Does it.
///
/// # Errors
/// When the file is no recording, or the profile cannot be written.
pub fn run(words: &[OsString]) -> Result<ExitCode> {
    let Some((from, to)) = files(words) else {
        output::note(&help::subcommand::RECOVER.text());
        return Ok(ExitCode::from(2));
    };
    let profile = recording::read(&from)?;
    recording::write(&profile, &to, &Machine::default())?;
    output::note(&format!("{}: {} samples", to.display(), profile.samples.len()));
    Ok(ExitCode::SUCCESS)
}

/// The recording, and where the profile goes.
fn files(words: &[OsString]) -> Option<(PathBuf, PathBuf)> {
    let (mut from, mut to) = (None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "-o" || word == "-output" || word == "--output" {
            to = Some(PathBuf::from(words.next()?));
        } else if from.is_some() || word.to_string_lossy().starts_with('-') {
            return None;
        } else {
            from = Some(PathBuf::from(word));
        }
    }
    let from = from?;
    let to = to.unwrap_or_else(|| {
        let mut name = from.clone().into_os_string();
        name.push(".pb.gz");
        name.into()
    });
    Some((from, to))
}
