//! The table of functions (`.gopclntab`): names, and for each address file, line and more.

use std::cell::Cell;

use super::Bytes;

/// How many steps of lists and bytes of names are read of one file: a million addresses of a large
/// program take a third of it, and a hostile table a few seconds.
const MOST_WORK: u64 = 1 << 30;

/// Which of the formats; they differ in how functions are described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    Go116,
    Go118,
    Go120,
}

/// The start of the table: how many functions, and where its parts lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    /// What addresses of instructions are multiples of.
    quantum: u8,
    /// Bytes of an address.
    pub(super) width: u8,
    functions: u64,
    /// Where code starts, if the header says so.
    pub(super) text: Option<u64>,
    pub(super) names: u64,
    units: u64,
    files: u64,
    values: u64,
    rows: u64,
}

impl Header {
    pub(super) fn parse(bytes: Bytes<'_>) -> Option<Self> {
        let format = match bytes.u32(0)? {
            0xffff_fffa => Format::Go116,
            0xffff_fff0 => Format::Go118,
            0xffff_fff1 => Format::Go120,
            _ => return None,
        };
        let (quantum, width) = (bytes.u8(6)?, bytes.u8(7)?);
        let known = matches!(quantum, 1 | 2 | 4) && matches!(width, 4 | 8);
        if !known || bytes.u8(4)? != 0 || bytes.u8(5)? != 0 {
            return None;
        }
        let word = |row: u64| bytes.word(8 + row * u64::from(width), width);
        // Since Go 1.18 the address of the code comes third.
        let after = if format == Format::Go116 { 2 } else { 3 };
        let text = (after == 3).then(|| word(2)).flatten().filter(|&text| text != 0);
        let part = |row: u64| word(after + row).filter(|&at| at <= bytes.data.len() as u64);
        let header = Self {
            format,
            quantum,
            width,
            functions: word(0)?,
            text,
            names: part(0)?,
            units: part(1)?,
            files: part(2)?,
            values: part(3)?,
            rows: part(4)?,
        };
        header.all_rows_fit(bytes).then_some(header)
    }

    /// Bytes of one row of the list of functions.
    fn row(&self) -> u64 {
        if self.format == Format::Go116 { 2 * u64::from(self.width) } else { 8 }
    }

    fn all_rows_fit(&self, bytes: Bytes<'_>) -> bool {
        let room = (bytes.data.len() as u64).saturating_sub(self.rows);
        self.functions > 0 && self.functions < room / self.row()
    }
}

/// The functions of a program, by address.
pub(super) struct Table<'a> {
    header: Header,
    text: u64,
    names: Bytes<'a>,
    units: Bytes<'a>,
    files: Bytes<'a>,
    values: Bytes<'a>,
    rows: Bytes<'a>,
    /// What is left of [`MOST_WORK`].
    pub(super) work_left: Cell<u64>,
}

impl<'a> Table<'a> {
    /// `text` is the address that functions are counted from.
    pub(super) fn new(bytes: Bytes<'a>, header: &Header, text: u64) -> Option<Self> {
        Some(Self {
            header: *header,
            text: if header.format == Format::Go116 { 0 } else { text },
            names: bytes.from(header.names)?,
            units: bytes.from(header.units)?,
            files: bytes.from(header.files)?,
            values: bytes.from(header.values)?,
            rows: bytes.from(header.rows)?,
            work_left: Cell::new(MOST_WORK),
        })
    }

    pub(super) fn format(&self) -> Format {
        self.header.format
    }

