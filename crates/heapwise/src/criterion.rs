//! A profile for each benchmark of criterion's.
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
//! their end. Benchmarks that are measured, without `--profile-time`, are not recorded otherwise than
//! the rest of the program; recording every allocation slows them down, so measure at the default
//! interval, or without the allocator.

use std::fs;
use std::path::Path;

use heapwise_recorder::Muted;

use crate::http::baseline::Baseline;
use crate::http::memory::{self, Wanted};
use crate::start::is_allocator_installed;
use crate::start::notice::{self, Notice};
use crate::{Error, heap, whole_file};

/// Writes a heap profile for each benchmark: see the [module](self).
///
/// What goes wrong is said on standard error, and the benchmark goes on.
#[derive(Debug, Default)]
pub struct Profiler {
    interval: Option<u64>,
    baseline: Option<Baseline>,
}

impl Profiler {
    /// Records as the program does otherwise: the first 4 MiB exactly, then ever fewer allocations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records one allocation in `bytes` on average, from the first benchmark that is profiled on; 1
    /// records all.
    #[must_use]
    pub fn interval(mut self, bytes: u64) -> Self {
        self.interval = Some(bytes);
        self
    }

    fn begin(&mut self) -> Result<(), Error> {
        if !is_allocator_installed() {
            return Err(Error::NotInstalled);
        }
        if let Some(bytes) = self.interval {
            heap::set_interval(bytes);
        }
        self.baseline = Some(memory::baseline()?);
        Ok(())
    }

    /// Writes the profile, if one has begun.
    fn end(&mut self, path: &Path) -> Result<(), Error> {
        let Some(baseline) = self.baseline.take() else { return Ok(()) };
        let _muted = Muted::new();
        let wanted = Wanted { shown_first: "alloc_space", peak: false };
        let (bytes, _) = memory::since(Some(&baseline), wanted)?;
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder)
            .and_then(|()| whole_file::write(path, &bytes))
            .map_err(|source| Error::File { path: path.to_path_buf(), source })?;
        notice::written(Notice::Allocated, path);
        Ok(())
    }
}

impl ::criterion::profiler::Profiler for Profiler {
    fn start_profiling(&mut self, _: &str, _: &Path) {
        if let Err(error) = self.begin() {
            notice::failed(&error);
        }
    }

    fn stop_profiling(&mut self, _: &str, folder: &Path) {
        if let Err(error) = self.end(&folder.join("mem.pb.gz")) {
            notice::failed(&error);
        }
    }
}
