//! From samples to the sums of nodes and edges.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use heapwise_profile::{FixedState, Id, Location, Profile};

use crate::frames::{Frame, Frames};
use crate::{Edge, Node, Value, Weight};

/// The sums over a profile: a row for each identity, and the edges between present nodes.
#[derive(Debug)]
pub(crate) struct Sums {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// Walks every stack of `profile` from root to leaf and sums up. `frames` has `nodes` identities.
///
/// A node gets the weight of a sample once, however often it occurs; so does an edge. Absent nodes
/// are jumped over, which makes the edge residual; an absent leaf leaves its flat value to nobody.
/// A node that calls itself gets no edge for it.
pub(crate) fn walk(profile: &Profile, frames: &Frames, nodes: usize, value: Value) -> Sums {
    let mut walk = Walk {
        frames,
        nodes: vec![Visited::default(); nodes],
        flat: vec![Weight::default(); nodes],
        edges: Vec::new(),
        rows: HashTable::new(),
    };
    let samples = &profile.samples;
    let mut sample = 0;
    for row in 0..samples.len() {
        let (sum, divisor) = value.weight(samples.values(row));
        if sum != 0 || divisor != 0 {
            sample += 1;
            walk.stack(samples.stack(row), sample, Weight { sum, divisor });
        }
    }
    walk.finish()
}

struct Walk<'a> {
    frames: &'a Frames,
    nodes: Vec<Visited>,
    flat: Vec<Weight>,
    edges: Vec<Traversed>,
    /// Rows of `edges` by source and target.
    rows: HashTable<u32>,
}

/// What the samples before left at a node: 32 bytes, so that a visit touches one cache line.
#[derive(Clone, Copy, Debug, Default)]
struct Visited {
    cum: Weight,
    /// The last sample that contains the node, from 1.
    sample: u32,
    /// The source of the edge that led here last, plus 1. Most nodes are called from few places, so
    /// that the table of edges is seldom asked.
    last_source: u32,
    last_edge: u32,
}

/// An edge, and the last sample that contains it.
#[derive(Clone, Copy, Debug)]
struct Traversed {
    edge: Edge,
    sample: u32,
}

impl Walk<'_> {
    fn stack(&mut self, stack: &[Id<Location>], sample: u32, weight: Weight) {
        let frames = self.frames;
        let mut previous: Option<Id<Node>> = None;
        let mut residual = false;
        for &location in stack.iter().rev() {
            for &frame in frames.at(location) {
                let Some(node) = frame.node() else {
                    residual = true;
                    continue;
                };
                self.visit(node, sample, weight);
                if let Some(source) = previous
                    && source != node
                {
                    self.traverse(source, frame, node, residual, sample, weight);
                }
                previous = Some(node);
                residual = false;
            }
        }
        if let Some(leaf) = previous
            && !residual
        {
            self.flat[leaf.row()].add(weight);
        }
    }

    #[inline]
    fn visit(&mut self, node: Id<Node>, sample: u32, weight: Weight) {
        let visited = &mut self.nodes[node.row()];
        if visited.sample != sample {
            visited.sample = sample;
            visited.cum.add(weight);
        }
    }

    #[inline]
    fn traverse(
        &mut self,
        source: Id<Node>,
        frame: Frame,
        target: Id<Node>,
        residual: bool,
        sample: u32,
        weight: Weight,
    ) {
        let row = self.edge(source, target);
        let traversed = &mut self.edges[row];
        if traversed.sample != sample {
            traversed.sample = sample;
            traversed.edge.weight.add(weight);
            traversed.edge.residual |= residual;
            traversed.edge.inline &= frame.inlined();
        }
    }

    /// The row of an edge, made if it is new.
    #[inline]
    fn edge(&mut self, source: Id<Node>, target: Id<Node>) -> usize {
        let visited = self.nodes[target.row()];
        if visited.last_source == source.row() as u32 + 1 {
            return visited.last_edge as usize;
        }
        let row = self.find_edge(source, target);
        let visited = &mut self.nodes[target.row()];
        visited.last_source = source.row() as u32 + 1;
        visited.last_edge = row as u32;
        row
    }

    fn find_edge(&mut self, source: Id<Node>, target: Id<Node>) -> usize {
        let hash = hash_of(source, target);
        let edges = &self.edges;
        let same = |&row: &u32| {
            let edge = &edges[row as usize].edge;
            edge.source == source && edge.target == target
        };
        if let Some(&row) = self.rows.find(hash, same) {
            return row as usize;
        }
        let row = self.edges.len();
        let weight = Weight::default();
        let edge = Edge { source, target, weight, residual: false, inline: true };
        self.edges.push(Traversed { edge, sample: 0 });
        let edges = &self.edges;
        self.rows.insert_unique(hash, row as u32, |&row| {
            let edge = &edges[row as usize].edge;
            hash_of(edge.source, edge.target)
        });
        row
    }

    fn finish(self) -> Sums {
        let nodes = self.nodes.iter().zip(&self.flat);
        Sums {
            nodes: nodes.map(|(visited, &flat)| Node { flat, cum: visited.cum }).collect(),
            edges: self.edges.into_iter().map(|traversed| traversed.edge).collect(),
        }
    }
}

fn hash_of(source: Id<Node>, target: Id<Node>) -> u64 {
    FixedState::default().hash_one((source.row() as u64) << 32 | target.row() as u64)
}
