//! From samples to edges.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use heapwise_profile::{FixedState, Id, Location, Profile};

use crate::frames::{Frame, Frames};
use crate::parts::in_parts;
use crate::{Edge, Node, Value, Weight};

/// The edges between the nodes of `frames` that are present.
///
/// Stacks are walked from root to leaf. An edge gets the weight of a sample once, however often the
/// call occurs in it. Absent nodes are jumped over, which makes the edge residual. A node that calls
/// itself gets no edge for it.
pub(crate) fn sum_edges(profile: &Profile, frames: &Frames, value: Value) -> Vec<Edge> {
    let samples = &profile.samples;
    let mut parts = in_parts(samples.len(), |rows| {
        let mut walk = Walk {
            last: vec![LastEdge::default(); frames.slots()],
            frames,
            table: Table::default(),
        };
        let weighed = rows.filter_map(|row| Some((row, value.weight(samples.values(row))?)));
        for (sample, (row, weight)) in (1..).zip(weighed) {
            walk.stack(samples.stack(row), sample, weight);
        }
        walk.table
    })
    .into_iter();
    let mut all = parts.next().unwrap_or_default();
    parts.for_each(|part| all.append(&part));
    all.edges.into_iter().map(Traversed::edge).collect()
}

struct Walk<'a> {
    frames: &'a Frames,
    /// For each slot of `frames`, the edge that led away from it last. A slot is a place in the
    /// program, and most places call one function: the table of edges is seldom asked.
    last: Vec<LastEdge>,
    table: Table,
}

/// Edges in the order in which they were first found.
#[derive(Debug, Default)]
struct Table {
    edges: Vec<Traversed>,
    /// Rows of `edges` by source and target.
    rows: HashTable<u32>,
}

/// The target of an edge, plus 1 so that no node is 0, and the row of the edge.
#[derive(Clone, Copy, Debug, Default)]
struct LastEdge {
    target: u32,
    row: u32,
}

/// An edge, and the last sample that contains it, counted from 1. 32 bytes, so that a visit touches
/// one cache line.
#[derive(Clone, Copy, Debug)]
struct Traversed {
    source: Id<Node>,
    target: Id<Node>,
    weight: Weight,
    sample: u32,
    residual: bool,
    inline: bool,
}

impl Walk<'_> {
    fn stack(&mut self, stack: &[Id<Location>], sample: u32, weight: Weight) {
        let frames = self.frames;
        let mut previous = None;
        let mut residual = false;
        for &location in stack.iter().rev() {
            for slot in frames.slots_of(location) {
                let frame = frames.in_slot(slot);
                let Some(node) = frame.node() else {
                    residual = true;
                    continue;
                };
                if let Some((source, from)) = previous
                    && source != node
                {
                    let row = self.row(source, from, node);
                    self.table.edges[row].traverse(sample, weight, residual, frame);
                }
                previous = Some((node, slot));
                residual = false;
            }
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

impl Table {
    /// The row of the edge from `source` to `target`; made if it is new.
    fn row(&mut self, source: Id<Node>, target: Id<Node>) -> usize {
        let edges = &self.edges;
        let same = |&row: &u32| {
            let edge = &edges[row as usize];
            edge.source == source && edge.target == target
        };
        let hash = hash_of(source, target);
        if let Some(&row) = self.rows.find(hash, same) {
            return row as usize;
        }
        let row = self.edges.len();
        self.edges.push(Traversed::new(source, target));
        let edges = &self.edges;
        self.rows.insert_unique(hash, row as u32, |&row| {
            let edge = &edges[row as usize];
            hash_of(edge.source, edge.target)
        });
        row
    }

    /// Adds the edges of samples behind those of this table.
    fn append(&mut self, later: &Self) {
        for edge in &later.edges {
            let row = self.row(edge.source, edge.target);
            self.edges[row].add(edge);
        }
    }
}

impl Traversed {
    fn new(source: Id<Node>, target: Id<Node>) -> Self {
        let weight = Weight::default();
        Self { source, target, weight, sample: 0, residual: false, inline: true }
    }

    #[inline]
    fn traverse(&mut self, sample: u32, weight: Weight, residual: bool, frame: Frame) {
        if self.sample != sample {
            self.sample = sample;
            self.weight.add(weight);
            self.residual |= residual;
            self.inline &= frame.inlined();
        }
    }

    fn add(&mut self, other: &Self) {
        self.weight.add(other.weight);
        self.residual |= other.residual;
        self.inline &= other.inline;
    }

    fn edge(self) -> Edge {
        let Self { source, target, weight, residual, inline, .. } = self;
        Edge { source, target, weight, residual, inline }
    }
}

fn hash_of(source: Id<Node>, target: Id<Node>) -> u64 {
    FixedState::default().hash_one((source.row() as u64) << 32 | target.row() as u64)
}
