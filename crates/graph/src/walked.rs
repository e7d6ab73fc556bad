//! The nodes that a stack leads through.

use heapwise_profile::{Id, Location};

use crate::Node;
use crate::frames::{Frames, Span};

/// The nodes that are there along a way from root to leaf.
pub(crate) struct Path<'a> {
    frames: &'a Frames,
    /// The frames of each location; nothing where none of them is there.
    present: &'a [Span],
    /// The way is the first `length` of them.
    visits: Vec<Visit>,
    length: usize,
    /// Whether what was visited last is not there.
    gap: bool,
}

/// A node on a path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visit {
    pub node: Id<Node>,
    /// Where it was found.
    pub slot: u32,
    /// Whether nodes that are not there lie between it and the one before.
    pub residual: bool,
    /// Whether it was inlined into the frame before, there or not.
    pub inlined: bool,
}

impl<'a> Path<'a> {
    pub fn new(frames: &'a Frames, present: &'a [Span]) -> Self {
        Self { frames, present, visits: Vec::new(), length: 0, gap: false }
    }

    /// Whether any frame of a location is there.
    #[inline]
    pub fn is_present(&self, location: Id<Location>) -> bool {
        !self.present[location.row()].is_empty()
    }

    /// Starts a new path.
    #[inline]
    pub fn start(&mut self) {
        self.length = 0;
        self.gap = false;
    }

    /// Goes on to a location.
    #[inline]
    pub fn visit(&mut self, location: Id<Location>) {
        let span = self.present[location.row()];
        if span.is_empty() {
            self.gap = true;
            return;
        }
        let slots = span.slots();
        if self.visits.len() < self.length + slots.len() {
            self.visits.resize(2 * (self.length + slots.len()), Visit::default());
        }
        for slot in slots {
            let frame = self.frames.in_slot(slot);
            let is_there = frame.node().is_some();
            // Written whether it is there or not: which is as good as random, and a branch costs more.
            self.visits[self.length] = Visit {
                node: Id::from_row(frame.row()),
                slot: slot as u32,
                residual: self.gap,
                inlined: frame.inlined(),
            };
            self.length += usize::from(is_there);
            self.gap = !is_there;
        }
    }

    /// The nodes since the start.
    #[inline]
    pub fn visits(&self) -> &[Visit] {
        &self.visits[..self.length]
    }
}
