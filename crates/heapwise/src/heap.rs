//! The heap of this program: how much of it to record, and what is recorded.
//!
//! ```
//! #[global_allocator]
//! static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
//!
//! fn main() -> Result<(), heapwise::Error> {
//!     heapwise::heap::set_interval(1); // all that is allocated from here on
//!     let table = vec![0u8; 1 << 20];
//!     assert!(heapwise::heap::totals()?.inuse.bytes >= 1 << 20);
//! #     let folder = tempfile::tempdir().unwrap();
//! #     std::env::set_current_dir(&folder).unwrap();
//!     heapwise::heap::write("mem.pb.gz")?; // which lines it is that hold this
//!     drop(table);
//!     Ok(())
//! }
//! ```
//!
//! # Which of the numbers
//!
//! | sample type | answers |
//! |---|---|
//! | `inuse_space` (shown first) | what holds memory now: a program that runs, a leak |
//! | `inuse_objects` | how many blocks that is: many small ones cost more than their bytes |
//! | `alloc_space` | who allocated since the start, freed or not: a program at its end |
//! | `alloc_objects` | how often: garbage in a loop |
//! | `peak_space` | what held memory when the most bytes were in use: how to need less |
//! | `peak_objects` | how many blocks that was |
//! | `temporary_space`, `temporary_objects` | what was freed within a millisecond (after [`keep_lifetimes`]) |
//! | `lived_1us`, `lived_10us`, .. `lived_100s`, `lived_longer` | how many freed blocks lived how long (as well) |
//!
//! A program that has freed everything has an empty `inuse_space` and a full `alloc_space`.

use std::io::{self, Write};
use std::path::Path;

use heapwise_profile::Profile;
use heapwise_recorder::{self as recorder, Muted, RecordError, Texts};
pub use heapwise_recorder::{Count, Dropped};

use crate::moment::{self, Moment};
#[cfg(feature = "symbolize")]
use crate::names;
use crate::zipped::zipped;
use crate::{Error, heap_profile, plumbing, recording_file, whole_file};

/// Sets the sampling interval: mean bytes allocated between two recorded allocations. As Go's
/// `MemProfileRate`: 0 records nothing more, 1 records every allocation. At most 1 TiB; more counts
/// as 1 TiB. Until it is set, the interval is 1 for the first 4 MiB allocated and then grows by
/// itself, to 512 KiB at 128 MiB; setting it fixes it.
///
/// Holds from the next allocation of this thread on, and of any other thread within the next 64 KiB
/// that it allocates. What was recorded before stays, each sample with the weight that it had; blocks
/// allocated before and not recorded then stay unknown. To have them too, start with
/// [`Alloc::with_interval`](crate::Alloc::with_interval).
///
/// At 512 KiB, a function that holds 50 MiB in small blocks is estimated to within 10 % (one
/// standard deviation), one that holds 5 MiB to within 32 %; the error falls with the square root
/// of bytes over interval.
///
/// ```
/// heapwise::heap::set_interval(64 << 10); // an allocation is recorded every 64 KiB, on average
/// assert_eq!(heapwise::heap::interval(), 65_536);
/// ```
pub fn set_interval(bytes: u64) {
    recorder::set_interval(bytes);
}

/// The sampling interval in force, in bytes; see [`set_interval`].
///
/// ```
/// // All of a part of the program, then what it had come to.
/// let before = heapwise::heap::interval();
/// heapwise::heap::set_interval(1);
/// // ... the part in question ...
/// heapwise::heap::set_interval(before);
/// assert_eq!(heapwise::heap::interval(), before);
/// ```
#[must_use]
pub fn interval() -> u64 {
    recorder::interval()
}

/// Keeps how long blocks live, of all that are allocated and recorded from now on: profiles get
/// twelve sample types more. `temporary_objects` and `temporary_space` count what was freed within a
/// millisecond; `lived_1us` to `lived_100s` and `lived_longer`, all that was freed, each block in the
/// first that it lived no longer than.
///
/// Costs two readings of the clock and 8 bytes for each recorded block, and 96 bytes for each stack,
/// size and set of labels. There is no way to end it. Lifetimes are not part of a [recording](record_to).
///
/// ```
/// heapwise::heap::keep_lifetimes()?;
/// let mut bytes = Vec::new();
/// heapwise::heap::write_to(&mut bytes)?; // heapwise -sample_index=temporary_space -top
/// # assert!(!bytes.is_empty());
/// # Ok::<(), heapwise::Error>(())
/// ```
///
/// # Errors
/// [`Error::Recorder`] if there is no memory; or inside of a signal handler that interrupted an allocation.
pub fn keep_lifetimes() -> Result<(), Error> {
    Ok(recorder::keep_lifetimes()?)
}

