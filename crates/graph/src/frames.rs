//! The nodes that a location stands for.

use std::ops::Range;

use heapwise_profile::{Id, Location, Profile};

use crate::identity::Numbering;
use crate::{Identities, Naming, Node};

/// The nodes of every location, in the order of a walk from root to leaf: the function that holds
/// the machine code first, the innermost inlined one last. Each location has at least one.
#[derive(Clone, Debug)]
pub struct Frames {
    /// For each location, which of `frames` are its own.
    spans: Vec<Span>,
    frames: Vec<Frame>,
}

/// Consecutive slots. Both ends lie in one cache line: locations are looked up at random.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The slots.
    #[inline]
    fn slots(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
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

    /// Whether its node is in the graph.
    #[inline]
    pub(crate) fn is_there(self) -> bool {
        self.0 & ABSENT != ABSENT
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
            spans: Vec::with_capacity(locations.len()),
            frames: Vec::with_capacity(locations.all_lines().len().max(locations.len())),
        };
        for (location, lines) in locations.iter() {
            let start = frames.slots() as u32;
            if lines.is_empty() {
                frames.frames.push(Frame(numbering.bare(location) & ABSENT));
            }
            for (depth, line) in lines.iter().rev().enumerate() {
                let mark = if depth == 0 { 0 } else { INLINED };
                frames.frames.push(Frame((numbering.line(location, line) & ABSENT) | mark));
            }
            frames.spans.push(Span { start, end: frames.slots() as u32 });
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
        self.spans[location.row()].slots()
    }

    /// The frames of each location, in order.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[Frame]> {
        self.spans.iter().map(|span| &self.frames[span.slots()])
    }

    /// For each location, in order, whether any of its frames is wanted.
    pub(crate) fn locations_with(
        &self,
        wanted: impl Fn(Frame) -> bool,
    ) -> impl Iterator<Item = bool> {
        self.each().map(move |frames| frames.iter().any(|&frame| wanted(frame)))
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
