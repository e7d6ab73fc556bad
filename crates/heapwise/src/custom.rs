//! Profiles of a program's own: connections, buffers, handles, or whatever else it holds, counted and
//! weighed by the stack that got it.
//!
//! ```
//! use heapwise::custom::{Held, Profile};
//!
//! struct Connection {
//!     _held: Held,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let connections =
//!     Profile::new("connections", "bytes", "Open connections, weighed by their buffers.")?;
//! let open = || Connection { _held: connections.add(64 << 10) };
//! let kept = [open(), open()];
//! assert_eq!(connections.totals().held.count, 2);
//! connections.write(std::env::temp_dir().join("connections.pb.gz"))?;
//! # drop(kept);
//! # Ok(())
//! # }
//! ```
//!
//! `heapwise -top connections.pb.gz` then shows where the connections come from that are open now. A
//! profile has four sample types, here `connections` and `connections_weight` of what is held, and
//! `total_connections` and `total_connections_weight` of all since the start. Its samples carry
//! [labels](crate::label), as those of the heap do. It is served below `/debug/pprof/` by its name, and pushed where
//! that is asked for (`push::Options::custom`).
//!
//! ```text
//! add -> stack (recorder) -> table -> profile -> file or response
//! custom.rs                  table.rs          build.rs
//! ```
//!
//! # Limits
//!
//! A profile knows 65,536 places, a stack and a label set each, of some 70 bytes, and 64 profiles are
//! known. What is added elsewhere is counted at no place. An object that is held costs the 24 bytes of
//! its [`Held`] and nothing in the profile; one that is held by key, some 50 bytes, and there may be
//! 262,144. Profiles say what did not fit.
//!
//! Adding and removing take one lock a profile for less than a microsecond, most of which is the walk of
//! the stack. They may be called wherever a program may allocate, but not from its allocator. The child of a
//! fork goes on with what its parent had; or from nothing, where a thread of its parent was changing the
//! profile at that moment: what was held then counts as gone.

mod build;
mod error;
mod registry;
mod table;

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::MutexGuard;

use heapwise_recorder::{self as recorder, Muted};

#[cfg(feature = "push")]
pub(crate) use build::Baseline;
pub use error::Error;
pub use table::{Amount, Totals};
use table::{Place, Table};

use crate::fork_lock::ForkLock;
use crate::whole_file;
use crate::zipped::zipped;

