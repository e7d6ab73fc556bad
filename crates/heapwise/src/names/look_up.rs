//! Looking names up, one profile at a time.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use heapwise_profile::Profile;
#[cfg(feature = "http")]
use heapwise_profile::{Recorded, RecordedRow, Strings};
use heapwise_symbolize::symbolize_own;

use crate::fork_lock::ForkLock;
use crate::moment;

/// `profile`, which is of this program, with functions and lines. The caller has muted the thread.
///
/// One at a time, so that the memory that it takes is taken once: whoever comes second waits.
pub fn named(profile: &Profile) -> Profile {
    static TURN: ForkLock<()> = ForkLock::new(|| ());
    let _turn = TURN.lock();
    let main = PathBuf::from(OsString::from_vec(moment::main_file()));
    symbolize_own(profile, &main)
}

/// The names of the functions whose code is at `addresses`, in their order; empty where there is none.
/// They are those that the linker had: readers take whatever is in angle brackets out of readable ones.
/// Where calls were inlined it is the function that they were inlined into: there is one name for all.
/// The caller has muted the thread.
///
/// # Errors
/// If it is not known which files the program runs.
#[cfg(feature = "http")]
pub fn of(addresses: &[u64]) -> Result<Vec<Vec<u8>>, crate::Error> {
    let moment = moment::Moment::now()?;
    let row = |stack| RecordedRow { stack, labels: 0, size: 0, values: [0; 6] };
    let rows = (0..).take(addresses.len()).map(row).collect();
    let recorded = Recorded { mappings: moment.mappings, rows, ..Recorded::default() };
    // A profile takes return addresses, which lie behind the calls that they are of.
    let frames =
        |row: u32, frames: &mut Vec<u64>| frames.push(addresses[row as usize].saturating_add(1));
    let profile = named(&recorded.profile(frames));
    let name = |location| {
        let line = profile.locations.lines(location).last()?;
        let function = profile.functions[line.function];
        let linked = function.system_name != Strings::EMPTY;
        Some(profile.text(if linked { function.system_name } else { function.name }).to_vec())
    };
    Ok(profile.samples.iter().map(|one| name(one.stack[0]).unwrap_or_default()).collect())
}
