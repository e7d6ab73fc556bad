//! From a profile to a trimmed call graph.

use heapwise_profile::{Id, Profile};

use crate::frames::Frames;
use crate::order::sort_nodes;
use crate::walk::{Sums, walk};
use crate::{Graph, Identities, Names, Node, Request};

impl Graph {
    /// Builds the call graph of `profile`, and trims it in three steps.
    ///
    /// 1. Nodes whose |cum| is below the cut-off are dropped, and the rest is summed up again: edges
    ///    jump over what is gone, and the flat value of a dropped leaf is gone with it.
    /// 2. The first `node_count` nodes in the order asked for are selected, and summed up again.
    /// 3. Edges whose |weight| is below the cut-off are dropped.
    ///
    /// Cut-offs are fractions of the sum of flat values of the whole graph. What equals the cut-off
    /// stays; a cut-off of 0 drops nothing.
    pub fn build(profile: &Profile, request: &Request<'_>) -> Self {
        let (frames, identities) = Frames::of(profile, request.naming);
        let names = Names::of(&identities);
        let mut draft = Draft { profile, request, frames, identities, names };
        let mut sums = draft.sum();
        let mut order = draft.present(&sums);
        let flat = order.iter().map(|id| sums.nodes[id.row()].flat.sum).fold(0, i64::wrapping_add);

        let whole = order.len();
        let node_cutoff = cutoff(flat, request.trim.node_fraction);
        if node_cutoff > 0 {
            order.retain(|id| sums.nodes[id.row()].cum.sum.wrapping_abs() >= node_cutoff);
            if order.len() < whole {
                (sums, order) = draft.keep(&order);
            }
        }
        draft.sort(&mut order, &sums);

        let candidates = order.len();
        let node_count = request.trim.node_count;
        if 0 < node_count && node_count < candidates {
            (sums, order) = draft.keep(&order[..node_count]);
            draft.sort(&mut order, &sums);
        }
        trim_edges(&mut sums, &order, cutoff(flat, request.trim.edge_fraction));
        let dropped_nodes = whole - candidates;
        let Draft { identities, names, .. } = draft;
        let Sums { nodes, edges } = sums;
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

/// A graph in the making.
struct Draft<'a> {
    profile: &'a Profile,
    request: &'a Request<'a>,
    frames: Frames,
    identities: Identities,
    names: Names,
}

impl Draft<'_> {
    fn sum(&self) -> Sums {
        walk(self.profile, &self.frames, self.identities.len(), self.request.value)
    }

    /// The nodes that the graph shows: those with a value, and none that is negative if asked for.
    fn present(&self, sums: &Sums) -> Vec<Id<Node>> {
        let ids = (0..sums.nodes.len()).map(Id::from_row);
        ids.filter(|id: &Id<Node>| {
            let (flat, cum) = (sums.nodes[id.row()].flat.sum, sums.nodes[id.row()].cum.sum);
            let negative = flat < 0 || (flat == 0 && cum < 0);
            (flat != 0 || cum != 0) && !(self.request.drop_negative && negative)
        })
        .collect()
    }

    /// Sums up again with only `kept` nodes.
    fn keep(&mut self, kept: &[Id<Node>]) -> (Sums, Vec<Id<Node>>) {
        let mut keep = vec![false; self.identities.len()];
        for id in kept {
            keep[id.row()] = true;
        }
        self.frames.retain(&keep);
        let sums = self.sum();
        let order = self.present(&sums);
        (sums, order)
    }

    fn sort(&self, order: &mut [Id<Node>], sums: &Sums) {
        sort_nodes(order, self.request.order, &sums.nodes, &self.names, &self.identities);
    }
}

/// Drops light edges between nodes of the graph; those to nodes that it does not show stay.
fn trim_edges(sums: &mut Sums, order: &[Id<Node>], cutoff: i64) {
    let mut present = vec![false; sums.nodes.len()];
    for id in order {
        present[id.row()] = true;
    }
    sums.edges
        .retain(|edge| !present[edge.target.row()] || edge.weight.sum.wrapping_abs() >= cutoff);
}
