//! One line at the top of `main` that profiles a program from there to its end.
//!
//! ```no_run
//! #[global_allocator]
//! static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
//!
//! fn main() -> Result<(), heapwise::Error> {
//!     let _profile = heapwise::start().heap().dir("profiles").begin()?;
//!     // ... run ...
//!     Ok(())
//! } // profiles/mem.pb.gz
//! ```
//!
//! `.cpu()` takes a CPU profile, `profiles/cpu.pb.gz`, instead; `.heap().cpu()` both.
//!
//! # When the profile is written
//!
//! | the program | the profile | the program's exit |
//! |---|---|---|
//! | drops the value, at the end of `main` or by a panic that unwinds | of that moment | as it would be |
//! | calls `std::process::exit`, or returns from `main` and the value was not dropped | of that moment | the code |
//! | panics on any thread, compiled with `panic = "abort"` | of the panic, after its message | by `SIGABRT` |
//! | gets `SIGINT` (Ctrl-C), `SIGTERM` or `SIGHUP`, and does nothing about it | of the signal | by that signal |
//! | handles that signal itself, or ignores it | when it ends, by one of the ways above | as it would be |
//! | ends by `_exit`, `abort`, another signal or `exec`; or its own handler ends it by one of these | none | as it would be |
//!
//! A profile is whole or absent, whatever happens meanwhile. Where one was, it is replaced in one step.
//!
//! Profiles are written on a thread of their own, on which no signal arrives. The program waits for it,
//! 30 s at most: with a disk that does not answer it ends without a profile. A second signal ends
//! the program at once, as it would without Heapwise.
//!
//! A signal handler of the program's own is left alone, whether it was there before or comes later;
//! so is an ignored signal (`nohup`). Where `SIGTERM` does nothing, as for the first process of a
//! container, it writes the profiles of that moment, with which the CPU profile ends, and the program
//! goes on.
//!
//! The child of a fork writes nothing: it may begin on its own.
//!
//! ```text
//! Start -> folder -> plan -> ending -> plan -> thread -> whole file -> notice
//!                             ^ drop, exits, signals
//! ```

#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "nothing begins"))]
mod ending;
mod folder;
pub(crate) mod notice;
mod plan;
#[cfg_attr(target_os = "linux", path = "start/linux/mod.rs")]
mod platform;
mod thread;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use heapwise_recorder::{self as recorder, Muted};

use crate::{Error, cpu, heap};
use ending::Run;
use folder::Folder;
use plan::{Cause, Plan};
use platform::Watch;

/// Profiles this program from [`Start::begin`] on, which is to be called last, to its end.
///
/// ```no_run
/// # #[global_allocator]
/// # static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
/// # fn main() -> Result<(), heapwise::Error> {
/// let _profile = heapwise::start().heap().interval(2048).dir("profiles").begin()?;
/// # Ok(())
/// # }
/// ```
///
/// When the profile is written, and what becomes of signals: see the [module](self).
pub fn start() -> Start {
    Start::default()
}

/// What is to be profiled, and where to write it. Made by [`start`].
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// # let wants_time = true;
/// let mut start = heapwise::start().dir(folder).quiet();
/// if wants_time {
///     start = start.cpu();
/// }
/// start.begin()?.stop()?;
/// assert!(folder.join("cpu.pb.gz").exists());
/// # Ok::<(), heapwise::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is profiled before `begin`"]
pub struct Start {
    heap: bool,
    cpu: Option<u32>,
    interval: Option<u64>,
    keeps_lifetimes: bool,
    folder: PathBuf,
    name: Option<String>,
    is_quiet: bool,
    without_signals: bool,
}

