//! Edges that a picture does without.

use heapwise_profile::Id;

use crate::order::compare_edges;
use crate::{Edge, Names, Node};

/// Removes residual edges where other edges lead from the source to the target anyway.
///
/// Nodes go from last to first, the edges that end at one from light to heavy; the first that is not
/// residual keeps the heavier ones.
pub(crate) fn remove_redundant(
    edges: &mut Vec<Edge>,
    order: &[Id<Node>],
    nodes: usize,
    names: &Names,
) {
    if !edges.iter().any(|edge| edge.residual) {
        return;
    }
    let mut incoming: Vec<Vec<Edge>> = vec![Vec::new(); nodes];
    edges.sort_unstable_by(|a, b| compare_edges(a, b, names));
    for &edge in &*edges {
        incoming[edge.target.row()].push(edge);
    }
    for &node in order.iter().rev() {
        let mut at = incoming[node.row()].len();
        while at > 0 && incoming[node.row()][at - 1].residual {
            at -= 1;
            if reaches(incoming[node.row()][at], &incoming) {
                incoming[node.row()].remove(at);
            }
        }
    }
    *edges = incoming.concat();
}

/// Whether a way leads from the source of `edge` to its target without it.
fn reaches(edge: Edge, incoming: &[Vec<Edge>]) -> bool {
    let mut seen = vec![false; incoming.len()];
    seen[edge.target.row()] = true;
    let mut open = vec![edge.target];
    while let Some(node) = open.pop() {
        let others = incoming[node.row()]
            .iter()
            .filter(|other| (other.source, other.target) != (edge.source, edge.target));
        for other in others {
            if other.source == edge.source {
                return true;
            }
            if !std::mem::replace(&mut seen[other.source.row()], true) {
                open.push(other.source);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::profile;
    use crate::{Frames, Naming, Weight};

    fn edge(source: usize, target: usize, sum: i64, residual: bool) -> Edge {
        let (source, target) = (Id::from_row(source), Id::from_row(target));
        Edge { source, target, weight: Weight { sum, divisor: 0 }, residual, inline: false }
    }

    #[test]
    fn a_way_around_makes_an_edge_redundant() {
        let profile = profile(&[("a b c d", &[1])]);
        let naming = Naming { shown_file: &<[u8]>::to_vec, objects: false };
        let names = Names::of(&Frames::of(&profile, naming).1);
        let order: Vec<Id<Node>> = (0..4).map(Id::from_row).collect();
        let path = [edge(0, 1, 9, false), edge(1, 2, 9, false)];
        let left = |extra: &[Edge]| {
            let mut edges = [&path[..], extra].concat();
            remove_redundant(&mut edges, &order, 4, &names);
            edges.len() - path.len()
        };
        assert_eq!(left(&[edge(0, 2, 1, true)]), 0);
        assert_eq!(left(&[edge(0, 2, 1, false)]), 1);
        assert_eq!(left(&[edge(0, 3, 1, true)]), 1);
        // A heavier residual edge stays: a lighter one that is not residual stops the search.
        assert_eq!(left(&[edge(0, 2, 10, true)]), 1);
    }
}
