//! The nodes that a location stands for.

use std::ops::Range;

use heapwise_profile::{Id, Location, Profile};

use crate::identity::Numbering;
use crate::{Identities, Naming, Node};

/// The nodes of every location, in the order of a walk from root to leaf: the function that holds
/// the machine code first, the innermost inlined one last. Each location has at least one.
#[derive(Clone, Debug)]
pub struct Frames {
    /// Where the frames of each location start; one more, where those of the last one end.
    starts: Vec<u32>,
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

    /// The row of the node, or of none.
    #[inline]
    pub(crate) fn row(self) -> usize {
        (self.0 & ABSENT) as usize
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
            starts: Vec::with_capacity(locations.len() + 1),
            frames: Vec::with_capacity(locations.all_lines().len().max(locations.len())),
        };
        frames.starts.push(0);
        for (location, lines) in locations.iter() {
            if lines.is_empty() {
                frames.frames.push(Frame(numbering.bare(location) & ABSENT));
            }
            for (depth, line) in lines.iter().rev().enumerate() {
                let mark = if depth == 0 { 0 } else { INLINED };
                frames.frames.push(Frame((numbering.line(location, line) & ABSENT) | mark));
            }
            frames.starts.push(u32::try_from(frames.frames.len()).unwrap_or(u32::MAX));
        }
        (frames, numbering.finish())
    }

    /// The nodes of a location, outermost first.
    #[inline]
    pub fn at(&self, location: Id<Location>) -> &[Frame] {
        &self.frames[self.slots_of(location)]
    }

    /// How many frames all locations have together.
    pub(crate) fn slots(&self) -> usize {
        self.frames.len()
    }

    /// Where the frames of a location lie among those of all.
    #[inline]
    pub(crate) fn slots_of(&self, location: Id<Location>) -> Range<usize> {
        let row = location.row();
        self.starts[row] as usize..self.starts[row + 1] as usize
    }

    /// The frame in a slot.
    #[inline]
    pub(crate) fn in_slot(&self, slot: usize) -> Frame {
        self.frames[slot]
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
