//! Ways through stacks: from the root down, from a leaf up, or from the middle.

use heapwise_profile::{Id, Location};

use super::Flame;

/// Which part of the stacks a flame graph shows, from where.
#[derive(Clone, Copy)]
pub enum Shape<'a> {
    /// All of them, from the root down.
    Callees,
    /// All of them, from the leaf up.
    Callers,
    /// What frames that match call: from the outermost of them down.
    Below(&'a dyn Fn(&[u8]) -> bool),
    /// Who calls frames that match: from the outermost of them up.
    Above(&'a dyn Fn(&[u8]) -> bool),
}

/// A sample, and how far along its stack one is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub sample: u32,
    pub value: i64,
    /// The frame that is next; nothing at the end.
    pub next: Option<u32>,
    /// The place of its location in the stack, and of the frame among those of the location: both from
    /// the end that one started at.
    location: u32,
    frame: u32,
}

impl Flame {
    /// The beginnings of all ways of that shape, in the order of the samples.
    pub(super) fn ways(&self, shape: Shape<'_>) -> Vec<Way> {
        let up = shape.is_up();
        let starts = self.starts(shape);
        let samples = (0_u32..).zip(self.profile.samples.iter());
        let way = |(sample, row): (u32, heapwise_profile::Sample<'_>)| {
            let value = row.values.get(self.index).copied().filter(|&value| value != 0)?;
            let mut way = Way { sample, value, next: None, location: 0, frame: 0 };
            if let Some(wanted) = &starts {
                (way.location, way.frame) = self.outermost(row.stack, wanted, up)?;
            }
            way.next = self.settle(&mut way, up);
            Some(way)
        };
        samples.filter_map(way).collect()
    }

    /// Goes one frame on.
    pub(super) fn step(&self, way: &mut Way, up: bool) {
        way.frame += 1;
        way.next = self.settle(way, up);
    }

    /// The frame at a place, which moves on over locations that have no more.
    fn settle(&self, way: &mut Way, up: bool) -> Option<u32> {
        let stack = self.profile.samples.stack(way.sample as usize);
        loop {
            let frames = self.at(from_end(stack, way.location, !up)?);
            if let Some(frame) = from_end(frames, way.frame, up) {
                return Some(frame);
            }
            way.location += 1;
            way.frame = 0;
        }
    }

    /// For each frame whether ways start there; nothing if they start at an end.
    fn starts(&self, shape: Shape<'_>) -> Option<Vec<bool>> {
        match shape {
            Shape::Callees | Shape::Callers => None,
            Shape::Below(matches) | Shape::Above(matches) => {
                Some(self.frames.iter().map(|frame| matches(&frame.name)).collect())
            }
        }
    }

    /// The place of the outermost frame that is wanted.
    fn outermost(&self, stack: &[Id<Location>], wanted: &[bool], up: bool) -> Option<(u32, u32)> {
        for (place, &location) in stack.iter().enumerate().rev() {
            let frames = self.at(location);
            let Some(frame) = frames.iter().position(|&frame| wanted[frame as usize]) else {
                continue;
            };
            let (location, frame) = if up {
                (place, frames.len() - 1 - frame)
            } else {
                (stack.len() - 1 - place, frame)
            };
            return Some((u32::try_from(location).ok()?, u32::try_from(frame).ok()?));
        }
        None
    }
}

/// The element at a place, counted from the last one if `reversed`.
fn from_end<T: Copy>(row: &[T], place: u32, reversed: bool) -> Option<T> {
    let place = place as usize;
    let place = if reversed { row.len().checked_sub(place + 1)? } else { place };
    row.get(place).copied()
}

impl Shape<'_> {
    /// Whether it goes from callees to callers.
    pub(super) fn is_up(self) -> bool {
        matches!(self, Self::Callers | Self::Above(_))
    }
}

impl std::fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Callees => "Callees",
            Self::Callers => "Callers",
            Self::Below(_) => "Below",
            Self::Above(_) => "Above",
        })
    }
}
