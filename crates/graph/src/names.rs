//! The printable names of nodes.

use std::sync::Arc;

use heapwise_profile::Id;

use crate::{Identities, Node};

/// The printable name of every node, side by side in one buffer.
#[derive(Clone, Debug)]
pub struct Names {
    ends: Vec<usize>,
    bytes: Vec<u8>,
    /// The row of the name of each node, where nodes share names.
    shared: Option<Arc<[u32]>>,
}

impl Names {
    /// The names of all of `identities`.
    pub fn of(identities: &Identities) -> Self {
        let ends = Vec::with_capacity(identities.len());
        let mut names = Self { ends, bytes: Vec::new(), shared: None };
        for row in 0..identities.len() {
            identities.write_printable(Id::from_row(row), &mut names.bytes);
            names.ends.push(names.bytes.len());
        }
        names
    }

    /// The same names for nodes that share them: the row of each node's name.
    pub(crate) fn shared_by(self, rows: Arc<[u32]>) -> Self {
        Self { shared: Some(rows), ..self }
    }

    /// The name of a node.
    #[inline]
    pub fn get(&self, node: Id<Node>) -> &[u8] {
        let row = self.shared.as_ref().map_or(node.row(), |rows| rows[node.row()] as usize);
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }
}
