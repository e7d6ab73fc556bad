//! How much a node tells about a program.

use crate::{Edge, Node};

/// For each node, its cum times the entropy of what flows into and out of it, plus its flat value:
/// nodes where many calls meet or part come before those on a single path.
///
/// With p the share of an edge, or of the node's own flat value, in what flows through one side, the
/// entropy of that side is the sum of -p * log2(p); that of a side without edges is 1.
pub(crate) fn scores(nodes: &[Node], edges: impl Iterator<Item = Edge> + Clone) -> Vec<i64> {
    let mut incoming = vec![Side::default(); nodes.len()];
    let mut outgoing: Vec<Side> = nodes.iter().map(|node| Side::of(node.flat.sum)).collect();
    for edge in edges.clone() {
        incoming[edge.target.row()].count(edge.weight.sum);
        outgoing[edge.source.row()].count(edge.weight.sum);
    }
    for edge in edges {
        incoming[edge.target.row()].add(edge.weight.sum);
        outgoing[edge.source.row()].add(edge.weight.sum);
    }
    let score = |((node, incoming), outgoing): ((&Node, &Side), &Side)| {
        let entropy = incoming.entropy() + outgoing.entropy();
        whole(entropy * node.cum.sum as f64).wrapping_add(node.flat.sum)
    };
    nodes.iter().zip(&incoming).zip(&outgoing).map(score).collect()
}

/// The edges on one side of a node.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// The node's own flat value, where it belongs to this side.
    own: i64,
    total: i64,
    edges: bool,
    sum: f64,
}

impl Side {
    fn of(own: i64) -> Self {
        Self { own, total: own, ..Self::default() }
    }

    fn count(&mut self, weight: i64) {
        self.edges = true;
        if weight > 0 {
            self.total = self.total.wrapping_add(weight);
        }
    }

    fn add(&mut self, weight: i64) {
        if self.total != 0 {
            self.sum += information(weight, self.total);
        }
    }

    fn entropy(&self) -> f64 {
        if !self.edges {
            return 1.0;
        }
        if self.total != 0 && self.own > 0 {
            return self.sum + information(self.own, self.total);
        }
        self.sum
    }
}

/// What a share of `weight` in `total` adds to an entropy.
fn information(weight: i64, total: i64) -> f64 {
    let share = weight.wrapping_abs() as f64 / total as f64;
    -share * share.log2()
}

/// The whole part; what no `i64` holds is `i64::MIN`.
fn whole(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}

#[cfg(test)]
mod tests {
    use heapwise_profile::Id;

    use super::*;
    use crate::Weight;

    fn node(flat: i64, cum: i64) -> Node {
        let weight = |sum| Weight { sum, divisor: 0 };
        Node { flat: weight(flat), cum: weight(cum) }
    }

    fn edge(source: usize, target: usize, sum: i64) -> Edge {
        let (source, target) = (Id::from_row(source), Id::from_row(target));
        let weight = Weight { sum, divisor: 0 };
        Edge { source, target, weight, residual: false, inline: false }
    }

    #[test]
    fn a_fork_tells_more_than_a_path() {
        let nodes = [node(0, 8), node(0, 8), node(4, 4), node(4, 4)];
        let edges = [edge(0, 1, 8), edge(1, 2, 4), edge(1, 3, 4)];
        // The root: 1 for no callers, 0 for its one callee. The fork: 0 and 1. The leaves: 0 and 1.
        assert_eq!(scores(&nodes, edges.into_iter()), [8, 8, 8, 8]);
        let edges = [edge(1, 2, 2), edge(1, 3, 6)];
        // log2(4) / 4 + log2(4 / 3) * 3 / 4 = 0.811, and 1 for no callers: 14.49 of 8.
        assert_eq!(scores(&nodes, edges.into_iter())[1], 14);
    }

    #[test]
    fn an_edge_that_cancels_out_has_no_information() {
        let nodes = [node(1, 1), node(0, 0)];
        assert_eq!(scores(&nodes, [edge(0, 1, 0)].into_iter())[0], i64::MIN + 1);
    }
}
