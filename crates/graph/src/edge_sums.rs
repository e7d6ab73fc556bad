//! From samples to edges.

use std::ops::Range;

use heapwise_profile::{Id, Location, Profile};

use crate::edge_table::EdgeTable;
use crate::frames::Frames;
use crate::parts::{at_once, part_count};
use crate::walked::{Path, Visit};
use crate::{Edge, Node, Value, Weight};

/// How many samples are looked at to tell how often each node calls.
const PROBES: usize = 512;

/// Which edges are summed. Nodes are those for which the column, indexed by row, is true.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// All.
    All,
    /// Those that start or end at one of the nodes.
    At(&'a [bool]),
    /// Those that end at one of the nodes.
    To(&'a [bool]),
}

/// The wanted edges between the nodes of `frames` that are present. `frames` has `nodes` identities.
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
    nodes: usize,
    value: Value,
    wanted: Wanted<'_>,
) -> Vec<Edge> {
    sum_in(shares(profile, frames, nodes), profile, frames, value, wanted)
}

/// Every part walks all samples, and sums the edges of its own sources. So an edge is in one table
/// only, and nothing is to be merged.
fn sum_in(
    shares: Vec<Range<usize>>,
    profile: &Profile,
    frames: &Frames,
    value: Value,
    wanted: Wanted<'_>,
) -> Vec<Edge> {
    let samples = &profile.samples;
    let present = frames.spans_with(|frame| frame.node().is_some());
    let has_target = match wanted {
        Wanted::To(nodes) => with_any(frames, nodes),
        _ => Vec::new(),
    };
    let parts = at_once(shares, |sources| {
        let mut walk = Walk {
            path: Path::new(frames, &present),
            last: vec![LastEdge::default(); frames.slots()],
            table: EdgeTable::new(),
            sources: sources.clone(),
            calls: Vec::new(),
        };
        let weighed =
            (0..samples.len()).filter_map(|row| Some((row, value.weight(samples.values(row))?)));
        for (sample, (row, weight)) in (1..).zip(weighed) {
            let stack = samples.stack(row);
            match wanted {
                Wanted::All => walk.stack(stack, sample, weight, |_, _| true),
                Wanted::At(nodes) => walk.stack(stack, sample, weight, |source, target| {
                    nodes[source.row()] | nodes[target.row()]
                }),
                Wanted::To(nodes) => walk.stack_to(nodes, &has_target, stack, sample, weight),
            }
        }
        walk.table.into_edges(sources)
    });
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    parts.for_each(|part| all.extend(part));
    all
}

/// The nodes in ranges, one for each core, in which nodes call about equally often.
fn shares(profile: &Profile, frames: &Frames, nodes: usize) -> Vec<Range<usize>> {
    let samples = &profile.samples;
    let parts = part_count(samples.len());
    if parts == 1 {
        return std::iter::once(0..nodes).collect();
    }
    let mut calls = vec![0_usize; nodes];
    for row in (0..samples.len()).step_by((samples.len() / PROBES).max(1)) {
        let all = samples.stack(row).iter().flat_map(|&location| frames.at(location));
        all.filter_map(|frame| frame.node()).for_each(|node| calls[node.row()] += 1);
    }
    let all: usize = calls.iter().sum();
    let (mut shares, mut start, mut sum) = (Vec::new(), 0, 0);
    for (row, calls) in calls.iter().enumerate() {
        sum += calls;
        if sum * parts > all * (shares.len() + 1) {
            shares.push(start..row + 1);
            start = row + 1;
        }
    }
    shares.push(start..nodes);
    shares
}

/// For each location whether any of its frames is one of `nodes`.
fn with_any(frames: &Frames, nodes: &[bool]) -> Vec<bool> {
    let spans = frames.spans_with(|frame| frame.node().is_some_and(|node| nodes[node.row()]));
    spans.iter().map(|span| !span.is_empty()).collect()
}

struct Walk<'a> {
    path: Path<'a>,
    /// For each slot of the frames, the edge that led away from it last. A slot is a place in the
    /// program, and most places call one function: the table of edges is seldom asked.
    last: Vec<LastEdge>,
    table: EdgeTable,
    /// The nodes whose edges are wanted.
    sources: Range<usize>,
    /// The calls of one path, to be used again.
    calls: Vec<Call>,
}

