//! The part of a flame graph that can be seen.
//!
//! Stacks are merged only where boxes are wide enough: the ways through a box are sorted by the frame that
//! comes next, and each run is a box below it. What is too narrow is never looked into, so that the cost
//! is that of what is shown, however many stacks there are.

use std::ops::Range;

use super::ways::{Shape, Way};
use super::{Flame, FlameSums};

/// In which order the boxes below a box are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlameOrder {
    /// The widest first: left heavy.
    #[default]
    Width,
    /// As the profile has them.
    Profile,
}

/// What to cut out of a flame graph.
#[derive(Clone, Copy, Debug)]
pub struct FlameView<'a> {
    /// Which stacks, from where.
    pub shape: Shape<'a>,
    /// The frames on the way from the root to what is zoomed into. What follows one that is not there is
    /// left out.
    pub zoom: &'a [u32],
    /// Boxes narrower than one in this many parts of what is zoomed into are not seen.
    pub finest: u64,
    /// The order of siblings.
    pub order: FlameOrder,
}

/// A part of a flame graph: a box, the way to it, and what lies below it and is wide enough.
///
/// The root, which is no frame, comes first; boxes stand before those below them, siblings in the order
/// they are drawn in. All columns have the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlameCut {
    /// How far each box is from the root, which is at 0.
    pub depths: Vec<u32>,
    /// The frame of each box; nothing for the root.
    pub frames: Vec<Option<u32>>,
    /// The sums over the stacks through each box.
    pub sums: Vec<FlameSums>,
    /// The sums over those that end there.
    pub own: Vec<FlameSums>,
    /// How many boxes below those that are shown are too narrow.
    pub left_out: usize,
}

/// A box whose ways are known and not yet looked into.
struct Open {
    depth: u32,
    frame: Option<u32>,
    ways: Range<usize>,
    sums: FlameSums,
    /// The first sample that goes through it.
    first: u32,
}

impl Flame {
    /// What can be seen of the flame graph in that view.
    pub fn cut(&self, view: FlameView<'_>) -> FlameCut {
        let up = view.shape.is_up();
        let mut ways = self.ways(view.shape);
        let mut cut = FlameCut::default();
        let mut top = Open::of(None, 0, &ways, 0..ways.len());
        for &frame in view.zoom {
            if !ways.iter().any(|way| way.next == Some(frame)) {
                break;
            }
            cut.push(&top, own(&ways));
            ways.retain(|way| way.next == Some(frame));
            ways.iter_mut().for_each(|way| self.step(way, up));
            top = Open::of(Some(frame), top.depth + 1, &ways, 0..ways.len());
        }
        let least = (top.sums.width() / view.finest.max(1)).max(1);
        let mut open = vec![top];
        while let Some(found) = open.pop() {
            let inside = &mut ways[found.ways.clone()];
            cut.push(&found, own(inside));
            // By sample too, so that runs are in the order of the profile whatever was sorted before.
            inside.sort_unstable_by_key(|way| (way.next, way.sample));
            let mut below = below(&ways, &found);
            for child in &below {
                ways[child.ways.clone()].iter_mut().for_each(|way| self.step(way, up));
            }
            let all = below.len();
            below.retain(|child| child.sums.width() >= least);
            cut.left_out += all - below.len();
            // The last is taken first.
            below.sort_by_key(|child| {
                let width = if view.order == FlameOrder::Width { child.sums.width() } else { 0 };
                (width, std::cmp::Reverse(child.first))
            });
            open.extend(below);
        }
        cut
    }
}

/// The runs of ways through a box that go on with the same frame.
fn below(ways: &[Way], found: &Open) -> Vec<Open> {
    let mut start = found.ways.start;
    let runs = ways[found.ways.clone()].chunk_by(|a, b| a.next == b.next);
    let runs = runs.filter_map(|run| {
        let range = start..start + run.len();
        start = range.end;
        let frame = run[0].next?;
        Some(Open::of(Some(frame), found.depth + 1, run, range))
    });
    runs.collect()
}

/// The sums over the ways that end here.
fn own(ways: &[Way]) -> FlameSums {
    sum(ways.iter().filter(|way| way.next.is_none()))
}

fn sum<'a>(ways: impl Iterator<Item = &'a Way>) -> FlameSums {
    let mut sums = FlameSums::default();
    ways.for_each(|way| sums.add(FlameSums::of(way.value)));
    sums
}

impl Open {
    /// The box of `ways`, which lie in that range of all.
    fn of(frame: Option<u32>, depth: u32, ways: &[Way], range: Range<usize>) -> Self {
        let first = ways.iter().map(|way| way.sample).min().unwrap_or(0);
        Self { depth, frame, ways: range, sums: sum(ways.iter()), first }
    }
}

impl FlameCut {
    fn push(&mut self, found: &Open, own: FlameSums) {
        self.depths.push(found.depth);
        self.frames.push(found.frame);
        self.sums.push(found.sums);
        self.own.push(own);
    }
}
