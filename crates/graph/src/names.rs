//! The printable names of nodes.

use heapwise_profile::Id;

use crate::{Identities, Node};

/// The printable name of every node, side by side in one buffer.
#[derive(Clone, Debug)]
pub struct Names {
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Names {
    /// The names of all of `identities`.
    pub fn of(identities: &Identities) -> Self {
        let mut names = Self { ends: Vec::with_capacity(identities.len()), bytes: Vec::new() };
        for row in 0..identities.len() {
            identities.write_printable(Id::from_row(row), &mut names.bytes);
            names.ends.push(names.bytes.len());
        }
        names
    }

    /// The name of a node.
    #[inline]
    pub fn get(&self, node: Id<Node>) -> &[u8] {
        let row = node.row();
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }
}
