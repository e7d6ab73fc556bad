//! What makes two locations the same node.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use heapwise_profile::{FixedState, Id, Line, Location, Profile, RuntimeAddr, Str, Strings};

use crate::path::{base_name, clean};
use crate::{Naming, Node};

/// The facts that tell a node from others.
///
/// A location without lines is told by its address and object file. Otherwise the object file and
/// the start line count only if the function has no name, or on request ([`Naming::objects`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The name of the function, in the strings of the profile; empty if unknown.
    pub name: Str,
    /// The file of the function, clean and as it is shown, in [`Identities::file`]; empty if unknown.
    pub file: Str,
    /// The file of the mapping, in the strings of the profile; empty if it does not count.
    pub object: Str,
    /// The address; 0 if it does not count.
    pub address: RuntimeAddr,
    /// The line at which the function starts; 0 if it does not count.
    pub start_line: i64,
    /// The line number; 0 if unknown.
    pub line: i64,
    /// The column; 0 if unknown.
    pub column: i64,
}

/// The distinct identities in a profile: one a node, unless nodes are told apart by their callers
/// too.
#[derive(Clone, Debug)]
pub struct Identities {
    rows: Vec<Identity>,
    /// The row of the identity of each node, where nodes share identities.
    shared: Option<Arc<[u32]>>,
    strings: Arc<Strings>,
    files: Strings,
}

impl Identities {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The same identities for nodes that share them: the row of each node's identity.
    pub(crate) fn shared_by(self, rows: Arc<[u32]>) -> Self {
        Self { shared: Some(rows), ..self }
    }

    /// What tells `node` from others.
    pub fn get(&self, node: Id<Node>) -> &Identity {
        let row = self.shared.as_ref().map_or(node.row(), |rows| rows[node.row()] as usize);
        &self.rows[row]
    }

    /// The name of the function of `node`.
    pub fn function(&self, node: Id<Node>) -> &[u8] {
        self.strings.get(self.get(node).name)
    }

    /// The file of the function of `node`, clean and as it is shown.
    pub fn file(&self, node: Id<Node>) -> &[u8] {
        self.files.get(self.get(node).file)
    }

    /// The file of the mapping of `node`, where it counts.
    pub fn object(&self, node: Id<Node>) -> &[u8] {
        self.strings.get(self.get(node).object)
    }

    /// Appends the name of `node` as reports print it: address, function, position, whichever are
    /// known; `[object]` when there is neither function nor file, `<unknown>` when there is nothing.
    pub fn write_printable(&self, node: Id<Node>, out: &mut Vec<u8>) {
        let identity = self.get(node);
        let (function, file, object) = (self.function(node), self.file(node), self.object(node));
        let start = out.len();
        let mut part = |text: &[u8]| {
            if out.len() > start {
                out.push(b' ');
            }
            out.extend_from_slice(text);
        };
        if identity.address != RuntimeAddr(0) {
            part(format!("{:016x}", identity.address).as_bytes());
        }
        if !function.is_empty() {
            part(function);
        }
        if identity.line != 0 {
            part(&[file, b":", position(identity).as_bytes()].concat());
        } else if !file.is_empty() {
            part(file);
        } else if function.is_empty() && object.is_empty() {
            part(b"<unknown>");
        } else if function.is_empty() {
            part(&[b"[", base_name(object), b"]"].concat());
        }
    }
}

fn position(identity: &Identity) -> String {
    match identity.column {
        0 => identity.line.to_string(),
        column => format!("{}:{column}", identity.line),
    }
}

/// Gives a row to each distinct identity.
pub(crate) struct Numbering<'a> {
    profile: &'a Profile,
    naming: Naming<'a>,
    identities: Identities,
    rows: HashTable<u32>,
    /// For each string of the profile, the file it is shown as, once it was looked up.
    shown: Vec<Option<Str>>,
}

impl<'a> Numbering<'a> {
    pub fn new(profile: &'a Profile, naming: Naming<'a>) -> Self {
        let identities = Identities {
            rows: Vec::new(),
            shared: None,
            strings: Arc::clone(&profile.strings),
            files: Strings::new(),
        };
        let shown = vec![None; profile.strings.len()];
        Self { profile, naming, identities, rows: HashTable::new(), shown }
    }

    pub fn finish(self) -> Identities {
        self.identities
    }

    /// The row of a location that has no lines.
    pub fn bare(&mut self, location: &Location) -> u32 {
        let object = self.object(location);
        self.row(Identity { address: location.address, object, ..Identity::default() })
    }

    /// The row of one line of a location.
    pub fn line(&mut self, location: &Location, line: &Line) -> u32 {
        let function = &self.profile.functions[line.function];
        let mut identity = Identity {
            name: function.name,
            file: self.file(function.file),
            address: location.address,
            line: line.line,
            column: line.column,
            ..Identity::default()
        };
        if self.naming.objects || function.name == Strings::EMPTY {
            identity.object = self.object(location);
            identity.start_line = function.start_line;
        }
        self.row(identity)
    }

    fn object(&self, location: &Location) -> Str {
        location.mapping.map_or(Strings::EMPTY, |mapping| self.profile.mappings[mapping].file)
    }

    fn file(&mut self, file: Str) -> Str {
        if let Some(shown) = self.shown[file.row()] {
            return shown;
        }
        let shown = clean(&(self.naming.shown_file)(self.profile.text(file)));
        let shown = self.identities.files.intern(&shown);
        self.shown[file.row()] = Some(shown);
        shown
    }

    fn row(&mut self, identity: Identity) -> u32 {
        let hash = hash_of(&identity);
        let rows = &self.identities.rows;
        if let Some(&row) = self.rows.find(hash, |&row| rows[row as usize] == identity) {
            return row;
        }
        let row = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        self.identities.rows.push(identity);
        let rows = &self.identities.rows;
        self.rows.insert_unique(hash, row, |&row| hash_of(&rows[row as usize]));
        row
    }
}

fn hash_of(identity: &Identity) -> u64 {
    FixedState::default().hash_one(identity)
}
