//! Nodes and edges.

use heapwise_profile::Id;

use crate::order::compare_edges;
use crate::{Identities, Names, Tags};

/// A vertex: everything of a profile that is the same function, file, line or address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The sum over samples whose leaf is this node.
    pub flat: Weight,
    /// The sum over samples that contain this node, once a sample.
    pub cum: Weight,
}

impl Node {
    /// Adds the sums of other samples.
    #[inline]
    pub(crate) fn add(&mut self, other: Self) {
        self.flat.add(other.flat);
        self.cum.add(other.cum);
    }
}

/// A sum of values, and the sum of their divisors when means are asked for. Sums wrap around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// The sum of values.
    pub sum: i64,
    /// The sum of divisors; 0 for "not divided".
    pub divisor: i64,
}

impl Weight {
    /// The value to show: the mean where there is a divisor, rounded toward zero.
    #[inline]
    pub fn value(self) -> i64 {
        if self.divisor == 0 { self.sum } else { self.sum.wrapping_div(self.divisor) }
    }

    /// With the magnitude of the sum; divisors keep their sign.
    pub(crate) fn absolute(self) -> Self {
        Self { sum: self.sum.wrapping_abs(), ..self }
    }

    #[inline]
    pub(crate) fn add(&mut self, other: Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.divisor = self.divisor.wrapping_add(other.divisor);
    }
}

/// An arc from a caller to what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The caller.
    pub source: Id<Node>,
    /// The callee.
    pub target: Id<Node>,
    /// The sum over samples that contain the call, once a sample.
    pub weight: Weight,
    /// Whether nodes that were trimmed away lie between the two in some sample.
    pub residual: bool,
    /// Whether every one of these calls was inlined.
    pub inline: bool,
}

/// A call graph after trimming.
///
/// Nodes are rows of `identities`, `names` and `nodes`; those that are part of the graph are in
/// `order`. An edge may end at a node that is not: one whose values cancel out, or a negative one
/// that was left out.
#[derive(Clone, Debug)]
pub struct Graph {
    /// What tells the nodes apart.
    pub identities: Identities,
    /// What the nodes are called.
    pub names: Names,
    /// The sums of the nodes.
    pub nodes: Vec<Node>,
    /// The nodes of the graph, in the order of the report.
    pub order: Vec<Id<Node>>,
    /// The edges; see [`Adjacency`](crate::Adjacency) for their order.
    pub edges: Vec<Edge>,
    /// What the samples of the nodes are labelled with; nothing but in a picture.
    pub tags: Tags,
    /// How many nodes were dropped because their cum is low.
    pub dropped_nodes: usize,
    /// How many edges were dropped because their weight is low, if that was after the selection of
    /// nodes.
    pub dropped_edges: usize,
    /// How many nodes there were before the first `order.len()` were selected.
    pub candidates: usize,
}

impl Graph {
    /// The nodes of the graph, in order.
    pub fn in_order(&self) -> impl Iterator<Item = (Id<Node>, &Node)> {
        self.order.iter().map(|&id| (id, &self.nodes[id.row()]))
    }

    /// The edges in the order of reports: |weight| downward, then names of source and target.
    pub fn sorted_edges(&self) -> Vec<Edge> {
        let mut edges = self.edges.clone();
        edges.sort_unstable_by(|a, b| compare_edges(a, b, &self.names));
        edges
    }
}
