//! Profiles that are small enough for whoever takes them: what is least goes into what it is part of.
//!
//! ```text
//! samples -> tree of label sets, frames, label sets -> least nodes into their parents -> samples
//! ```

mod tree;

use std::sync::Arc;

use crate::{
    Function, Id, Line, Location, Locations, Mapping, MergeError, Profile, Resolved, RuntimeAddr,
    Sample, Samples, Strings, encode, merge,
};
use tree::{Rest, Tree};

/// The name of the function that stands for what was folded.
pub const FOLDED: &[u8] = b"[other]";

/// How large a profile may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldLimits {
    /// Samples; 2 at least.
    pub samples: usize,
    /// Frames of a stack; 2 at least.
    pub depth: usize,
    /// Bytes that [`encode`] gives. What is no sample, such as texts of the header, is not folded.
    pub bytes: usize,
}

/// `profile` within `limits`: the least of its samples are added to what they are part of, until what
/// is left is small enough. The sum of each column stays what it was.
///
/// How much a stack is is the sum, over the columns, of its part of the column. First go labels with
/// numbers, where a stack has several; then frames, where the function [`FOLDED`] stands for all that
/// a frame called and that was not kept; text labels last. Of stacks that are too deep the outermost
/// frames go, and [`FOLDED`] stands for them.
///
/// Samples are merged and ids numbered from 1, as [`merge()`] does, also where nothing is folded. Takes
/// time linear in the frames of all stacks, but for a sort.
///
/// # Errors
///
/// As [`merge()`].
pub fn fold(profile: &Profile, limits: FoldLimits) -> Result<Profile, MergeError> {
    let merged = merge(&[profile])?;
    let (mut folded, mut samples) = (merged, limits.samples.max(2));
    if folded.samples.len() <= samples
        && (0..folded.samples.len()).all(|row| folded.samples.stack(row).len() <= limits.depth)
        && encode(&folded).len() <= limits.bytes
    {
        return Ok(folded);
    }
    let other = add_other(&mut folded);
    let mut tree = Tree::new(&folded, limits.depth.max(2), other);
    loop {
        tree.fold_to(samples);
        let smaller = Profile { samples: Arc::new(samples_of(&tree)), ..folded.clone() };
        let smaller = merge(&[&smaller])?;
        let size = encode(&smaller).len();
        if size <= limits.bytes || tree.is_folded() {
            return Ok(smaller);
        }
        // A little less than in proportion: what stacks share does not shrink with them.
        let left = smaller.samples.len() as f64 * 0.9 * (limits.bytes as f64 / size as f64);
        samples = left as usize;
    }
}

/// Adds the location that stands for what was folded. It has a mapping of its own, which says that there
/// is nothing to look up.
fn add_other(profile: &mut Profile) -> Id<Location> {
    let name = Arc::make_mut(&mut profile.strings).intern(FOLDED);
    let known =
        Resolved { functions: true, filenames: true, line_numbers: true, inline_frames: true };
    let mapping = Mapping {
        id: profile.mappings.len() as u64 + 1,
        file: name,
        resolved: known,
        ..Mapping::default()
    };
    let mapping = Arc::make_mut(&mut profile.mappings).push(mapping);
    let id = profile.functions.len() as u64 + 1;
    let function = Function { id, name, system_name: name, file: Strings::EMPTY, start_line: 0 };
    let function = Arc::make_mut(&mut profile.functions).push(function);
    let locations: &mut Locations = Arc::make_mut(&mut profile.locations);
    let location = Location {
        id: locations.len() as u64 + 1,
        mapping: Some(mapping),
        address: RuntimeAddr(0),
        folded: false,
    };
    locations.push(location, &[Line { function, line: 0, column: 0 }])
}

fn samples_of(tree: &Tree<'_>) -> Samples {
    let mut samples = Samples::new(tree.width());
    let mut stack = Vec::new();
    for Rest { node, is_other, values } in tree.rest() {
        stack.clear();
        stack.extend(is_other.then_some(tree.other()));
        let labels = tree.path(node, &mut stack);
        samples.push(Sample { stack: &stack, values, labels: &labels });
    }
    samples
}

#[cfg(test)]
mod tests;
