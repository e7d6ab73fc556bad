//! Commands that write the stacks for other viewers.

use heapwise_report::{Firefox, Folded, Speedscope};

use super::{AS_GIVEN, Argument, Command, Needs, Output, Render, Words};

/// A row of a format that holds all stacks, and the extension of its files.
const fn export(
    name: &'static str,
    help: &'static str,
    extension: &'static str,
    render: Render,
) -> Command {
    Command {
        name,
        help,
        argument: Argument::None,
        words: Words::Frames,
        needs: Needs { trim: false, ..AS_GIVEN },
        one_column: true,
        output: Output::File(extension),
        render,
    }
}

pub static FIREFOX: Command = export(
    "firefox",
    "The stacks, for profiler.firefox.com",
    "firefox.json",
    |input, _, _, out| Ok(Firefox::new(input).write_json(out)?),
);

pub static FOLDED: Command = export(
    "folded",
    "The stacks, one a line, for flamegraph.pl and its kin",
    "folded",
    |input, _, _, out| Ok(Folded::new(input).write_text(out)?),
);

pub static SPEEDSCOPE: Command = export(
    "speedscope",
    "The stacks, for speedscope.app",
    "speedscope.json",
    |input, _, _, out| Ok(Speedscope::new(input).write_json(out)?),
);
