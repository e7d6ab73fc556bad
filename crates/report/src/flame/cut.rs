//! The part of a flame graph that can be seen.
//!
//! Stacks are merged only where boxes are wide enough: the ways through a box are sorted by the frame that
//! comes next, and each run is a box below it. The widest box is looked into first, and what is too narrow
//! never, so that the cost is that of what is shown, however many stacks there are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
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
    /// The most boxes: the widest are kept.
    pub most: usize,
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

/// A box whose ways are known.
struct Found {
    depth: u32,
    frame: Option<u32>,
    ways: Range<usize>,
    sums: FlameSums,
    /// The first sample that goes through it.
    first: u32,
    /// The sums over the ways that end here.
    own: FlameSums,
    /// Whether it was looked into, and so is shown.
    shown: bool,
    /// The boxes below it that are wide enough, in the order they are drawn in.
    below: Range<usize>,
}

impl Flame {
    /// What can be seen of the flame graph in that view.
    pub fn cut(&self, view: FlameView<'_>) -> FlameCut {
        let up = view.shape.is_up();
        let mut ways = self.ways(view.shape);
        let mut cut = FlameCut::default();
        let mut top = Found::of(None, 0, &ways, 0..ways.len());
        for &frame in view.zoom {
            if !ways.iter().any(|way| way.next == Some(frame)) {
                break;
            }
            top.own = own(&ways);
            cut.push(&top);
            ways.retain(|way| way.next == Some(frame));
            ways.iter_mut().for_each(|way| self.step(way, up));
            top = Found::of(Some(frame), top.depth + 1, &ways, 0..ways.len());
        }
        let least = (top.sums.width() / view.finest.max(1)).max(1);
        let mut all = vec![top];
        // By width, then in the order in which they were found.
        let mut open = BinaryHeap::from([(u64::MAX, Reverse(0))]);
        let mut room = view.most.saturating_sub(cut.depths.len()).max(1);
        while room > 0
            && let Some((_, Reverse(place))) = open.pop()
        {
            room -= 1;
            let inside = &mut ways[all[place].ways.clone()];
            all[place].own = own(inside);
            all[place].shown = true;
            // By sample too, so that runs are in the order of the profile whatever was sorted before.
            inside.sort_unstable_by_key(|way| (way.next, way.sample));
            let mut below = below(&ways, &all[place]);
            for child in &below {
                ways[child.ways.clone()].iter_mut().for_each(|way| self.step(way, up));
            }
            let found = below.len();
            below.retain(|child| child.sums.width() >= least);
            cut.left_out += found - below.len();
            below.sort_by_key(|child| {
                let width = if view.order == FlameOrder::Width { child.sums.width() } else { 0 };
                (Reverse(width), child.first)
            });
            let places = all.len()..all.len() + below.len();
            open.extend(
                places
                    .clone()
                    .zip(&below)
                    .map(|(place, child)| (child.sums.width(), Reverse(place))),
            );
            all[place].below = places;
            all.append(&mut below);
        }
        cut.left_out += open.len();
        cut.push_below(&all);
        cut
    }
}

/// The runs of ways through a box that go on with the same frame.
fn below(ways: &[Way], found: &Found) -> Vec<Found> {
    let mut start = found.ways.start;
    let runs = ways[found.ways.clone()].chunk_by(|a, b| a.next == b.next);
    let runs = runs.filter_map(|run| {
        let range = start..start + run.len();
        start = range.end;
        let frame = run[0].next?;
        Some(Found::of(Some(frame), found.depth + 1, run, range))
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

impl Found {
    /// The box of `ways`, which lie in that range of all.
    fn of(frame: Option<u32>, depth: u32, ways: &[Way], range: Range<usize>) -> Self {
        let first = ways.iter().map(|way| way.sample).min().unwrap_or(0);
        let (sums, own) = (sum(ways.iter()), FlameSums::default());
        Self { depth, frame, ways: range, sums, first, own, shown: false, below: 0..0 }
    }
}

impl FlameCut {
    fn push(&mut self, found: &Found) {
        self.depths.push(found.depth);
        self.frames.push(found.frame);
        self.sums.push(found.sums);
        self.own.push(found.own);
    }

    /// Adds the first of `all` and what is shown below it.
    fn push_below(&mut self, all: &[Found]) {
        let mut open = vec![0];
        while let Some(place) = open.pop() {
            let found = &all[place];
            self.push(found);
            // The last is taken first.
            open.extend(found.below.clone().rev().filter(|&below| all[below].shown));
        }
    }
}