/// A profile of the program's own: see the [module](self). There for as long as the program runs; copies
/// are the same profile.
///
/// ```
/// use std::sync::LazyLock;
///
/// use heapwise::custom::Profile;
///
/// static FILES: LazyLock<Profile> = LazyLock::new(|| {
///     Profile::new("files", "count", "Open files.").expect("a name of its own")
/// });
///
/// let held = FILES.add(1);
/// assert_eq!(FILES.totals().held.count, 1);
/// # drop(held);
/// ```
#[derive(Clone, Copy)]
pub struct Profile(&'static State);

/// What there is of a profile.
struct State {
    name: &'static str,
    about: &'static str,
    types: Types,
    /// The same, for servers.
    #[cfg(feature = "push")]
    pushed_types: Types,
    table: ForkLock<Table>,
}

/// Names and units of the values, in the order of `build.rs`.
type Types = [(&'static str, &'static str); 4];

impl Profile {
    /// A profile of what `name` says, weighed in `unit` (`bytes`, `count`, `seconds`), which is described
    /// by the sentence `about`.
    ///
    /// ```
    /// use heapwise::custom::{Error, Profile};
    ///
    /// let jobs = Profile::new("jobs", "seconds", "Jobs that wait, weighed by the time they are given.")?;
    /// assert_eq!(jobs.name(), "jobs");
    /// let two_words = Profile::new("my jobs", "seconds", "");
    /// assert!(matches!(two_words, Err(Error::NoWord(_))));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is one of that name already, or something else is served under it; if name or unit are
    /// not words; if there are 64 profiles.
    pub fn new(name: &str, unit: &str, about: &str) -> Result<Self, Error> {
        let _muted = Muted::new();
        registry::add(name, unit, about)
    }

    /// The profile of that name, if there is one.
    ///
    /// ```
    /// use heapwise::custom::Profile;
    ///
    /// Profile::new("handles", "count", "Open handles.")?;
    /// assert_eq!(Profile::lookup("handles").unwrap().name(), "handles");
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[must_use]
    pub fn lookup(name: &str) -> Option<Self> {
        registry::all().into_iter().find(|profile| profile.name() == name)
    }

    /// Its name.
    ///
    /// ```
    /// let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// let address = format!("http://127.0.0.1:6060/debug/pprof/{}", files.name());
    /// assert!(address.ends_with("/files"));
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// What it is for, in a sentence.
    ///
    /// ```
    /// let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// assert_eq!(format!("{}: {}", files.name(), files.about()), "files: Open files.");
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.0.about
    }

    /// Counts an object of this weight as held, by the stack of the caller and the labels in force, until
    /// the value returned is dropped, on whichever thread.
    ///
    /// ```
    /// let buffers = heapwise::custom::Profile::new("buffers", "bytes", "Buffers in use.")?;
    /// let held = buffers.add(4096);
    /// assert_eq!(buffers.totals().held.weight, 4096);
    /// std::thread::spawn(|| drop(held)).join().unwrap();
    /// assert_eq!(buffers.totals().held.weight, 0);
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[inline(never)]
    pub fn add(&self, weight: u64) -> Held {
        // SAFETY: used in this function only.
        let stack = recorder::stack(unsafe { recorder::Caller::here() });
        let _muted = Muted::new();
        let place = self.table().add(stack, recorder::labels::current(), weight);
        Held { profile: *self, place, weight }
    }

    /// As [`add`](Self::add), until [`remove_key`](Self::remove_key): for what is known by a number, such
    /// as a descriptor or an address, and has no place for a [`Held`]. What was held by the key before
    /// counts as removed.
    ///
    /// ```
    /// # let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// let descriptor = 3;
    /// files.add_key(descriptor, 1);
    /// assert!(files.remove_key(descriptor));
    /// assert!(!files.remove_key(descriptor));
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[inline(never)]
    pub fn add_key(&self, key: u64, weight: u64) {
        // SAFETY: used in this function only.
        let stack = recorder::stack(unsafe { recorder::Caller::here() });
        let _muted = Muted::new();
        self.table().add_key(key, stack, recorder::labels::current(), weight);
    }

    /// Counts what is held by `key` as removed. `false` if there is nothing.
    ///
    /// ```
    /// let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// files.add_key(3, 1);
    /// files.add_key(3, 1); // the number is in use again: the first one was closed unseen
    /// assert!(files.remove_key(3));
    /// assert_eq!((files.totals().held.count, files.totals().added.count), (0, 2));
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[expect(clippy::must_use_candidate, reason = "most callers know")]
    pub fn remove_key(&self, key: u64) -> bool {
        let _muted = Muted::new();
        self.table().remove_key(key)
    }

    /// The sums over all places.
    ///
    /// ```
    /// let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// let open = [files.add(1), files.add(1)];
    /// assert_eq!(files.totals().held.count, 2); // for a test that nothing is left open, say
    /// drop(open);
    /// assert_eq!(files.totals().held.count, 0);
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.table().totals()
    }

    /// Writes the profile of now to the file `path`: whole, or not at all, as
    /// [`heap::write`](crate::heap::write) does.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("files.pb.gz");
    /// let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// let held = files.add(1);
    /// files.write(&path)?; // heapwise -top files.pb.gz
    /// assert!(path.metadata()?.len() > 0);
    /// # drop(held);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`heap::write`](crate::heap::write).
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), crate::Error> {
        let path = path.as_ref();
        let _muted = Muted::new();
        let failed = |source| crate::Error::File { path: path.to_path_buf(), source };
        whole_file::write(path, &zipped(&self.build()?)?).map_err(failed)
    }

    /// Writes the profile of now to `writer`: gzip-compressed `profile.proto`.
    ///
    /// ```
    /// let files = heapwise::custom::Profile::new("files", "count", "Open files.")?;
    /// let mut body = Vec::new(); // of a response, say
    /// files.write_to(&mut body)?;
    /// assert!(body.starts_with(&[0x1f, 0x8b])); // gzip
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`heap::write_to`](crate::heap::write_to).
    pub fn write_to(&self, mut writer: impl Write) -> Result<(), crate::Error> {
        let bytes = {
            let _muted = Muted::new();
            zipped(&self.build()?)?
        };
        writer.write_all(&bytes).map_err(crate::Error::Write)
    }

    /// The profile of now. The caller has muted the thread.
    pub(crate) fn build(&self) -> Result<heapwise_profile::Profile, crate::Error> {
        build::build(*self)
    }

    /// The name that servers have for it, in whose queries `-` and `.` cannot stand.
    #[cfg(feature = "push")]
    pub(crate) fn pushed_name(&self) -> &'static str {
        self.0.pushed_types[2].0
    }

    /// As [`build`](Self::build), by names for servers, with what was added since `baseline` (since the start,
    /// without one). Also the baseline for the next time.
    #[cfg(feature = "push")]
    pub(crate) fn build_since(
        &self,
        baseline: Option<&Baseline>,
    ) -> Result<(heapwise_profile::Profile, Baseline), crate::Error> {
        build::since(*self, baseline)
    }

    /// All there are, in the order in which they were made.
    #[cfg(any(feature = "http", feature = "push"))]
    pub(crate) fn all() -> Vec<Self> {
        registry::all()
    }

    /// A panic under the lock leaves nothing half done: there is none but in code that ends the program.
    fn table(&self) -> MutexGuard<'static, Table> {
        self.0.table.lock()
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("name", &self.0.name).finish_non_exhaustive()
    }
}

/// An object counted by [`Profile::add`]: dropping it counts the object as gone. 24 bytes.
///
/// ```
/// use heapwise::custom::{Held, Profile};
///
/// struct Buffer {
///     bytes: Vec<u8>,
///     _held: Held,
/// }
///
/// let buffers = Profile::new("buffers", "bytes", "Buffers in use.")?;
/// let buffer = Buffer { bytes: vec![0; 4096], _held: buffers.add(4096) };
/// assert_eq!(buffers.totals().held.weight, buffer.bytes.len() as u64);
/// drop(buffer);
/// assert_eq!(buffers.totals().held.count, 0);
/// # Ok::<(), heapwise::custom::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the object counts as gone when this is dropped"]
pub struct Held {
    profile: Profile,
    place: Place,
    weight: u64,
}

impl Held {
    /// The weight that the object was added with.
    ///
    /// ```
    /// let buffers = heapwise::custom::Profile::new("buffers", "bytes", "Buffers in use.")?;
    /// let mut held = buffers.add(4096);
    /// // It has grown: counted anew, at this place.
    /// held = buffers.add(2 * held.weight());
    /// assert_eq!(buffers.totals().held.weight, 8192);
    /// # drop(held);
    /// # Ok::<(), heapwise::custom::Error>(())
    /// ```
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.weight
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.profile.table().remove(self.place, self.weight);
    }
}

#[cfg(test)]
mod tests;
