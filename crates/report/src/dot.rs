//! The call graph as a picture for Graphviz: `dot`.

use std::io::{self, Write};

use heapwise_graph::{Adjacency, Edge, Graph, Node, base_name};
use heapwise_profile::{Id, RuntimeAddr};
use heapwise_units::{percentage, truncate};

use crate::Input;
use crate::color::{BACKGROUND, Color, FOREGROUND};
use crate::header::{About, Header};
use crate::nodelets::{Nodelet, Of, nodelets};
use crate::short_name::short_name;
use crate::values::Values;

/// The call graph as a picture.
#[derive(Clone, Debug)]
pub struct Dot {
    /// The name of the main binary; empty if unknown.
    pub title: Vec<u8>,
    /// The legend.
    pub header: Header,
    /// How values are written.
    pub values: Values,
    graph: Graph,
    edges: Adjacency,
    /// The unit of sizes on labels.
    size_unit: Vec<u8>,
    /// For each node its number in the picture, from 1; 0 for one that is not in it.
    numbers: Vec<usize>,
}

impl Dot {
    /// The call graph of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let size_unit = input.size_unit();
        let graph = input.picture(&size_unit);
        let about = About::of(input);
        let mut header = Header::of(input, &graph);
        header.accounting.dropped_edges.0 = graph.dropped_edges;
        let mut numbers = vec![0; graph.nodes.len()];
        for (place, node) in graph.order.iter().enumerate() {
            numbers[node.row()] = place + 1;
        }
        Self {
            title: about.file.clone(),
            header: Header { about: Some(about), ..header },
            values: Values::of_graph(input, &graph),
            edges: Adjacency::of(&graph),
            graph,
            size_unit,
            numbers,
        }
    }

    /// Writes the picture in Graphviz's language.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let title: &[u8] = if self.title.is_empty() { b"unnamed" } else { &self.title };
        put(out, &[b"digraph \"", title, b"\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n"])?;
        self.write_legend(out)?;
        let largest = self.graph.in_order().map(|(_, node)| node.flat.value().wrapping_abs()).max();
        let mut boxed = vec![false; self.graph.nodes.len()];
        for &node in &self.graph.order {
            self.write_node(node, largest.unwrap_or(0), out)?;
            boxed[node.row()] = self.write_nodelets(node, out)?;
        }
        let shown = |edge: &Edge| self.numbers[edge.source.row()] > 0;
        for edge in self.graph.sorted_edges().iter().filter(|edge| shown(edge)) {
            self.write_edge(edge, boxed[edge.source.row()], out)?;
        }
        out.write_all(b"}\n")
    }

    fn write_legend(&self, out: &mut dyn Write) -> io::Result<()> {
        let lines: Vec<Vec<u8>> =
            self.header.lines(&self.values).iter().map(|line| escape(line)).collect();
        let first = lines.first().map_or(&b""[..], Vec::as_slice);
        put(out, &[b"subgraph cluster_L { \"", first, b"\" [shape=box fontsize=16 label=\""])?;
        for line in &lines {
            put(out, &[line, b"\\l"])?;
        }
        put(out, &[b"\\lSee https://git.io/JfYMW for how to read the graph\\l\""])?;
        if !self.title.is_empty() {
            put(out, &[b" tooltip=\"", &self.title, b"\""])?;
        }
        put(out, &[b"] }\n"])
    }

    fn write_node(&self, id: Id<Node>, largest: i64, out: &mut dyn Write) -> io::Result<()> {
        let node = &self.graph.nodes[id.row()];
        let number = self.numbers[id.row()];
        let (flat, cum) = (node.flat.value(), node.cum.value());
        write!(out, "N{number} [label=\"")?;
        put(out, &[&self.display_name(id), b"\\n", &self.value_part(flat, cum)])?;
        let size = font_size(flat, largest);
        write!(out, "\" id=\"node{number}\" fontsize={size} shape=box tooltip=\"")?;
        put(out, &[&self.name(id), b" (", &self.values.text(cum), b")\""])?;
        let share = self.share(cum);
        let (line, inside) = (Color::of(share, FOREGROUND), Color::of(share, BACKGROUND));
        writeln!(out, " color=\"{line}\" fillcolor=\"{inside}\"]")
    }

    /// Writes the boxes beside a node; whether there are any.
    fn write_nodelets(&self, node: Id<Node>, out: &mut dyn Write) -> io::Result<bool> {
        let leaf = self.edges.outgoing(node).is_empty();
        let of = if leaf { Of::All } else { Of::Leaf };
        let (texts, sizes) = nodelets(self.graph.tags.get(node), of, &self.size_unit);
        let source = format!("N{}", self.numbers[node.row()]);
        for (place, nodelet) in &texts {
            let name = format!("{source}_{place}");
            self.write_nodelet(&source, &name, nodelet, false, out)?;
            self.write_sizes(&name, &nodelet.sizes, out)?;
        }
        self.write_sizes(&source, &sizes, out)?;
        Ok(!texts.is_empty() || !sizes.is_empty())
    }

    fn write_sizes(
        &self,
        source: &str,
        sizes: &[(usize, Nodelet)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (place, nodelet) in sizes {
            let name = format!("N{source}_{place}");
            self.write_nodelet(source, &name, nodelet, nodelet.beyond_flat, out)?;
        }
        Ok(())
    }

    fn write_nodelet(
        &self,
        source: &str,
        name: &str,
        nodelet: &Nodelet,
        dotted: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let weight = self.values.text(nodelet.weight);
        write!(out, "{name} [label = \"")?;
        put(out, &[&nodelet.text])?;
        write!(out, "\" id=\"{name}\" fontsize=8 shape=box3d tooltip=\"")?;
        put(out, &[&weight, b"\"]\n"])?;
        write!(out, "{source} -> {name} [label=\" ")?;
        put(out, &[&weight, b"\" weight=100 tooltip=\"", &weight, b"\" labeltooltip=\"", &weight])?;
        put(out, &[b"\"", if dotted { b" style=\"dotted\"" } else { b"" }, b"]\n"])
    }

    fn write_edge(&self, edge: &Edge, boxed: bool, out: &mut dyn Write) -> io::Result<()> {
        let number = |node: Id<Node>| self.numbers[node.row()];
        let value = edge.weight.value();
        let weight = self.values.text(value);
        write!(out, "N{} -> N{} [label=\" ", number(edge.source), number(edge.target))?;
        put(out, &[&weight, if edge.inline { b"\\n (inline)\"" } else { b"\"" }])?;
        let total = self.header.accounting.total;
        if total != 0 {
            for (name, most) in [("weight", 100), ("penwidth", 5)] {
                let part =
                    value.wrapping_mul(most).wrapping_div(total).wrapping_abs().min(most) + 1;
                if part > 1 {
                    write!(out, " {name}={part}")?;
                }
            }
            write!(out, " color=\"{}\"", Color::of(self.share(value), FOREGROUND))?;
        }
        let arrow: &[u8] = if edge.residual { b" ... " } else { b" -> " };
        let (source, target) = (self.name(edge.source), self.name(edge.target));
        let tip = [&source, arrow, &target, b" (", &weight, b")"].concat();
        put(out, &[b" tooltip=\"", &tip, b"\" labeltooltip=\"", &tip, b"\""])?;
        put(out, &[if edge.residual { b" style=\"dotted\"" } else { b"" }])?;
        put(out, &[if boxed { b" minlen=2]\n" } else { b"]\n" }])
    }

    /// The printable name of a node, escaped.
    fn name(&self, node: Id<Node>) -> Vec<u8> {
        escape(self.graph.names.get(node))
    }

    /// What a box says of its node, line by line.
    fn display_name(&self, node: Id<Node>) -> Vec<u8> {
        let identities = &self.graph.identities;
        let identity = identities.get(node);
        let (function, file, object) =
            (identities.function(node), identities.file(node), identities.object(node));
        let file = if file.is_empty() { file } else { base_name(file) };
        let mut lines = Vec::new();
        if identity.address != RuntimeAddr(0) {
            lines.push(format!("{:016x}", identity.address.0).into_bytes());
        }
        if !function.is_empty() {
            lines.push(display_function(function));
        }
        match (identity.line, identity.column) {
            (0, _) if !file.is_empty() => lines.push(file.to_vec()),
            (0, _) if !function.is_empty() => {}
            (0, _) if object.is_empty() => lines.push(b"<unknown>".to_vec()),
            (0, _) => lines.push([b"[", base_name(object), b"]"].concat()),
            (line, 0) => lines.push([file, format!(":{line}").as_bytes()].concat()),
            (line, column) => {
                lines.push([file, format!(":{line}:{column}").as_bytes()].concat());
            }
        }
        lines.join(&b"\\n"[..])
    }

    /// The flat value with its share, and the cum value with its own where it differs.
    fn value_part(&self, flat: i64, cum: i64) -> Vec<u8> {
        let with_share = |value| {
            let share = percentage(value, self.header.accounting.total);
            [&self.values.text(value)[..], b" (", share.trim().as_bytes(), b")"].concat()
        };
        let mut text = if flat == 0 { b"0".to_vec() } else { with_share(flat) };
        if cum != flat {
            text.extend_from_slice(if flat == 0 { b" of " } else { b"\\nof " });
            text.extend_from_slice(&with_share(cum));
        }
        text
    }

    fn share(&self, value: i64) -> f64 {
        value as f64 / self.header.accounting.total.wrapping_abs() as f64
    }
}

