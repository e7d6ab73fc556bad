//! The parts of stacks that lead through wanted nodes.

use std::ops::Range;

use heapwise_profile::{Id, Location, Profile};

use crate::bits::Bits;
use crate::frames::{Frame, Frames};
use crate::inlined::Places;
use crate::{Node, Value, Weight};

/// Which calls are wanted. Nodes are those for which the column, indexed by row, is true.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    /// All.
    All,
    /// Those that start or end at one of the nodes.
    At(&'a [bool]),
    /// Those that end at one of the nodes.
    To(&'a [bool]),
    /// Those that end at one of the nodes, of edges that may weigh enough.
    Heavy(&'a [bool], &'a Places),
}

impl Wanted<'_> {
    /// Whether a call is wanted.
    #[inline]
    pub fn has(self, call: &Call) -> bool {
        match self {
            Self::All => true,
            Self::At(nodes) => nodes[call.source.row()] | nodes[call.target.row()],
            Self::To(nodes) => nodes[call.target.row()],
            Self::Heavy(nodes, places) => nodes[call.target.row()] && places.has(call),
        }
    }

    /// The locations of frames at whose end a call may be wanted.
    fn ends(self, frames: &Frames) -> Bits {
        let any_of = |nodes: &[bool]| {
            let is_one = |frame: Frame| frame.node().is_some_and(|node| nodes[node.row()]);
            Bits::of(frames.locations_with(is_one))
        };
        match self {
            Self::All => Bits::default(),
            Self::At(nodes) | Self::To(nodes) | Self::Heavy(nodes, _) => any_of(nodes),
        }
    }
}

/// A frame on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step(u32);

/// A bit above every slot: a profile has fewer than 2^31 distinct lines.
const RESIDUAL: u32 = 1 << 31;

impl Step {
    #[inline]
    fn new(slot: usize, residual: bool) -> Self {
        Self(slot as u32 | if residual { RESIDUAL } else { 0 })
    }

    /// The slot of the frame.
    #[inline]
    pub fn slot(self) -> usize {
        (self.0 & !RESIDUAL) as usize
    }

    /// Whether frames that are not there lie between this one and the step before.
    #[inline]
    pub fn residual(self) -> bool {
        self.0 & RESIDUAL != 0
    }
}

/// A step from one node to another, which may be the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub source: Id<Node>,
    /// The slot of the source.
    pub from: u32,
    pub target: Id<Node>,
    /// Whether nodes that are not there lie between the two.
    pub residual: bool,
    /// Whether the target was inlined into the frame before it, there or not.
    pub inlined: bool,
}

impl Call {
    #[inline]
    pub fn between(from: Step, to: Step, frames: &Frames) -> Self {
        let [caller, callee] = [from, to].map(|step| frames.in_slot(step.slot()));
        Self {
            source: Id::from_row(caller.row()),
            from: from.slot() as u32,
            target: Id::from_row(callee.row()),
            residual: to.residual(),
            inlined: callee.inlined(),
        }
    }
}

/// The pieces of stacks that hold the wanted calls: runs of frames from root to leaf, of those that
/// are there.
///
/// Most frames of a large profile belong to nodes that trimming drops. A test of one bit passes over
/// them; what is done with a run meets the rest only.
pub(crate) struct Runs<'a> {
    profile: &'a Profile,
    frames: &'a Frames,
    value: Value,
    wanted: Wanted<'a>,
    /// The locations with a frame that is there.
    present: Bits,
    /// Those with a frame for which calls are wanted, unless all of them are.
    ends: Bits,
    every_end: bool,
    /// Whether calls from the ends are wanted, not only those to them.
    with_callee: bool,
}

impl<'a> Runs<'a> {
    pub fn new(profile: &'a Profile, frames: &'a Frames, value: Value, wanted: Wanted<'a>) -> Self {
        Self {
            profile,
            frames,
            value,
            wanted,
            present: Bits::of(frames.locations_with(Frame::is_there)),
            ends: wanted.ends(frames),
            every_end: matches!(wanted, Wanted::All),
            with_callee: matches!(wanted, Wanted::At(_)),
        }
    }

    /// Calls `visit` with each run of the samples `rows` that have a weight: with the row, its
    /// weight, and the run.
    pub fn each(&self, rows: Range<usize>, mut visit: impl FnMut(usize, Weight, &[Step])) {
        let samples = &self.profile.samples;
        let mut run = Vec::new();
        for row in rows {
            let Some(weight) = self.value.weight(samples.values(row)) else { continue };
            self.each_of(samples.stack(row), &mut run, |run| visit(row, weight, run));
        }
    }

    /// Calls `visit` with each wanted call of the samples `rows` and the weight of its sample, as often
    /// as the call occurs.
    pub fn each_call(&self, rows: Range<usize>, mut visit: impl FnMut(Weight, Call)) {
        self.each(rows, |_, weight, run| {
            let calls = run.windows(2).map(|pair| Call::between(pair[0], pair[1], self.frames));
            calls.filter(|call| self.wanted.has(call)).for_each(|call| visit(weight, call));
        });
    }

    /// The runs of a stack. A location is part of one if calls are wanted for its frames, or if it
    /// is the caller of one for which they are, or the callee if those are wanted too.
    #[inline]
    fn each_of(&self, stack: &[Id<Location>], run: &mut Vec<Step>, mut visit: impl FnMut(&[Step])) {
        run.clear();
        // Of the last location that is there: whether it is an end, and itself unless it is in the run.
        let (mut after_end, mut caller) = (false, None);
        let mut gap = false;
        for &location in stack.iter().rev() {
            if !self.present.has(location) {
                gap = true;
                continue;
            }
            let is_end = self.every_end || self.ends.has(location);
            if is_end || (self.with_callee && after_end) {
                if let Some(caller) = caller.take() {
                    if run.len() > 1 {
                        visit(run);
                    }
                    run.clear();
                    gap |= self.follow(caller, false, run);
                }
                gap = self.follow(location, gap, run);
            } else {
                (caller, gap) = (Some(location), false);
            }
            after_end = is_end;
        }
        if run.len() > 1 {
            visit(run);
        }
    }

    /// Adds the frames of a location to a run, after a `gap` or not; whether there is one after them.
    #[inline]
    fn follow(&self, location: Id<Location>, mut gap: bool, run: &mut Vec<Step>) -> bool {
        for slot in self.frames.slots_of(location) {
            if self.frames.in_slot(slot).is_there() {
                run.push(Step::new(slot, gap));
            }
            gap = !self.frames.in_slot(slot).is_there();
        }
        gap
    }
}
