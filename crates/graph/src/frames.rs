//! The nodes that a location stands for.

use heapwise_profile::{Id, Location, Profile};

use crate::identity::Numbering;
use crate::{Identities, Naming, Node};

/// The nodes of every location, in the order of a walk from root to leaf: the function that holds
/// the machine code first, the innermost inlined one last. Each location has at least one.
#[derive(Clone, Debug)]
pub struct Frames {
    /// Where the frames of a location end, for each location.
    ends: Vec<u32>,
    frames: Vec<Frame>,
}

/// One node of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame(u32);

/// A bit above every row of a node: a profile has fewer than 2^31 distinct lines.
const INLINED: u32 = 1 << 31;

/// Every bit but the inline mark: a node that is not in the graph.
const ABSENT: u32 = INLINED - 1;

impl Frame {
    /// The node, or nothing if it was trimmed away.
    #[inline]
    pub fn node(self) -> Option<Id<Node>> {
        let row = self.0 & ABSENT;
        (row != ABSENT).then(|| Id::from_row(row as usize))
    }

    /// Whether this is a call inlined into the frame before.
    #[inline]
    pub fn inlined(self) -> bool {
        self.0 & INLINED != 0
    }
}

impl Frames {
    /// The nodes of the locations of `profile`, and what tells them apart. Nodes are numbered in the
    /// order of the locations.
    pub fn of(profile: &Profile, naming: Naming<'_>) -> (Self, Identities) {
        let mut numbering = Numbering::new(profile, naming);
        let locations = &profile.locations;
        let mut frames = Self {
            ends: Vec::with_capacity(locations.len()),
            frames: Vec::with_capacity(locations.all_lines().len().max(locations.len())),
        };
        for (location, lines) in locations.iter() {
            if lines.is_empty() {
                frames.frames.push(Frame(numbering.bare(location) & ABSENT));
            }
            for (depth, line) in lines.iter().rev().enumerate() {
                let mark = if depth == 0 { 0 } else { INLINED };
                frames.frames.push(Frame((numbering.line(location, line) & ABSENT) | mark));
            }
            frames.ends.push(u32::try_from(frames.frames.len()).unwrap_or(u32::MAX));
        }
        (frames, numbering.finish())
    }

    /// The nodes of a location, outermost first.
    #[inline]
    pub fn at(&self, location: Id<Location>) -> &[Frame] {
        let row = location.row();
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.frames[start as usize..self.ends[row] as usize]
    }

    /// Makes every node absent for which `keep`, indexed by its row, is false.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        for frame in &mut self.frames {
            if frame.node().is_some_and(|node| !keep[node.row()]) {
                frame.0 |= ABSENT;
            }
        }
    }
}
