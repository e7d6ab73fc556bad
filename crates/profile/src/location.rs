//! Locations and the lines that stand for them.

use std::ops::Range;

use crate::{Function, Id, Mapping, RuntimeAddr};

/// One address in a stack, without its lines (see [`Locations::lines`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The id on the wire, unique in the profile and not 0.
    pub id: u64,
    /// The mapping that holds the address, if the profile names one.
    pub mapping: Option<Id<Mapping>>,
    /// The address of the instruction; 0 when unknown.
    pub address: RuntimeAddr,
    /// Whether several symbols share the address because the linker folded identical code.
    pub folded: bool,
}

/// A function and a position in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The function.
    pub function: Id<Function>,
    /// The line number in the function's file, from 1; 0 when unknown.
    pub line: i64,
    /// The column, from 1; 0 when unknown.
    pub column: i64,
}

/// The table of locations, each with its lines: innermost inlined call first, the function that
/// holds the machine code last. A location that was never symbolized has no line.
///
/// Lines of all locations lie in one column, in the order of the locations.
#[derive(Clone, Debug, Default)]
pub struct Locations {
    pub(crate) rows: Vec<Location>,
    pub(crate) line_ends: Vec<u32>,
    pub(crate) lines: Vec<Line>,
}

impl Locations {
    /// A table without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a location with its lines, innermost first, and returns its id.
    pub fn push(&mut self, location: Location, lines: &[Line]) -> Id<Location> {
        self.lines.extend_from_slice(lines);
        self.rows.push(location);
        self.line_ends.push(u32::try_from(self.lines.len()).unwrap_or(u32::MAX));
        Id::from_row(self.rows.len() - 1)
    }

    /// How many locations there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no location.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The location of `id`, without its lines.
    #[inline]
    pub fn get(&self, id: Id<Location>) -> &Location {
        &self.rows[id.row()]
    }

    /// The lines of `id`, innermost first.
    #[inline]
    pub fn lines(&self, id: Id<Location>) -> &[Line] {
        &self.lines[self.line_range(id)]
    }

    /// The ids in order.
    pub fn ids(&self) -> impl Iterator<Item = Id<Location>> + use<> {
        (0..self.rows.len()).map(Id::from_row)
    }

    /// The locations in order, each with its lines.
    pub fn iter(&self) -> impl Iterator<Item = (&Location, &[Line])> {
        self.ids().map(|id| (self.get(id), self.lines(id)))
    }

    /// The locations in order, to change everything but their lines.
    pub fn rows_mut(&mut self) -> &mut [Location] {
        &mut self.rows
    }

    /// Every line of every location, in the order of the locations.
    pub fn all_lines(&self) -> &[Line] {
        &self.lines
    }

    fn line_range(&self, id: Id<Location>) -> Range<usize> {
        let row = id.row();
        let start = if row == 0 { 0 } else { self.line_ends[row - 1] as usize };
        start..self.line_ends[row] as usize
    }
}
