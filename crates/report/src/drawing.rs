//! The call graph as boxes and arrows: what a picture shows, before any language or place.

use std::ops::Range;

use heapwise_graph::{Adjacency, Edge, Graph, Node, base_name};
use heapwise_profile::{Id, RuntimeAddr};
use heapwise_units::{percentage, truncate};

use crate::Input;
use crate::color::{BACKGROUND, Color, FOREGROUND};
use crate::header::{About, Header};
use crate::nodelets::{Nodelet, Of, nodelets};
use crate::short_name::short_name;
use crate::values::Values;

/// The call graph as boxes and arrows.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The name of the main binary; empty if unknown.
    pub title: Vec<u8>,
    /// The lines of the legend.
    pub legend: Vec<Vec<u8>>,
    /// A box a node, in the order of the graph.
    pub boxes: Vec<NodeBox>,
    /// The calls between nodes, in the order of the graph.
    pub arrows: Vec<Arrow>,
}

/// The box of a node.
#[derive(Clone, Debug)]
pub struct NodeBox {
    /// The printable name of the node.
    pub name: Vec<u8>,
    /// What the box says of the address and the function, line by line.
    pub title: Vec<Vec<u8>>,
    /// What it says below of the file, or of the object where no function is known.
    pub place: Option<Vec<u8>>,
    /// What it says below of the values, line by line.
    pub values: Vec<Vec<u8>>,
    /// The size of the text, in points: 8 to 24.
    pub font_size: i64,
    /// The cum value, as it is shown.
    pub cum: Vec<u8>,
    /// The colour of the border.
    pub border: Color,
    /// The colour of the inside.
    pub inside: Color,
    /// The boxes of its tags, each after the one it hangs on.
    pub tags: Vec<TagBox>,
}

/// A box beside a node: of the samples with a label, or with sizes of a range.
#[derive(Clone, Debug)]
pub struct TagBox {
    /// Its name in the picture, which no other box has.
    pub id: String,
    /// The place, among the tags of its node, of the box it hangs on; nothing for the node itself.
    pub parent: Option<usize>,
    /// What it says. Lines end with a backslash and an `n`.
    pub text: Vec<u8>,
    /// Its value, as it is shown.
    pub weight: Vec<u8>,
    /// Whether the value counts samples whose leaf the node is not.
    pub dotted: bool,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// The place of the caller among the boxes.
    pub source: usize,
    /// The place of the callee; nothing if it has no box: `go tool pprof` draws such an arrow too.
    pub target: Option<usize>,
    /// The printable name of the callee.
    pub callee: Vec<u8>,
    /// Its value, as it is shown.
    pub label: Vec<u8>,
    /// Whether the callee was inlined.
    pub inline: bool,
    /// How much a straight line matters, 1 to 101.
    pub weight: i64,
    /// How wide it is drawn, 1 to 6.
    pub width: i64,
    /// Its colour; nothing if the total is 0.
    pub color: Option<Color>,
    /// Whether nodes between caller and callee are left out.
    pub residual: bool,
}

impl Drawing {
    /// The call graph of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let size_unit = input.size_unit();
        let graph = input.picture(&size_unit);
        let about = About::of(input);
        let title = about.file.clone();
        let mut header = Header { about: Some(about), ..Header::of(input, &graph) };
        header.accounting.dropped_edges.0 = graph.dropped_edges;
        let values = Values::of_graph(input, &graph);
        let total = header.accounting.total;
        let artist = Artist { edges: Adjacency::of(&graph), values: &values, total, size_unit };
        Self {
            title,
            legend: header.lines(&values),
            boxes: artist.boxes(&graph),
            arrows: artist.arrows(&graph),
        }
    }

    /// What is said of an arrow: its ends, each as `shown` writes a name, and its value.
    pub fn tip(&self, arrow: &Arrow, shown: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let caller = self.boxes.get(arrow.source).map_or(&b""[..], |node| &node.name);
        let joint: &[u8] = if arrow.residual { b" ... " } else { b" -> " };
        [&shown(caller)[..], joint, &shown(&arrow.callee), b" (", &arrow.label, b")"].concat()
    }
}

