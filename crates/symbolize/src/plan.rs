//! Which locations are looked up in which file.

use std::collections::HashMap;

use heapwise_profile::{FixedState, Id, Location, Mapping, Profile, Str, Strings};

use crate::files::base_name;
use crate::{Message, Reason};

/// What there is to look up, and what of it cannot be.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// One job a file, in the order of the mappings.
    pub(crate) jobs: Vec<Job>,
    /// What is known without opening a file.
    pub(crate) unknown: Vec<(Id<Mapping>, Reason)>,
}

/// The lookups in one file.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) file: Str,
    pub(crate) requests: Vec<Request>,
}

/// The locations of one mapping, sorted by address: neighbours share what a lookup reads.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) mapping: Id<Mapping>,
    pub(crate) locations: Vec<Id<Location>>,
}

/// Sorts out what to look up. With `force` also what is known to have names.
pub(crate) fn plan(profile: &Profile, force: bool) -> Plan {
    let mut plan = Plan::default();
    let mut job_of: HashMap<Str, usize, FixedState> = HashMap::default();
    for (mapping, mut locations) in profile.mappings.ids().zip(locations_by_mapping(profile)) {
        if locations.is_empty() || (!force && is_resolved(&profile.mappings[mapping])) {
            continue;
        }
        let file = profile.mappings[mapping].file;
        if file == Strings::EMPTY {
            plan.unknown.push((mapping, Reason::NoFileName));
        } else if has_symbols(profile, mapping) {
            locations.sort_by_key(|&location| profile.locations.get(location).address);
            let job = *job_of.entry(file).or_insert_with(|| plan.add_job(file));
            plan.jobs[job].requests.push(Request { mapping, locations });
        }
    }
    plan
}

impl Plan {
    fn add_job(&mut self, file: Str) -> usize {
        self.jobs.push(Job { file, requests: Vec::new() });
        self.jobs.len() - 1
    }
}

fn locations_by_mapping(profile: &Profile) -> Vec<Vec<Id<Location>>> {
    let mut by_mapping = vec![Vec::new(); profile.mappings.len()];
    for id in profile.locations.ids() {
        if let Some(mapping) = profile.locations.get(id).mapping {
            by_mapping[mapping.row()].push(id);
        }
    }
    by_mapping
}

fn is_resolved(mapping: &Mapping) -> bool {
    let resolved = mapping.resolved;
    resolved.functions || resolved.filenames || resolved.line_numbers
}

/// Whether the file of a mapping can hold symbols: not memory that only looks like a file, nor a
/// server's address without a build id to find the file by.
fn has_symbols(profile: &Profile, mapping: Id<Mapping>) -> bool {
    let mapping = &profile.mappings[mapping];
    let file = profile.text(mapping.file);
    let base = base_name(file);
    let memory = base.starts_with(b"[")
        || base.starts_with(b"linux-vdso")
        || file.starts_with(b"/dev/dri/")
        || file.starts_with(b"/memfd:")
        || file == b"//anon";
    let unidentified = mapping.build_id == Strings::EMPTY && is_url(file);
    !memory && !unidentified
}

/// `scheme://...`, where the reference would ask a server.
fn is_url(file: &[u8]) -> bool {
    [&b"http://"[..], b"https://", b"https+insecure://"]
        .iter()
        .any(|scheme| file.starts_with(scheme))
}

/// The message about a mapping that cannot be looked up; `None` when nobody needs it.
pub(crate) fn message(profile: &Profile, mapping: Id<Mapping>, reason: &Reason) -> Option<Message> {
    let text = |text: Str| String::from_utf8_lossy(profile.text(text)).into_owned();
    let failed = |reason: &str| {
        let row = &profile.mappings[mapping];
        let file = String::from_utf8_lossy(base_name(profile.text(row.file))).into_owned();
        Message::Failed { file, build_id: text(row.build_id), reason: reason.to_owned() }
    };
    match reason {
        Reason::NoFileName if mapping.row() == 0 => Some(Message::MainBinaryUnknown),
        Reason::NoFileName | Reason::NoSymbols => None,
        Reason::NotOpened(error) => Some(failed(error)),
        Reason::OtherBuild => Some(failed("build ID mismatch")),
    }
}
