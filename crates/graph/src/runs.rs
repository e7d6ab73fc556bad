//! The parts of stacks that lead through wanted nodes.

use std::ops::{Range, RangeInclusive};

use heapwise_profile::{Id, Location, Profile};

use crate::bits::Bits;
use crate::frames::{Frame, Frames};
use crate::inlined::Likely;
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
    /// Those that end at one of the nodes, inlined, when no frame of the same location is the caller.
    Entered(&'a [bool]),
    /// Those of edges that may count as inlined.
    Likely(&'a Likely),
}

impl Wanted<'_> {
    /// Whether a call is wanted.
    #[inline]
    pub fn has(self, call: &Call) -> bool {
        match self {
            Self::All => true,
            Self::At(nodes) => nodes[call.source.row()] | nodes[call.target.row()],
            Self::To(nodes) => nodes[call.target.row()],
            Self::Entered(nodes) => nodes[call.target.row()] & call.inlined & call.residual,
            Self::Likely(edges) => edges.has(call),
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
            Self::At(nodes) | Self::To(nodes) => any_of(nodes),
            Self::Likely(edges) => any_of(&edges.targets),
            Self::Entered(nodes) => Bits::of(frames.each().map(|frames| {
                let first = frames.iter().find(|frame| frame.is_there());
                first.is_some_and(|frame| frame.inlined() && nodes[frame.row()])
            })),
        }
    }
}

/// A frame on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step(u32);

/// A bit above every slot: a profile has fewer than 2^31 distinct lines.
const RESIDUAL: u32 = 1 << 31;

impl Step {
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
    /// Those with a frame for which calls are wanted.
    ends: Bits,
}

impl<'a> Runs<'a> {
    pub fn new(profile: &'a Profile, frames: &'a Frames, value: Value, wanted: Wanted<'a>) -> Self {
        let present = Bits::of(frames.locations_with(Frame::is_there));
        Self { profile, frames, value, wanted, present, ends: wanted.ends(frames) }
    }

    /// Calls `visit` with each run of the samples `rows` that have a weight: with the row, its
    /// weight, and the run.
    pub fn each(&self, rows: Range<usize>, mut visit: impl FnMut(usize, Weight, &[Step])) {
        let samples = &self.profile.samples;
        let mut run = Vec::new();
        for row in rows {
            let Some(weight) = self.value.weight(samples.values(row)) else { continue };
            let stack = samples.stack(row);
            self.each_piece(stack, |piece| {
                self.follow(piece, &mut run);
                if run.len() > 1 {
                    visit(row, weight, &run);
                }
            });
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

    /// The pieces of a stack around wanted ends, root first. Where two have a location in common they
    /// are one.
    fn each_piece(&self, stack: &[Id<Location>], mut visit: impl FnMut(&[Id<Location>])) {
        if let Wanted::All = self.wanted {
            return visit(stack);
        }
        let with_callee = matches!(self.wanted, Wanted::At(_));
        let is_there = |&location: &Id<Location>| self.present.has(location);
        let mut open: Option<RangeInclusive<usize>> = None;
        for depth in (0..stack.len()).rev().filter(|&depth| self.ends.has(stack[depth])) {
            let caller = stack[depth + 1..].iter().position(is_there);
            let root = caller.map_or(depth, |caller| depth + 1 + caller);
            let callee = with_callee.then(|| stack[..depth].iter().rposition(is_there)).flatten();
            let leaf = callee.unwrap_or(depth);
            open = match open.take() {
                Some(piece) if *piece.start() <= root => Some(leaf..=*piece.end()),
                Some(piece) => {
                    visit(&stack[piece]);
                    Some(leaf..=root)
                }
                None => Some(leaf..=root),
            };
        }
        if let Some(piece) = open {
            visit(&stack[piece]);
        }
    }

    /// Makes `run` the frames of a piece of a stack.
    fn follow(&self, piece: &[Id<Location>], run: &mut Vec<Step>) {
        run.clear();
        let mut gap = 0;
        for &location in piece.iter().rev() {
            if !self.present.has(location) {
                gap = RESIDUAL;
                continue;
            }
            for slot in self.frames.slots_of(location) {
                if self.frames.in_slot(slot).is_there() {
                    run.push(Step(slot as u32 | gap));
                    gap = 0;
                } else {
                    gap = RESIDUAL;
                }
            }
        }
    }
}
