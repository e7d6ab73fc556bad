//! Heap profiles of Rust programs, on any allocator, and CPU profiles ([`cpu`]), in the format of `go tool pprof`.
//!
//! ```no_run
//! #[global_allocator]
//! static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
//!
//! fn main() -> Result<(), heapwise::Error> {
//!     let _profile = heapwise::start().heap().begin()?; // mem.pb.gz, however the program ends
//!     let names: Vec<String> = (0..100_000).map(|i| format!("name {i}")).collect();
//!     heapwise::write_heap_profile("now.pb.gz")?; // of this moment
//!     drop(names);
//!     Ok(())
//! }
//! ```
//!
//! `heapwise -top mem.pb.gz` or `go tool pprof -top mem.pb.gz` then shows which functions held
//! memory. Names and lines come from the program's own file and its debug information; nothing is
//! resolved inside the program [unless it is asked for](#names-in-profiles). Which ends of a program are
//! covered: see [`mod@start`].
//!
//! ```text
//! allocation -> recorder -> snapshot -> Profile -> bytes -> file
//!  alloc.rs     (crate)    heap_profile.rs        heap.rs   whole_file.rs
//! processor time -> cpu_sampler -> tally -> Profile -> bytes -> file
//!                    (crate)       cpu/                         whole_file.rs
//!
//! start.rs: when that happens by itself
//! ```
//!
//! # For whom, and what else
//!
//! [`label`] says for whom or what for memory is allocated, across threads and `.await`; samples carry it.
//! [`custom`] has profiles of what else a program holds: connections, buffers, handles.
//!
//! # Features
//!
//! None is on by default, and each only adds.
//!
//! | feature | what | crates of others that it brings |
//! |---|---|---|
//! | | profiles of memory and of processor time in files, recordings, totals; allocation budgets for tests | 9 |
//! | `http` | `heapwise::http`: answers to requests below `/debug/pprof/`, for a server of your own | `http`, `bytes`, `itoa` |
//! | `server` | `heapwise::http::serve`: a small server for them; with `http` | `httparse` |
//! | `axum` | `heapwise::http::router`: the same in an axum router; with `http` | axum 0.8, tokio |
//! | `criterion` | `heapwise::criterion::Profiler`: a profile for each benchmark; with `http` | criterion 0.8 |
//! | `symbolize` | functions and lines in profiles, where one asks for them, and in what a failed budget says | 9: addr2line, object and what they need |
//! | `push` | `heapwise::push`: profiles sent to Pyroscope or Parca every few seconds | 27: ureq, rustls, serde_json and what they need, httpdate |
//!
//! # Platforms
//!
//! | | allocations and processor time | stacks |
//! |---|---|---|
//! | Linux, x86_64 | recorded | by unwind tables: nothing is needed of the program |
//! | Linux, aarch64 | recorded | by frame pointers, which its ABI asks for |
//! | Linux, other processors | allocations are counted, but no profile is made: [`Error::Mappings`] | |
//! | elsewhere | [`Alloc`] passes everything on; each function that would give a profile gives [`Error::Recorder`] or [`Error::Cpu`], which say that nothing is recorded there | |
//!
//! # Names in profiles
//!
//! A profile has addresses, mappings and build ids; tools find the names in the program's file. Where
//! that is not at hand, the feature `symbolize` puts functions and lines into a profile, for whoever asks
//! for them: `heap::write_symbolized`, `?symbolize=1` of an endpoint, `push::Options::symbolize`. The
//! names are those that `heapwise` finds. They come from the files that the process runs, also where
//! these were replaced meanwhile, by build id; so build with debug information (`debug = "limited"`), or
//! ship it beside the program.
//!
//! Nothing is kept between two profiles, so each costs the same; two at a time wait for one another.
//! What it takes depends on the debug information, of which most is looked at for the first name:
//!
//! | program | its file | time | heap, at most | pages of files, at most |
//! |---|---|---|---|---|
//! | `examples/service`, release with thin LTO | 13 MiB | 70 ms | 4 MiB | 30 MiB |
//! | a program with `push` and TLS, release without LTO | 35 MiB | 280 ms | 35 MiB | 20 MiB |
//! | a test program, no optimization | 71 MiB | 5 s | 37 MiB | |
//!
//! The heap is freed; the allocator may keep it for the next time, as the C library's does. Pages of
//! files are the kernel's to take back.
//!
//! # What counts
//!
//! * A profile shows what is in use *now*, to the instant. There is no collector to wait for.
//! * Sizes are the bytes that the program asked for, without what the allocator rounds up or adds.
//! * `realloc` frees the old block and allocates the new one, also where the allocator grows it in
//!   place: the growth of a `Vec` shows in `alloc_space` with every size it went through, as in Go.
//!   When it fails, nothing has changed.
//! * An allocation that fails is not counted. A block counts as freed on whichever thread frees it.
//! * What Heapwise itself allocates to write a profile is not counted.
//! * After a fork the child goes on with a copy of what its parent had recorded, as it has of the
//!   memory.
//!
//! By default the first 4 MiB that a program allocates are recorded one by one, so that the profile
//! of a small program is exact and never empty. Then samples get rarer as more is allocated, down to
//! one in 512 KiB from 128 MiB on, and each stands for as many allocations as it is likely to
//! represent; see [`heap::set_interval`] to record more, or all.

mod alloc;
pub mod budget;
mod chance;
pub mod cpu;
#[cfg(feature = "criterion")]
pub mod criterion;
pub mod custom;
mod error;
#[cfg(test)]
mod folder_names;
mod fork_lock;
#[cfg(all(test, target_os = "linux"))]
mod forked;
#[cfg(any(feature = "http", feature = "push"))]
mod go_heap;
pub mod heap;
mod heap_profile;
#[cfg(feature = "http")]
pub mod http;
mod label_sets;
mod labels;
mod mapped;
mod moment;
#[cfg(any(feature = "http", feature = "push", feature = "symbolize"))]
mod names;
mod own_thread;
mod plumbing;
#[cfg(feature = "push")]
pub mod push;
mod recording_file;
pub mod start;
mod whole_file;
mod zipped;

pub use alloc::Alloc;
pub use budget::budget;
pub use error::{Error, MappingsError, RecorderError};
pub use heap::write as write_heap_profile;
pub use labels::{Labelled, Labels, label};
pub use start::start;
