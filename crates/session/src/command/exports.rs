//! Commands that write the stacks for other viewers.

use heapwise_picture::FlameFile;
use heapwise_report::{Firefox, Flame, Folded, Speedscope};

use super::{Argument, Command, Needs, Output, Render, STACKS, Words};

/// A row of a format that holds all stacks, and the extension of its files.
const fn export(
    name: &'static str,
    help: &'static str,
    extension: &'static str,
    needs: Needs,
    render: Render,
) -> Command {
    Command {
        name,
        help,
        argument: Argument::None,
        words: Words::Frames,
        needs,
        one_column: true,
        output: Output::File(extension),
        render,
    }
}

pub static FIREFOX: Command = export(
    "firefox",
    "The stacks, for profiler.firefox.com",
    "firefox.json",
    STACKS,
    |input, _, _, out| Ok(Firefox::new(input).write_json(out)?),
);

pub static FLAMEGRAPH: Command = Command {
    argument: Argument::File(&[&FLAMEGRAPH_SVG, &FLAMEGRAPH_HTML]),
    help: "A flame graph in one file to attach: a page (.html) or a picture (.svg)",
    ..FLAMEGRAPH_HTML
};

static FLAMEGRAPH_HTML: Command =
    export("flamegraph", "The stacks as boxes, as a page", "html", STACKS, |input, _, _, out| {
        Ok(FlameFile::new(&Flame::new(input)).write_html(out)?)
    });

static FLAMEGRAPH_SVG: Command =
    export("flamegraph", "The stacks as boxes, as a picture", "svg", STACKS, |input, _, _, out| {
        Ok(FlameFile::new(&Flame::new(input)).write_svg(out)?)
    });

pub static FOLDED: Command = export(
    "folded",
    "The stacks, one a line, for flamegraph.pl and its kin",
    "folded",
    // It has names only.
    Needs { usual_granularity: None, ..STACKS },
    |input, _, _, out| Ok(Folded::new(input).write_text(out)?),
);

pub static SPEEDSCOPE: Command = export(
    "speedscope",
    "The stacks, for speedscope.app",
    "speedscope.json",
    STACKS,
    |input, _, _, out| Ok(Speedscope::new(input).write_json(out)?),
);
