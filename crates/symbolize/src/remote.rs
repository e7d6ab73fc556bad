//! Names from the servers that profiles came from (symbolz).
//!
//! ```text
//! fetch: profile, server -> origins: build id or file -> server, address of the mapping there
//! later: mapping without names -> origin -> addresses -> POST -> names
//! ```

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use heapwise_profile::{FixedState, Id, Mapping, Profile, Str, Strings, Table};

use crate::apply::apply;
use crate::look_up::{Answers, FoundFrame, FoundFunction};

/// Where a mapping came from: the server, and the mapping's address there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin<S> {
    /// The build id or the file.
    key: Vec<u8>,
    server: S,
    start: u64,
}

/// Sends addresses (`0x10+0x20`) to a server and returns its reply.
pub type Ask<'a, S, E> = dyn Fn(&S, String) -> Result<Vec<u8>, E> + 'a;

/// The servers of a profile, and how they are asked.
pub struct Remote<'a, S, E> {
    /// Where mappings came from, the servers to ask first before others.
    pub origins: &'a [Origin<S>],
    /// Sends the addresses to a server and returns its reply.
    pub ask: &'a Ask<'a, S, E>,
}

impl<S: fmt::Debug, E> fmt::Debug for Remote<'_, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("origins", &self.origins).finish_non_exhaustive()
    }
}

/// Why servers could not name everything that they were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteFailure<E> {
    /// A server did not answer.
    Server(E),
    /// An address of the profile is none on the server.
    Address {
        /// The address.
        address: u64,
        /// What would have to be added to it.
        by: i64,
    },
}

impl<E: fmt::Display> fmt::Display for RemoteFailure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Address { address, by } => write!(f, "cannot adjust address {address} by {by}"),
        }
    }
}

impl<E: std::error::Error> std::error::Error for RemoteFailure<E> {}

/// Notes in `origins` that the mappings of `profile` came from `server`. A mapping with neither build
/// id nor file gets the server for its file, so that it can be told apart after a merge.
pub fn note_origin<S: Clone + fmt::Display>(
    profile: Profile,
    server: &S,
    origins: &mut Vec<Origin<S>>,
) -> Profile {
    let mut strings = Arc::clone(&profile.strings);
    let mut note = |mapping: &Mapping| {
        let mut mapping = *mapping;
        let mut key =
            if mapping.build_id == Strings::EMPTY { mapping.file } else { mapping.build_id };
        if key == Strings::EMPTY {
            key = Arc::make_mut(&mut strings).intern(server.to_string().as_bytes());
            mapping.file = key;
        }
        let key = strings.get(key).to_vec();
        origins.push(Origin { key, server: server.clone(), start: mapping.start.0 });
        mapping
    };
    let mappings: Table<_> = profile.mappings.rows().iter().map(&mut note).collect();
    Profile { mappings: Arc::new(mappings), strings, ..profile }
}

/// Gives the locations without lines of the mappings without functions those that servers know.
pub(crate) fn symbolize_remotely<S, E>(
    profile: &Profile,
    force: bool,
    remote: &Remote<'_, S, E>,
) -> Result<Profile, RemoteFailure<E>> {
    let (mut answers, mut asked) = (Vec::new(), Vec::new());
    for mapping in profile.mappings.ids() {
        let row = &profile.mappings[mapping];
        let Some(origin) = origin(profile, row, remote.origins) else { continue };
        if row.resolved.functions && !force {
            continue;
        }
        let by = origin.start.wrapping_sub(row.start.0).cast_signed();
        let question = Question::new(profile, mapping, by)?;
        if !question.addresses.is_empty() {
            let reply = (remote.ask)(&origin.server, question.text());
            answers.push(question.answers(&reply.map_err(RemoteFailure::Server)?));
            asked.push(mapping);
        }
    }
    Ok(if asked.is_empty() { profile.clone() } else { named(profile, &answers, &asked) })
}

/// By the file first: a server of another build may know the same file.
fn origin<'a, S>(
    profile: &Profile,
    mapping: &Mapping,
    origins: &'a [Origin<S>],
) -> Option<&'a Origin<S>> {
    let with = |text: Str| {
        let key = profile.text(text);
        origins.iter().find(|origin| text != Strings::EMPTY && origin.key == key)
    };
    with(mapping.file).or_else(|| with(mapping.build_id))
}

