//! The nodes in order, each between its callers and what it calls: `tree` and `peek`.

use std::io::{self, Write};

use heapwise_graph::{Adjacency, Edge, Edges, Graph, Node};
use heapwise_profile::Id;
use heapwise_units::percentage;

use crate::buffer::Buffer;
use crate::header::Header;
use crate::input::Wanted;
use crate::text::right;
use crate::values::Values;
use crate::{Error, Input, Pattern};

const SEPARATOR: &[u8] =
    b"----------------------------------------------------------+-------------\n";
const LEGEND: &[u8] =
    b"      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n";

/// The nodes in order, each between its callers and what it calls.
#[derive(Clone, Debug)]
pub struct Tree {
    /// What stands above. It describes the whole graph, also when not all nodes are shown.
    pub header: Header,
    /// How values are written.
    pub values: Values,
    /// The nodes shown.
    pub nodes: Vec<Id<Node>>,
    /// The whole graph, with all edges of the nodes shown. Weights of edges are sums even when means are shown.
    pub graph: Graph,
}

impl Tree {
    /// All nodes of the call graph of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        Self::of(input, Edges::All, |_| true)
    }

    /// The nodes whose printable name matches.
    ///
    /// # Errors
    /// [`Error::NoMatch`] if there is none.
    pub fn peek(input: &Input<'_>, pattern: &Pattern<'_>) -> Result<Self, Error> {
        let tree = Self::of(input, Edges::At(pattern.matches), pattern.matches);
        if tree.nodes.is_empty() { Err(Error::no_match(pattern)) } else { Ok(tree) }
    }

    fn of(input: &Input<'_>, edges: Edges<'_>, shown: impl Fn(&[u8]) -> bool) -> Self {
        let graph = input.graph(Wanted { edges, ..Wanted::default() });
        let shown = |node: &Id<Node>| shown(graph.names.get(*node));
        Self {
            header: Header::of(input, &graph),
            values: Values::of_graph(input, &graph),
            nodes: graph.order.iter().copied().filter(shown).collect(),
            graph,
        }
    }

    /// Writes the header and a block for each node.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.header.write_text(&self.values, out)?;
        out.write_all(SEPARATOR)?;
        out.write_all(LEGEND)?;
        let edges = Adjacency::of(&self.graph);
        let mut buffer = Buffer::new(out);
        let mut sum = 0_i64;
        for &node in &self.nodes {
            let cum = self.graph.nodes[node.row()].cum.value();
            sum = sum.wrapping_add(self.graph.nodes[node.row()].flat.value());
            buffer.put(SEPARATOR);
            for edge in edges.incoming(node) {
                self.put_call(&edge, edge.source, cum, &mut buffer)?;
            }
            self.put_node(node, sum, &mut buffer);
            for edge in edges.outgoing(node) {
                self.put_call(&edge, edge.target, cum, &mut buffer)?;
            }
        }
        buffer.put(if self.graph.order.is_empty() { b"" } else { SEPARATOR });
        buffer.flush()
    }

    fn put_node(&self, id: Id<Node>, sum: i64, out: &mut Buffer<'_>) {
        let node = &self.graph.nodes[id.row()];
        let (flat, cum) = (node.flat.value(), node.cum.value());
        let total = self.header.accounting.total;
        out.put(&right(&self.values.text(flat), 10));
        for share in [percentage(flat, total), percentage(sum, total)] {
            out.put(b" ");
            out.put(share.as_bytes());
        }
        out.put(b" ");
        out.put(&right(&self.values.text(cum), 10));
        out.put(b" ");
        out.put(percentage(cum, total).as_bytes());
        out.put(b"                | ");
        out.put(self.graph.names.get(id));
        out.put(b"\n");
    }

    /// Appends the line of a call to or from `other`, of a node whose cum is `cum`.
    fn put_call(
        &self,
        edge: &Edge,
        other: Id<Node>,
        cum: i64,
        out: &mut Buffer<'_>,
    ) -> io::Result<()> {
        out.put(&right(&self.values.text(edge.weight.sum), 50));
        out.put(b" ");
        out.put(percentage(edge.weight.sum, cum).as_bytes());
        out.put(b" |   ");
        out.put(self.graph.names.get(other));
        out.put(if edge.inline { b" (inline)\n" } else { b"\n" });
        out.end_item()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn nodes_stand_between_their_neighbours() {
        let mut fixture = Fixture::heap();
        fixture.style.compact_labels = true;
        let expected = "\
Showing nodes accounting for 6144.02kB, 100% of 6144.08kB total
----------------------------------------------------------+-------------
      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t\x20
----------------------------------------------------------+-------------
                                            5120kB   100% |   grow
    5120kB 83.33% 83.33%     5120kB 83.33%                | alloc
----------------------------------------------------------+-------------
                                            1024kB   100% |   main
    1024kB 16.67%   100%     1024kB 16.67%                | [libc.so.6]
----------------------------------------------------------+-------------
                                         5120.02kB   100% |   work (inline)
    0.02kB 0.00025%   100%  5120.02kB 83.33%                | grow
                                            5120kB   100% |   alloc
----------------------------------------------------------+-------------
         0     0%   100%  6144.02kB   100%                | main
                                         5120.02kB 83.33% |   work
                                            1024kB 16.67% |   [libc.so.6]
----------------------------------------------------------+-------------
                                         5120.02kB   100% |   main
         0     0%   100%  5120.02kB 83.33%                | work
                                         5120.02kB   100% |   grow (inline)
----------------------------------------------------------+-------------
";
        let shown = fixture.show(|input, out| Tree::new(input).write_text(out).unwrap());
        assert_eq!(shown, expected);
    }

    #[test]
    fn peek_shows_what_matches_only() {
        let mut fixture = Fixture::heap();
        fixture.style.compact_labels = true;
        let pattern = Pattern { text: "gro", matches: &|name| name.starts_with(b"gro") };
        let expected = "\
Showing nodes accounting for 6144.02kB, 100% of 6144.08kB total
----------------------------------------------------------+-------------
      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t\x20
----------------------------------------------------------+-------------
                                         5120.02kB   100% |   work (inline)
    0.02kB 0.00025% 0.00025%  5120.02kB 83.33%                | grow
                                            5120kB   100% |   alloc
----------------------------------------------------------+-------------
";
        let shown = fixture
            .show(|input, out| Tree::peek(input, &pattern).unwrap().write_text(out).unwrap());
        assert_eq!(shown, expected);
    }

    #[test]
    fn peek_at_nothing_is_an_error() {
        let pattern = Pattern { text: "z+", matches: &|_| false };
        Fixture::heap().show(|input, _| {
            let error = Tree::peek(input, &pattern).unwrap_err();
            assert_eq!(error.to_string(), "no matches found for regexp: z+");
        });
    }
}
