//! The orders of nodes and edges. Each is total, so that output is the same on every run.

use std::cmp::{Ordering, Reverse};

use heapwise_profile::Id;

use crate::{Edge, Identities, Names, Node, Order};

/// Sorts nodes by |value| downward, then by printable name, then by the other |value| downward, then
/// by what the name does not show. Values are sums, not means.
pub(crate) fn sort_nodes(
    order: &mut [Id<Node>],
    by: Order,
    nodes: &[Node],
    names: &Names,
    identities: &Identities,
) {
    sort_by_values(order, names, identities, |id| values(id, by, nodes));
}

/// Sorts nodes by |score| downward, then by printable name, then by |flat| downward.
pub(crate) fn sort_by_score(
    order: &mut [Id<Node>],
    scores: &[i64],
    nodes: &[Node],
    names: &Names,
    identities: &Identities,
) {
    sort_by_values(order, names, identities, |id| {
        (scores[id.row()].wrapping_abs(), nodes[id.row()].flat.sum.wrapping_abs())
    });
}

/// Sorts by the first value downward, by name, then by the second value downward.
fn sort_by_values(
    order: &mut [Id<Node>],
    names: &Names,
    identities: &Identities,
    values: impl Fn(Id<Node>) -> (i64, i64),
) {
    order.sort_unstable_by(|&a, &b| {
        let ((first_a, second_a), (first_b, second_b)) = (values(a), values(b));
        first_b
            .cmp(&first_a)
            .then_with(|| names.get(a).cmp(names.get(b)))
            .then_with(|| second_b.cmp(&second_a))
            .then_with(|| compare_hidden(a, b, identities))
    });
}

/// The value to sort by, and the one for ties.
fn values(id: Id<Node>, by: Order, nodes: &[Node]) -> (i64, i64) {
    let node = &nodes[id.row()];
    let (flat, cum) = (node.flat.sum.wrapping_abs(), node.cum.sum.wrapping_abs());
    match by {
        Order::Flat => (flat, cum),
        Order::Cum => (cum, flat),
    }
}

/// Compares what names do not show.
fn compare_hidden(a: Id<Node>, b: Id<Node>, identities: &Identities) -> Ordering {
    let key = |id| (identities.get(id).start_line, identities.object(id), identities.file(id), id);
    key(a).cmp(&key(b))
}

/// Compares edges: by |weight| downward, then by the names of source and target.
pub(crate) fn compare_edges(a: &Edge, b: &Edge, names: &Names) -> Ordering {
    let weight = |edge: &Edge| Reverse(edge.weight.sum.wrapping_abs());
    weight(a)
        .cmp(&weight(b))
        .then_with(|| names.get(a.source).cmp(names.get(b.source)))
        .then_with(|| names.get(a.target).cmp(names.get(b.target)))
        .then_with(|| (a.source, a.target).cmp(&(b.source, b.target)))
}