/// The locations of a mapping, by their addresses on the server.
struct Question {
    addresses: Vec<(u64, Id<heapwise_profile::Location>)>,
}

impl Question {
    fn new<E>(profile: &Profile, of: Id<Mapping>, by: i64) -> Result<Self, RemoteFailure<E>> {
        let ids = profile.locations.ids().filter(|&id| {
            let location = profile.locations.get(id);
            let asked = location.mapping == Some(of) && location.address.0 != 0;
            asked && profile.locations.lines(id).is_empty()
        });
        let shifted = ids.map(|id| {
            let address = profile.locations.get(id).address.0;
            let there = address.checked_add_signed(by);
            there.map(|there| (there, id)).ok_or(RemoteFailure::Address { address, by })
        });
        Ok(Self { addresses: shifted.collect::<Result<_, _>>()? })
    }

    fn text(&self) -> String {
        let addresses = self.addresses.iter().map(|(address, _)| format!("{address:#x}"));
        addresses.collect::<Vec<_>>().join("+")
    }

    /// What the reply says about the addresses. A name given twice for an address counts once, the
    /// last time.
    fn answers(&self, reply: &[u8]) -> Answers {
        let asked: HashMap<u64, (), FixedState> =
            self.addresses.iter().map(|(address, _)| (*address, ())).collect();
        // What does not end in a line end may be cut off.
        let whole = reply.rsplitn(2, |&byte| byte == b'\n').nth(1).unwrap_or_default();
        let rows = whole.split(|&byte| byte == b'\n').filter_map(name);
        let names: HashMap<u64, &[u8], FixedState> =
            rows.filter(|(address, _)| asked.contains_key(address)).collect();
        let mut answers = Answers::default();
        let mut known: HashMap<&[u8], usize, FixedState> = HashMap::default();
        for (address, location) in &self.addresses {
            let Some(&name) = names.get(address) else { continue };
            let function = *known.entry(name).or_insert_with(|| {
                answers.functions.push(FoundFunction {
                    name: name.to_vec(),
                    system_name: name.to_vec(),
                    file: String::new(),
                    start_line: 0,
                });
                answers.functions.len() - 1
            });
            answers.frames.push(FoundFrame { function, line: 0, column: 0 });
            answers.ends.push((*location, answers.frames.len()));
        }
        answers
    }
}

/// Address and name of a line `0x.. name`, anything before it left out.
fn name(line: &[u8]) -> Option<(u64, &[u8])> {
    let starts = line.windows(2).enumerate().filter(|(_, pair)| pair == b"0x");
    starts.map(|(at, _)| at + 2).find_map(|at| {
        let digits = line[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (digits, rest) = line[at..].split_at(digits);
        let address = u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
        let name = rest.trim_ascii_start();
        (name.len() < rest.len()).then_some((address, name))
    })
}

/// `profile` with the names of `answers`, which know no files and lines. The mappings that were asked
/// for count as named, whatever the server knew.
fn named(profile: &Profile, answers: &[Answers], asked: &[Id<Mapping>]) -> Profile {
    let named = apply(profile, answers);
    let mut mappings = Table::clone(&profile.mappings);
    for mapping in asked {
        mappings.rows_mut()[mapping.row()].resolved.functions = true;
    }
    Profile { mappings: Arc::new(mappings), ..named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_reply_is_an_address_and_a_name() {
        for (line, expected) in [
            ("0x10 main", Some((16, "main"))),
            ("0x10\tstd::vector<int> f(a, b)\r", Some((16, "std::vector<int> f(a, b)\r"))),
            ("  at 0xffffffffffffffff x", Some((u64::MAX, "x"))),
            ("0x 0xg 0x1 y", Some((1, "y"))),
            ("0x1ffffffffffffffff too long", None),
            ("num_symbols: 1", None),
            ("0x10main", None),
            ("0x10 ", Some((16, ""))),
            ("0x", None),
        ] {
            let found = name(line.as_bytes());
            assert_eq!(found, expected.map(|(at, name)| (at, name.as_bytes())), "{line}");
        }
    }
}
