//! Profiles pushed to a server every few seconds: Pyroscope, Grafana Cloud Profiles, Parca.
//!
//! ```no_run
//! # fn main() -> Result<(), heapwise::push::Error> {
//! let _push = heapwise::push::pyroscope("http://localhost:4040", "orders")
//!     .label("env", "production")
//!     .start()?; // until it is dropped
//! # Ok(())
//! # }
//! ```
//!
//! Needs the feature `push`. With the feature `symbolize` too, `Options::symbolize` puts names into the
//! profiles: Pyroscope shows nothing but addresses without. Parca looks names up in debug information
//! that was uploaded for the build id.
//!
//! ```text
//! tick -> sources (what was recorded) -> fit to the receiver -> body -> backlog -> post
//!                                                                        retry <-  backoff <-'
//! ```
//!
//! # What is pushed
//!
//! One profile of memory each time, and with [`Options::cpu`] one of the processor time since the last.
//! Memory has the four sample types of Go. `inuse_*` is what is in use at that moment. To Pyroscope,
//! `alloc_*` is what was allocated since the push before (the first time, since the program started), so
//! that sums over time are right; to Parca it is what was allocated since the start, as when Parca
//! scrapes.
//!
//! With [`Options::custom`], the program's [own profiles](crate::custom) go along, each by its name.
//!
//! Labels of samples ([`label`](crate::label())) go along, by which servers tell stacks apart. Those whose
//! names have other characters than letters, digits and `_`, or are names of labels of the whole, are
//! left out: servers would refuse the profile.
//!
//! A profile that is larger than the receiver takes (Pyroscope: 16,000 samples, 4 MiB before it is
//! compressed) is folded: its smallest stacks become `[other]` below what called them, and the total
//! of each sample type stays exact.
//!
//! # What goes wrong
//!
//! A server that is away, busy (429) or broken (5xx) is tried again, after 1 s, 2 s, 4 s and so on up to
//! a minute, with chance in it so that many programs do not come at once, and not before it says
//! (`Retry-After`), but for the last push, which is tried once. Meanwhile the profiles of at most 6
//! pushes are kept, 24 MiB of them; the oldest are dropped for new ones, and so is what is older than an hour, which servers do not take.
//! What a server refuses (other 4xx) is not sent again. [`Pusher::stats`] counts all that. Each kind of
//! failure is told at most once an hour: as a line on standard error, or to [`Options::on_failure`].
//!
//! # What it costs
//!
//! One thread, which sleeps but for a push: taking the profile, a few hundred bytes a stack, and one
//! connection. In a release build without names that was 2 ms to a server on the same machine, 80 KiB of
//! the thread's stack, and 1.6 MiB of memory in all. Nothing of it shows in the profiles. Nothing waits
//! for it but [`Pusher`]'s `drop`, and that 5 seconds at most.

mod backlog;
mod backoff;
mod body;
mod error;
mod failure;
mod fit;
mod labels;
mod options;
mod post;
mod pusher;
mod receiver;
mod source;
mod worker;

pub use error::Error;
pub use failure::Failure;
pub use options::Options;
pub use pusher::{Pusher, Stats};

use receiver::{PARCA, PYROSCOPE};

/// Pushes to a Pyroscope server or to Grafana Cloud Profiles at `url`, such as `http://localhost:4040`,
/// as the profiles of the service with this name. What is wrong with them [`Options::start`] says.
///
/// ```no_run
/// # fn main() -> Result<(), heapwise::push::Error> {
/// # let token = "";
/// // The address, the user and the token are on the page of the stack in Grafana Cloud.
/// let _push = heapwise::push::pyroscope("https://profiles-prod-001.grafana.net", "orders")
///     .basic_auth("123456", token)
///     .start()?;
/// # Ok(())
/// # }
/// ```
pub fn pyroscope(url: impl Into<String>, service_name: impl Into<String>) -> Options {
    Options::new(&PYROSCOPE, url.into(), service_name.into())
}

/// Pushes to a Parca server at `url`, such as `http://localhost:7070`, as the profiles of the service
/// with this name. What is wrong with them [`Options::start`] says.
///
/// ```no_run
/// # fn main() -> Result<(), heapwise::push::Error> {
/// let _push = heapwise::push::parca("http://localhost:7070", "orders").start()?;
/// # Ok(())
/// # }
/// ```
pub fn parca(url: impl Into<String>, service_name: impl Into<String>) -> Options {
    Options::new(&PARCA, url.into(), service_name.into())
}
