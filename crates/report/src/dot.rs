//! A drawing in Graphviz's language: `dot`.

use std::io::{self, Write};

use crate::drawing::{Arrow, Drawing, NodeBox, TagBox};

/// Whether the picture begins with a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// It does.
    Shown,
    /// What is around the picture tells as much.
    Elsewhere,
}

impl Drawing {
    /// Writes the picture in Graphviz's language.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_dot(&self, legend: Legend, out: &mut dyn Write) -> io::Result<()> {
        let title: &[u8] = if self.title.is_empty() { b"unnamed" } else { &self.title };
        put(out, &[b"digraph \"", title, b"\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n"])?;
        if legend == Legend::Shown {
            self.write_legend(out)?;
        }
        for (place, node) in self.boxes.iter().enumerate() {
            write_box(place + 1, node, out)?;
            write_tags(place + 1, &node.tags, out)?;
        }
        for arrow in &self.arrows {
            self.write_arrow(arrow, out)?;
        }
        out.write_all(b"}\n")
    }

    fn write_legend(&self, out: &mut dyn Write) -> io::Result<()> {
        let lines: Vec<Vec<u8>> = self.legend.iter().map(|line| escape(line)).collect();
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

    fn write_arrow(&self, arrow: &Arrow, out: &mut dyn Write) -> io::Result<()> {
        let (source, target) = (arrow.source + 1, arrow.target.map_or(0, |place| place + 1));
        write!(out, "N{source} -> N{target} [label=\" ")?;
        put(out, &[&arrow.label, if arrow.inline { b"\\n (inline)\"" } else { b"\"" }])?;
        for (name, number) in [("weight", arrow.weight), ("penwidth", arrow.width)] {
            if number > 1 {
                write!(out, " {name}={number}")?;
            }
        }
        if let Some(color) = arrow.color {
            write!(out, " color=\"{color}\"")?;
        }
        let tip = self.tip(arrow, escape);
        put(out, &[b" tooltip=\"", &tip, b"\" labeltooltip=\"", &tip, b"\""])?;
        put(out, &[if arrow.residual { b" style=\"dotted\"" } else { b"" }])?;
        let tagged = self.boxes.get(arrow.source).is_some_and(|node| !node.tags.is_empty());
        put(out, &[if tagged { b" minlen=2]\n" } else { b"]\n" }])
    }
}

fn write_box(number: usize, node: &NodeBox, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "N{number} [label=\"")?;
    for line in &node.title {
        put(out, &[&escape(line), b"\\n"])?;
    }
    // As the reference has it: what Graphviz reads in a Windows path is up to Graphviz.
    if let Some(place) = &node.place {
        put(out, &[place, b"\\n"])?;
    }
    put(out, &[&node.values.join(&b"\\n"[..])])?;
    write!(out, "\" id=\"node{number}\" fontsize={} shape=box tooltip=\"", node.font_size)?;
    put(out, &[&escape(&node.name), b" (", &node.cum, b")\""])?;
    writeln!(out, " color=\"{}\" fillcolor=\"{}\"]", node.border, node.inside)
}

/// Writes the boxes beside a node, each with the arrow to it.
fn write_tags(number: usize, tags: &[TagBox], out: &mut dyn Write) -> io::Result<()> {
    let node = format!("N{number}");
    for TagBox { id, parent, text, weight, dotted } in tags {
        let source = parent.and_then(|parent| tags.get(parent)).map_or(&node, |tag| &tag.id);
        write!(out, "{id} [label = \"")?;
        put(out, &[text])?;
        write!(out, "\" id=\"{id}\" fontsize=8 shape=box3d tooltip=\"")?;
        put(out, &[weight, b"\"]\n"])?;
        write!(out, "{source} -> {id} [label=\" ")?;
        put(out, &[weight, b"\" weight=100 tooltip=\"", weight, b"\" labeltooltip=\"", weight])?;
        put(out, &[b"\"", if *dotted { b" style=\"dotted\"" } else { b"" }, b"]\n"])?;
    }
    Ok(())
}

/// Text between quotes of Graphviz's language; lines are left-justified.
fn escape(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'\\' => escaped.extend_from_slice(b"\\\\"),
            b'"' => escaped.extend_from_slice(b"\\\""),
            b'\n' => escaped.extend_from_slice(b"\\l"),
            byte => escaped.push(byte),
        }
    }
    escaped
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
        let shown =
            fixture.show(|input, out| Drawing::new(input).write_dot(Legend::Shown, out).unwrap());
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
    fn windows_paths_stay_as_they_are_in_a_box_and_are_escaped_in_a_tip() {
        let mut fixture = Fixture::heap();
        let mut strings = heapwise_profile::Strings::clone(&fixture.profile.strings);
        let file = strings.intern(b"C:\\app\\main.cs");
        fixture.profile.strings = strings.into();
        let mut functions: Vec<_> = fixture.profile.functions.rows().to_vec();
        functions.iter_mut().for_each(|function| function.file = file);
        fixture.profile.functions = std::sync::Arc::new(functions.into_iter().collect());
        fixture.aggregation.granularity = heapwise_graph::Granularity::Lines;
        let shown =
            fixture.show(|input, out| Drawing::new(input).write_dot(Legend::Shown, out).unwrap());
        let node = shown.lines().find(|line| line.starts_with("N1 [")).unwrap();
        assert!(node.contains(r"alloc\nC:\app\main.cs:30\n"), "{node}");
        assert!(node.contains(r#"tooltip="alloc C:\\app\\main.cs:30"#), "{node}");
    }

    #[test]
    fn quotes_backslashes_and_lines_are_escaped() {
        assert_eq!(escape(b"a\"\\\n"), b"a\\\"\\\\\\l");
    }
}
