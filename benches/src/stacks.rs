//! Which stacks the samples have.

use heapwise_profile::{Id, Location};

use crate::random::Random;
use crate::{Shape, StackShape};

/// Makes one stack after the other.
#[derive(Debug)]
pub struct Stacks {
    shape: Shape,
    /// Root first: the stacks so far, of which a tree makes new ones.
    earlier: Vec<Vec<u32>>,
}

impl Stacks {
    pub fn new(shape: Shape) -> Self {
        Self { shape, earlier: Vec::new() }
    }

    /// The next stack, leaf first.
    pub fn next(&mut self, random: &mut Random, stack: &mut Vec<Id<Location>>) {
        let shape = self.shape;
        let depth = (shape.depth / 2 + random.below(shape.depth + 1)).max(1);
        let rows = match shape.stacks {
            StackShape::Walks => walk(shape, depth, random),
            StackShape::Tree => self.branch(depth, random),
        };
        stack.clear();
        stack.extend(rows.iter().rev().map(|&row| Id::from_row(row as usize)));
        if shape.stacks == StackShape::Tree {
            self.earlier.push(rows);
        }
    }

    /// Follows an earlier stack from the root for most of its way, and goes its own way from there:
    /// what many samples have followed, more will follow.
    fn branch(&self, depth: usize, random: &mut Random) -> Vec<u32> {
        let locations = self.shape.locations.max(1);
        let mut rows = match self.earlier.len() {
            0 => vec![0],
            count => self.earlier[random.below(count)].clone(),
        };
        let own = 1 + random.mostly_small(depth);
        rows.truncate(depth.saturating_sub(own).max(1));
        while rows.len() < depth {
            let caller = rows[rows.len() - 1] as usize;
            // The first callees of a location are called most, and some locations are called by many.
            let call = caller.wrapping_mul(16).wrapping_add(random.mostly_small(16));
            let mut target = Random((call as u64).wrapping_mul(2_654_435_761));
            target.below(1);
            rows.push(target.mostly_small(locations) as u32);
        }
        rows
    }
}

/// A random walk from the root: each location calls one of 16 others, fixed by its row.
fn walk(shape: Shape, depth: usize, random: &mut Random) -> Vec<u32> {
    let mut row = random.below(8);
    let mut rows = Vec::with_capacity(depth);
    for _ in 0..depth {
        rows.push(row as u32);
        let call = row.wrapping_mul(16).wrapping_add(random.below(16));
        row = (call.wrapping_mul(2_654_435_761) >> 7) % shape.locations.max(1);
    }
    rows
}
