//! Which calls were inlined into a function.

use super::Bytes;
use super::table::{Format, Function, Table};

/// The kind of the list that leads from an address to a row of the inlined calls.
const INLINE_INDEX: u32 = 2;

/// The kind of the data that holds the inlined calls.
const INLINE_TREE: u32 = 3;

/// How many functions must make sense before a place is believed to hold inlined calls.
const ENOUGH: usize = 32;

/// How many functions, and how many steps of the list of each, are looked at for that.
const MOST_FUNCTIONS: usize = 20_000;
const MOST_STEPS: usize = 1024;

/// An inlined call.
pub(super) struct Call<'a> {
    pub(super) name: &'a [u8],
    pub(super) start_line: i32,
    /// The offset of an instruction that is the caller's.
    pub(super) parent: u64,
}

/// The inlined calls of all functions.
pub(super) struct InlineTrees<'a> {
    /// What functions count the offset of their calls from.
    base: Bytes<'a>,
    format: Format,
}

/// Where the fields of an inlined call lie, and how many bytes it has.
struct Fields {
    name: u64,
    parent: u64,
    start_line: Option<u64>,
    size: u64,
}

const fn fields(format: Format) -> Fields {
    match format {
        Format::Go120 => Fields { name: 4, parent: 8, start_line: Some(12), size: 16 },
        _ => Fields { name: 12, parent: 16, start_line: None, size: 20 },
    }
}

impl<'a> InlineTrees<'a> {
    /// The calls that lie at `base`, if those of the first functions that have some make sense. The
    /// position of `base` in Go's description of a program differs from release to release, so it
    /// is found by trying.
    pub(super) fn new(table: &Table<'a>, base: Bytes<'a>) -> Option<Self> {
        if table.format() == Format::Go116 {
            return None;
        }
        let trees = Self { base, format: table.format() };
        let mut checks = table
            .functions()
            .take(MOST_FUNCTIONS)
            .filter_map(|function| trees.check(table, &function));
        let first = checks.next()?;
        (first && checks.take(ENOUGH).all(|sound| sound)).then_some(trees)
    }

    /// Whether the inlined calls of a function make sense; `None` if it has none.
    fn check(&self, table: &Table<'a>, function: &Function<'_, 'a>) -> Option<bool> {
        let at = function.data(INLINE_TREE)?;
        let steps = table.steps(function.list(INLINE_INDEX)?).take(MOST_STEPS);
        let last = steps.map(|(row, _)| row).max()?;
        let last = u64::try_from(last).ok()?.min(MOST_STEPS as u64);
        let fields = fields(self.format);
        let length = function.limit.saturating_sub(function.entry);
        let sound = |row: u64| {
            let at = u64::from(at) + row * fields.size;
            let name = self.base.i32(at + fields.name)?;
            let parent = self.base.i32(at + fields.parent)?;
            let inside = u64::try_from(parent).is_ok_and(|parent| parent < length);
            // The first of all names is possible, but rows of zeros are none.
            Some(table.starts_name(name) && inside && (name, parent) != (0, 0))
        };
        let sound = |row| sound(row) == Some(true);
        Some((0..=last).all(sound))
    }

    /// The call that the instruction at an offset of a function was inlined by.
    pub(super) fn call(
        &self,
        table: &Table<'a>,
        function: &Function<'_, 'a>,
        offset: u64,
    ) -> Option<Call<'a>> {
        let row = u64::try_from(function.value(INLINE_INDEX, offset)?).ok()?;
        let fields = fields(self.format);
        let at = u64::from(function.data(INLINE_TREE)?) + row * fields.size;
        let number = |field: u64| self.base.i32(at + field);
        let name = table.name(number(fields.name)?)?;
        let start_line = fields.start_line.and_then(number).unwrap_or(0);
        Some(Call { name, start_line, parent: u64::try_from(number(fields.parent)?).ok()? })
    }
}
