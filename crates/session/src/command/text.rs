//! Commands that write text.

use heapwise_graph::Granularity;
use heapwise_report::{Comments, List, Raw, Tags, Top, Traces, Tree};

use super::{AS_GIVEN, Argument, Command, Needs, Output, Words, with_pattern};

pub static TOP: Command = Command {
    name: "top",
    help: "The entries with the largest values, one a line",
    argument: Argument::None,
    words: Words::Frames,
    needs: Needs { node_count: 0, node_count_in_shell: 10, ..AS_GIVEN },
    one_column: true,
    output: Output::Text,
    render: |input, _, _, out| Ok(Top::new(input).write_text(out)?),
};

pub static TEXT: Command = Command { name: "text", help: "The same as top", ..TOP };

pub static TREE: Command = Command {
    name: "tree",
    help: "Each entry with its callers above it and what it calls below it",
    argument: Argument::None,
    words: Words::Frames,
    needs: AS_GIVEN,
    one_column: true,
    output: Output::Text,
    render: |input, _, _, out| Ok(Tree::new(input).write_text(out)?),
};

pub static TRACES: Command = Command {
    name: "traces",
    help: "Every sample with its whole stack",
    argument: Argument::None,
    words: Words::Frames,
    needs: AS_GIVEN,
    one_column: true,
    output: Output::Text,
    render: |input, _, _, out| Ok(Traces::new(input).write_text(out)?),
};

pub static COMMENTS: Command = Command {
    name: "comments",
    help: "The comments in the profile",
    argument: Argument::None,
    words: Words::Frames,
    needs: AS_GIVEN,
    one_column: false,
    output: Output::Text,
    render: |input, _, _, out| Ok(Comments::new(input).write_text(out)?),
};

pub static RAW: Command = Command {
    name: "raw",
    help: "Everything in the profile, as it is",
    argument: Argument::None,
    words: Words::Frames,
    needs: Needs { granularity: Some(Granularity::Addresses), trim: false, ..AS_GIVEN },
    one_column: false,
    output: Output::Text,
    render: |input, _, _, out| Ok(Raw::new(input).write_text(out)?),
};

pub static PEEK: Command = Command {
    name: "peek",
    help: "Functions that match a regexp, each with its callers and what it calls",
    argument: Argument::Function,
    words: Words::Frames,
    needs: Needs { trim: false, ..AS_GIVEN },
    one_column: true,
    output: Output::Text,
    render: |input, argument, _, out| {
        let tree = with_pattern(argument, |pattern| Tree::peek(input, pattern))?;
        Ok(tree.write_text(out)?)
    },
};

pub static LIST: Command = Command {
    name: "list",
    help: "The source of functions that match a regexp, with a value for each line",
    argument: Argument::Function,
    words: Words::Frames,
    needs: Needs { granularity: Some(Granularity::Lines), trim: false, ..AS_GIVEN },
    one_column: true,
    output: Output::Text,
    render: |input, argument, _, out| {
        let list = with_pattern(argument, |pattern| List::new(input, pattern))?;
        Ok(list.write_text(out)?)
    },
};

pub static TAGS: Command = Command {
    name: "tags",
    help: "The labels of the samples, with the value that each accounts for",
    argument: Argument::None,
    words: Words::Tags,
    needs: AS_GIVEN,
    one_column: true,
    output: Output::Text,
    render: |input, _, _, out| Ok(Tags::new(input).write_text(out)?),
};