/// The target of an edge, plus 1 so that no node is 0, and the row of the edge.
#[derive(Clone, Copy, Debug, Default)]
struct LastEdge {
    target: u32,
    row: u32,
}

/// A step of a path from one node to another.
#[derive(Clone, Copy, Debug)]
struct Call {
    from: Visit,
    to: Visit,
}

impl Walk<'_> {
    fn stack(
        &mut self,
        stack: &[Id<Location>],
        sample: u32,
        weight: Weight,
        wanted: impl Fn(Id<Node>, Id<Node>) -> bool,
    ) {
        self.path.start();
        stack.iter().rev().for_each(|&location| self.path.visit(location));
        self.add(sample, weight, wanted);
    }

    /// The same for the calls to `targets` only. Most locations have none of them: where one has,
    /// the caller is looked for.
    fn stack_to(
        &mut self,
        targets: &[bool],
        has_target: &[bool],
        stack: &[Id<Location>],
        sample: u32,
        weight: Weight,
    ) {
        for depth in (0..stack.len()).rev() {
            if !has_target[stack[depth].row()] {
                continue;
            }
            let callers = &stack[depth + 1..];
            let caller = callers.iter().position(|&location| self.path.is_present(location));
            self.path.start();
            if let Some(caller) = caller {
                callers[..=caller].iter().rev().for_each(|&location| self.path.visit(location));
            }
            self.path.visit(stack[depth]);
            self.add(sample, weight, |_, target| targets[target.row()]);
        }
    }

    /// Adds a sample to the edges along the path. What is found again is not added twice.
    fn add(&mut self, sample: u32, weight: Weight, wanted: impl Fn(Id<Node>, Id<Node>) -> bool) {
        let visits = self.path.visits();
        self.calls.clear();
        for pair in visits.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            // Every path goes here: a bit instead of branches, which would be as good as random.
            let counts = (from.node != to.node)
                & (self.sources.contains(&from.node.row()))
                & wanted(from.node, to.node);
            self.calls.push(Call { from, to });
            self.calls.truncate(self.calls.len() - usize::from(!counts));
        }
        for at in 0..self.calls.len() {
            let Call { from, to } = self.calls[at];
            let row = self.row(from.node, from.slot as usize, to.node);
            self.table.traverse(row, sample, weight, to.residual, to.inlined);
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
    use crate::test_profile::profile;
    use crate::{Aggregation, Naming, aggregate};

    #[test]
    fn edges_do_not_depend_on_the_shares() {
        let mut stacks = Vec::new();
        let mut state = 7_u32;
        for row in 0..300_i64 {
            let mut stack = String::from("main");
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let inline = if state & 0x300 == 0 { "+" } else { " " };
                stack += &format!("{inline}f{}", state >> 28);
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
        let sum = |shares: &[Range<usize>]| {
            sum_in(shares.to_vec(), &profile, &frames, value, Wanted::All)
        };
        let whole = sum(&[0..0, 0..nodes]);
        assert!(whole.len() > 100 && whole.iter().any(|edge| edge.residual));
        for cut in 0..=nodes {
            assert_eq!(sum(&[0..cut, cut..nodes]), whole);
            assert_eq!(sum(&[0..cut / 2, cut / 2..cut, cut..nodes]), whole);
        }
        let nodes_wanted: Vec<bool> = (0..nodes).map(|row| row % 3 == 0).collect();
        let is_wanted = |node: Id<Node>| nodes_wanted[node.row()];
        let some = |wanted| sum_in(vec![0..5, 5..nodes], &profile, &frames, value, wanted);
        let to = whole.iter().copied().filter(|edge| is_wanted(edge.target));
        assert_eq!(some(Wanted::To(&nodes_wanted)), to.collect::<Vec<_>>());
        let at = whole.iter().copied();
        let at = at.filter(|edge| is_wanted(edge.source) || is_wanted(edge.target));
        assert_eq!(some(Wanted::At(&nodes_wanted)), at.collect::<Vec<_>>());
    }
}
