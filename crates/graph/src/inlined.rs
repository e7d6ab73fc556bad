//! Which edges a report may have to call inlined.

use heapwise_profile::Profile;

use crate::bits::Bits;
use crate::edge_sums::sum_edges;
use crate::edge_table::hash_of;
use crate::frames::{Frame, Frames};
use crate::parts::in_parts;
use crate::runs::{Call, Runs, Wanted};
use crate::{Edge, Value};

/// All edges with a |weight| of `light` or more to the nodes that may have an inlined one among them;
/// some lighter ones too. `frames` has `nodes` identities.
///
/// An edge weighs no more than all frames inlined at its target, and no more than all calls that a
/// small table counts in one place with it. What that rules out takes an addition for each call, where
/// edges take a lookup that misses the cache; few are left.
pub(crate) fn edges_to_inlined(
    profile: &Profile,
    frames: &Frames,
    nodes: usize,
    value: Value,
    light: i64,
) -> Vec<Edge> {
    let inlined = |frame: Frame| frame.inlined() && frame.is_there();
    let with_inlined = Bits::of(frames.locations_with(inlined));
    if with_inlined.is_empty() {
        return Vec::new();
    }
    let weights = weights(profile, &with_inlined, value);
    let often = often_inlined(profile, frames, nodes, &weights, light);
    let places = Places::of(profile, frames, value, &often, light);
    sum_edges(profile, frames, value, Wanted::Heavy(&often, &places))
}

/// Places of a table that counts calls, each of many edges together: whether they weigh enough.
#[derive(Debug)]
pub(crate) struct Places(Vec<bool>);

/// How many places there are: they stay in the second cache.
const PLACES: usize = 1 << 16;

impl Places {
    /// Those of the calls to `targets` that weigh `light` or more.
    fn of(profile: &Profile, frames: &Frames, value: Value, targets: &[bool], light: i64) -> Self {
        let runs = Runs::new(profile, frames, value, Wanted::To(targets));
        let sums = summed(in_parts(profile.samples.len(), |rows| {
            let mut sums = vec![0_u64; PLACES];
            runs.each_call(rows, |weight, call| {
                add(&mut sums[place(&call)], weight.sum.unsigned_abs());
            });
            sums
        }));
        Self(sums.into_iter().map(|sum| heavy(sum, light)).collect())
    }

    /// Whether the place of a call weighs enough.
    #[inline]
    pub fn has(&self, call: &Call) -> bool {
        self.0[place(call)]
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
fn place(call: &Call) -> usize {
    hash_of(call.source, call.target) as usize % PLACES
}

fn add(sum: &mut u64, more: u64) {
    *sum = sum.saturating_add(more);
}

fn heavy(sum: u64, light: i64) -> bool {
    u64::try_from(light).is_ok_and(|light| sum >= light) || light < 0
}
