//! The flame graph. The page is empty; the browser asks for the boxes that it can show.

use askama::Template;
use heapwise_session::Options;
use heapwise_session::host::Host;

use super::{Body, Failure, View};
use crate::site::Site;

pub(crate) static VIEW: View = View {
    name: "flamegraph",
    title: "Flame Graph",
    about: "Whole stacks as boxes: as wide as what they hold",
    make,
};

#[derive(Template)]
#[template(path = "flame.html")]
struct Page {}

fn make(site: &Site, options: &Options, host: &dyn Host) -> Result<Body, Failure> {
    let known = site.flames.get(site, options, host)?;
    let details = known.flame.about.lines(&known.flame.values);
    Ok(Body { html: Page {}.render()?, details, hints: known.hints.clone() })
}
