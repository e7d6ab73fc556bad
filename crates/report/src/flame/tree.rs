//! Stacks merged into a tree.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::HashTable;
use heapwise_profile::FixedState;

use super::{Flame, FlameSums};

/// No frame: that of the root.
const NONE: u32 = u32::MAX;

/// Which part of the stacks a tree shows, from where.
#[derive(Clone, Copy)]
pub enum Shape<'a> {
    /// All of them, from the root down.
    Callees,
    /// All of them, from the leaf up.
    Callers,
    /// What frames that match call: from the outermost of them down.
    Below(&'a dyn Fn(&[u8]) -> bool),
    /// Who calls frames that match: from the outermost of them up.
    Above(&'a dyn Fn(&[u8]) -> bool),
}

/// Stacks merged where they begin with the same frames. Row 0 is the root, which is no frame; a
/// parent has a lower row than its children.
#[derive(Clone, Debug)]
pub struct FlameTree {
    pub(super) rows: Vec<Row>,
    /// For each row, where its children end in `children`; they start where those of the row before
    /// end.
    child_ends: Vec<u32>,
    children: Vec<u32>,
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
        FlameTree::of(growth.rows)
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
    fn of(rows: Vec<Row>) -> Self {
        // Counted, then placed: the children of a row stand together, in the order of the rows.
        let mut ends = vec![0_u32; rows.len()];
        for row in &rows[1..] {
            ends[row.parent as usize] += 1;
        }
        let mut start = 0;
        for end in &mut ends {
            let count = std::mem::replace(end, start);
            start += count;
        }
        let mut children = vec![0; rows.len() - 1];
        for (number, row) in (0_u32..).zip(&rows).skip(1) {
            let place = &mut ends[row.parent as usize];
            children[*place as usize] = number;
            *place += 1;
        }
        Self { rows, child_ends: ends, children }
    }

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

    /// How wide the box of a row is.
    pub fn width(&self, row: u32) -> u64 {
        self.rows[row as usize].sums.width()
    }

    /// The rows of the children of a row.
    pub(super) fn children(&self, row: u32) -> &[u32] {
        &self.children[self.child_range(row as usize)]
    }

    fn child_range(&self, row: usize) -> Range<usize> {
        let start = if row == 0 { 0 } else { self.child_ends[row - 1] };
        start as usize..self.child_ends[row] as usize
    }

    /// The row that frames lead to from the root, as far as there is one: what follows the last that
    /// is there is left out.
    pub fn find(&self, frames: impl IntoIterator<Item = u32>) -> u32 {
        let mut row = 0;
        for frame in frames {
            let children = self.children(row).iter();
            let child = children.copied().find(|&child| self.rows[child as usize].frame == frame);
            let Some(child) = child else { return row };
            row = child;
        }
        row
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

impl std::fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Callees => "Callees",
            Self::Callers => "Callers",
            Self::Below(_) => "Below",
            Self::Above(_) => "Above",
        })
    }
}
