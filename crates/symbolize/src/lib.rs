//! A profile without names to one with names.
//!
//! ```text
//! Profile -> plan (which addresses in which file) -> look up -> apply -> demangle -> Profile
//! ```
//!
//! A profile of a program that was compiled to machine code may hold no more than addresses,
//! mappings and build ids. [`symbolize`] finds the files, checks that they are the ones, and gives
//! every location its functions and lines, inlined calls innermost first. The name of a function is
//! its readable form, the system name what the linker had.
//!
//! A program that names its own functions calls [`symbolize_own`].
//!
//! What files do not know, the servers that the profile came from may: see [`Remote`].
//!
//! Before that, [`locate_binaries`] looks for the files in the user's search path. Files are reached
//! through [`Files`]; directories and options are values. Whatever cannot be found is told in
//! [`Message`]s and, for a hint what to do, in [`Missing`]: nothing here prints, and nothing fails.
#![forbid(unsafe_code)]

mod apply;
mod files;
mod locate;
mod look_up;
mod message;
mod missing;
mod names;
mod options;
#[cfg(unix)]
mod own_files;
mod plan;
mod remote;

use std::thread;

use heapwise_profile::Profile;

pub use files::{Files, LocalFiles};
pub use locate::{locate_binaries, with_executable};
pub use message::Message;
pub use missing::{Missing, Reason};
pub use names::demangle_functions;
pub use options::Options;
#[cfg(unix)]
pub use own_files::symbolize_own;
pub use remote::{Ask, Origin, Remote, RemoteFailure, note_origin};

/// A profile with names, and what it still lacks.
#[derive(Clone, Debug)]
pub struct Symbolized {
    /// The profile. It shares with the one it was made from what did not change.
    pub profile: Profile,
    /// What the user should know, in the order of the mappings.
    pub messages: Vec<Message>,
    /// The mappings with locations that stayed without names, in order.
    pub missing: Vec<Missing>,
}

/// Gives the locations of `profile` functions and lines, and its functions readable names: from files
/// first, then from the servers that it came from.
///
/// Locations that have lines keep them unless `options.force`, then too if nothing better is found.
///
/// # Errors
///
/// When a server that should know names does not answer.
pub fn symbolize<S, E>(
    profile: &Profile,
    options: &Options,
    files: &dyn Files,
    remote: &Remote<'_, S, E>,
) -> Result<Symbolized, RemoteFailure<E>> {
    let mut symbolized = if options.local {
        symbolize_locally(profile, options, files)
    } else {
        Symbolized { profile: profile.clone(), messages: Vec::new(), missing: Vec::new() }
    };
    if options.remote {
        symbolized.profile =
            remote::symbolize_remotely(&symbolized.profile, options.force, remote)?;
        symbolized.missing.retain_mut(|missing| missing.still_lacks_in(&symbolized.profile));
    }
    if let Some(demangling) = options.demangling {
        symbolized.profile = demangle_functions(&symbolized.profile, demangling, options.force);
    }
    Ok(symbolized)
}

fn symbolize_locally(profile: &Profile, options: &Options, files: &dyn Files) -> Symbolized {
    let plan = plan::plan(profile, options.force);
    let processors = || thread::available_parallelism().map_or(1, usize::from);
    let at_once = if options.one_thread { 1 } else { processors() };
    let mut answers = look_up::look_up(profile, &plan.jobs, files, at_once);
    let found = answers.iter().any(|answers| !answers.ends.is_empty());
    let named = if found { apply::apply(profile, &answers) } else { profile.clone() };

    let split: Vec<_> = answers.iter_mut().filter_map(|row| row.units_missing.take()).collect();
    let mut unknown = plan.unknown;
    unknown.extend(answers.into_iter().flat_map(|answers| answers.unknown));
    unknown.sort_by_key(|(mapping, _)| *mapping);
    let told = unknown.iter().filter_map(|(row, reason)| plan::message(profile, *row, reason));
    let mut messages: Vec<_> = told.collect();
    messages.extend(split);
    if unknown.iter().any(|(mapping, reason)| reason.is_missing_file(mapping.row() == 0)) {
        messages.push(Message::BinariesMissing);
    }
    Symbolized { missing: missing::missing(&named, &unknown), profile: named, messages }
}
