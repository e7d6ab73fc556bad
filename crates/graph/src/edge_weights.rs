//! What edges weigh, and nothing else of them.
//!
//! ```text
//! stacks -> ways: what is left of them  -> sums
//!           each core some samples         each core some callers after others
//! ```
//!
//! Cut by callers, no edge is in two tables: they need not be added up, and each stays in a cache.

use std::ops::Range;

use heapwise_profile::{Id, Profile};

use crate::edge_table::hash_of;
use crate::frames::Frames;
use crate::parts::{at_once, cut};
use crate::runs::{Runs, Step, Wanted};
use crate::{Edge, Node, Value, Weight};

/// The sums of the edges between few nodes, without where they are residual, inlined or divided: all
/// that scores are made of.
///
/// To add a call is to look into one cache line. An [`EdgeTable`](crate::edge_table::EdgeTable), which
/// keeps all of an edge, needs two, and three times the memory.
#[derive(Debug)]
pub(crate) struct EdgeWeights {
    /// The nodes, by the numbers that they have here.
    nodes: Vec<Id<Node>>,
    /// Each edge once.
    sums: Vec<Sums>,
}

/// Edges and their sums, in columns: 12 bytes an edge.
#[derive(Debug, Default)]
struct Sums {
    ends: Vec<(u16, u16)>,
    sums: Vec<i64>,
}

/// The ways of some of the samples, through numbers of nodes that are present. No number follows
/// itself.
#[derive(Debug, Default)]
struct Ways {
    rows: Range<usize>,
    steps: Vec<u16>,
    /// Where the way of each row ends in `steps`; it is empty where the row has no weight.
    ends: Vec<u32>,
}

/// The edges of some of the callers: an open hash table with linear probing, at most three quarters
/// full; its size is a power of 2.
#[derive(Debug)]
struct Table {
    cells: Vec<Cell>,
    edges: usize,
}

/// An edge, the last sample that contains it, counted from 1, and its sum. It is empty if source and
/// target are the same: no edge is like that.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    source: u16,
    target: u16,
    sample: u32,
    sum: i64,
}

/// Into how many classes each core divides its callers: with a million edges, the table of one stays
/// in the second cache, which is worth reading the ways as often.
const CLASSES: usize = 8;

/// The number of cells of a table without edges.
const SMALLEST: usize = 64;

impl EdgeWeights {
    /// The edges between the nodes of `frames` that are present, of `nodes` identities; nothing if
    /// those are more than 2^16.
    pub fn of(profile: &Profile, frames: &Frames, nodes: usize, value: Value) -> Option<Self> {
        Self::in_parts(profile, frames, nodes, value, cut(profile.samples.len()))
    }

    /// The same with the samples in `parts`, and as many threads for the callers.
    fn in_parts(
        profile: &Profile,
        frames: &Frames,
        nodes: usize,
        value: Value,
        parts: Vec<Range<usize>>,
    ) -> Option<Self> {
        let (nodes, numbers) = numbered(frames, nodes)?;
        let runs = Runs::new(profile, frames, value, Wanted::All);
        let threads = parts.len();
        let classes = if threads == 1 { 1 } else { (threads * CLASSES).next_power_of_two() };
        let ways = at_once(parts, |rows| Ways::of(rows, &runs, frames, &numbers));
        let weight = |row| value.weight(profile.samples.values(row)).unwrap_or_default().sum;
        let sums = at_once((0..threads).collect(), |thread| {
            let (mut sums, mut table) = (Sums::default(), Table::new());
            for class in (thread..classes).step_by(threads) {
                let mine = |source: u16| usize::from(source) & (classes - 1) == class;
                for ways in &ways {
                    ways.each(|row, way| table.add_calls(way, row as u32 + 1, weight(row), mine));
                }
                table.empty_into(&mut sums);
            }
            sums
        });
        Some(Self { nodes, sums })
    }

    /// The edges, each once.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + Clone {
        let each = self.sums.iter().flat_map(|sums| sums.ends.iter().zip(&sums.sums));
        each.map(|(&(source, target), &sum)| Edge {
            source: self.nodes[usize::from(source)],
            target: self.nodes[usize::from(target)],
            weight: Weight { sum, divisor: 0 },
            residual: false,
            inline: false,
        })
    }
}

/// The nodes that are present in order, and for each of all `nodes` its number among them.
fn numbered(frames: &Frames, nodes: usize) -> Option<(Vec<Id<Node>>, Vec<u16>)> {
    let mut present = vec![false; nodes];
    let there = frames.each().flatten().filter_map(|frame| frame.node());
    there.for_each(|node| present[node.row()] = true);
    let mut numbers = vec![0; nodes];
    let mut order = Vec::new();
    for row in (0..nodes).filter(|&row| present[row]) {
        numbers[row] = u16::try_from(order.len()).ok()?;
        order.push(Id::from_row(row));
    }
    Some((order, numbers))
}

impl Ways {
    fn of(rows: Range<usize>, runs: &Runs<'_>, frames: &Frames, numbers: &[u16]) -> Self {
        let mut ways = Self { rows: rows.clone(), ..Self::default() };
        let number = |step: &Step| numbers[frames.in_slot(step.slot()).row()];
        runs.each(rows, |row, _, run| {
            ways.end_before(row);
            let mut last = None;
            for number in run.iter().map(number) {
                if last.replace(number) != Some(number) {
                    ways.steps.push(number);
                }
            }
        });
        ways.end_before(ways.rows.end);
        ways
    }

