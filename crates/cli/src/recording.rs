//! The file that a program recorded to, and the profile of it.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use heapwise_profile::{Profile, is_recording};
use heapwise_session::host::{Host, reason};

/// The last state of a recording, and its peak.
///
/// # Errors
/// When the file cannot be read, or is no recording.
pub fn read(path: &Path) -> Result<Profile> {
    let bytes = fs::read(path).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    if !is_recording(&bytes) {
        bail!("{}: not a recording", path.display());
    }
    Profile::read(&bytes).map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// Writes a profile to a file, which is there when it is whole: until then, what was there before.
///
/// # Errors
/// When it cannot be written.
pub fn write(profile: &Profile, to: &Path, host: &dyn Host) -> Result<()> {
    let written = host.create(to, &mut |out| profile.write_to(out));
    written.map_err(|error| anyhow!("{}: {}", to.display(), reason(&error)))
}
