//! The edges of each node.

use heapwise_profile::Id;

use crate::order::compare_edges;
use crate::{Edge, Graph, Node};

/// The edges that end and that start at each node of a graph, each list in the order of reports:
/// |weight| downward, then names of source and target.
#[derive(Clone, Debug)]
pub struct Adjacency {
    incoming: Lists,
    outgoing: Lists,
}

impl Adjacency {
    /// The edges of every node of `graph`.
    pub fn of(graph: &Graph) -> Self {
        let mut edges = graph.edges.clone();
        edges.sort_unstable_by(|a, b| compare_edges(a, b, &graph.names));
        let nodes = graph.nodes.len();
        Self {
            incoming: Lists::by(&edges, nodes, |edge| edge.target),
            outgoing: Lists::by(&edges, nodes, |edge| edge.source),
        }
    }

    /// The edges from the callers of `node`.
    pub fn incoming(&self, node: Id<Node>) -> &[Edge] {
        self.incoming.get(node)
    }

    /// The edges to what `node` calls.
    pub fn outgoing(&self, node: Id<Node>) -> &[Edge] {
        self.outgoing.get(node)
    }
}

/// Edges grouped by one end; those of a node end at `ends[row]` and start where the row before ends.
#[derive(Clone, Debug)]
struct Lists {
    ends: Vec<u32>,
    edges: Vec<Edge>,
}

impl Lists {
    /// Groups `edges` by the node that `end` picks, and keeps their order within a node.
    fn by(edges: &[Edge], nodes: usize, end: impl Fn(&Edge) -> Id<Node>) -> Self {
        let mut ends = vec![0; nodes];
        let mut grouped = edges.to_vec();
        grouped.sort_by_key(|edge| end(edge));
        for edge in &grouped {
            ends[end(edge).row()] += 1;
        }
        let mut sum = 0;
        for count in &mut ends {
            sum += *count;
            *count = sum;
        }
        Self { ends, edges: grouped }
    }

    fn get(&self, node: Id<Node>) -> &[Edge] {
        let row = node.row();
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.edges[start as usize..self.ends[row] as usize]
    }
}
