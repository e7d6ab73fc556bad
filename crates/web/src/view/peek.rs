//! Functions with their callers and callees.

use heapwise_graph::Granularity;
use heapwise_report::{Pattern, Tree};
use heapwise_session::command::{AS_GIVEN, Needs};
use heapwise_session::host::Host;
use heapwise_session::{Options, with_input};

use super::text::preformatted;
use super::{Body, Failure, View};
use crate::site::Site;

pub(crate) static VIEW: View = View {
    name: "peek",
    title: "Peek",
    about: "Functions with their callers and what they call",
    make,
};

const NEEDS: Needs = Needs { granularity: Some(Granularity::Lines), trim: false, ..AS_GIVEN };

fn make(site: &Site, options: &Options, host: &dyn Host) -> Result<Body, Failure> {
    let focus = Some(options.focus.as_str());
    let (html, hints) =
        with_input(&site.loaded, &NEEDS, focus, options, host, |input, argument| {
            let matches = |name: &[u8]| argument.is_none_or(|argued| argued.regex.is_match(name));
            let pattern = Pattern { text: &options.focus, matches: &matches };
            let tree = Tree::peek(input, &pattern)?;
            preformatted(|out| tree.write_text(out))
        })?;
    Ok(Body { html: html?, hints, ..Body::default() })
}
