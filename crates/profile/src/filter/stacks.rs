//! Cutting the lines of locations and the stacks of samples.

use std::ops::Range;
use std::sync::Arc;

use crate::{Id, Line, Location, Locations, Sample, Samples};

/// The locations, each with the range of its lines that `keep` gives; the same table if every range
/// is whole.
pub(crate) fn cut_lines(
    locations: &Arc<Locations>,
    mut keep: impl FnMut(&Location, &[Line]) -> Range<usize>,
) -> Arc<Locations> {
    let mut cut = Locations::new();
    for (location, lines) in locations.iter() {
        cut.push(*location, &lines[keep(location, lines)]);
    }
    let unchanged = cut.all_lines().len() == locations.all_lines().len();
    if unchanged { Arc::clone(locations) } else { Arc::new(cut) }
}

/// The samples, each with the part of its stack that `keep` gives, without those for which it gives
/// nothing.
pub(crate) fn cut_stacks(
    samples: &Samples,
    mut keep: impl FnMut(&[Id<Location>]) -> Option<&[Id<Location>]>,
) -> Arc<Samples> {
    let mut cut = Samples::new(samples.width());
    for sample in samples.iter() {
        if let Some(stack) = keep(sample.stack) {
            cut.push(Sample { stack, ..sample });
        }
    }
    Arc::new(cut)
}