/// Writes a profile of the heap as it is now to the file `path`: whole, or not at all.
///
/// The bytes go to a file without a name in the same folder, to the disk, and then to the name. A file
/// that was there before is replaced in one step, and stays if anything fails. Where the file system has no
/// files without names, it is one with a hidden name, which stays if the program is killed meanwhile.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("mem.pb.gz");
/// heapwise::heap::write(&path)?;
/// assert!(std::fs::read(&path)?.starts_with(&[0x1f, 0x8b])); // gzip
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// * [`Error::Recorder`] or [`Error::Mappings`] if what was recorded cannot be read.
/// * [`Error::File`] if a file operation fails; also if `path` is something other than a regular file,
///   such as a pipe: use [`write_to`] for these.
pub fn write(path: impl AsRef<Path>) -> Result<(), Error> {
    let _muted = Muted::new();
    write_file(path.as_ref(), &profile()?)
}

/// As [`write()`], with functions and lines in the profile: for tools that do not look them up, on
/// machines where the program's file is not. Needs the feature `symbolize`.
///
/// Names come from the files that the program runs and their debug information; what was read for it
/// is freed afterwards. For what it takes see [the crate's page](crate#names-in-profiles).
///
/// ```
/// # fn main() -> Result<(), heapwise::Error> {
/// # let path = std::env::temp_dir().join(format!("named-{}.pb.gz", std::process::id()));
/// heapwise::heap::write_symbolized(&path)?;
/// # std::fs::remove_file(path).unwrap();
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`write()`]. That an address has no name is no error.
#[cfg(feature = "symbolize")]
pub fn write_symbolized(path: impl AsRef<Path>) -> Result<(), Error> {
    let _muted = Muted::new();
    write_file(path.as_ref(), &names::named(&profile()?))
}

fn write_file(path: &Path, profile: &Profile) -> Result<(), Error> {
    let bytes = zipped(profile)?;
    whole_file::write(path, &bytes)
        .map_err(|source| Error::File { path: path.to_path_buf(), source })
}

/// Writes a profile of the heap as it is now to `writer`: gzip-compressed `profile.proto`.
///
/// The profile is of the moment of this call, before the first byte is written: what the writer
/// allocates is not in it.
///
/// ```
/// let mut bytes = Vec::new(); // or a socket, or a pipe
/// heapwise::heap::write_to(&mut bytes)?;
/// assert!(bytes.starts_with(&[0x1f, 0x8b])); // gzip
/// # Ok::<(), heapwise::Error>(())
/// ```
///
/// # Errors
/// * [`Error::Recorder`] or [`Error::Mappings`] if what was recorded cannot be read.
/// * [`Error::Write`] if the writer fails; then part of the profile may be written.
pub fn write_to(mut writer: impl Write) -> Result<(), Error> {
    let bytes = {
        let _muted = Muted::new();
        zipped(&profile()?)?
    };
    writer.write_all(&bytes).map_err(Error::Write)
}

/// As [`write_to`], with functions and lines in the profile, as [`write_symbolized`]. Needs the feature
/// `symbolize`.
///
/// ```
/// let mut bytes = Vec::new();
/// heapwise::heap::write_symbolized_to(&mut bytes)?;
/// # Ok::<(), heapwise::Error>(())
/// ```
///
/// # Errors
/// As [`write_to`].
#[cfg(feature = "symbolize")]
pub fn write_symbolized_to(mut writer: impl Write) -> Result<(), Error> {
    let bytes = {
        let _muted = Muted::new();
        zipped(&names::named(&profile()?))?
    };
    writer.write_all(&bytes).map_err(Error::Write)
}

