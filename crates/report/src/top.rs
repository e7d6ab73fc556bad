//! The nodes in order, one a row: `top` and `text`.

use std::io::{self, Write};

use heapwise_graph::Graph;
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
        // Edges only tell which nodes were inlined.
        let edges = input.profile.locations.iter().any(|(_, lines)| lines.len() > 1);
        let graph = input.graph(Wanted { edges, ..Wanted::default() });
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
