//! Stacks merged into a tree.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use heapwise_profile::FixedState;

use super::ways::Shape;
use super::{Flame, FlameSums};

/// No frame: that of the root.
const NONE: u32 = u32::MAX;

/// Stacks merged where they begin with the same frames. Row 0 is the root, which is no frame; a
/// parent has a lower row than its children.
#[derive(Clone, Debug)]
pub struct FlameTree {
    pub(super) rows: Vec<Row>,
}

/// A node of a tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub parent: u32,
    pub frame: u32,
    /// Over all stacks that go through here.
    pub sums: FlameSums,
    /// Over those that end here.
    pub own: FlameSums,
}

impl Flame {
    /// The tree of that shape.
    pub fn tree(&self, shape: Shape<'_>) -> FlameTree {
        let wanted = self.wanted(shape);
        let mut growth = Growth::new();
        let mut path = Vec::new();
        for (stack, sums) in self.samples() {
            path.clear();
            for &location in stack.iter().rev() {
                path.extend_from_slice(self.at(location));
            }
            if let Some(wanted) = &wanted {
                let Some(pivot) = path.iter().position(|&f| wanted[f as usize]) else { continue };
                match shape {
                    Shape::Below(_) => drop(path.drain(..pivot)),
                    _ => path.truncate(pivot + 1),
                }
            }
            if matches!(shape, Shape::Callers | Shape::Above(_)) {
                path.reverse();
            }
            growth.add(&path, sums);
        }
        FlameTree { rows: growth.rows }
    }

    /// For each frame whether it matches, if the shape asks for some only.
    fn wanted(&self, shape: Shape<'_>) -> Option<Vec<bool>> {
        match shape {
            Shape::Callees | Shape::Callers => None,
            Shape::Below(matches) | Shape::Above(matches) => {
                let matching = |frame: &super::FlameFrame| matches(&frame.name);
                Some(self.frames.iter().map(matching).collect())
            }
        }
    }
}

impl FlameTree {
    /// How many nodes there are, the root included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no stack counts.
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }

    /// The sums over all stacks.
    pub fn sums(&self) -> FlameSums {
        self.rows[0].sums
    }
}

/// A tree while stacks are added.
struct Growth {
    rows: Vec<Row>,
    /// The rows by parent and frame.
    known: HashTable<u32>,
    /// The last stack, and the row of each of its frames: the next one often begins the same way.
    last: Vec<(u32, u32)>,
}

impl Growth {
    fn new() -> Self {
        let sums = FlameSums::default();
        let root = Row { parent: NONE, frame: NONE, sums, own: sums };
        Self { rows: vec![root], known: HashTable::new(), last: Vec::new() }
    }

    fn add(&mut self, path: &[u32], sums: FlameSums) {
        let same = self.last.iter().zip(path).take_while(|((f, _), g)| f == *g).count();
        self.last.truncate(same);
        for &frame in &path[same..] {
            let parent = self.last.last().map_or(0, |&(_, row)| row);
            let row = self.row(parent, frame);
            self.last.push((frame, row));
        }
        self.rows[0].sums.add(sums);
        for &(_, row) in &self.last {
            self.rows[row as usize].sums.add(sums);
        }
        let leaf = self.last.last().map_or(0, |&(_, row)| row);
        self.rows[leaf as usize].own.add(sums);
    }

    fn row(&mut self, parent: u32, frame: u32) -> u32 {
        let rows = &self.rows;
        let is_same =
            |&row: &u32| rows[row as usize].parent == parent && rows[row as usize].frame == frame;
        let hash = hash_of(parent, frame);
        if let Some(&row) = self.known.find(hash, is_same) {
            return row;
        }
        // Rows are fewer than the frames of all stacks, which a profile counts with 32 bits.
        let row = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let sums = FlameSums::default();
        self.rows.push(Row { parent, frame, sums, own: sums });
        let rows = &self.rows;
        let hash_row = |&row: &u32| hash_of(rows[row as usize].parent, rows[row as usize].frame);
        self.known.insert_unique(hash, row, hash_row);
        row
    }
}

fn hash_of(parent: u32, frame: u32) -> u64 {
    FixedState::default().hash_one(u64::from(parent) << 32 | u64::from(frame))
}
