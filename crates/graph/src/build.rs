//! From a profile to a trimmed call graph.

use heapwise_profile::{Id, Profile};

use crate::edge_sums::sum_edges;
use crate::frames::Frames;
use crate::node_sums::sum_nodes;
use crate::order::sort_nodes;
use crate::{Edge, Graph, Names, Node, Request};

impl Graph {
    /// Builds the call graph of `profile`, trimmed in three steps.
    ///
    /// 1. Nodes whose |cum| is below the cut-off are dropped. Edges jump over what is gone, and the
    ///    flat value of a dropped leaf is gone with it.
    /// 2. Of the rest, the first `node_count` in the order asked for are selected.
    /// 3. Edges whose |weight| is below the cut-off are dropped.
    ///
    /// Cut-offs are fractions of the sum of flat values of the whole graph. What equals the cut-off
    /// stays; a cut-off of 0 drops nothing.
    pub fn build(profile: &Profile, request: &Request<'_>) -> Self {
        let (mut frames, identities) = Frames::of(profile, request.naming);
        let names = Names::of(&identities);
        let nodes = sum_nodes(profile, &frames, identities.len(), request.value);
        let mut order = present(&nodes, request.drop_negative);
        let whole = order.len();
        let flat = order.iter().map(|id| nodes[id.row()].flat.sum).fold(0, i64::wrapping_add);

        let low = cutoff(flat, request.trim.node_fraction);
        if low > 0 {
            order.retain(|id| nodes[id.row()].cum.sum.wrapping_abs() >= low);
        }
        let candidates = order.len();
        sort_nodes(&mut order, request.order, &nodes, &names, &identities);
        if request.trim.node_count > 0 {
            // The reference takes |i64::MIN| for negative, and what is negative for too small.
            order.retain(|id| nodes[id.row()].cum.sum != i64::MIN);
            order.truncate(request.trim.node_count);
        }

        let shown = membership(&order, nodes.len());
        if order.len() < whole {
            frames.retain(&shown);
        }
        let mut edges = Vec::new();
        if request.edges {
            edges = sum_edges(profile, &frames, request.value);
            trim_edges(&mut edges, &shown, cutoff(flat, request.trim.edge_fraction));
        }
        let dropped_nodes = whole - candidates;
        Self { identities, names, nodes, order, edges, dropped_nodes, candidates }
    }
}

/// |`total` * `fraction`|, truncated, in the unit of the total. What no `i64` holds is `i64::MIN`,
/// which is below every value and drops nothing.
pub fn cutoff(total: i64, fraction: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let share = total as f64 * fraction;
    if (-LIMIT..LIMIT).contains(&share) { (share as i64).wrapping_abs() } else { i64::MIN }
}

/// The nodes of the whole graph: those with a value, and none that is negative if asked for.
fn present(nodes: &[Node], drop_negative: bool) -> Vec<Id<Node>> {
    let shown = |node: &Node| {
        let (flat, cum) = (node.flat.sum, node.cum.sum);
        let negative = flat < 0 || (flat == 0 && cum < 0);
        (flat != 0 || cum != 0) && !(drop_negative && negative)
    };
    let rows = nodes.iter().enumerate().filter(|(_, node)| shown(node));
    rows.map(|(row, _)| Id::from_row(row)).collect()
}

/// For each of `count` nodes, whether it is in `order`.
fn membership(order: &[Id<Node>], count: usize) -> Vec<bool> {
    let mut members = vec![false; count];
    for id in order {
        members[id.row()] = true;
    }
    members
}

/// Drops light edges between nodes of the graph; those to nodes that it does not show stay.
fn trim_edges(edges: &mut Vec<Edge>, shown: &[bool], cutoff: i64) {
    let heavy = |edge: &Edge| edge.weight.sum.wrapping_abs() >= cutoff;
    edges.retain(|edge| !shown[edge.target.row()] || heavy(edge));
}

#[cfg(test)]
mod tests;
