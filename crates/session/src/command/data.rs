//! Commands that write data for other programs.

use std::io::Write;
use std::sync::Arc;

use heapwise_graph::Granularity;
use heapwise_profile::{Profile, Samples};
use heapwise_report::{Callgrind, Drawing, Input, Legend, top_profile};
use heapwise_units::truncate;

use super::{AS_GIVEN, Argued, Argument, Command, Needs, Output, RenderError, Viewers, Words};
use crate::host::Host;

pub static CALLGRIND: Command = Command {
    name: "callgrind",
    help: "Costs and calls of every address, for KCachegrind",
    argument: Argument::None,
    words: Words::Frames,
    needs: Needs { granularity: Some(Granularity::Addresses), trim: false, ..AS_GIVEN },
    one_column: true,
    output: Output::File("callgraph.out"),
    render: |input, _, _, out| Ok(Callgrind::new(input).write_text(out)?),
};

pub static KCACHEGRIND: Command = Command {
    name: "kcachegrind",
    help: "What callgrind writes, shown by KCachegrind",
    argument: Argument::None,
    words: Words::Frames,
    needs: CALLGRIND.needs,
    one_column: true,
    output: Output::Viewed("grind", Viewers::Programs(&[&["kcachegrind"]])),
    render: CALLGRIND.render,
};

pub static DOT: Command = Command {
    name: "dot",
    help: "The call graph as a picture, in Graphviz's language",
    argument: Argument::None,
    words: Words::Frames,
    needs: AS_GIVEN,
    one_column: true,
    output: Output::Text,
    render: |input, _, _, out| Ok(Drawing::new(input).write_dot(Legend::Shown, out)?),
};

pub static PROTO: Command = Command {
    name: "proto",
    help: "The profile itself, merged and filtered, in pprof's format",
    argument: Argument::None,
    words: Words::Frames,
    needs: Needs { granularity: Some(Granularity::Addresses), trim: false, ..AS_GIVEN },
    one_column: false,
    output: Output::File("pb.gz"),
    render: proto,
};

pub static TOP_PROTO: Command = Command {
    name: "topproto",
    help: "What top shows, as a profile in pprof's format",
    argument: Argument::None,
    words: Words::Frames,
    needs: Needs { node_count: 0, node_count_in_shell: 0, ..AS_GIVEN },
    one_column: true,
    output: Output::File("pb.gz"),
    render: |input, _, _, out| Ok(top_profile(input).write_to(out)?),
};

fn proto(
    input: &Input<'_>,
    _: Option<&Argued>,
    _: &dyn Host,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let ratio = input.style.ratio;
    if ratio > 0.0 && ratio != 1.0 {
        return Ok(multiplied(input.profile, ratio).write_to(out)?);
    }
    Ok(input.profile.write_to(out)?)
}

/// The profile with every value times `ratio`, without its fraction.
fn multiplied(profile: &Profile, ratio: f64) -> Profile {
    let mut samples = Samples::clone(&profile.samples);
    for value in samples.all_values_mut() {
        *value = truncate(*value as f64 * ratio);
    }
    Profile { samples: Arc::new(samples), ..profile.clone() }
}
