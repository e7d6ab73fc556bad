//! The nodes in order, each between its callers and what it calls: `tree` and `peek`.

use std::io::{self, Write};

use heapwise_graph::{Adjacency, Edge, Graph, Node};
use heapwise_profile::Id;
use heapwise_units::percentage;

use crate::header::Header;
use crate::input::Wanted;
use crate::text::write_right;
use crate::values::Values;
use crate::{Error, Input, Pattern};

const SEPARATOR: &[u8] =
    b"----------------------------------------------------------+-------------\n";
const LEGEND: &[u8] =
    b"      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n";

const WITH_EDGES: Wanted = Wanted { edges: true, objects: false, tree: false };

/// The nodes in order, each between its callers and what it calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// What stands above. It describes the whole graph, also when not all nodes are shown.
    pub header: Header,
    /// How values are written.
    pub values: Values,
    /// The nodes shown.
    pub entries: Vec<TreeEntry>,
    /// Whether the graph has nodes, shown or not.
    pub any: bool,
}

/// A node of [`Tree`]; values in units of the sample type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// The value of samples whose leaf is the node.
    pub flat: i64,
    /// The value of samples that contain the node.
    pub cum: i64,
    /// The printable name.
    pub name: Vec<u8>,
    /// Its callers.
    pub callers: Vec<Call>,
    /// What it calls.
    pub callees: Vec<Call>,
}

/// The other end of an edge of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The value of samples that contain the call: a sum even when means are shown.
    pub weight: i64,
    /// The printable name of the other end.
    pub name: Vec<u8>,
    /// Whether all these calls were inlined.
    pub inline: bool,
}

impl Tree {
    /// All nodes of the call graph of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let graph = input.graph(WITH_EDGES);
        Self::of(input, &graph, |_| true)
    }

    /// The nodes whose printable name matches.
    ///
    /// # Errors
    /// [`Error::NoMatch`] if there is none.
    pub fn peek(input: &Input<'_>, pattern: &Pattern<'_>) -> Result<Self, Error> {
        let graph = input.graph(WITH_EDGES);
        let tree = Self::of(input, &graph, |name| (pattern.matches)(name));
        if tree.entries.is_empty() { Err(Error::no_match(pattern)) } else { Ok(tree) }
    }

    fn of(input: &Input<'_>, graph: &Graph, shown: impl Fn(&[u8]) -> bool) -> Self {
        let adjacency = Adjacency::of(graph);
        let nodes = graph.in_order().filter(|&(id, _)| shown(graph.names.get(id)));
        Self {
            header: Header::of(input, graph),
            values: Values::of_graph(input, graph),
            entries: nodes.map(|(id, node)| TreeEntry::of(id, node, graph, &adjacency)).collect(),
            any: !graph.order.is_empty(),
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
        let mut sum = 0_i64;
        for entry in &self.entries {
            sum = sum.wrapping_add(entry.flat);
            out.write_all(SEPARATOR)?;
            self.write_calls(&entry.callers, entry.cum, out)?;
            self.write_entry(entry, sum, out)?;
            self.write_calls(&entry.callees, entry.cum, out)?;
        }
        out.write_all(if self.any { SEPARATOR } else { b"" })
    }

    fn write_entry(&self, entry: &TreeEntry, sum: i64, out: &mut dyn Write) -> io::Result<()> {
        let total = self.header.accounting.total;
        write_right(out, &self.values.text(entry.flat), 10)?;
        write!(out, " {} {} ", percentage(entry.flat, total), percentage(sum, total))?;
        write_right(out, &self.values.text(entry.cum), 10)?;
        write!(out, " {}                | ", percentage(entry.cum, total))?;
        out.write_all(&entry.name)?;
        out.write_all(b"\n")
    }

    /// Writes the calls of a node whose cum is `cum`.
    fn write_calls(&self, calls: &[Call], cum: i64, out: &mut dyn Write) -> io::Result<()> {
        for call in calls {
            write_right(out, &self.values.text(call.weight), 50)?;
            write!(out, " {} |   ", percentage(call.weight, cum))?;
            out.write_all(&call.name)?;
            out.write_all(if call.inline { b" (inline)\n" } else { b"\n" })?;
        }
        Ok(())
    }
}

impl TreeEntry {
    fn of(id: Id<Node>, node: &Node, graph: &Graph, adjacency: &Adjacency) -> Self {
        let call = |edge: &Edge, end: Id<Node>| Call {
            weight: edge.weight.sum,
            name: graph.names.get(end).to_vec(),
            inline: edge.inline,
        };
        Self {
            flat: node.flat.value(),
            cum: node.cum.value(),
            name: graph.names.get(id).to_vec(),
            callers: adjacency.incoming(id).iter().map(|edge| call(edge, edge.source)).collect(),
            callees: adjacency.outgoing(id).iter().map(|edge| call(edge, edge.target)).collect(),
        }
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
