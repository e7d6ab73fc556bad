//! Profiles of each benchmark of criterion's.
//!
//! ```no_run
//! use criterion::{Criterion, criterion_group, criterion_main};
//!
//! #[global_allocator]
//! static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
//!
//! fn join(c: &mut Criterion) {
//!     c.bench_function("join", |b| b.iter(|| ["a", "b"].join(", ")));
//! }
//!
//! criterion_group! {
//!     name = benches;
//!     config = Criterion::default().with_profiler(heapwise::criterion::Profiler::new().interval(1));
//!     targets = join
//! }
//! criterion_main!(benches);
//! ```
//!
//! With `cargo bench -- --profile-time 5` each benchmark runs for five seconds and leaves
//! `target/criterion/join/profile/mem.pb.gz`: what was allocated in these seconds, and what is in use at
//! their end. With `.cpu()`, `cpu.pb.gz` beside it: where the time went.
//!
//! Benchmarks that are measured, without `--profile-time`, are not recorded otherwise than the rest of the
//! program; recording every allocation slows them down, so measure at the default interval, or without
//! the allocator.

use std::fs;
use std::path::Path;

use heapwise_recorder::Muted;

use crate::cpu::Sampling;
use crate::go_heap::{Baseline, Wanted};
use crate::http::memory;
use crate::start::is_allocator_installed;
use crate::start::notice::{self, Notice};
use crate::{Error, cpu, heap, whole_file};

/// Writes profiles of each benchmark: see the [module](self).
///
/// What goes wrong is said on standard error, and the benchmark goes on.
///
/// ```
/// use criterion::Criterion;
/// use heapwise::criterion::Profiler;
///
/// let criterion = Criterion::default().with_profiler(Profiler::new().cpu());
/// # drop(criterion);
/// ```
#[derive(Debug, Default)]
#[must_use = "criterion takes it by `with_profiler`"]
pub struct Profiler {
    heap: bool,
    cpu: Option<u32>,
    interval: Option<u64>,
    baseline: Option<Baseline>,
    sampling: Option<Sampling>,
}

impl Profiler {
    /// Heap profiles, if nothing else is asked for.
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let mut profiler = heapwise::criterion::Profiler::new();
    /// #     use criterion::profiler::Profiler as _;
    /// #     let folder = tempfile::tempdir().unwrap();
    ///     // As criterion does it:
    ///     profiler.start_profiling("join", folder.path());
    ///     profiler.stop_profiling("join", folder.path());
    ///     assert!(folder.path().join("mem.pb.gz").exists());
    /// }
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Heap profiles, `mem.pb.gz`.
    ///
    /// ```
    /// // Of memory too, besides what `.cpu()` asks for.
    /// let profiler = heapwise::criterion::Profiler::new().cpu().heap();
    /// # drop(profiler);
    /// ```
    pub fn heap(mut self) -> Self {
        self.heap = true;
        self
    }

    /// CPU profiles, `cpu.pb.gz`, with [`cpu::DEFAULT_HZ`] samples for each second of processor time.
    ///
    /// ```
    /// // Both, each in its own file.
    /// let profiler = heapwise::criterion::Profiler::new().heap().cpu();
    /// let criterion = criterion::Criterion::default().with_profiler(profiler);
    /// # drop(criterion);
    /// ```
    pub fn cpu(self) -> Self {
        self.cpu_at(cpu::DEFAULT_HZ)
    }

    /// CPU profiles with `hz` samples for each second: see [`cpu::start_at`].
    ///
    /// ```
    /// // Benchmarks that are profiled for a second or two.
    /// let mut profiler = heapwise::criterion::Profiler::new().cpu_at(500);
    /// # use criterion::profiler::Profiler as _;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # profiler.start_profiling("join", folder.path());
    /// # profiler.stop_profiling("join", folder.path());
    /// # assert!(folder.path().join("cpu.pb.gz").exists());
    /// # assert!(!folder.path().join("mem.pb.gz").exists());
    /// ```
    pub fn cpu_at(mut self, hz: u32) -> Self {
        self.cpu = Some(hz);
        self
    }

    /// Records one allocation in `bytes` on average, from the first benchmark that is profiled on; 1
    /// records all. Without, the first 4 MiB of the program, and then ever fewer.
    ///
    /// ```
    /// let mut profiler = heapwise::criterion::Profiler::new().interval(1);
    /// # use criterion::profiler::Profiler as _;
    /// # let folder = tempfile::tempdir().unwrap();
    /// profiler.start_profiling("join", folder.path()); // as criterion does it
    /// assert_eq!(heapwise::heap::interval(), 1);
    /// ```
    pub fn interval(mut self, bytes: u64) -> Self {
        self.interval = Some(bytes);
        self
    }

    fn begin(&mut self) -> Result<(), Error> {
        if let Some(bytes) = self.interval {
            heap::set_interval(bytes);
        }
        if self.heap || self.cpu.is_none() {
            if !is_allocator_installed() {
                return Err(Error::NotInstalled);
            }
            self.baseline = Some(memory::baseline()?);
        }
        self.sampling = self.cpu.map(cpu::start_at).transpose()?;
        Ok(())
    }

    /// Writes the profiles that have begun. The CPU profile ends before the work on the other.
    fn end(&mut self, folder: &Path) -> Result<(), Error> {
        let _muted = Muted::new();
        let sampled = self.sampling.take().map(Sampling::stop);
        if let Some(baseline) = self.baseline.take() {
            let wanted = Wanted::new("alloc_space");
            let (bytes, _) = memory::since(Some(&baseline), wanted)?;
            write(&folder.join("mem.pb.gz"), &bytes, Notice::Allocated)?;
        }
        let Some(sampled) = sampled else { return Ok(()) };
        write(&folder.join("cpu.pb.gz"), &sampled?.into_bytes(), Notice::Cpu)
    }
}

fn write(path: &Path, bytes: &[u8], of: Notice) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| whole_file::write(path, bytes))
        .map_err(|source| Error::File { path: path.to_path_buf(), source })?;
    notice::written(of, path);
    Ok(())
}

impl ::criterion::profiler::Profiler for Profiler {
    fn start_profiling(&mut self, _: &str, _: &Path) {
        if let Err(error) = self.begin() {
            notice::failed(&error);
        }
    }

    fn stop_profiling(&mut self, _: &str, folder: &Path) {
        if let Err(error) = self.end(folder) {
            notice::failed(&error);
        }
    }
}
