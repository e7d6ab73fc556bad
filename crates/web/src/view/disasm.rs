//! The machine code of functions.

use heapwise_graph::Granularity;
use heapwise_report::{Disasm, Pattern};
use heapwise_session::command::{AS_GIVEN, Argued, Needs};
use heapwise_session::host::Host;
use heapwise_session::{Options, with_input};

use super::text::preformatted;
use super::{Body, Failure, View};
use crate::site::Site;

pub(crate) static VIEW: View = View {
    name: "disasm",
    title: "Disassemble",
    about: "Machine code, with a value for each instruction",
    make,
};

const NEEDS: Needs = Needs {
    granularity: Some(Granularity::Addresses),
    trim: false,
    no_inlines: Some(true),
    ..AS_GIVEN
};

/// How many functions are shown at most: those with the largest values.
const FUNCTIONS: usize = 50;

fn make(site: &Site, options: &Options, host: &dyn Host) -> Result<Body, Failure> {
    let focus = Some(options.focus.as_str());
    let (html, hints) =
        with_input(&site.loaded, &NEEDS, focus, options, host, |input, argument| {
            let matches = |name: &[u8]| argument.is_none_or(|argued| argued.regex.is_match(name));
            let pattern = Pattern { text: &options.focus, matches: &matches };
            let mut disasm = Disasm::new(input, &pattern, argument.and_then(Argued::address));
            let mut code = std::mem::replace(&mut disasm.code, Ok(Vec::new()))?;
            code.sort_by(|a, b| {
                b.flat.cmp(&a.flat).then_with(|| a.symbol.names.cmp(&b.symbol.names))
            });
            code.truncate(FUNCTIONS);
            disasm.code = Ok(code);
            preformatted(|out| disasm.write_text(out))
        })?;
    Ok(Body { html: html?, hints, ..Body::default() })
}
