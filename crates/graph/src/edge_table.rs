//! Edges while samples are added to them.

use std::hash::BuildHasher;

use heapwise_profile::{FixedState, Id};

use crate::{Edge, Node, Weight};

/// Edges in the order in which they were first found.
///
/// A large profile has a million edges, each met a few times: what counts is how many cache lines a
/// lookup touches. Here it is one of `index`, and the edge itself.
#[derive(Debug)]
pub(crate) struct EdgeTable {
    edges: Vec<Traversed>,
    /// An open hash table with linear probing, at most three quarters full; its size is a power of 2.
    index: Vec<Entry>,
}

/// The row of an edge plus 1, or 0 for none; and a part of its hash, so that hardly any other edge is
/// looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    row: u32,
    mark: u32,
}

/// The size of an index without edges.
const SMALLEST: usize = 64;

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

impl EdgeTable {
    pub fn new() -> Self {
        Self { edges: Vec::new(), index: vec![Entry::default(); SMALLEST] }
    }

    /// The row of the edge from `source` to `target`; made if it is new.
    #[inline]
    pub fn row(&mut self, source: Id<Node>, target: Id<Node>) -> usize {
        let hash = hash_of(source, target);
        let mark = (hash >> 32) as u32;
        let mut at = self.place(hash);
        loop {
            let entry = self.index[at];
            if entry.row == 0 {
                return self.insert(source, target, hash);
            }
            if entry.mark == mark {
                let row = entry.row as usize - 1;
                let edge = &self.edges[row];
                if edge.source == source && edge.target == target {
                    return row;
                }
            }
            at = (at + 1) & (self.index.len() - 1);
        }
    }

    /// Adds the weight of `sample` to an edge, unless it is there already.
    #[inline]
    pub fn traverse(
        &mut self,
        row: usize,
        sample: u32,
        weight: Weight,
        residual: bool,
        inlined: bool,
    ) {
        let edge = &mut self.edges[row];
        if edge.sample != sample {
            edge.sample = sample;
            edge.weight.add(weight);
            edge.residual |= residual;
            edge.inline &= inlined;
        }
    }

    /// Adds the edges of other samples, which come after those of this table.
    pub fn add(&mut self, other: Self) {
        for edge in other.edges {
            let row = self.row(edge.source, edge.target);
            let sum = &mut self.edges[row];
            sum.weight.add(edge.weight);
            sum.residual |= edge.residual;
            sum.inline &= edge.inline;
        }
    }

    /// The edges in the order of their sources; those of one source in the order of their rows.
    ///
    /// They change places where they are: a second column of them would be the most memory that a
    /// report takes.
    pub fn into_edges(self) -> Vec<Edge> {
        let Self { mut edges, index } = self;
        drop(index);
        let sources = edges.iter().map(|edge| edge.source.row() + 1).max().unwrap_or(0);
        let mut starts = vec![0_u32; sources + 1];
        for edge in &edges {
            starts[edge.source.row() + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let places = edges.iter().map(|edge| {
            let place = &mut starts[edge.source.row()];
            *place += 1;
            *place - 1
        });
        let mut places: Vec<u32> = places.collect();
        for row in 0..edges.len() {
            while places[row] as usize != row {
                let place = places[row] as usize;
                edges.swap(row, place);
                places.swap(row, place);
            }
        }
        edges.into_iter().map(Traversed::edge).collect()
    }

    #[inline]
    fn place(&self, hash: u64) -> usize {
        hash as usize & (self.index.len() - 1)
    }

    #[inline(never)]
    fn insert(&mut self, source: Id<Node>, target: Id<Node>, hash: u64) -> usize {
        if (self.edges.len() + 1) * 4 > self.index.len() * 3 {
            self.grow();
        }
        let row = self.edges.len();
        self.edges.push(Traversed {
            source,
            target,
            weight: Weight::default(),
            sample: 0,
            residual: false,
            inline: true,
        });
        self.enter(row, hash);
        row
    }

    fn grow(&mut self) {
        self.index = vec![Entry::default(); self.index.len() * 2];
        for row in 0..self.edges.len() {
            let edge = &self.edges[row];
            let hash = hash_of(edge.source, edge.target);
            self.enter(row, hash);
        }
    }

    /// Puts an edge that is not in the index there.
    fn enter(&mut self, row: usize, hash: u64) {
        let mut at = self.place(hash);
        while self.index[at].row != 0 {
            at = (at + 1) & (self.index.len() - 1);
        }
        self.index[at] = Entry { row: row as u32 + 1, mark: (hash >> 32) as u32 };
    }
}

impl Traversed {
    fn edge(self) -> Edge {
        let Self { source, target, weight, residual, inline, .. } = self;
        Edge { source, target, weight, residual, inline }
    }
}

/// The hash of an edge.
#[inline]
pub(crate) fn hash_of(source: Id<Node>, target: Id<Node>) -> u64 {
    FixedState::default().hash_one((source.row() as u64) << 32 | target.row() as u64)
}
