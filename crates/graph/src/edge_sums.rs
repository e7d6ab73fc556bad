//! From samples to edges.

use std::ops::Range;

use heapwise_profile::{Id, Profile};

use crate::edge_table::EdgeTable;
use crate::frames::Frames;
use crate::parts::{at_once, cut};
use crate::runs::{Call, Runs, Step, Wanted};
use crate::{Edge, Node, Value, Weight};

/// The wanted edges between the nodes of `frames` that are present.
///
/// Stacks are walked from root to leaf. An edge gets the weight of a sample once, however often the
/// call occurs in it. Absent nodes are jumped over, which makes the edge residual. A node that calls
/// itself gets no edge for it.
///
/// Edges come in the order of their sources; those of one source in the order in which samples first
/// have them.
pub(crate) fn sum_edges(
    profile: &Profile,
    frames: &Frames,
    value: Value,
    wanted: Wanted<'_>,
) -> Vec<Edge> {
    let rows = profile.samples.len();
    sum_in(cut(rows), &Runs::new(profile, frames, value, wanted), frames, wanted)
}

/// Each of `parts` of the samples has a table of its own; what the later ones have is added to the
/// first.
fn sum_in(
    parts: Vec<Range<usize>>,
    runs: &Runs<'_>,
    frames: &Frames,
    wanted: Wanted<'_>,
) -> Vec<Edge> {
    let tables = at_once(parts, |rows| {
        let mut walk = Walk {
            frames,
            last: vec![LastEdge::default(); frames.slots()],
            table: EdgeTable::new(),
            calls: Vec::new(),
        };
        runs.each(rows, |row, weight, run| walk.add(run, row as u32 + 1, weight, wanted));
        walk.table
    });
    let all = tables.into_iter().reduce(|mut all, table| {
        all.add(table);
        all
    });
    all.map_or_else(Vec::new, EdgeTable::into_edges)
}

struct Walk<'a> {
    frames: &'a Frames,
    /// For each slot of the frames, the edge that led away from it last. A slot is a place in the
    /// program, and most places call one function: the table of edges is seldom asked.
    last: Vec<LastEdge>,
    table: EdgeTable,
    /// The calls of one run, to be used again.
    calls: Vec<Call>,
}

/// The target of an edge, plus 1 so that no node is 0, and the row of the edge.
#[derive(Clone, Copy, Debug, Default)]
struct LastEdge {
    target: u32,
    row: u32,
}

impl Walk<'_> {
    /// Adds a sample to the wanted edges along a run. What is found again is not added twice.
    fn add(&mut self, run: &[Step], sample: u32, weight: Weight, wanted: Wanted<'_>) {
        self.calls.clear();
        for pair in run.windows(2) {
            let call = Call::between(pair[0], pair[1], self.frames);
            // Every run goes here: a bit instead of branches, which would be as good as random.
            let counts = (call.source != call.target) & wanted.has(&call);
            self.calls.push(call);
            self.calls.truncate(self.calls.len() - usize::from(!counts));
        }
        for at in 0..self.calls.len() {
            let call = self.calls[at];
            let row = self.row(call.source, call.from as usize, call.target);
            self.table.traverse(row, sample, weight, call.residual, call.inlined);
        }
    }

    /// The row of the edge from `source`, found in slot `from`, to `target`; made if it is new.
    #[inline]
    fn row(&mut self, source: Id<Node>, from: usize, target: Id<Node>) -> usize {
        let key = target.row() as u32 + 1;
        let last = self.last[from];
        if last.target == key {
            return last.row as usize;
        }
        let row = self.table.row(source, target);
        self.last[from] = LastEdge { target: key, row: row as u32 };
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inlined::edges_to_inlined;
    use crate::test_profile::profile;
    use crate::{Aggregation, Naming, aggregate};

    #[test]
    fn edges_do_not_depend_on_the_parts() {
        let mut stacks = Vec::new();
        let mut state = 7_u32;
        for row in 0..600_i64 {
            let (mut stack, mut caller) = (String::from("main"), 2);
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let callee = state >> 28;
                let inline = if caller % 3 < 2 && callee % 4 == 1 { "+" } else { " " };
                stack += &format!("{inline}f{callee}");
                caller = callee;
            }
            stacks.push((stack, [row - 40]));
        }
        let rows: Vec<(&str, &[i64])> =
            stacks.iter().map(|(stack, values)| (&stack[..], &values[..])).collect();
        let profile = aggregate(&profile(&rows), Aggregation::default());
        let naming = Naming { shown_file: &<[u8]>::to_vec, objects: false };
        let (mut frames, identities) = Frames::of(&profile, naming);
        let nodes = identities.len();
        let keep: Vec<bool> = (0..nodes).map(|row| row % 7 != 3).collect();
        frames.retain(&keep);
        let value = Value { index: 0, mean: false };
        let runs = Runs::new(&profile, &frames, value, Wanted::All);
        let sum = |parts: &[Range<usize>]| sum_in(parts.to_vec(), &runs, &frames, Wanted::All);
        let count = profile.samples.len();
        let whole = sum(&[0..0, 0..count]);
        assert!(whole.len() > 100 && whole.iter().any(|edge| edge.residual));
        for cut in (0..=count).step_by(29) {
            assert_eq!(sum(&[0..cut, cut..count]), whole);
            assert_eq!(sum(&[0..cut / 2, cut / 2..cut, cut..count]), whole);
        }
        let nodes_wanted: Vec<bool> = (0..nodes).map(|row| row % 3 == 0).collect();
        let is_wanted = |node: Id<Node>| nodes_wanted[node.row()];
        let some = |wanted| sum_edges(&profile, &frames, value, wanted);
        let to = whole.iter().copied().filter(|edge| is_wanted(edge.target));
        assert_eq!(some(Wanted::To(&nodes_wanted)), to.collect::<Vec<_>>());
        let mut counts: Vec<usize> = Vec::new();
        for light in [1, 40_000, i64::MAX] {
            let heavy = |edge: &&Edge| edge.weight.sum.abs() >= light;
            let mut inlined = vec![false; nodes];
            let edges = whole.iter().filter(heavy).filter(|edge| edge.inline);
            edges.for_each(|edge| inlined[edge.target.row()] = true);
            let to = |edge: &&Edge| inlined[edge.target.row()] && heavy(edge);
            let found = edges_to_inlined(&profile, &frames, nodes, value, light);
            assert!(found.iter().filter(to).eq(whole.iter().filter(to)));
            counts.push(found.len());
        }
        assert!(counts.is_sorted_by(|a, b| a >= b) && counts[0] > counts[2], "{counts:?}");
        let at = whole.iter().copied();
        let at = at.filter(|edge| is_wanted(edge.source) || is_wanted(edge.target));
        assert_eq!(some(Wanted::At(&nodes_wanted)), at.collect::<Vec<_>>());
    }
}