/// What a drawing is made with.
struct Artist<'a> {
    edges: Adjacency<'a>,
    values: &'a Values,
    total: i64,
    /// The unit of sizes on labels.
    size_unit: Vec<u8>,
}

impl Artist<'_> {
    fn boxes(&self, graph: &Graph) -> Vec<NodeBox> {
        let largest = graph.in_order().map(|(_, node)| node.flat.value().wrapping_abs()).max();
        let largest = largest.unwrap_or(0);
        let places = graph.order.iter().enumerate();
        places.map(|(place, &node)| self.node_box(graph, place, node, largest)).collect()
    }

    fn node_box(&self, graph: &Graph, place: usize, id: Id<Node>, largest: i64) -> NodeBox {
        let node = &graph.nodes[id.row()];
        let (flat, cum) = (node.flat.value(), node.cum.value());
        let share = self.share(cum);
        NodeBox {
            name: graph.names.get(id).to_vec(),
            title: title(graph, id),
            place: location(graph, id),
            values: self.value_lines(flat, cum),
            font_size: font_size(flat, largest),
            cum: self.values.text(cum),
            border: Color::of(share, FOREGROUND),
            inside: Color::of(share, BACKGROUND),
            tags: self.tags(graph, place, id),
        }
    }

    fn tags(&self, graph: &Graph, place: usize, node: Id<Node>) -> Vec<TagBox> {
        let leaf = self.edges.is_leaf(node);
        let of = if leaf { Of::All } else { Of::Leaf };
        let (texts, sizes) = nodelets(graph.tags.get(node), of, &self.size_unit);
        let source = format!("N{}", place + 1);
        let mut boxes = Vec::new();
        for (place, nodelet) in &texts {
            let id = format!("{source}_{place}");
            let parent = boxes.len();
            boxes.push(self.tag(id.clone(), None, nodelet, false));
            boxes.extend(self.sizes(&id, Some(parent), &nodelet.sizes));
        }
        boxes.extend(self.sizes(&source, None, &sizes));
        boxes
    }

    fn sizes(
        &self,
        source: &str,
        parent: Option<usize>,
        sizes: &[(usize, Nodelet)],
    ) -> Vec<TagBox> {
        let tag = |(place, nodelet): &(usize, Nodelet)| {
            self.tag(format!("N{source}_{place}"), parent, nodelet, nodelet.beyond_flat)
        };
        sizes.iter().map(tag).collect()
    }

    fn tag(&self, id: String, parent: Option<usize>, nodelet: &Nodelet, dotted: bool) -> TagBox {
        let weight = self.values.text(nodelet.weight);
        TagBox { id, parent, text: nodelet.text.clone(), weight, dotted }
    }

    fn arrows(&self, graph: &Graph) -> Vec<Arrow> {
        let mut places = vec![None; graph.nodes.len()];
        for (place, node) in graph.order.iter().enumerate() {
            places[node.row()] = Some(place);
        }
        let edges = graph.sorted_edges();
        let arrow = |edge: &Edge| {
            let (source, target) = (places[edge.source.row()]?, places[edge.target.row()]);
            Some(self.arrow(edge, source, target, graph.names.get(edge.target)))
        };
        edges.iter().filter_map(arrow).collect()
    }

    fn arrow(&self, edge: &Edge, source: usize, target: Option<usize>, callee: &[u8]) -> Arrow {
        let value = edge.weight.value();
        Arrow {
            source,
            target,
            callee: callee.to_vec(),
            label: self.values.text(value),
            inline: edge.inline,
            weight: self.part(value, 0..100) + 1,
            width: self.part(value, 0..5) + 1,
            color: (self.total != 0).then(|| Color::of(self.share(value), FOREGROUND)),
            residual: edge.residual,
        }
    }

    /// The share of a value in the total as a whole number of that range.
    fn part(&self, value: i64, range: Range<i64>) -> i64 {
        if self.total == 0 {
            return range.start;
        }
        value.wrapping_mul(range.end).wrapping_div(self.total).wrapping_abs().min(range.end)
    }

    /// The flat value with its share, and the cum value with its own where it differs.
    fn value_lines(&self, flat: i64, cum: i64) -> Vec<Vec<u8>> {
        let with_share = |value| {
            let share = percentage(value, self.total);
            [&self.values.text(value)[..], b" (", share.trim().as_bytes(), b")"].concat()
        };
        match (flat, cum) {
            (0, 0) => vec![b"0".to_vec()],
            (0, _) => vec![[b"0 of ", &with_share(cum)[..]].concat()],
            (flat, cum) if flat == cum => vec![with_share(flat)],
            _ => vec![with_share(flat), [b"of ", &with_share(cum)[..]].concat()],
        }
    }

    fn share(&self, value: i64) -> f64 {
        value as f64 / self.total.wrapping_abs() as f64
    }
}

