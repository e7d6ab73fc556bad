//! Source with machine code.

use std::collections::BTreeMap;

use askama::Template;
use heapwise_graph::Granularity;
use heapwise_report::{Pattern, WebList};
use heapwise_session::command::{AS_GIVEN, Argued, Needs};
use heapwise_session::host::Host;
use heapwise_session::{Options, with_input};

use super::{Body, Failure, View, shown};
use crate::site::Site;

pub(crate) static VIEW: View = View {
    name: "source",
    title: "Source",
    about: "Source, with a value for each line; a click shows its machine code",
    make,
};

const NEEDS: Needs = Needs {
    granularity: Some(Granularity::Addresses),
    trim: false,
    no_inlines: Some(false),
    ..AS_GIVEN
};

/// How many files are shown at most: those with the largest values.
const FILES: usize = 50;

#[derive(Template)]
#[template(path = "source.html")]
struct Page {
    listing: String,
}

fn make(site: &Site, options: &Options, host: &dyn Host) -> Result<Body, Failure> {
    let focus = Some(options.focus.as_str());
    let (list, hints) =
        with_input(&site.loaded, &NEEDS, focus, options, host, |input, argument| {
            let matches = |name: &[u8]| argument.is_none_or(|argued| argued.regex.is_match(name));
            let pattern = Pattern { text: &options.focus, matches: &matches };
            WebList::new(input, &pattern, argument.and_then(Argued::address))
        })?;
    let list = largest_files(list?);
    let mut listing = Vec::new();
    list.write_functions(&mut listing)?;
    let html = Page { listing: shown(&listing) }.render()?;
    Ok(Body { html, details: list.about, hints })
}

/// The files with the largest values, largest first; functions within a file stay in their order.
fn largest_files(mut list: WebList) -> WebList {
    let mut flat: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    for function in &list.functions {
        let sum = flat.entry(function.file.clone()).or_default();
        *sum = sum.wrapping_add(function.sums.flat);
    }
    let mut files: Vec<_> = flat.into_iter().collect();
    files.sort_by_key(|(_, flat)| std::cmp::Reverse(*flat));
    files.truncate(FILES);
    let place: BTreeMap<_, _> = files.into_iter().map(|(file, _)| file).zip(0_usize..).collect();
    list.functions.retain(|function| place.contains_key(&function.file));
    list.functions.sort_by_key(|function| place[&function.file]);
    list
}