/// The size of the text of a box in points: 8, and up to 16 more by the root of the flat value.
fn font_size(flat: i64, largest: i64) -> i64 {
    if flat == 0 || largest == 0 {
        return 8;
    }
    let share = flat.wrapping_abs() as f64 / largest as f64;
    truncate((16.0 * share.sqrt()).ceil()).wrapping_add(8)
}

/// A function name, short and with its parts one below the other.
fn display_function(name: &[u8]) -> Vec<u8> {
    let name = replace(&escape(&short_name(name)), b"::", b"\\n");
    replace(&replace(&name, b"[...]", "[…]".as_bytes()), b".", b"\\n")
}

/// Text between quotes of Graphviz's language; lines are left-justified.
fn escape(text: &[u8]) -> Vec<u8> {
    let text = replace(&replace(text, b"\\", b"\\\\"), b"\"", b"\\\"");
    replace(&text, b"\n", b"\\l")
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            replaced.extend_from_slice(to);
            rest = after;
        } else {
            replaced.push(first);
            rest = &rest[1..];
        }
    }
    replaced
}

fn put(out: &mut dyn Write, parts: &[&[u8]]) -> io::Result<()> {
    parts.iter().try_for_each(|part| out.write_all(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn nodes_tags_and_edges() {
        let fixture = Fixture::heap();
        let shown = fixture.show(|input, out| Dot::new(input).write_text(out).unwrap());
        let line = |start: &str| shown.lines().find(|line| line.starts_with(start)).unwrap();
        assert_eq!(line("digraph"), "digraph \"server\" {");
        assert!(line("subgraph").ends_with(
            "\\lShowing nodes accounting for 6144.02kB, 100% of 6144.08kB total\\l\\lSee \
             https://git.io/JfYMW for how to read the graph\\l\" tooltip=\"server\"] }"
        ));
        assert_eq!(
            line("N1 ["),
            "N1 [label=\"alloc\\n5120kB (83.33%)\" id=\"node1\" fontsize=24 shape=box \
             tooltip=\"alloc (5120kB)\" color=\"#b20900\" fillcolor=\"#edd6d5\"]"
        );
        assert_eq!(
            line("N1_0"),
            "N1_0 [label = \"user:alice\" id=\"N1_0\" fontsize=8 shape=box3d tooltip=\"5120kB\"]"
        );
        assert!(line("NN1_0_0").starts_with("NN1_0_0 [label = \"1MB\""));
        assert!(shown.contains("\\n (inline)\" weight=84 penwidth=5 color=\"#b20900\""));
    }

    #[test]
    fn quotes_backslashes_and_lines_are_escaped() {
        assert_eq!(escape(b"a\"\\\n"), b"a\\\"\\\\\\l");
        assert_eq!(display_function(b"p/q.(*T[...]).M"), "q\\n(*T[…])\\nM".as_bytes());
    }
}
