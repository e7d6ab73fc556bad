//! The edges of each node.

use heapwise_profile::Id;

use crate::order::compare_edges;
use crate::{Edge, Graph, Node};

/// The edges that end and that start at each node of a graph.
///
/// A graph may have a million edges of which a report shows few: lists are put in order when they
/// are asked for.
#[derive(Clone, Debug)]
pub struct Adjacency<'g> {
    graph: &'g Graph,
    incoming: Lists,
    outgoing: Lists,
}

impl<'g> Adjacency<'g> {
    /// The edges of every node of `graph`.
    pub fn of(graph: &'g Graph) -> Self {
        Self {
            graph,
            incoming: Lists::by(graph, |edge| edge.target),
            outgoing: Lists::by(graph, |edge| edge.source),
        }
    }

    /// The edges from the callers of `node`, in the order of reports: |weight| downward, then names
    /// of source and target.
    pub fn incoming(&self, node: Id<Node>) -> Vec<Edge> {
        self.sorted(self.incoming.get(node))
    }

    /// The edges to what `node` calls, in the same order.
    pub fn outgoing(&self, node: Id<Node>) -> Vec<Edge> {
        self.sorted(self.outgoing.get(node))
    }

    /// Whether `node` calls nothing.
    pub fn is_leaf(&self, node: Id<Node>) -> bool {
        self.outgoing.get(node).is_empty()
    }

    fn sorted(&self, rows: &[u32]) -> Vec<Edge> {
        let mut edges: Vec<Edge> = rows.iter().map(|&row| self.graph.edges[row as usize]).collect();
        edges.sort_unstable_by(|a, b| compare_edges(a, b, &self.graph.names));
        edges
    }
}

/// Rows of edges grouped by one end; those of a node end at `ends[row]` and start where the row before
/// ends.
#[derive(Clone, Debug)]
struct Lists {
    ends: Vec<u32>,
    rows: Vec<u32>,
}

impl Lists {
    /// Groups the edges of `graph` by the node that `end` picks.
    fn by(graph: &Graph, end: impl Fn(&Edge) -> Id<Node>) -> Self {
        let mut ends = vec![0; graph.nodes.len()];
        for edge in &graph.edges {
            ends[end(edge).row()] += 1;
        }
        let mut sum = 0;
        for count in &mut ends {
            // For now, where the list starts.
            sum += std::mem::replace(count, sum);
        }
        let mut rows = vec![0; graph.edges.len()];
        for (row, edge) in (0..).zip(&graph.edges) {
            let place = &mut ends[end(edge).row()];
            rows[*place as usize] = row;
            *place += 1;
        }
        Self { ends, rows }
    }

    fn get(&self, node: Id<Node>) -> &[u32] {
        let row = node.row();
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.rows[start as usize..self.ends[row] as usize]
    }
}
