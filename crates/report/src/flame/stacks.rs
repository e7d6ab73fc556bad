//! The stacks of a tree, one by one.

use super::{FlameSums, FlameTree};

/// A stack at which samples end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlameStack {
    /// Its row in the tree.
    pub row: u32,
    /// Its frames from the root of the tree.
    pub frames: Vec<u32>,
    /// The sums of the samples that end here.
    pub own: FlameSums,
}

impl FlameTree {
    /// The stacks at which samples end, in the order of their rows.
    pub fn stacks(&self) -> impl Iterator<Item = FlameStack> {
        let rows = (0_u32..).zip(&self.rows).skip(1);
        let ends = rows.filter(|(_, row)| row.own != FlameSums::default());
        ends.map(|(row, end)| FlameStack { row, frames: self.path(row), own: end.own })
    }

    /// The calls of the tree: for each row but the first, the row that calls and the frame called.
    pub fn calls(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        self.rows[1..].iter().map(|row| (row.parent, row.frame))
    }

    /// The frames from the root of the tree to a row.
    fn path(&self, mut row: u32) -> Vec<u32> {
        let mut path = Vec::new();
        while row != 0 {
            path.push(self.rows[row as usize].frame);
            row = self.rows[row as usize].parent;
        }
        path.reverse();
        path
    }
}

impl FlameSums {
    /// What is left of the positive values, in units of the sample type.
    pub fn net(self) -> i64 {
        let net = i128::from(self.plus) - i128::from(self.minus);
        i64::try_from(net).unwrap_or(if net < 0 { i64::MIN } else { i64::MAX })
    }
}