/// Keeps what is recorded in the file `path` from now on, so that it outlives the program however
/// that ends, `SIGKILL` and the kernel's out-of-memory killer included: `heapwise recover` makes a
/// profile of its last state and of its peak.
///
/// The file is memory that the recorder would use anyway, so recording costs little more than
/// without; how much the disk has to do with it depends on where it is, and in a file system in
/// memory (`/dev/shm`, `/run`) that is nothing. It has 256 KiB, 112 bytes for each stack,
/// size and set of labels, and grows as these do; where it cannot, new stacks are counted as
/// [dropped](Dropped::stacks).
///
/// A recording that is there already is renamed to `path.previous`. Children of a fork never write
/// to the file: they go on without one. The file is read-only for everybody else: whoever shortens it
/// nevertheless while the program runs, as root can, ends the program, as with every file that is
/// mapped.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("heap.rec");
/// heapwise::heap::record_to(&path)?; // heapwise recover heap.rec -o mem.pb.gz
/// assert!(path.metadata()?.len() >= 256 << 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Recording`] if the file cannot be created or filled, or what is there is no recording;
/// [`Error::Recorder`] if there is no memory, inside of a signal handler that interrupted an allocation,
/// and where this platform records nothing. The program goes on as before.
pub fn record_to(path: impl AsRef<Path>) -> Result<(), Error> {
    let path = path.as_ref();
    let _muted = Muted::new();
    let failed = |source| Error::Recording { path: path.to_path_buf(), source };
    let file = recording_file::create(path).map_err(failed)?;
    let main = moment::main_file();
    let texts = Texts {
        main: &main,
        drop_frames: plumbing::DROP_FRAMES.as_bytes(),
        now: moment::time_nanos().cast_unsigned(),
    };
    recorder::record_to(file, &texts).map_err(|error| {
        // The error is the one to report.
        let _ = std::fs::remove_file(path);
        match error {
            RecordError::Recorder(error) => Error::Recorder(error),
            RecordError::File(errno) => failed(io::Error::from_raw_os_error(errno)),
        }
    })
}

/// What the program has allocated, and how far to trust it.
///
/// ```
/// let heapwise::heap::Totals { inuse, is_exact, .. } = heapwise::heap::totals()?;
/// let about = if is_exact { "" } else { "about " };
/// println!("{about}{} bytes in {} blocks", inuse.bytes, inuse.objects);
/// # Ok::<(), heapwise::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Allocated since the start, freed or not.
    pub alloc: Count,
    /// Allocated and not yet freed.
    pub inuse: Count,
    /// In use at the moment when the most bytes were.
    pub peak: Count,
    /// Whether the numbers are exact. They are as long as the interval has been 1 since the first
    /// allocation of the process ([`Alloc::with_interval`](crate::Alloc::with_interval)) and
    /// nothing that they need was dropped; otherwise they are estimates without bias.
    pub is_exact: bool,
    /// What did not fit in the recorder's bounded tables.
    pub dropped: Dropped,
    /// Address space that the recorder itself has mapped, in bytes; no more than that is memory.
    /// Not part of the other numbers.
    pub recorder_bytes: usize,
}

/// The sums over a profile of now, without writing one. Allocates nothing.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() -> Result<(), heapwise::Error> {
///     let before = heapwise::heap::totals()?.inuse;
///     let block = vec![0u8; 1000];
///     let after = heapwise::heap::totals()?.inuse;
///     assert_eq!((after.objects - before.objects, after.bytes - before.bytes), (1, 1000));
///     drop(block);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// [`Error::Recorder`] if what was recorded cannot be read.
pub fn totals() -> Result<Totals, Error> {
    let totals = recorder::totals()?;
    let dropped = recorder::dropped();
    Ok(Totals {
        alloc: totals.alloc,
        inuse: totals.inuse,
        peak: totals.peak,
        is_exact: recorder::is_exact() && dropped.live == 0 && dropped.samples == 0,
        dropped,
        recorder_bytes: recorder::mapped_bytes(),
    })
}

/// A profile of now. The caller has muted the thread.
fn profile() -> Result<Profile, Error> {
    let snapshot = recorder::snapshot()?;
    let moment = Moment::now()?;
    Ok(heap_profile::build(&snapshot, &moment))
}
