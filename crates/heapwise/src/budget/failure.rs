//! What a test says whose budget was exceeded.

use std::fmt::Write as _;
use std::panic::Location;
use std::path::PathBuf;

use heapwise_profile::Profile;
use heapwise_recorder::{Closed, Muted};

use super::limits::{Limit, Limits};
use super::{Used, place, stacks};
use crate::moment::Moment;
use crate::zipped::zipped;
use crate::{Error, heap_profile, whole_file};

/// Why a budget was not kept; `None` if it was. Writes the profile, too.
#[track_caller]
pub fn message(limits: &Limits, closed: &Closed) -> Option<String> {
    let used = Used::of(closed);
    let exceeded = limits.exceeded(&used);
    let (first, _) = *exceeded.first()?;
    // What this allocates is no concern of a budget around this one.
    let _muted = Muted::new();
    let mut text = headline(&exceeded, &used);
    text.push_str(&table(limits, &used));
    let line = Location::caller().line();
    match profile(closed, first, text.lines().next().unwrap_or_default()) {
        Ok(profile) => {
            #[cfg(feature = "symbolize")]
            let profile = crate::names::named(&profile);
            text.push_str(&stacks::told(&profile, first));
            text.push_str(&written(&profile, line));
        }
        Err(error) => drop(write!(text, "\nno profile: {error}\n")),
    }
    Some(text)
}

/// "over budget: 3 allocations, 0 allowed; .."
fn headline(exceeded: &[(&Limit, u64)], used: &Used) -> String {
    let told = |(limit, most): &(&Limit, u64)| {
        format!("{}, {most} allowed", limit.told((limit.used)(used)))
    };
    format!("over budget: {}\n", exceeded.iter().map(told).collect::<Vec<_>>().join("; "))
}

/// Everything that was used, and what is allowed of it.
fn table(limits: &Limits, used: &Used) -> String {
    let mut text = String::from("\n");
    for (limit, most) in limits.rows() {
        let amount = (limit.used)(used);
        let allowed = most.map_or(String::new(), |most| format!("  of {most}"));
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {:<12} {amount:>10}{allowed}", limit.word);
    }
    text
}

/// The profile of what was counted, which shows first what was exceeded.
fn profile(closed: &Closed, first: &Limit, comment: &str) -> Result<Profile, Error> {
    let snapshot = closed.snapshot()?;
    let moment = Moment::now()?;
    let mut recorded = heap_profile::recorded(&snapshot, &moment);
    recorded.comments.push(comment.as_bytes().to_vec());
    let mut profile = heap_profile::profile(&snapshot, &recorded);
    let mut types = profile.header.sample_types.iter();
    let wanted = types.find(|of| profile.text(of.kind) == first.sample_type().as_bytes());
    if let Some(wanted) = wanted {
        profile.header.default_sample_type = wanted.kind;
    }
    Ok(profile)
}

/// Writes the profile, and says where it is and what to type.
fn written(profile: &Profile, line: u32) -> String {
    match write(profile, line) {
        Ok(path) => {
            let path = path.display();
            format!(
                "\nThe profile of these allocations:\n\n    heapwise -traces {path}\n    heapwise -http=: {path}\n"
            )
        }
        Err(error) => format!("\nno profile: {error}\n"),
    }
}

fn write(profile: &Profile, line: u32) -> Result<PathBuf, Error> {
    let bytes = zipped(profile)?;
    let name = place::file_name(line);
    let mut result = Err(Error::Write(std::io::ErrorKind::NotFound.into()));
    for folder in place::folders() {
        let path = folder.join(&name);
        let made = std::fs::create_dir_all(&folder).and_then(|()| whole_file::write(&path, &bytes));
        result = made.map(|()| path.clone()).map_err(|source| Error::File { path, source });
        if result.is_ok() {
            break;
        }
    }
    result
}
