//! The part of a tree that can be seen.

use super::{FlameSums, FlameTree};

/// In which order the children of a node are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FlameOrder {
    /// The widest first: left heavy.
    #[default]
    Width,
    /// As the profile has them.
    Profile,
}

/// A part of a tree: a node, the way to it, and what lies below it and is wide enough.
///
/// Nodes stand before their children; children in the order they are drawn in. All columns have the
/// same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlameCut {
    /// How far each node is from the root, which is at 0.
    pub depths: Vec<u32>,
    /// The frame of each node; nothing for the root.
    pub frames: Vec<Option<u32>>,
    /// The sums over the stacks through each node.
    pub sums: Vec<FlameSums>,
    /// The sums over those that end there.
    pub own: Vec<FlameSums>,
    /// How many nodes of the tree are too narrow.
    pub left_out: usize,
}

impl FlameTree {
    /// What can be seen of the node in row `top` and below it, when boxes narrower than `least` are
    /// not drawn.
    pub fn cut(&self, top: u32, least: u64, order: FlameOrder) -> FlameCut {
        let mut cut = FlameCut::default();
        let mut way: Vec<u32> = std::iter::successors(Some(top), |&row| {
            let parent = self.rows[row as usize].parent;
            self.rows.get(parent as usize).map(|_| parent)
        })
        .collect();
        way.reverse();
        for (depth, row) in (0..).zip(way) {
            cut.push(self, depth, row);
        }
        let mut open = vec![(cut.depths.len() as u32, self.shown(top, least, order, &mut cut))];
        while let Some((depth, rows)) = open.last_mut() {
            let depth = *depth;
            match rows.pop() {
                None => drop(open.pop()),
                Some(row) => {
                    cut.push(self, depth, row);
                    let below = self.shown(row, least, order, &mut cut);
                    open.push((depth + 1, below));
                }
            }
        }
        cut
    }

    /// The children of a row that are wide enough, the first to be drawn last.
    fn shown(&self, row: u32, least: u64, order: FlameOrder, cut: &mut FlameCut) -> Vec<u32> {
        let children = self.children(row);
        let width = |row: u32| self.rows[row as usize].sums.width();
        let mut shown: Vec<u32> =
            children.iter().copied().filter(|&row| width(row) >= least).collect();
        cut.left_out += children.len() - shown.len();
        shown.reverse();
        if order == FlameOrder::Width {
            shown.sort_by_key(|&row| width(row));
        }
        shown
    }
}

impl FlameCut {
    fn push(&mut self, tree: &FlameTree, depth: u32, row: u32) {
        let row = &tree.rows[row as usize];
        self.depths.push(depth);
        self.frames.push((row.frame != u32::MAX).then_some(row.frame));
        self.sums.push(row.sums);
        self.own.push(row.own);
    }
}
