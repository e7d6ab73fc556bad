//! The nodes in order, one a row: `top` and `text`.

use std::io::{self, Write};

use heapwise_graph::{Edges, Graph};
use heapwise_units::percentage;

use crate::Input;
use crate::header::Header;
use crate::input::Wanted;
use crate::text::write_right;
use crate::values::Values;

/// The nodes in order, one a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Top {
    /// What stands above.
    pub header: Header,
    /// How values are written.
    pub values: Values,
    /// The nodes.
    pub rows: Vec<TopRow>,
}

/// A node of [`Top`]; values in units of the sample type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopRow {
    /// The value of samples whose leaf is the node.
    pub flat: i64,
    /// The value of samples that contain the node.
    pub cum: i64,
    /// The printable name.
    pub name: Vec<u8>,
    /// Whether it was inlined into its callers.
    pub inlined: Inlined,
}

/// Whether a node was inlined into its callers, judged by the edges left after trimming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inlined {
    /// By none of them.
    #[default]
    No,
    /// By some.
    Partly,
    /// By all.
    Wholly,
}

impl Top {
    /// The nodes of the call graph of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let graph = input.graph(Wanted { edges: Edges::Inlined, ..Wanted::default() });
        let inlined = inlined(&graph);
        let rows = graph.in_order().map(|(id, node)| TopRow {
            flat: node.flat.value(),
            cum: node.cum.value(),
            name: graph.names.get(id).to_vec(),
            inlined: inlined[id.row()],
        });
        Self {
            header: Header::of(input, &graph),
            values: Values::of_graph(input, &graph),
            rows: rows.collect(),
        }
    }

    /// Writes the header and a line for each row.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.header.write_text(&self.values, out)?;
        out.write_all(b"      flat  flat%   sum%        cum   cum%\n")?;
        let mut sum = 0_i64;
        for row in &self.rows {
            sum = sum.wrapping_add(row.flat);
            self.write_row(row, sum, out)?;
        }
        Ok(())
    }

    fn write_row(&self, row: &TopRow, sum: i64, out: &mut dyn Write) -> io::Result<()> {
        let total = self.header.accounting.total;
        write_right(out, &self.values.text(row.flat), 10)?;
        write!(out, " {} {} ", percentage(row.flat, total), percentage(sum, total))?;
        write_right(out, &self.values.text(row.cum), 10)?;
        write!(out, " {}  ", percentage(row.cum, total))?;
        out.write_all(&row.name)?;
        out.write_all(match row.inlined {
            Inlined::No => b"\n",
            Inlined::Partly => b" (partial-inline)\n",
            Inlined::Wholly => b" (inline)\n",
        })
    }
}

/// For each row of the graph's nodes, whether its incoming edges are inlined calls.
fn inlined(graph: &Graph) -> Vec<Inlined> {
    let mut counts = vec![(0_u32, 0_u32); graph.nodes.len()];
    for edge in &graph.edges {
        let (all, inline) = &mut counts[edge.target.row()];
        *all += 1;
        *inline += u32::from(edge.inline);
    }
    let judge = |(all, inline)| match inline {
        0 => Inlined::No,
        _ if inline == all => Inlined::Wholly,
        _ => Inlined::Partly,
    };
    counts.into_iter().map(judge).collect()
}

#[cfg(test)]
mod tests {
    use heapwise_graph::{Order, Trim};

    use super::*;
    use crate::test_input::Fixture;

    fn top(fixture: &Fixture) -> String {
        fixture.show(|input, out| Top::new(input).write_text(out).unwrap())
    }

    #[test]
    fn one_unit_for_all_values_and_marks_for_inlined_frames() {
        let expected = "\
File: server
Build ID: abc123
a comment
Type: space
Time: 2023-11-14 22:13:20 UTC
Duration: 100s, Total samples = 6144.08kB\x20
Showing nodes accounting for 6144.02kB, 100% of 6144.08kB total
      flat  flat%   sum%        cum   cum%
    5120kB 83.33% 83.33%     5120kB 83.33%  alloc
    1024kB 16.67%   100%     1024kB 16.67%  [libc.so.6]
    0.02kB 0.00025%   100%  5120.02kB 83.33%  grow (inline)
         0     0%   100%  6144.02kB   100%  main
         0     0%   100%  5120.02kB 83.33%  work
";
        assert_eq!(top(&Fixture::heap()), expected);
    }

    #[test]
    fn trimming_is_told() {
        let mut fixture = Fixture::heap();
        fixture.style.compact_labels = true;
        fixture.style.order = Order::Cum;
        fixture.style.trim = Trim { node_count: 2, node_fraction: 0.5, edge_fraction: 0.0 };
        let expected = "\
Showing nodes accounting for 0.02kB, 0.00025% of 6144.08kB total
Dropped 1 node (cum <= 3072.04kB)
Showing top 2 nodes out of 4
      flat  flat%   sum%        cum   cum%
         0     0%     0%  6144.02kB   100%  main
    0.02kB 0.00025% 0.00025%  5120.02kB 83.33%  grow (inline)
";
        assert_eq!(top(&fixture), expected);
    }

    #[test]
    fn filters_are_listed_and_cut_at_80_bytes() {
        let mut fixture = Fixture::heap();
        fixture.style.compact_labels = true;
        fixture.style.active_filters =
            vec![("focus", "x".repeat(74)), ("hide", "x".repeat(75)), ("show", "x".repeat(76))];
        let shown = top(&fixture);
        let lines: Vec<&str> = shown.lines().take(4).collect();
        let x = "x".repeat(74);
        let expected = ["Active filters:", &format!("   focus={x}"), &format!("   hide={x}x")];
        assert_eq!(lines[..3], expected);
        assert_eq!(lines[3], format!("   show={x}x…"));
    }
}
