//! Recordings of Linux perf, read by a program that knows how: `perf_to_profile`.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::host::{Host, reason};

/// How a recording starts.
pub const MAGIC: &[u8] = b"PERFILE2";

/// The program that turns a recording into a profile.
const CONVERTER: &str = "perf_to_profile";

/// The most files of conversions that may lie about.
const MOST_FILES: u32 = 9999;

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PerfError {
    /// The converter is not there.
    #[error(
        "failed to convert perf.data file. Try github.com/google/perf_data_converter: exec: \
         {CONVERTER:?}: executable file not found in $PATH (build it from there, or convert where it \
         is installed: {CONVERTER} -i {path} -o profile.pb.gz)"
    )]
    NoConverter {
        /// The recording.
        path: String,
    },
    /// The converter, or the file that it was to write, failed.
    #[error("failed to convert perf.data file. Try github.com/google/perf_data_converter: {0}")]
    Failed(String),
}

/// Whether a recording lies at `path`. It may be larger than memory, so that it is not read.
pub fn is_recording(path: &Path, host: &dyn Host) -> bool {
    host.open_image(path).is_ok_and(|image| image.bytes().starts_with(MAGIC))
}

/// The bytes of the profile that the converter makes of a recording. Says what it does.
///
/// # Errors
/// When there is no converter, or it fails.
pub fn convert(path: &Path, host: &dyn Host) -> Result<Vec<u8>, PerfError> {
    let shown = path.display();
    host.note(&format!("Converting {shown} to a profile.proto... (May take a few minutes)"));
    let failed = |error: io::Error| PerfError::Failed(reason(&error));
    let profile = new_file(host).map_err(failed)?;
    let words = [OsStr::new("-i"), path.as_ref(), "-o".as_ref(), profile.as_ref(), "-f".as_ref()];
    let converted = match host.run(CONVERTER, &words) {
        Ok(()) => host.read(&profile).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(PerfError::NoConverter { path: shown.to_string() })
        }
        Err(error) => Err(failed(error)),
    };
    // A file that stays behind among temporary ones harms nobody.
    let _ = host.remove(&profile);
    converted
}

/// An empty file that nobody else uses.
fn new_file(host: &dyn Host) -> io::Result<PathBuf> {
    for number in 1..=MOST_FILES {
        let path = host.temp_dir().join(format!("pprof_{number:03}.pb.gz"));
        match host.create_new(&path, &mut |_| Ok(())) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|()| path),
        }
    }
    Err(io::Error::other("there are too many temporary files of this kind"))
}
