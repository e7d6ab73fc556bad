//! Commands that show machine code.

use heapwise_graph::Granularity;
use heapwise_report::{Disasm, Pattern, WebList};

use super::{AS_GIVEN, Argument, Command, Needs, Output, RenderError, Viewers, Words};

pub static DISASM: Command = Command {
    name: "disasm",
    help: "The machine code of functions that match a regexp, with a value for each instruction",
    argument: Argument::FunctionOrAddress,
    words: Words::Frames,
    needs: Needs {
        granularity: Some(Granularity::Addresses),
        trim: false,
        no_inlines: Some(true),
        ..AS_GIVEN
    },
    one_column: true,
    output: Output::Text,
    render: |input, argument, _, out| {
        let Some(argued) = argument else { return Ok(()) };
        let matches = |name: &[u8]| argued.regex.is_match(name);
        let pattern = Pattern { text: &argued.text, matches: &matches };
        let disasm = Disasm::new(input, &pattern, argued.address());
        disasm.write_text(out)?;
        disasm.code.map(drop).map_err(RenderError::Report)
    },
};

pub static WEBLIST: Command = Command {
    name: "weblist",
    help: "The source of functions that match a regexp, with their machine code, as a web page",
    argument: Argument::FunctionOrAddress,
    words: Words::Frames,
    needs: Needs {
        granularity: Some(Granularity::Addresses),
        trim: false,
        no_inlines: Some(false),
        ..AS_GIVEN
    },
    one_column: true,
    output: Output::Viewed("html", Viewers::Browsers),
    render: |input, argument, _, out| {
        let Some(argued) = argument else { return Ok(()) };
        let matches = |name: &[u8]| argued.regex.is_match(name);
        let pattern = Pattern { text: &argued.text, matches: &matches };
        Ok(WebList::new(input, &pattern, argued.address())?.write_html(out)?)
    },
};
