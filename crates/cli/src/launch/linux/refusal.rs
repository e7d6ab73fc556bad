//! Why a program is not started, and what to do instead.

use std::io;
use std::path::{Path, PathBuf};

use heapwise_session::host::reason;

/// A program that is not started.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct Refusal {
    path: PathBuf,
    #[source]
    why: Why,
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    #[error("not found")]
    NotFound,
    #[error("cannot be run: {0}")]
    NotRunnable(String),
    #[error(
        "an executable for another machine, of {0} bits, and the library is for this one. Build the \
         program for this machine"
    )]
    OtherMachine(u8),
    #[error(
        "a Go program, which has an allocator of its own. Go profiles it: runtime/pprof's \
         WriteHeapProfile, or net/http/pprof; heapwise reads what they write"
    )]
    Go,
    #[error(
        "linked statically, so that no library can be put in. Link it to the C library dynamically: cc \
         without -static, Rust for a target that ends in -gnu. A Rust program can also profile itself"
    )]
    Static,
    #[error(
        "its C library is another one ({0}), and the library is for glibc. Run a build for that"
    )]
    OtherLibrary(String),
    #[error(
        "brings an allocator of its own, before which no library can stand. Build it without; or have that \
         allocator profile it: heapwise reads what jemalloc writes. A Rust program can profile itself"
    )]
    OwnAllocator,
    #[error(
        "built with a sanitizer, which does not run behind another allocator. Build it without -fsanitize"
    )]
    Sanitized,
    #[error(
        "has the rights of its owner or group when it runs (set-uid, set-gid), and into such programs \
         the loader puts no library. Run a copy without them: cp makes one"
    )]
    OtherRights,
}

impl Refusal {
    /// A refusal of the program at `path`.
    pub fn new(path: &Path, why: Why) -> Self {
        Self { path: path.to_owned(), why }
    }

    /// That of a program which the kernel does not start.
    pub fn of_start(path: &Path, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => Why::NotFound,
            _ => Why::NotRunnable(reason(error)),
        };
        Self::new(path, why)
    }

    /// As shells have it where there is no such program, or none that can be run.
    pub fn exit_code(&self) -> u8 {
        match self.why {
            Why::NotFound => 127,
            Why::NotRunnable(_) => 126,
            _ => 2,
        }
    }
}