impl Start {
    /// A heap profile, `mem.pb.gz`. It is what is written if nothing else is asked for.
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() -> Result<(), heapwise::Error> {
    /// #     let folder = tempfile::tempdir().unwrap();
    /// #     let folder = folder.path();
    ///     let profile = heapwise::start().heap().dir(folder).begin()?;
    ///     // ... run ...
    ///     profile.stop()?;
    ///     assert!(folder.join("mem.pb.gz").exists());
    ///     Ok(())
    /// }
    /// ```
    pub fn heap(mut self) -> Self {
        self.heap = true;
        self
    }

    /// A CPU profile, `cpu.pb.gz`: [`cpu::DEFAULT_HZ`] samples for each second of processor time, of all
    /// threads. It needs no allocator of Heapwise's.
    ///
    /// ```
    /// # fn main() -> Result<(), heapwise::Error> {
    /// # let folder = std::env::temp_dir().join(format!("heapwise-{}", std::process::id()));
    /// let profile = heapwise::start().cpu().dir(&folder).quiet().begin()?;
    /// // ... run ...
    /// profile.stop()?;
    /// assert!(folder.join("cpu.pb.gz").exists());
    /// # std::fs::remove_dir_all(folder).unwrap();
    /// # Ok(())
    /// # }
    /// ```
    pub fn cpu(self) -> Self {
        self.cpu_at(cpu::DEFAULT_HZ)
    }

    /// A CPU profile with `hz` samples for each second of processor time: see [`cpu::start_at`].
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// let profile = heapwise::start().cpu_at(500).dir(folder).begin()?; // over in a second or two
    /// profile.stop()?;
    /// assert!(heapwise::start().cpu_at(0).dir(folder).begin().is_err());
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    pub fn cpu_at(mut self, hz: u32) -> Self {
        self.cpu = Some(hz);
        self
    }

    /// Records one allocation in `bytes` on average, from now on: see
    /// [`heap::set_interval`]. Without, the first 4 MiB that the program allocates are recorded
    /// exactly, and then ever fewer: no profile is empty.
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() -> Result<(), heapwise::Error> {
    /// #     let folder = tempfile::tempdir().unwrap();
    /// #     std::env::set_current_dir(&folder).unwrap();
    ///     let profile = heapwise::start().heap().interval(1).begin()?; // every allocation
    ///     assert_eq!(heapwise::heap::interval(), 1);
    ///     profile.stop()
    /// }
    /// ```
    pub fn interval(mut self, bytes: u64) -> Self {
        self.interval = Some(bytes);
        self
    }

    /// The heap profile also says how long blocks lived: see [`heap::keep_lifetimes`].
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() -> Result<(), heapwise::Error> {
    /// #     let folder = tempfile::tempdir().unwrap();
    /// #     std::env::set_current_dir(&folder).unwrap();
    ///     let profile = heapwise::start().heap().lifetimes().begin()?;
    ///     // ... run ...
    ///     profile.stop() // heapwise -sample_index=temporary_space -top mem.pb.gz
    /// }
    /// ```
    pub fn lifetimes(mut self) -> Self {
        self.keeps_lifetimes = true;
        self
    }

    /// The folder for profiles, made if it is missing. Without, the current one: so a profile is at
    /// the same place after every run. The program may change its current folder later.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # std::env::set_current_dir(&folder).unwrap();
    /// let profile = heapwise::start().cpu().dir("profiles/today").begin()?;
    /// profile.stop()?;
    /// assert!(std::path::Path::new("profiles/today/cpu.pb.gz").exists());
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = folder.as_ref().to_path_buf();
        self
    }

    /// Puts `name.` before the names of files: `name.mem.pb.gz`. For programs that share a folder;
    /// of those that write the same file, the last one wins.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), heapwise::Error> {
    /// // One file for each process.
    /// let name = format!("worker-{}", std::process::id());
    /// let _profile = heapwise::start().heap().dir("profiles").name(name).begin()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Does not say on standard error where the profile is. What goes wrong is said anyway.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// heapwise::start().cpu().dir(folder).quiet().begin()?.stop()?;
    /// assert!(folder.join("cpu.pb.gz").exists());
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    pub fn quiet(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// Leaves signals as they are: Ctrl-C and `SIGTERM` then end the program without a profile,
    /// unless it handles them.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// let profile = heapwise::start().cpu().dir(folder).no_signals().begin()?;
    /// // ... run; on Ctrl-C, end at once or as the program has it ...
    /// profile.stop()?;
    /// # Ok::<(), heapwise::Error>(())
    /// ```
    pub fn no_signals(mut self) -> Self {
        self.without_signals = true;
        self
    }

    /// Begins. Everything that can be known to go wrong at the end is found here: the folder is
    /// made, and a file in it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// // A program that has forgotten the allocator is told so at once.
    /// let profile = heapwise::start().heap().dir(folder).begin();
    /// assert!(matches!(profile, Err(heapwise::Error::NotInstalled)));
    /// ```
    ///
    /// # Errors
    /// * [`Error::NotInstalled`] if the program's global allocator is not [`Alloc`](crate::Alloc), so
    ///   that there would be nothing in a heap profile.
    /// * [`Error::Started`] if profiling has begun already and has not ended.
    /// * [`Error::Folder`] if the folder cannot be made, or files in it; [`Error::File`] if
    ///   something other than a file is in the way of one.
    /// * [`Error::Cpu`] if a CPU profile is being taken already, or none can be: see [`cpu::start_at`].
    /// * [`Error::Thread`] if there is no thread to be had.
    /// * [`Error::Recorder`] where this platform records nothing.
    pub fn begin(self) -> Result<Profiling, Error> {
        let run = Run::begin(self.plan()?)?;
        match self.arm(&run) {
            Ok(watch) => Ok(Profiling { watch, run }),
            Err(error) => {
                run.cancel();
                Err(error)
            }
        }
    }

    /// What is to be written, after a look whether it can be.
    fn plan(&self) -> Result<Plan, Error> {
        let folder = Folder::prepare(&self.folder)?;
        let file = |last| folder.file(self.name.as_deref(), last);
        let heap = (self.heap || self.cpu.is_none()).then(|| {
            heap::totals()?;
            if is_allocator_installed() { file("mem.pb.gz") } else { Err(Error::NotInstalled) }
        });
        let cpu = self.cpu.map(|_| file("cpu.pb.gz"));
        Ok(Plan { heap: heap.transpose()?, cpu: cpu.transpose()?, is_quiet: self.is_quiet })
    }

    /// Sets what is recorded, and prepares for every end of the program.
    fn arm(&self, run: &Arc<Run>) -> Result<Option<Watch>, Error> {
        if self.keeps_lifetimes {
            heap::keep_lifetimes()?;
        }
        if let Some(bytes) = self.interval {
            heap::set_interval(bytes);
        }
        if let Some(hz) = self.cpu {
            run.sample(cpu::start_at(hz)?);
        }
        platform::prepare_exits();
        let watch = (!self.without_signals).then(|| Watch::begin(run));
        watch.transpose().map_err(Error::Thread)
    }
}

/// Whether allocations of this program come to [`Alloc`](crate::Alloc).
pub(crate) fn is_allocator_installed() -> bool {
    let _muted = Muted::new();
    recorder::sees(|| drop(black_box(Box::new(black_box(0u8)))))
}

/// A program that is being profiled. Writes the profile when it is dropped, if nothing else has; see
/// the [module](self).
///
/// Bind it to a name, such as `_profile`: what is bound to `_` is dropped at once.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// {
///     let _profile = heapwise::start().cpu().dir(folder).begin()?;
///     // ... run ...
/// }
/// assert!(folder.join("cpu.pb.gz").exists());
/// # Ok::<(), heapwise::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the profile is written when this is dropped"]
pub struct Profiling {
    watch: Option<Watch>,
    run: Arc<Run>,
}

impl Profiling {
    /// Writes the profiles now and ends profiling, as dropping does, but hands back what went wrong.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), heapwise::Error> {
    /// let profile = heapwise::start().heap().begin()?;
    /// // ... run ...
    /// profile.stop()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If a profile is not written: why, with the file's name. With two that are not, the first; the
    /// other is said on standard error.
    pub fn stop(self) -> Result<(), Error> {
        self.run.end(Cause::Asked)
    }
}

impl Drop for Profiling {
    fn drop(&mut self) {
        // What goes wrong was said on standard error.
        let _ = self.run.end(Cause::End);
        drop(self.watch.take());
    }
}
