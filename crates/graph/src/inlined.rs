//! Which nodes a report may have to call inlined.

use heapwise_profile::Profile;

use crate::Value;
use crate::frames::Frames;
use crate::parts::in_parts;

/// For each of `nodes` whether an edge that ends at it, all of whose calls were inlined, can have a
/// |weight| of `light` or more.
///
/// Such an edge weighs no more than all inlined frames of the node together. That takes one addition
/// for each location of a stack, where edges take a lookup for each frame, and leaves few nodes.
pub(crate) fn may_be_inlined(
    profile: &Profile,
    frames: &Frames,
    nodes: usize,
    value: Value,
    light: i64,
) -> Vec<bool> {
    if !frames.has_inlined() {
        return vec![false; nodes];
    }
    let samples = &profile.samples;
    let parts = in_parts(samples.len(), |rows| {
        let mut sums = vec![0_u64; profile.locations.len()];
        for row in rows {
            let Some(weight) = value.weight(samples.values(row)) else { continue };
            for location in samples.stack(row) {
                let sum = &mut sums[location.row()];
                *sum = sum.saturating_add(weight.sum.unsigned_abs());
            }
        }
        sums
    });
    let (mut has_inlined, mut sums) = (vec![false; nodes], vec![0_u64; nodes]);
    for location in profile.locations.ids() {
        let all = parts.iter().map(|part| part[location.row()]);
        let weight = all.fold(0, u64::saturating_add);
        for frame in frames.at(location).iter().filter(|frame| frame.inlined()) {
            let Some(node) = frame.node() else { continue };
            has_inlined[node.row()] = true;
            sums[node.row()] = sums[node.row()].saturating_add(weight);
        }
    }
    let heavy = |sum: u64| u64::try_from(light).is_ok_and(|light| sum >= light) || light < 0;
    has_inlined.into_iter().zip(sums).map(|(inlined, sum)| inlined && heavy(sum)).collect()
}
