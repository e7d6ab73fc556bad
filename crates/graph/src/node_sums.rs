//! From samples to the sums of nodes.

use std::ops::Range;

use heapwise_profile::{Profile, Samples};

use crate::frames::Frames;
use crate::parts::in_parts;
use crate::{Node, Value, Weight};

/// Sums up the nodes of `profile`; `frames` has `nodes` identities.
///
/// A node gets the weight of a sample once, however often it occurs in the stack. The sums of a node
/// do not depend on which other nodes are kept: trimming needs no second walk for them.
pub(crate) fn sum_nodes(
    profile: &Profile,
    frames: &Frames,
    nodes: usize,
    value: Value,
) -> Vec<Node> {
    let samples = &profile.samples;
    let parts = in_parts(samples.len(), |rows| sum_part(samples, rows, frames, nodes, value));
    let sums = parts.into_iter().reduce(|mut sums, part| {
        for (sum, more) in sums.iter_mut().zip(part) {
            sum.add(more);
        }
        sums
    });
    sums.unwrap_or_default()
}

/// The sums over some of the samples.
fn sum_part(
    samples: &Samples,
    rows: Range<usize>,
    frames: &Frames,
    nodes: usize,
    value: Value,
) -> Vec<Node> {
    let mut visited = vec![Visited::default(); nodes];
    let mut flat = vec![Weight::default(); nodes];
    let mut sample = 0;
    for row in rows {
        let Some(weight) = value.weight(samples.values(row)) else { continue };
        sample += 1;
        let stack = samples.stack(row);
        for &location in stack {
            for frame in frames.at(location) {
                visited[frame.row()].visit(sample, weight);
            }
        }
        if let Some(leaf) = stack.first().and_then(|&leaf| frames.at(leaf).last()) {
            flat[leaf.row()].add(weight);
        }
    }
    let sums = visited.iter().zip(flat);
    sums.map(|(visited, flat)| Node { flat, cum: visited.cum }).collect()
}

/// The cum of a node, and the last sample that contains it, counted from 1.
#[derive(Clone, Copy, Debug, Default)]
struct Visited {
    cum: Weight,
    sample: u32,
}

impl Visited {
    #[inline]
    fn visit(&mut self, sample: u32, weight: Weight) {
        if self.sample != sample {
            self.sample = sample;
            self.cum.add(weight);
        }
    }
}