/// What a box says of its node's address and function, line by line.
fn title(graph: &Graph, node: Id<Node>) -> Vec<Vec<u8>> {
    let address = graph.identities.get(node).address;
    let function = graph.identities.function(node);
    let mut lines = Vec::new();
    if address != RuntimeAddr(0) {
        lines.push(format!("{:016x}", address.0).into_bytes());
    }
    if !function.is_empty() {
        lines.extend(function_lines(function));
    }
    lines
}

/// What a box says of its node's file and line, or of its object.
fn location(graph: &Graph, node: Id<Node>) -> Option<Vec<u8>> {
    let identities = &graph.identities;
    let identity = identities.get(node);
    let (function, file, object) =
        (identities.function(node), identities.file(node), identities.object(node));
    let file = if file.is_empty() { file } else { base_name(file) };
    match (identity.line, identity.column) {
        (0, _) if !file.is_empty() => Some(file.to_vec()),
        (0, _) if !function.is_empty() => None,
        (0, _) if object.is_empty() => Some(b"<unknown>".to_vec()),
        (0, _) => Some([b"[", base_name(object), b"]"].concat()),
        (line, 0) => Some([file, format!(":{line}").as_bytes()].concat()),
        (line, column) => Some([file, format!(":{line}:{column}").as_bytes()].concat()),
    }
}

/// A function name, short and with its parts one below the other.
fn function_lines(name: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = vec![Vec::new()];
    let name = short_name(name);
    let mut rest = &name[..];
    while let Some(&first) = rest.first() {
        let line = lines.last_mut().expect("there is a line from the start");
        if let Some(after) = rest.strip_prefix(b"[...]") {
            line.extend_from_slice("[…]".as_bytes());
            rest = after;
        } else if let Some(after) = rest.strip_prefix(b"::").or(rest.strip_prefix(b".")) {
            lines.push(Vec::new());
            rest = after;
        } else {
            line.push(first);
            rest = &rest[1..];
        }
    }
    lines
}

/// The size of the text of a box in points: 8, and up to 16 more by the root of the flat value.
fn font_size(flat: i64, largest: i64) -> i64 {
    if flat == 0 || largest == 0 {
        return 8;
    }
    let share = flat.wrapping_abs() as f64 / largest as f64;
    truncate((16.0 * share.sqrt()).ceil()).wrapping_add(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_where_their_parts_end() {
        let lines = |name: &[u8]| {
            let lines = function_lines(name);
            lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(lines(b"p/q.(*T[...]).M"), ["q", "(*T[…])", "M"]);
        assert_eq!(lines(b"core::ptr::drop_in_place"), ["core", "ptr", "drop_in_place"]);
        assert_eq!(lines(b"main"), ["main"]);
    }
}
