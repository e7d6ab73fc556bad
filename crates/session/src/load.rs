//! From an invocation to the one profile that every report is made from.
//!
//! ```text
//! words -> fetch both sides -> subtract the base -> symbolize -> prune -> annotate -> keep a copy -> Profile
//! ```

use std::ffi::OsString;
use std::sync::Arc;

use heapwise_profile::{
    Profile, Strings, Table, negate, normalize, prune, set_text_label, without_lost_labels,
};
use heapwise_symbolize::{Missing, Origin, Reason, Remote, symbolize};

use crate::fetch::{self, Binaries, FetchError, Side, Words};
use crate::fetch_options::FetchOptions;
use crate::go_regex::GoRegex;
use crate::host::Host;
use crate::host_files::{HostFiles, binary_path};
use crate::invocation::Invocation;
use crate::remote;
use crate::saved_copy;
use crate::url::Url;

/// The label that marks the samples of the base of a comparison, always with the text `true`.
const BASE_LABEL: &[u8] = b"pprof::base";

/// The profile that every report is made from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The profile: merged, with names, without the frames that it asks to drop.
    pub profile: Profile,
    /// Whether a base was taken away.
    pub is_difference: bool,
    /// Whether names were to be looked up, so that missing ones are a surprise.
    pub symbols_wanted: bool,
    /// The files of the profile that are on this machine, and know no names.
    pub without_symbols: Vec<Vec<u8>>,
    /// Where to look for object tools, as the user says; empty for none.
    pub tools: String,
}

impl Loaded {
    /// The profile as the shell of the reference has it, which writes it and reads it for each command.
    #[must_use]
    pub fn as_written(&self) -> Self {
        Self { profile: without_lost_labels(&self.profile), ..self.clone() }
    }
}

/// Fetches, merges and completes the profile that `invocation` names. Notes what failed on the way.
///
/// # Errors
/// When no source gave a profile, or the profiles do not merge.
pub fn load(invocation: &Invocation, host: &dyn Host) -> Result<Loaded, FetchError> {
    let loaded = load_in_steps(invocation, host);
    host.progress(None);
    loaded
}

fn load_in_steps(invocation: &Invocation, host: &dyn Host) -> Result<Loaded, FetchError> {
    host.progress(Some("Reading profiles"));
    let words = Words::new(invocation.words.clone(), host);
    let fetch = &invocation.fetch;
    let Sides { source, base, origins } = both_sides(&words, fetch, host)?;
    let is_difference = base.is_some();
    let profile = match base {
        None => source,
        Some(base) => subtract(source, &base, fetch, invocation.options.normalize)?,
    };
    let profile = if fetch.all_frames { without_frame_rules(profile) } else { profile };
    host.progress(Some("Looking up names"));
    let Names { profile, wanted, without_symbols } = with_names(&profile, fetch, &origins, host)?;
    let profile = without_dropped_frames(&profile);
    let profile = without_url_mappings(profile);
    let profile = with_comment(profile, &fetch.add_comment);
    if !origins.is_empty() {
        saved_copy::save(&profile, host)?;
    }
    let tools = if fetch.tools.is_empty() {
        host.env("PPROF_TOOLS").unwrap_or_default().to_string_lossy().into_owned()
    } else {
        fetch.tools.clone()
    };
    Ok(Loaded { profile, is_difference, symbols_wanted: wanted, without_symbols, tools })
}

fn base_names(fetch: &FetchOptions) -> Vec<OsString> {
    let base = if fetch.base.is_empty() { &fetch.diff_base } else { &fetch.base };
    if base.is_empty() { Vec::new() } else { vec![base.into()] }
}

/// What was fetched.
struct Sides {
    source: Profile,
    base: Option<Profile>,
    /// Where what servers gave is from.
    origins: Vec<Origin<Url>>,
}

fn both_sides(words: &Words, fetch: &FetchOptions, host: &dyn Host) -> Result<Sides, FetchError> {
    let (sources, bases) = (&words.sources, base_names(fetch));
    let binaries = Binaries {
        executable: words.executable.as_deref(),
        build_id: &fetch.build_id,
        search: binary_path(host),
    };
    let side = |side, names: &[OsString]| fetch::side(side, names, fetch, &binaries, host);
    let (source, base) = if bases.iter().any(|name| fetch::is_remote(name, host)) {
        // The two are to profile at the same time.
        at_once(|| side(Side::Source, sources), || side(Side::Base, &bases))
    } else {
        (side(Side::Source, sources), side(Side::Base, &bases))
    };
    let (source, base) = (source?, base?);
    let origins = [source.origins, base.origins].concat();
    let Some(profile) = source.profile else { return Err(FetchError::None(Side::Source)) };
    if base.profile.is_none() && !bases.is_empty() {
        return Err(FetchError::None(Side::Base));
    }
    note_missing(Side::Source, source.count, sources.len(), host);
    note_missing(Side::Base, base.count, bases.len(), host);
    Ok(Sides { source: profile, base: base.profile, origins })
}