    /// Ends the ways of the rows before this one.
    fn end_before(&mut self, row: usize) {
        self.ends.resize(row - self.rows.start, self.steps.len() as u32);
    }

    fn each(&self, mut visit: impl FnMut(usize, &[u16])) {
        let mut start = 0;
        for (row, &end) in self.rows.clone().zip(&self.ends) {
            visit(row, &self.steps[start..end as usize]);
            start = end as usize;
        }
    }
}

impl Table {
    fn new() -> Self {
        Self { cells: vec![Cell::default(); SMALLEST], edges: 0 }
    }

    /// Adds a sample to the edges along its way from a source that is `mine`, to each once.
    #[inline]
    fn add_calls(&mut self, way: &[u16], sample: u32, sum: i64, mine: impl Fn(u16) -> bool) {
        for pair in way.windows(2).filter(|pair| mine(pair[0])) {
            let cell = self.cell(pair[0], pair[1]);
            if cell.sample != sample {
                cell.sample = sample;
                cell.sum = cell.sum.wrapping_add(sum);
            }
        }
    }

    /// Moves the edges out. The table keeps its size: the next callers have about as many.
    fn empty_into(&mut self, sums: &mut Sums) {
        let filled = self.cells.iter().filter(|cell| !cell.is_empty());
        sums.ends.extend(filled.clone().map(|cell| (cell.source, cell.target)));
        sums.sums.extend(filled.map(|cell| cell.sum));
        self.cells.fill(Cell::default());
        self.edges = 0;
    }

    /// The cell of an edge; made if it is new.
    #[inline]
    fn cell(&mut self, source: u16, target: u16) -> &mut Cell {
        let mut at = self.find(source, target);
        if self.cells[at].is_empty() {
            if (self.edges + 1) * 4 > self.cells.len() * 3 {
                self.grow();
                at = self.find(source, target);
            }
            self.edges += 1;
            self.cells[at] = Cell { source, target, ..Cell::default() };
        }
        &mut self.cells[at]
    }

    /// The place of an edge, or the empty one where it goes.
    #[inline]
    fn find(&self, source: u16, target: u16) -> usize {
        let ends = [source, target].map(|number| Id::from_row(usize::from(number)));
        let mut at = hash_of(ends[0], ends[1]) as usize & (self.cells.len() - 1);
        loop {
            let cell = self.cells[at];
            if (cell.source, cell.target) == (source, target) || cell.is_empty() {
                return at;
            }
            at = (at + 1) & (self.cells.len() - 1);
        }
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![Cell::default(); self.cells.len() * 2];
        for cell in std::mem::replace(&mut self.cells, larger) {
            if !cell.is_empty() {
                let at = self.find(cell.source, cell.target);
                self.cells[at] = cell;
            }
        }
    }
}

impl Cell {
    #[inline]
    fn is_empty(self) -> bool {
        self.source == self.target
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::edge_sums::sum_edges;
    use crate::test_profile::profile;
    use crate::{Aggregation, Naming, aggregate};

    /// Stacks in which functions and calls occur again, and values of both signs.
    fn stacks() -> Vec<(String, [i64; 1])> {
        let mut state = 7_u32;
        let mut stack = |row: i64| {
            let names: Vec<String> = (0..30)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    format!("f{}", state >> 26)
                })
                .collect();
            (names.join(" "), [row - 40])
        };
        (0..400).map(&mut stack).collect()
    }

    #[test]
    fn weights_are_those_of_the_edges_in_any_parts() {
        let stacks = stacks();
        let rows: Vec<(&str, &[i64])> =
            stacks.iter().map(|(stack, values)| (&stack[..], &values[..])).collect();
        let profile = aggregate(&profile(&rows), Aggregation::default());
        let naming = Naming { shown_file: &<[u8]>::to_vec, objects: false };
        let (mut frames, identities) = Frames::of(&profile, naming);
        let nodes = identities.len();
        frames.retain(&(0..nodes).map(|row| row % 5 != 3).collect::<Vec<_>>());
        let value = Value { index: 0, mean: false };
        let weights = |edges: &mut dyn Iterator<Item = Edge>| {
            let edges = edges.map(|edge| ((edge.source, edge.target), edge.weight.sum));
            edges.collect::<HashMap<_, _>>()
        };
        let known = sum_edges(&profile, &frames, value, Wanted::All);
        assert!(known.len() > 1_000);
        let known = weights(&mut known.into_iter());
        let count = profile.samples.len();
        for cuts in [&[][..], &[9], &[0, 200]] {
            let starts = [&[0], cuts].concat();
            let ends = [cuts, &[count]].concat();
            let parts = starts.into_iter().zip(ends).map(|(start, end)| start..end).collect();
            let found = EdgeWeights::in_parts(&profile, &frames, nodes, value, parts).unwrap();
            assert_eq!(weights(&mut found.edges()), known);
        }
    }

    #[test]
    fn more_nodes_than_have_numbers_are_left_to_others() {
        let inlined: Vec<String> = (0..=1 << 16).map(|n| format!("f{n}")).collect();
        let profile = profile(&[(&inlined.join("+"), &[1])]);
        let naming = Naming { shown_file: &<[u8]>::to_vec, objects: false };
        let (mut frames, identities) = Frames::of(&profile, naming);
        let nodes = identities.len();
        let value = Value { index: 0, mean: false };
        assert!(EdgeWeights::of(&profile, &frames, nodes, value).is_none());
        frames.retain(&(0..nodes).map(|row| row > 0).collect::<Vec<_>>());
        assert!(EdgeWeights::of(&profile, &frames, nodes, value).is_some());
    }
}
