//! How much of a profile goes through frames that match.

use super::{Flame, FlameSums};

impl Flame {
    /// The frames whose name or file matches, and the sums over the stacks that hold any of them.
    pub fn search(&self, matches: &dyn Fn(&[u8]) -> bool) -> (Vec<u32>, FlameSums) {
        let found: Vec<bool> =
            self.frames.iter().map(|frame| matches(&frame.name) || matches(&frame.file)).collect();
        let holds: Vec<bool> = self
            .profile
            .locations
            .ids()
            .map(|location| self.at(location).iter().any(|&frame| found[frame as usize]))
            .collect();
        let mut sums = FlameSums::default();
        for (stack, value) in self.samples() {
            if stack.iter().any(|location| holds[location.row()]) {
                sums.add(value);
            }
        }
        let rows = (0_u32..).zip(found).filter(|(_, found)| *found).map(|(row, _)| row);
        (rows.collect(), sums)
    }
}
