//! The stacks of a profile as ways through nodes.

use heapwise_profile::{Id, Profile};

use crate::bits::Bits;
use crate::call_tree::CallTree;
use crate::edge_sums::sum_edges;
use crate::edge_weights::EdgeWeights;
use crate::frames::Frames;
use crate::inlined::edges_to_inlined;
use crate::node_sums::sum_nodes;
use crate::runs::Wanted;
use crate::{Edge, Identities, Names, Node, Request, Value};

/// The stacks of a profile as ways through nodes.
pub(crate) struct Stacks<'a> {
    pub profile: &'a Profile,
    pub value: Value,
    shape: Shape,
}

enum Shape {
    /// A node is the same wherever it is called.
    Folded {
        frames: Frames,
        /// How many nodes there are, absent ones included.
        nodes: usize,
    },
    /// A node is another one for each caller.
    Tree(CallTree),
}

/// Which edges are asked for.
#[derive(Clone, Copy)]
pub(crate) enum Which<'a> {
    /// All.
    All,
    /// Those to nodes that were inlined, when edges below a weight do not count.
    OfInlined(i64),
    /// Those that start or end at the nodes for which this, indexed by row, is true.
    At(&'a [bool]),
}

impl<'a> Stacks<'a> {
    /// The stacks of `profile`, and the sums, identities and names of their nodes.
    pub fn of(profile: &'a Profile, request: &Request<'_>) -> (Self, Vec<Node>, Identities, Names) {
        let (frames, identities) = Frames::of(profile, request.naming);
        let (names, value) = (Names::of(&identities), request.value);
        if !request.call_tree {
            let nodes = sum_nodes(profile, &frames, identities.len(), value);
            let shape = Shape::Folded { frames, nodes: nodes.len() };
            return (Self { profile, value, shape }, nodes, identities, names);
        }
        let tree = CallTree::of(profile, &frames, value);
        let (nodes, rows) = (tree.sums(), tree.identities());
        let (identities, names) = (identities.shared_by(rows.clone()), names.shared_by(rows));
        (Self { profile, value, shape: Shape::Tree(tree) }, nodes, identities, names)
    }

    /// Leaves the nodes for which `shown`, indexed by row, is true. A tree keeps those that are not
    /// of the `whole` graph: they hold branches together.
    pub fn retain(&mut self, whole: &[Id<Node>], shown: &[bool]) {
        match &mut self.shape {
            Shape::Folded { frames, .. } => frames.retain(shown),
            Shape::Tree(tree) => {
                let gone = whole.iter().filter(|node| !shown[node.row()]);
                tree.remove(gone.copied());
            }
        }
    }

    /// The edges between nodes that are there, at least those asked for.
    pub fn edges(&self, which: Which<'_>) -> Vec<Edge> {
        let (profile, value) = (self.profile, self.value);
        let (frames, nodes) = match &self.shape {
            Shape::Tree(tree) => return tree.edges(),
            Shape::Folded { frames, nodes } => (frames, *nodes),
        };
        let sum = |wanted| sum_edges(profile, frames, value, wanted);
        match which {
            Which::All => sum(Wanted::All),
            Which::At(ends) => sum(Wanted::At(ends)),
            Which::OfInlined(light) => edges_to_inlined(profile, frames, nodes, value, light),
        }
    }

    /// What all edges between nodes that are there weigh; nothing for a tree, which has its edges, or
    /// for too many nodes.
    pub fn edge_weights(&self) -> Option<EdgeWeights> {
        match &self.shape {
            Shape::Tree(_) => None,
            Shape::Folded { frames, nodes } => {
                EdgeWeights::of(self.profile, frames, *nodes, self.value)
            }
        }
    }

    /// The locations that stand for any wanted node.
    pub fn locations_with(&self, wanted: impl Fn(Id<Node>) -> bool) -> Bits {
        match &self.shape {
            Shape::Tree(_) => Bits::default(),
            Shape::Folded { frames, .. } => {
                Bits::of(frames.locations_with(|frame| frame.node().is_some_and(&wanted)))
            }
        }
    }

    /// Calls `visit` with nodes of a sample, leaf first: with at least those for which `among` are
    /// the locations. Recursion visits a node again.
    pub fn visit(&self, sample: usize, among: &Bits, mut visit: impl FnMut(Id<Node>)) {
        match &self.shape {
            Shape::Tree(tree) => tree.path(sample).for_each(visit),
            Shape::Folded { frames, .. } => {
                let stack = self.profile.samples.stack(sample);
                for &location in stack.iter().filter(|&&location| among.has(location)) {
                    let nodes = frames.at(location).iter().rev();
                    nodes.filter_map(|frame| frame.node()).for_each(&mut visit);
                }
            }
        }
    }

    /// The leaf of a sample, if it is there.
    pub fn leaf(&self, sample: usize) -> Option<Id<Node>> {
        match &self.shape {
            Shape::Tree(tree) => tree.leaf(sample),
            Shape::Folded { frames, .. } => {
                let &leaf = self.profile.samples.stack(sample).first()?;
                frames.at(leaf).last()?.node()
            }
        }
    }
}
