//! The stacks of a profile, for flame graphs.
//!
//! ```text
//! samples -> stacks of frames -> ways of a shape -> boxes that can be seen -> JSON
//! ```

mod cut;
mod json;
mod search;
mod stacks;
mod tree;
mod ways;

use heapwise_graph::{Frames, Identities, Naming, Node};
use heapwise_profile::{Id, Location, Profile};

pub use self::cut::{FlameCut, FlameOrder, FlameView};
pub use self::stacks::FlameStack;
pub use self::tree::FlameTree;
pub use self::ways::Shape;
use crate::Input;
use crate::header::About;
use crate::values::Values;

/// The label that marks the samples of the base of a comparison.
const BASE_KEY: &[u8] = b"pprof::base";

/// The stacks of a profile, each a way through frames.
#[derive(Clone, Debug)]
pub struct Flame {
    /// What the profile says of itself.
    pub about: About,
    /// How values are written.
    pub values: Values,
    /// The 100 %, in units of the sample type.
    pub total: i64,
    /// Every frame, in the order of the locations.
    pub frames: Vec<FlameFrame>,
    /// Whether some values are negative: the profile is a difference.
    pub is_difference: bool,
    /// Whether negative values are those of a base, and positive ones all of what came after: then
    /// both sides are known, not just what is between them.
    pub has_base: bool,
    profile: Profile,
    /// The column of the samples that counts.
    index: usize,
    /// For each location, which of `path` are its own.
    ends: Vec<u32>,
    /// The frames of the locations, outermost first.
    path: Vec<u32>,
}

/// What is drawn as one box: a function, or what the granularity makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlameFrame {
    /// The name, with the line if lines are told apart.
    pub name: Vec<u8>,
    /// The file, as it is shown; empty if unknown.
    pub file: Vec<u8>,
    /// Whether it was inlined into its caller.
    pub inlined: bool,
}

/// Sums of values, positive and negative ones apart: in a comparison, after and before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlameSums {
    /// The sum of the positive values.
    pub plus: u64,
    /// The sum of the negative values, without their sign.
    pub minus: u64,
}

impl FlameSums {
    /// The sums of one value.
    pub fn of(value: i64) -> Self {
        let size = value.unsigned_abs();
        if value < 0 { Self { plus: 0, minus: size } } else { Self { plus: size, minus: 0 } }
    }

    /// Adds others; what is too large stays the largest number.
    pub fn add(&mut self, other: Self) {
        self.plus = self.plus.saturating_add(other.plus);
        self.minus = self.minus.saturating_add(other.minus);
    }

    /// How wide its box is.
    pub fn width(self) -> u64 {
        self.plus.saturating_add(self.minus)
    }
}

impl Flame {
    /// The stacks of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let profile = input.profile;
        let shown_file = |file: &[u8]| input.sources.shown_name(file);
        let naming = Naming { shown_file: &shown_file, objects: false };
        let (nodes, identities) = Frames::of(profile, naming);
        let mut numbering = Numbering::new(&identities);
        let (mut ends, mut path) = (Vec::with_capacity(profile.locations.len()), Vec::new());
        for location in profile.locations.ids() {
            let frames = nodes.at(location).iter();
            path.extend(frames.filter_map(|frame| numbering.row(frame.node()?, frame.inlined())));
            ends.push(u32::try_from(path.len()).unwrap_or(u32::MAX));
        }
        let index = input.value.index;
        let is_difference =
            profile.samples.iter().any(|sample| sample.values.get(index).is_some_and(|v| *v < 0));
        Self {
            about: About::of(input),
            values: Values::of(input),
            total: input.total,
            frames: numbering.frames,
            is_difference,
            has_base: is_difference && has_base(profile),
            profile: profile.clone(),
            index,
            ends,
            path,
        }
    }

    /// The frames of a location, outermost first.
    fn at(&self, location: Id<Location>) -> &[u32] {
        let row = location.row();
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.path[start..self.ends[row] as usize]
    }

    /// The samples that count for something: their stacks, leaf first, and sums.
    fn samples(&self) -> impl Iterator<Item = (&[Id<Location>], FlameSums)> {
        self.profile.samples.iter().filter_map(|sample| {
            let value = sample.values.get(self.index).copied().filter(|&value| value != 0)?;
            Some((sample.stack, FlameSums::of(value)))
        })
    }
}

fn has_base(profile: &Profile) -> bool {
    let Some(key) = profile.strings.find(BASE_KEY) else { return false };
    profile.samples.all_labels().iter().any(|label| label.key == key)
}

/// Frames numbered in the order in which they are met. A call that was inlined is another frame than
/// one that was not.
struct Numbering<'a> {
    identities: &'a Identities,
    rows: Vec<Option<u32>>,
    frames: Vec<FlameFrame>,
}

impl<'a> Numbering<'a> {
    fn new(identities: &'a Identities) -> Self {
        Self { identities, rows: vec![None; identities.len() * 2], frames: Vec::new() }
    }

    fn row(&mut self, node: Id<Node>, inlined: bool) -> Option<u32> {
        let slot = node.row() * 2 + usize::from(inlined);
        if let Some(row) = self.rows[slot] {
            return Some(row);
        }
        let row = u32::try_from(self.frames.len()).ok()?;
        self.rows[slot] = Some(row);
        self.frames.push(FlameFrame {
            name: full_name(self.identities, node),
            file: self.identities.file(node).to_vec(),
            inlined,
        });
        Some(row)
    }
}

/// The name of a frame: of the function, else of the file, else of the object; with the line, if lines
/// are told apart.
fn full_name(identities: &Identities, node: Id<Node>) -> Vec<u8> {
    let identity = identities.get(node);
    let function = identities.function(node);
    let name = if function.is_empty() { identities.file(node) } else { function };
    if name.is_empty() {
        let mut printable = Vec::new();
        identities.write_printable(node, &mut printable);
        return printable;
    }
    let mut name = name.to_vec();
    if identity.line != 0 {
        name.extend_from_slice(format!(":{}", identity.line).as_bytes());
        if identity.column != 0 {
            name.extend_from_slice(format!(":{}", identity.column).as_bytes());
        }
    }
    name
}

#[cfg(test)]
mod tests;
