//! The call graph as a picture.

use askama::Template;
use heapwise_report::Drawing;
use heapwise_session::command::AS_GIVEN;
use heapwise_session::host::Host;
use heapwise_session::{Options, graph_svg, with_input};
use serde_json::Value;

use super::{Body, Failure, View, shown};
use crate::site::Site;

pub(crate) static VIEW: View = View {
    name: "graph",
    title: "Graph",
    about: "The call graph: a box a function, an arrow a call",
    make,
};

#[derive(Template)]
#[template(path = "graph.html")]
struct Page {
    picture: String,
    /// The names of the boxes, as JSON.
    names: String,
}

fn make(site: &Site, options: &Options, host: &dyn Host) -> Result<Body, Failure> {
    let (drawing, hints) =
        with_input(&site.loaded, &AS_GIVEN, None, options, host, |input, _| Drawing::new(input))?;
    let picture = shown(&graph_svg(&drawing, host)?);
    let names: Vec<Value> = drawing.boxes.iter().map(|node| shown(&node.name).into()).collect();
    let page = Page { picture, names: Value::from(names).to_string().replace('<', "\\u003c") };
    Ok(Body { html: page.render()?, details: drawing.legend, hints })
}
