//! Nodes that are told apart by their callers.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use heapwise_profile::{FixedState, Id, Profile};

use crate::frames::{Frame, Frames};
use crate::{Edge, Node, Value, Weight};

/// No node.
const NONE: u32 = u32::MAX;

/// The stacks of a profile, merged where they begin with the same nodes at the root.
///
/// A parent has a lower row than its children. Recursion is not folded.
#[derive(Clone, Debug)]
pub(crate) struct CallTree {
    branches: Vec<Branch>,
    /// For each sample, the row of its leaf.
    leaves: Vec<u32>,
}

/// A node of a call tree.
#[derive(Clone, Copy, Debug)]
struct Branch {
    parent: u32,
    /// What it is, apart from its callers.
    identity: u32,
    sums: Node,
    /// Whether every one of its calls was inlined.
    inline: bool,
    /// Whether it was trimmed away.
    absent: bool,
}

/// The way from a branch to the next one above it that is present.
#[derive(Clone, Copy)]
struct Link {
    source: u32,
    residual: bool,
    inline: bool,
}

impl CallTree {
    /// The tree of all samples of `profile`.
    pub fn of(profile: &Profile, frames: &Frames, value: Value) -> Self {
        let samples = &profile.samples;
        let mut growth = Growth::default();
        let mut leaves = Vec::with_capacity(samples.len());
        for row in 0..samples.len() {
            let mut branch = NONE;
            if let Some(weight) = value.weight(samples.values(row)) {
                let stack = samples.stack(row).iter().rev();
                for &frame in stack.flat_map(|&location| frames.at(location)) {
                    branch = growth.visit(branch, frame, weight);
                }
                if let Some(leaf) = growth.branches.get_mut(branch as usize) {
                    leaf.sums.flat.add(weight);
                }
            }
            leaves.push(branch);
        }
        Self { branches: growth.branches, leaves }
    }

    /// The sums of the nodes.
    pub fn sums(&self) -> Vec<Node> {
        self.branches.iter().map(|branch| branch.sums).collect()
    }

    /// For each node, the row of its identity.
    pub fn identities(&self) -> Arc<[u32]> {
        self.branches.iter().map(|branch| branch.identity).collect()
    }

    /// Takes nodes away; what they call hangs on their callers.
    pub fn remove(&mut self, nodes: impl Iterator<Item = Id<Node>>) {
        for node in nodes {
            self.branches[node.row()].absent = true;
        }
    }

    /// An edge for each node that is present and has a caller.
    pub fn edges(&self) -> Vec<Edge> {
        let mut links: Vec<Link> = Vec::with_capacity(self.branches.len());
        let mut edges = Vec::new();
        for (row, branch) in self.branches.iter().enumerate() {
            let link = branch.link(&self.branches, &links);
            links.push(link);
            if !branch.absent && link.source != NONE {
                edges.push(Edge {
                    source: Id::from_row(link.source as usize),
                    target: Id::from_row(row),
                    weight: branch.sums.cum,
                    residual: link.residual,
                    inline: link.inline,
                });
            }
        }
        edges
    }

    /// The leaf of a sample, if its stack is not empty.
    pub fn leaf(&self, sample: usize) -> Option<Id<Node>> {
        let row = self.leaves[sample];
        (row != NONE).then(|| Id::from_row(row as usize))
    }

    /// The nodes of a sample, leaf first.
    pub fn path(&self, sample: usize) -> impl Iterator<Item = Id<Node>> {
        let parent = |node: &Id<Node>| {
            let row = self.branches[node.row()].parent;
            (row != NONE).then(|| Id::from_row(row as usize))
        };
        std::iter::successors(self.leaf(sample), parent)
    }
}

impl Branch {
    /// The way up; `links` are those of the branches before this one.
    fn link(&self, branches: &[Self], links: &[Link]) -> Link {
        let direct = Link { source: self.parent, residual: false, inline: self.inline };
        match branches.get(self.parent as usize) {
            Some(parent) if parent.absent => {
                let above = links[self.parent as usize];
                Link { source: above.source, residual: true, inline: self.inline && above.inline }
            }
            _ => direct,
        }
    }
}

/// A call tree while samples are added.
#[derive(Default)]
struct Growth {
    branches: Vec<Branch>,
    /// Rows of `branches` by parent and identity.
    rows: HashTable<u32>,
}

impl Growth {
    /// Adds `weight` to the child of `parent` that `frame` stands for, and returns its row.
    fn visit(&mut self, parent: u32, frame: Frame, weight: Weight) -> u32 {
        let row = self.row(parent, frame.row() as u32);
        let branch = &mut self.branches[row as usize];
        branch.sums.cum.add(weight);
        branch.inline &= frame.inlined();
        row
    }

    fn row(&mut self, parent: u32, identity: u32) -> u32 {
        let branches = &self.branches;
        let same = |&row: &u32| {
            let branch = &branches[row as usize];
            branch.parent == parent && branch.identity == identity
        };
        let hash = hash_of(parent, identity);
        if let Some(&row) = self.rows.find(hash, same) {
            return row;
        }
        let row = self.branches.len() as u32;
        let sums = Node::default();
        self.branches.push(Branch { parent, identity, sums, inline: true, absent: false });
        let branches = &self.branches;
        self.rows.insert_unique(hash, row, |&row| {
            let branch = &branches[row as usize];
            hash_of(branch.parent, branch.identity)
        });
        row
    }
}

fn hash_of(parent: u32, identity: u32) -> u64 {
    FixedState::default().hash_one(u64::from(parent) << 32 | u64::from(identity))
}
