//! Which edges a report may have to call inlined.

use heapwise_profile::{Id, Profile};

use crate::bits::Bits;
use crate::edge_sums::sum_edges;
use crate::edge_table::hash_of;
use crate::frames::{Frame, Frames};
use crate::parts::in_parts;
use crate::runs::{Call, Runs, Wanted};
use crate::{Edge, Node, Value};

/// All edges to the nodes that were inlined: at which an edge ends all of whose calls were, with a
/// |weight| of `light` or more. `frames` has `nodes` identities.
pub(crate) fn edges_to_inlined(
    profile: &Profile,
    frames: &Frames,
    nodes: usize,
    value: Value,
    light: i64,
) -> Vec<Edge> {
    let Some(likely) = Likely::of(profile, frames, nodes, value, light) else { return Vec::new() };
    let mut inlined = vec![false; nodes];
    for edge in sum_edges(profile, frames, value, Wanted::Likely(&likely)) {
        inlined[edge.target.row()] |= edge.inline && edge.weight.sum.wrapping_abs() >= light;
    }
    sum_edges(profile, frames, value, Wanted::To(&inlined))
}

/// Edges whose inlined calls may weigh enough; all that do are among them, and few others.
///
/// What rules the others out takes an addition for each location, where edges take a lookup that
/// misses the cache for each call. An edge weighs no more than all frames inlined at its target, and
/// no more than all inlined calls that a small table counts in one place with it.
#[derive(Debug)]
pub(crate) struct Likely {
    /// The nodes at which such edges end.
    pub targets: Vec<bool>,
    /// The places of the table that weigh enough.
    places: Vec<bool>,
}

/// How many places there are: they stay in the second cache.
const PLACES: usize = 1 << 16;

impl Likely {
    /// The edges with a |weight| of `light` or more, if there may be any.
    fn of(
        profile: &Profile,
        frames: &Frames,
        nodes: usize,
        value: Value,
        light: i64,
    ) -> Option<Self> {
        let inlined = |frame: Frame| frame.inlined() && frame.is_there();
        let with_inlined = Bits::of(frames.locations_with(inlined));
        if with_inlined.is_empty() {
            return None;
        }
        let weights = weights(profile, &with_inlined, value);
        let often = often_inlined(profile, frames, nodes, &weights, light);

        // Where the caller is a frame of the same location, the calls need no walk.
        let within = |location| calls_within(frames.at(location), &often);
        let entered = Runs::new(profile, frames, value, Wanted::Entered(&often));
        let rows = profile.samples.len();
        let mut sums = summed(in_parts(rows, |rows| {
            let mut sums = vec![0_u64; PLACES];
            entered.each_call(rows, |weight, call| {
                add(&mut sums[place(call.source, call.target)], weight.sum.unsigned_abs());
            });
            sums
        }));
        for (location, &weight) in profile.locations.ids().zip(&weights) {
            within(location).for_each(|(from, to)| add(&mut sums[place(from, to)], weight));
        }
        let places: Vec<bool> = sums.into_iter().map(|sum| heavy(sum, light)).collect();
        let mut targets = vec![false; nodes];
        for location in profile.locations.ids() {
            within(location).for_each(|(from, to)| targets[to.row()] |= places[place(from, to)]);
        }
        entered.each_call(0..rows, |_, call| {
            targets[call.target.row()] |= places[place(call.source, call.target)];
        });
        Some(Self { targets, places })
    }

    /// Whether a call is one of such an edge.
    #[inline]
    pub fn has(&self, call: &Call) -> bool {
        self.targets[call.target.row()] && self.places[place(call.source, call.target)]
    }
}

/// The nodes that weigh enough, inlined, together; `weights` are those of the locations.
fn often_inlined(
    profile: &Profile,
    frames: &Frames,
    nodes: usize,
    weights: &[u64],
    light: i64,
) -> Vec<bool> {
    let mut sums = vec![0_u64; nodes];
    for (location, &weight) in profile.locations.ids().zip(weights) {
        let inlined = frames.at(location).iter().filter(|frame| frame.inlined());
        let nodes = inlined.filter_map(|frame| frame.node());
        nodes.for_each(|node| add(&mut sums[node.row()], weight));
    }
    sums.into_iter().map(|sum| heavy(sum, light)).collect()
}

/// The inlined calls of often inlined nodes among the frames of a location.
fn calls_within<'a>(
    frames: &'a [Frame],
    often: &'a [bool],
) -> impl Iterator<Item = (Id<Node>, Id<Node>)> + 'a {
    let there = |frame: &Frame| frame.node().map(|node| (node, frame.inlined()));
    let calls = frames.iter().filter_map(there).scan(None, |caller, (node, inlined)| {
        let from = caller.replace(node);
        Some(from.filter(|_| inlined && often[node.row()]).map(|from| (from, node)))
    });
    calls.flatten()
}

/// For each of `locations` the sum of |weights| of the samples, as often as they have it; 0 for
/// others.
fn weights(profile: &Profile, locations: &Bits, value: Value) -> Vec<u64> {
    let samples = &profile.samples;
    let parts = in_parts(samples.len(), |rows| {
        let mut sums = vec![0_u64; profile.locations.len()];
        for row in rows {
            let Some(weight) = value.weight(samples.values(row)) else { continue };
            for location in samples.stack(row).iter().filter(|&&at| locations.has(at)) {
                add(&mut sums[location.row()], weight.sum.unsigned_abs());
            }
        }
        sums
    });
    summed(parts)
}

/// The sums of columns.
fn summed(columns: Vec<Vec<u64>>) -> Vec<u64> {
    let all = columns.into_iter().reduce(|mut all, column| {
        all.iter_mut().zip(column).for_each(|(sum, more)| add(sum, more));
        all
    });
    all.unwrap_or_default()
}

#[inline]
fn place(source: Id<Node>, target: Id<Node>) -> usize {
    hash_of(source, target) as usize % PLACES
}

fn add(sum: &mut u64, more: u64) {
    *sum = sum.saturating_add(more);
}

fn heavy(sum: u64, light: i64) -> bool {
    u64::try_from(light).is_ok_and(|light| sum >= light) || light < 0
}
