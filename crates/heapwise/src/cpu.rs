//! Where the program spends processor time.
//!
//! ```
//! # fn main() -> Result<(), heapwise::Error> {
//! let sampling = heapwise::cpu::start()?;
//! let sum: u64 = (0..1_000_000u64).map(|i| i.wrapping_mul(i)).sum(); // the work in question
//! # assert_ne!(sum, 1);
//! sampling.stop()?.write(std::env::temp_dir().join("cpu.pb.gz"))?;
//! # Ok(())
//! # }
//! ```
//!
//! `heapwise -top cpu.pb.gz` or `go tool pprof -top cpu.pb.gz` then shows which functions took it.
//!
//! ```text
//! threads -> signals -> ring   -> tally    -> profile -> bytes -> file
//!            (crate cpu_sampler)  tally.rs    profile.rs         whole_file.rs
//! ```
//!
//! # What counts
//!
//! * Every thread of the process is sampled once for so much processor time that it spends: 10 ms at 100
//!   samples a second. A thread that waits spends none and is not shown. Time in the kernel shows at the
//!   system call.
//! * The sample types are those of Go: `samples/count` and `cpu/nanoseconds`, the number of samples times the
//!   period. How the sum of all is divided is an estimate: a function that took the share `p` of `n`
//!   samples is off by `sqrt(p * (1 - p) / n)`, one standard deviation. A second of work at 100 a second
//!   that was half in one function shows as 50 %, give or take 5; a minute, give or take 0.6.
//! * Samples carry the labels of the thread that was interrupted ([`label`](crate::label)), as those of memory
//!   do; but not in a library that is loaded while the program runs (`dlopen`), where a handler cannot read them.
//! * The program needs no allocator of ours, no frame pointers and no debug information while it runs.
//! * It costs less than 1 % of the processor time that is sampled, at the default rate.
//!
//! Linux on x86_64 and aarch64. Elsewhere [`start`] says so and does nothing.

mod label;
mod profile;
mod sampler;
mod tally;

use std::path::Path;
use std::time::Duration;

use std::io::Write;

pub use heapwise_cpu_sampler::{Error as StartError, MAX_HZ};
use heapwise_recorder::Muted;

use crate::{Error, whole_file};
use sampler::Sampler;

/// Samples for each second of processor time, unless told otherwise: as in Go.
///
/// ```
/// use std::time::Duration;
///
/// let period = Duration::from_secs(1) / heapwise::cpu::DEFAULT_HZ;
/// assert_eq!(period, Duration::from_millis(10)); // of processor time
/// ```
pub const DEFAULT_HZ: u32 = 100;

/// Starts a CPU profile, [`DEFAULT_HZ`] samples for each second of processor time. There is one at a
/// time.
///
/// It runs until [`Sampling::stop`]; dropping the value stops it, too, and throws it away.
///
/// ```
/// use heapwise::Error;
/// use heapwise::cpu::StartError;
///
/// let sampling = heapwise::cpu::start()?;
/// let second = heapwise::cpu::start();
/// assert!(matches!(second, Err(Error::Cpu(StartError::Running))));
/// sampling.stop()?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Cpu`], and nothing has changed: if there is one already; if the program has a handler for
/// `SIGPROF` of its own, which stays; on other platforms; if the kernel refuses. [`Error::Thread`] if there is
/// no thread to be had.
pub fn start() -> Result<Sampling, Error> {
    start_at(DEFAULT_HZ)
}

/// As [`start`], with `hz` samples for each second of processor time, 1 to [`MAX_HZ`].
///
/// More are no more exact than a longer profile of fewer; they are for what is over soon. The kernel looks
/// 250 times a second on most machines: above that, several samples share a stack, and sums stay right.
///
/// ```
/// use heapwise::Error;
/// use heapwise::cpu::{MAX_HZ, StartError};
///
/// let too_often = heapwise::cpu::start_at(MAX_HZ + 1);
/// assert!(matches!(too_often, Err(Error::Cpu(StartError::Rate(1001)))));
/// heapwise::cpu::start_at(MAX_HZ)?.stop()?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// As [`start`]; also for other rates.
pub fn start_at(hz: u32) -> Result<Sampling, Error> {
    let _muted = Muted::new();
    Sampler::start(hz).map(|sampler| Sampling { sampler })
}

