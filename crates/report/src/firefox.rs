//! The format of the Firefox Profiler: `firefox`.
//!
//! Version 48 of its processed format, described in the profiler's
//! `docs-developer/CHANGELOG-formats.md`. An imported profile has one thread, whose tables hold their
//! columns; a stack is a frame and the stack of its caller.

use std::io::{self, Write};
use std::iter::repeat_n;

use crate::json::{column, quoted, separated};
use crate::values::is_bytes;
use crate::{Flame, FlameTree, Input, Shape};

/// A profile for the Firefox Profiler.
#[derive(Clone, Debug)]
pub struct Firefox {
    flame: Flame,
    /// When it was taken, in milliseconds since 1970; 0 if unknown.
    start_millis: i64,
}

/// What the profiler asks of every profile, and what says nothing here.
const META: &str = "\"interval\":1,\"processType\":0,\"stackwalk\":1,\"version\":27,\
    \"preprocessedProfileVersion\":48,\"symbolicated\":true,\"importedFrom\":\"heapwise\",\
    \"markerSchema\":[],\
    \"categories\":[{\"name\":\"Other\",\"color\":\"grey\",\"subcategories\":[\"Other\"]}]";

/// The same of every thread.
const THREAD: &str = "\"processType\":\"default\",\"isMainThread\":true,\"pid\":\"0\",\"tid\":0,\
    \"processStartupTime\":0,\"processShutdownTime\":null,\"registerTime\":0,\
    \"unregisterTime\":null,\"pausedRanges\":[],\
    \"markers\":{\"length\":0,\"data\":[],\"name\":[],\"startTime\":[],\"endTime\":[],\
    \"phase\":[],\"category\":[]},\
    \"resourceTable\":{\"length\":0,\"lib\":[],\"name\":[],\"host\":[],\"type\":[]},\
    \"nativeSymbols\":{\"length\":0,\"address\":[],\"functionSize\":[],\"libIndex\":[],\
    \"name\":[]}";

impl Firefox {
    /// The stacks of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let start_millis = input.profile.header.time_nanos / 1_000_000;
        Self { flame: Flame::new(input), start_millis }
    }

    /// Writes the profile.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let about = &self.flame.about;
        let product = if about.file.is_empty() { &b"program"[..] } else { &about.file };
        write!(out, "{{\"meta\":{{\"startTime\":{},", self.start_millis)?;
        write!(out, "\"product\":{},{META}}},\"libs\":[],\"pages\":[],", quoted(product))?;
        write!(out, "\"threads\":[{{\"name\":{},", quoted(&about.sample_type))?;
        write!(out, "\"processName\":{},{THREAD}", quoted(product))?;
        let tree = self.flame.tree(Shape::Callees);
        self.write_samples(&tree, out)?;
        write_stacks(&tree, out)?;
        self.write_frames(out)?;
        out.write_all(b"}]}\n")
    }

    fn write_samples(&self, tree: &FlameTree, out: &mut dyn Write) -> io::Result<()> {
        let kind = if is_bytes(&self.flame.values.from) { "bytes" } else { "samples" };
        let count = tree.stacks().count();
        write!(out, ",\"samples\":{{\"length\":{count},\"weightType\":\"{kind}\"")?;
        column("stack", tree.stacks().map(|stack| stack.row - 1), out)?;
        column("weight", tree.stacks().map(|stack| stack.own.net()), out)?;
        column("time", 0..count, out)?;
        out.write_all(b"}")
    }

    /// The frames, each with a function of its own; their names come first in the array of strings,
    /// then their files.
    fn write_frames(&self, out: &mut dyn Write) -> io::Result<()> {
        let frames = &self.flame.frames;
        let count = frames.len();
        write!(out, ",\"frameTable\":{{\"length\":{count}")?;
        column("func", 0..count, out)?;
        column("address", repeat_n("-1", count), out)?;
        for zeros in ["inlineDepth", "category", "subcategory"] {
            column(zeros, repeat_n("0", count), out)?;
        }
        for unknown in ["nativeSymbol", "innerWindowID", "implementation", "line", "column"] {
            column(unknown, repeat_n("null", count), out)?;
        }
        write!(out, "}},\"funcTable\":{{\"length\":{count}")?;
        column("name", 0..count, out)?;
        column("isJS", repeat_n("false", count), out)?;
        column("relevantForJS", repeat_n("false", count), out)?;
        column("resource", repeat_n("-1", count), out)?;
        let files = frames.iter().zip(count..).map(|(frame, file)| {
            if frame.file.is_empty() { "null".to_owned() } else { file.to_string() }
        });
        column("fileName", files, out)?;
        column("lineNumber", repeat_n("null", count), out)?;
        column("columnNumber", repeat_n("null", count), out)?;
        out.write_all(b"},\"stringArray\":[")?;
        let names = frames.iter().map(|frame| &frame.name);
        let texts = names.chain(frames.iter().map(|frame| &frame.file));
        separated(texts, out, |text, out| out.write_all(quoted(text).as_bytes()))?;
        out.write_all(b"]")
    }
}

/// The rows of the tree, of which the first is no stack.
fn write_stacks(tree: &FlameTree, out: &mut dyn Write) -> io::Result<()> {
    let calls = tree.calls();
    let count = calls.clone().count();
    write!(out, ",\"stackTable\":{{\"length\":{count}")?;
    column("frame", calls.clone().map(|(_, frame)| frame), out)?;
    let callers = calls.map(|(caller, _)| caller.checked_sub(1));
    let callers = callers.map(|row| row.map_or_else(|| "null".to_owned(), |row| row.to_string()));
    column("prefix", callers, out)?;
    column("category", repeat_n("0", count), out)?;
    column("subcategory", repeat_n("0", count), out)?;
    out.write_all(b"}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn a_stack_leads_to_its_caller() {
        let shown = Fixture::heap().show(|input, out| Firefox::new(input).write_json(out).unwrap());
        let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let thread = &read["threads"][0];
        let at = |table: &str, column: &str, row: usize| thread[table][column][row].as_u64();
        let name = |stack: usize| {
            let func = at("frameTable", "func", at("stackTable", "frame", stack)? as usize)?;
            let text = at("funcTable", "name", func as usize)? as usize;
            thread["stringArray"][text].as_str().map(str::to_owned)
        };
        let stacks = thread["samples"]["stack"].as_array().unwrap().iter().map(|stack| {
            let (mut row, mut names) = (stack.as_u64(), Vec::new());
            while let Some(stack) = row {
                names.insert(0, name(stack as usize).unwrap());
                row = at("stackTable", "prefix", stack as usize);
            }
            names.join(";")
        });
        assert_eq!(
            stacks.collect::<Vec<_>>(),
            ["main;work;grow", "main;work;grow;alloc", "main;[libc.so.6]"]
        );
        assert_eq!(thread["samples"]["weightType"], "bytes");
        for table in ["samples", "stackTable", "frameTable", "funcTable"] {
            let columns = thread[table].as_object().unwrap();
            let length = columns["length"].as_u64().unwrap() as usize;
            let columns = columns.values().filter_map(serde_json::Value::as_array);
            assert!(columns.clone().count() > 2 && columns.clone().all(|c| c.len() == length));
        }
    }
}
