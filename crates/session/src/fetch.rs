//! From the words of a command line to one profile per side: sources, and the base to compare with.

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fmt, thread};

use heapwise_binary::Binary;
use heapwise_profile::{MergeError, Profile, combine, with_fake_mapping};
use heapwise_symbolize::{Origin, RemoteFailure, locate_binaries, note_origin, with_executable};
use heapwise_units::conversion;

use crate::fetch_options::FetchOptions;
use crate::host::Host;
use crate::host_files::HostFiles;
use crate::remote::NamesError;
use crate::saved_copy::NoFolder;
use crate::source::{self, Place, Read, SourceError};
use crate::url::Url;

/// How many profiles of one side are in memory before they are merged.
const CHUNK: usize = 128;

/// Where profiles of a side go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is looked at.
    Source,
    /// What is subtracted.
    Base,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Base => "base",
        })
    }
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Every source of a side failed; each has said why.
    #[error("failed to fetch any {0} profiles")]
    None(Side),
    /// The profiles of a side do not merge.
    #[error("problem fetching {side} profiles: {error}{}", if *.side == Side::Base { "," } else { "" })]
    Merge {
        /// The side.
        side: Side,
        /// Why.
        error: MergeError,
    },
    /// The two sides do not merge.
    #[error(transparent)]
    Sides(#[from] MergeError),
    /// A server has no names for its profile.
    #[error(transparent)]
    Names(#[from] RemoteFailure<NamesError>),
    /// What a server gave cannot be kept.
    #[error(transparent)]
    NoFolder(#[from] NoFolder),
}

/// The words of a command line, told apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// The program that was profiled, if the first of several words is an object file.
    pub executable: Option<OsString>,
    /// What to look at.
    pub sources: Vec<OsString>,
}

impl Words {
    /// Tells a binary from sources by opening it. A single word is always a source.
    pub fn new(mut words: Vec<OsString>, host: &dyn Host) -> Self {
        let is_binary = |word: &OsStr| {
            host.open_image(Path::new(word)).is_ok_and(|image| Binary::parse(&image).is_ok())
        };
        let executable = (words.len() > 1 && is_binary(&words[0])).then(|| words.remove(0));
        Self { executable, sources: words }
    }
}

/// What is known about binaries before a profile is fetched.
#[derive(Debug)]
pub struct Binaries<'a> {
    /// The file of the main binary, if the command line names one.
    pub executable: Option<&'a OsStr>,
    /// The build id of the main binary, for a profile that has none.
    pub build_id: &'a str,
    /// The directories to search for the binaries of a profile.
    pub search: Vec<PathBuf>,
}

/// What a side gave.
#[derive(Debug)]
pub struct Fetched {
    /// The merged profile; nothing if every source failed.
    pub profile: Option<Profile>,
    /// How many sources gave one.
    pub count: usize,
    /// The servers that gave some, by what they say of mappings.
    pub origins: Vec<Origin<Url>>,
}

/// Fetches and merges the profiles of one side, in the order of `names`. A source that fails says so
/// and is left out.
///
/// # Errors
/// When the profiles do not merge.
pub fn side(
    side: Side,
    names: &[OsString],
    options: &FetchOptions,
    binaries: &Binaries<'_>,
    host: &dyn Host,
) -> Result<Fetched, FetchError> {
    let mut merged: Option<Profile> = None;
    let (mut count, mut origins) = (0, Vec::new());
    for chunk in names.chunks(CHUNK) {
        let mut profiles: Vec<Profile> = merged.take().into_iter().collect();
        for (name, result) in chunk.iter().zip(read_all(chunk, options, host)) {
            match result {
                Ok(read) => {
                    count += 1;
                    let profile = with_binaries(&read.profile, binaries, host);
                    profiles.push(match &read.server {
                        Some(server) => note_origin(profile, server, &mut origins),
                        None => profile,
                    });
                }
                Err(error) => host.note(&format!("{}: {error}", name.to_string_lossy())),
            }
        }
        if !profiles.is_empty() {
            let error = |error| FetchError::Merge { side, error };
            merged = Some(merge(&profiles.iter().collect::<Vec<_>>()).map_err(error)?);
        }
    }
    Ok(Fetched { profile: merged, count, origins })
}

/// Whether a source is a server.
pub fn is_remote(name: &OsStr, host: &dyn Host) -> bool {
    matches!(Place::of(name, host), Ok(Place::Url(_)))
}

/// Merges profiles that may count in different units of one kind.
///
/// # Errors
/// When they have no sample type in common, or count different things.
pub fn merge(profiles: &[&Profile]) -> Result<Profile, MergeError> {
    combine(profiles, &conversion)
}

/// The profile with the files of its mappings as this machine has them.
fn with_binaries(profile: &Profile, binaries: &Binaries<'_>, host: &dyn Host) -> Profile {
    let (profile, messages) = locate_binaries(profile, &binaries.search, &HostFiles::new(host));
    messages.iter().for_each(|message| host.note(&message.to_string()));
    let profile = with_fake_mapping(&profile);
    with_executable(&profile, binaries.executable.map(Path::new), binaries.build_id)
}

/// Reads sources on as many threads as there are processors, and one for each server, which is
/// mostly waited for; the results come in the order of `names`.
fn read_all(
    names: &[OsString],
    options: &FetchOptions,
    host: &dyn Host,
) -> Vec<Result<Read, SourceError>> {
    let servers = names.iter().filter(|name| is_remote(name, host)).count();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (processors + servers).min(names.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let rows = std::iter::from_fn(|| {
            let row = next.fetch_add(1, Ordering::Relaxed);
            names.get(row).map(|name| (row, source::read(name, options, host)))
        });
        rows.collect::<Vec<_>>()
    };
    let mut results = if threads <= 1 {
        work()
    } else {
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
        })
    };
    results.sort_by_key(|(row, _)| *row);
    results.into_iter().map(|(_, result)| result).collect()
}