/// A CPU profile that is being taken. It may be stopped by any thread.
///
/// ```
/// let sampling = heapwise::cpu::start()?;
/// let profile = std::thread::spawn(move || sampling.stop()).join().unwrap()?;
/// drop(heapwise::cpu::start()?); // no profile of this one
/// heapwise::cpu::start()?.stop()?; // but the next may begin
/// # drop(profile);
/// # Ok::<(), heapwise::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the profile is thrown away when this is dropped"]
pub struct Sampling {
    sampler: Sampler,
}

impl Sampling {
    /// Stops, and returns the profile. Takes a few milliseconds, more if there are very many stacks.
    ///
    /// ```
    /// let sampling = heapwise::cpu::start()?;
    /// // ... the work in question ...
    /// let profile = sampling.stop()?;
    /// println!("{} samples in {:?}", profile.samples(), profile.duration());
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Cpu`] in a child of a fork, if the profile is its parent's; [`Error::Mappings`] if it is not
    /// known which files the program's code comes from. It is stopped in either case.
    pub fn stop(self) -> Result<CpuProfile, Error> {
        let _muted = Muted::new();
        profile::build(&self.sampler.stop()?)
    }
}

#[cfg(any(feature = "http", feature = "push"))]
impl Sampling {
    /// As [`stop`](Self::stop), before it is compressed. The caller has muted the thread.
    pub(crate) fn stop_for_collectors(self) -> Result<heapwise_profile::Profile, Error> {
        profile::profile(&self.sampler.stop()?)
    }
}

/// A CPU profile, as it goes into a file: gzip-compressed `profile.proto`.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # std::env::set_current_dir(&folder).unwrap();
/// let profile = heapwise::cpu::start()?.stop()?;
/// profile.write("cpu.pb.gz")?; // for a person
/// let body = profile.into_bytes(); // and for a server
/// assert_eq!(std::fs::read("cpu.pb.gz").unwrap(), body);
/// # Ok::<(), heapwise::Error>(())
/// ```
#[derive(Clone)]
pub struct CpuProfile {
    bytes: Vec<u8>,
    samples: u64,
    duration: Duration,
}

impl CpuProfile {
    /// Writes it to the file `path`: whole, or not at all.
    ///
    /// A file that was there before is replaced in one step, and stays if anything fails: see
    /// [`heap::write`](crate::heap::write).
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let profile = heapwise::cpu::start()?.stop()?;
    /// let path = folder.path().join("cpu.pb.gz");
    /// profile.write(&path)?;
    /// assert!(path.metadata()?.len() > 0);
    /// assert!(profile.write(folder.path()).is_err()); // a folder, not a file
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] if a file operation fails; also if `path` is something other than a regular file, such as a pipe:
    /// use [`write_to`](Self::write_to) for these.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let _muted = Muted::new();
        whole_file::write(path, &self.bytes)
            .map_err(|source| Error::File { path: path.to_path_buf(), source })
    }

    /// Writes it to `writer`.
    ///
    /// # Errors
    /// [`Error::Write`] if the writer fails; then part of it may be written.
    ///
    /// ```
    /// # fn main() -> Result<(), heapwise::Error> {
    /// let mut bytes = Vec::new();
    /// heapwise::cpu::start_at(250)?.stop()?.write_to(&mut bytes)?;
    /// assert!(bytes.starts_with(&[0x1f, 0x8b])); // gzip
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_to(&self, mut writer: impl Write) -> Result<(), Error> {
        writer.write_all(&self.bytes).map_err(Error::Write)
    }

    /// The sum of `samples/count`: periods of processor time that are in it.
    ///
    /// ```
    /// let profile = heapwise::cpu::start()?.stop()?;
    /// let milliseconds = profile.samples() * 1000 / u64::from(heapwise::cpu::DEFAULT_HZ);
    /// println!("{milliseconds} ms of processor time, of all threads");
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// How long it was taken, by the clock.
    ///
    /// ```
    /// let asked = std::time::Instant::now();
    /// let profile = heapwise::cpu::start()?.stop()?;
    /// assert!(profile.duration() <= asked.elapsed());
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// Its bytes: gzip-compressed `profile.proto`.
    ///
    /// ```
    /// let body = heapwise::cpu::start()?.stop()?.into_bytes();
    /// assert!(body.starts_with(&[0x1f, 0x8b])); // gzip
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl std::fmt::Debug for CpuProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { samples, duration, .. } = self;
        f.debug_struct("CpuProfile")
            .field("samples", samples)
            .field("duration", duration)
            .finish_non_exhaustive()
    }
}