    pub(super) fn name(&self, at: i32) -> Option<&'a [u8]> {
        self.text(self.names, u64::try_from(at).ok()?)
    }

    fn text(&self, texts: Bytes<'a>, at: u64) -> Option<&'a [u8]> {
        let text = texts.text(at)?;
        self.work_left.set(self.work_left.get().saturating_sub(text.len() as u64));
        Some(text)
    }

    /// Whether a name starts there: the one before has ended.
    pub(super) fn starts_name(&self, at: i32) -> bool {
        let Ok(at) = u64::try_from(at) else { return false };
        let after_another = at == 0 || self.names.u8(at - 1) == Some(0);
        after_another && self.names.u8(at).is_some_and(|first| first != 0)
    }

    /// The function whose code holds the address.
    pub(super) fn find(&self, at: u64) -> Option<Function<'_, 'a>> {
        let (mut low, mut high) = (0, self.header.functions);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle)? <= at { low = middle + 1 } else { high = middle }
        }
        self.function(low.checked_sub(1)?).filter(|function| at < function.limit)
    }

    /// All functions, as far as they can be read.
    pub(super) fn functions(&self) -> impl Iterator<Item = Function<'_, 'a>> {
        (0..self.header.functions).filter_map(|row| self.function(row))
    }

    fn entry(&self, row: u64) -> Option<u64> {
        match self.header.format {
            Format::Go116 => self.rows.word(row * self.header.row(), self.header.width),
            _ => Some(self.text.wrapping_add(u64::from(self.rows.u32(row * 8)?))),
        }
    }

    fn function(&self, row: u64) -> Option<Function<'_, 'a>> {
        let at = match self.header.format {
            Format::Go116 => {
                let width = self.header.width;
                self.rows.word(row * self.header.row() + u64::from(width), width)?
            }
            _ => u64::from(self.rows.u32(row * 8 + 4)?),
        };
        let (entry, limit) = (self.entry(row)?, self.entry(row + 1)?);
        // The first field is an address in Go 1.16, a number of four bytes since.
        let wider = if self.header.format == Format::Go116 { self.header.width - 4 } else { 0 };
        let fields = self.rows.from(at)?.from(u64::from(wider))?;
        Some(Function { table: self, entry, limit, fields })
    }

    /// The value at `target` bytes from the start of a function, of the list of values at `list`;
    /// `None` where the list is absent or ends before.
    fn value(&self, list: u32, target: u64) -> Option<i32> {
        let mut left = self.work_left.get();
        let found = self.steps(list).find(|&(_, end)| {
            left = left.saturating_sub(1);
            left == 0 || target < end
        });
        self.work_left.set(left);
        found.filter(|_| left > 0).map(|(value, _)| value)
    }

    /// Values of a list, each with the offset up to which it holds.
    pub(super) fn steps(&self, list: u32) -> impl Iterator<Item = (i32, u64)> {
        let (mut at, mut value, mut end) = (u64::from(list), -1_i32, 0_u64);
        std::iter::from_fn(move || {
            let change = self.values.varint(&mut at).filter(|_| list != 0)?;
            if change == 0 && end != 0 {
                return None;
            }
            let change = (change >> 1).cast_signed() ^ -(change & 1).cast_signed();
            value = value.wrapping_add(change);
            let run = self.values.varint(&mut at).filter(|&run| run > 0)?;
            end += u64::from(run) * u64::from(self.header.quantum);
            Some((value, end))
        })
    }
}

/// What the table says about one function.
pub(super) struct Function<'t, 'a> {
    table: &'t Table<'a>,
    /// Its first address.
    pub(super) entry: u64,
    /// The address after its last.
    pub(super) limit: u64,
    /// Numbers of four bytes; its address lies before the second of them.
    fields: Bytes<'a>,
}

/// Positions of fields, in bytes.
const NAME: u64 = 4;
const FILES: u64 = 20;
const LINES: u64 = 24;
const LISTS: u64 = 28;
const UNIT: u64 = 32;
const START_LINE: u64 = 36;

impl<'a> Function<'_, 'a> {
    pub(super) fn name(&self) -> &'a [u8] {
        let name = self.fields.i32(NAME).and_then(|at| self.table.name(at));
        name.unwrap_or_default()
    }

    /// The line it starts at; 0 when the format does not say.
    pub(super) fn start_line(&self) -> i32 {
        let says = self.table.header.format >= Format::Go120;
        says.then(|| self.fields.i32(START_LINE)).flatten().unwrap_or(0)
    }

    /// The line of the instruction at an offset; 0 when unknown.
    pub(super) fn line(&self, at: u64) -> u32 {
        let list = self.fields.u32(LINES);
        let line = list.and_then(|list| self.table.value(list, at));
        line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
    }

    pub(super) fn file(&self, at: u64) -> Option<&'a [u8]> {
        let row = u32::try_from(self.table.value(self.fields.u32(FILES)?, at)?).ok()?;
        let row = u64::from(self.fields.u32(UNIT)?) + u64::from(row);
        let name = self.table.units.u32(row * 4).filter(|&name| name != u32::MAX)?;
        self.table.text(self.table.files, u64::from(name))
    }

    /// The list of values of one kind.
    pub(super) fn list(&self, kind: u32) -> Option<u32> {
        let has = kind < self.fields.u32(LISTS)?;
        has.then(|| self.fields.u32(self.after_fields() + u64::from(kind) * 4)).flatten()
    }

    /// The offset of data of one kind, in formats that have offsets.
    pub(super) fn data(&self, kind: u32) -> Option<u32> {
        let count = self.fields.u8(self.after_fields() - 1)?;
        let before = u64::from(self.fields.u32(LISTS)?) + u64::from(kind);
        let has = kind < u32::from(count);
        let offset = has.then(|| self.fields.u32(self.after_fields() + before * 4)).flatten();
        offset.filter(|&offset| offset != u32::MAX)
    }

    /// The value of a list at an offset.
    pub(super) fn value(&self, kind: u32, at: u64) -> Option<i32> {
        self.table.value(self.list(kind)?, at)
    }

    fn after_fields(&self) -> u64 {
        if self.table.header.format >= Format::Go120 { 44 } else { 40 }
    }
}
