//! Go's own tables: functions, lines and inlined calls, which stripping leaves in an executable.
//!
//! ```text
//! .gopclntab: header | names | files of each unit | file names | values by address | functions
//! moduledata: where code starts | where the inlined calls of functions lie
//! ```
//!
//! The runtime reads the same tables, so the names are those of the profiles it writes itself. The
//! formats since Go 1.16 are read, inlined calls since Go 1.18.

mod bytes;
mod inline;
mod locate;
mod memory;
mod module;
mod table;

use crate::{Frame, LinkAddr};
use bytes::Bytes;
use inline::InlineTrees;
use memory::Memory;
use table::{Function, Table};

/// Most frames at one address: inlining goes a few dozen calls deep, a hostile file in circles.
const DEEPEST: usize = 256;

/// The tables of one file.
pub(crate) struct GoTables<'a> {
    table: Table<'a>,
    /// Absent before Go 1.18, and where no place for them makes sense.
    trees: Option<InlineTrees<'a>>,
}

impl<'a> GoTables<'a> {
    /// `None` when the file is not of Go.
    pub(crate) fn read(file: &object::File<'a>) -> Option<Self> {
        let found = locate::locate(file)?;
        let memory = Memory::of(file);
        let header = table::Header::parse(found.bytes)?;
        let module = module::find(file, found.address, &header);
        let text = module.as_ref().and_then(module::Module::text);
        let text = text.or(header.text).or_else(|| locate::text_address(file))?;
        let table = Table::new(found.bytes, &header, text)?;
        let trees = module.and_then(|module| {
            module.places().find_map(|base| InlineTrees::new(&table, memory.from(base)?))
        });
        Some(Self { table, trees })
    }

    /// Appends the functions that `at` lies in, innermost inlined call first; nothing when it lies
    /// in no function of Go, and once looking up has cost too much.
    pub(crate) fn frames(&self, at: LinkAddr, frames: &mut Vec<Frame<'a>>) {
        let Some(function) = self.table.find(at.0).filter(|_| self.table.work_left.get() > 0)
        else {
            return;
        };
        let mut offset = at.0 - function.entry;
        for _ in 0..DEEPEST {
            let call =
                self.trees.as_ref().and_then(|trees| trees.call(&self.table, &function, offset));
            let Some(call) = call else { break };
            frames.push(frame(&function, offset, call.name, call.start_line));
            offset = call.parent;
        }
        frames.push(frame(&function, offset, function.name(), function.start_line()));
    }
}

fn frame<'a>(function: &Function<'_, 'a>, at: u64, symbol: &'a [u8], start: i32) -> Frame<'a> {
    let file = function.file(at).and_then(|name| str::from_utf8(name).ok());
    Frame {
        symbol,
        file: file.unwrap_or_default(),
        line: function.line(at),
        column: 0,
        start_line: u32::try_from(start).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests;