fn at_once<T: Send>(first: impl FnOnce() -> T + Send, second: impl FnOnce() -> T) -> (T, T) {
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        let first = first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (first, second)
    })
}

fn note_missing(side: Side, count: usize, wanted: usize, host: &dyn Host) {
    if count != wanted {
        host.note(&format!("Fetched {count} {side} profiles out of {wanted}"));
    }
}

/// The source less the base. For a comparison the samples of the base stay apart, under a label.
fn subtract(
    source: Profile,
    base: &Profile,
    fetch: &FetchOptions,
    normalized: bool,
) -> Result<Profile, FetchError> {
    let base = if fetch.diff_base.is_empty() {
        base.clone()
    } else {
        set_text_label(base, BASE_LABEL, b"true")
    };
    let source = if normalized { normalize(&source, &base)? } else { source };
    Ok(fetch::merge(&[&source, &negate(&base)])?)
}

/// A profile after names were looked up.
struct Names {
    profile: Profile,
    /// Whether they were to be looked up at all.
    wanted: bool,
    /// As in [`Loaded`].
    without_symbols: Vec<Vec<u8>>,
}

fn with_names(
    profile: &Profile,
    fetch: &FetchOptions,
    origins: &[Origin<Url>],
    host: &dyn Host,
) -> Result<Names, FetchError> {
    let (options, messages) = heapwise_symbolize::Options::parse(&fetch.symbolize);
    messages.iter().for_each(|message| host.note(&message.to_string()));
    let ask = |server: &Url, addresses| remote::names(server, addresses, fetch, host);
    let remote = Remote { origins, ask: &ask };
    let named = symbolize(profile, &options, &HostFiles::new(host), &remote)?;
    named.messages.iter().for_each(|message| host.note(&message.to_string()));
    let stripped = named.missing.iter().filter(|missing| missing.reason == Reason::NoSymbols);
    let file = |missing: &Missing| profile.text(profile.mappings[missing.mapping].file).to_vec();
    let without_symbols = stripped.map(file).collect();
    Ok(Names { profile: named.profile, wanted: options.local, without_symbols })
}

/// The profile without what it says about frames to drop.
fn without_frame_rules(mut profile: Profile) -> Profile {
    profile.header.drop_frames = Strings::EMPTY;
    profile.header.keep_frames = Strings::EMPTY;
    profile
}

/// The profile without the frames that it asks to drop. Rules that do not compile drop nothing.
fn without_dropped_frames(profile: &Profile) -> Profile {
    let header = &profile.header;
    let rule = |text| {
        let text = String::from_utf8_lossy(profile.text(text));
        (!text.is_empty()).then(|| GoRegex::new(&format!("^({text})$")))
    };
    let (Some(Ok(drop)), keep) = (rule(header.drop_frames), rule(header.keep_frames)) else {
        return profile.clone();
    };
    match keep {
        None => prune(profile, &|name| drop.is_match(name), None),
        Some(Ok(keep)) => {
            prune(profile, &|name| drop.is_match(name), Some(&|name| keep.is_match(name)))
        }
        Some(Err(_)) => profile.clone(),
    }
}

/// A mapping whose file is a URL was named after its source while symbols were looked up.
fn without_url_mappings(profile: Profile) -> Profile {
    let is_url = |text| {
        let text = profile.text(text);
        let scheme = text.windows(3).position(|part| part == b"://");
        scheme.is_some_and(|end| end > 0 && text[..end].iter().all(u8::is_ascii_alphanumeric))
    };
    let nameless = |m: &heapwise_profile::Mapping| m.build_id == Strings::EMPTY && is_url(m.file);
    if !profile.mappings.rows().iter().any(nameless) {
        return profile;
    }
    let mut mappings = Table::clone(&profile.mappings);
    for mapping in mappings.rows_mut() {
        if nameless(mapping) {
            mapping.file = Strings::EMPTY;
        }
    }
    Profile { mappings: Arc::new(mappings), ..profile }
}

fn with_comment(mut profile: Profile, comment: &str) -> Profile {
    if !comment.is_empty() {
        let strings = Arc::make_mut(&mut profile.strings);
        profile.header.comments.push(strings.intern(comment.as_bytes()));
    }
    profile
}

#[cfg(test)]
mod tests;
