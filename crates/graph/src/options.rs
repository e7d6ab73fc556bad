//! What a graph is asked for, as values.

use std::fmt;

use crate::Weight;

/// What makes two locations the same node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// The function's name.
    #[default]
    Functions,
    /// The function's name and its file.
    FileFunctions,
    /// The file.
    Files,
    /// The function and the line.
    Lines,
    /// The address.
    Addresses,
}

/// What [`aggregate`](crate::aggregate) keeps of a location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Aggregation {
    /// What makes two locations the same node.
    pub granularity: Granularity,
    /// Keep only the outermost line of each location: the function that holds the machine code.
    pub no_inlines: bool,
    /// Keep column numbers where line numbers are kept.
    pub columns: bool,
}

/// The order of nodes in a text report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// By the value of samples whose leaf is the node.
    #[default]
    Flat,
    /// By the value of samples that contain the node.
    Cum,
}

/// Which column of a sample is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// The row of the sample type.
    pub index: usize,
    /// Whether to divide by the first column of the sample: the mean of `index` for each of what
    /// column 0 counts.
    pub mean: bool,
}

impl Value {
    /// What a sample with these values adds to its nodes; nothing if all of it is 0.
    #[inline]
    pub fn weight(self, values: &[i64]) -> Option<Weight> {
        let sum = values.get(self.index).copied().unwrap_or(0);
        let divisor = if self.mean { values.first().copied().unwrap_or(0) } else { 0 };
        (sum != 0 || divisor != 0).then_some(Weight { sum, divisor })
    }
}

/// The cut-offs. All zero trims nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trim {
    /// Keep at most this many nodes; 0 keeps all.
    pub node_count: usize,
    /// Drop nodes whose cum is below this fraction of the sum of flat values.
    pub node_fraction: f64,
    /// Drop edges whose weight is below this fraction of the sum of flat values.
    pub edge_fraction: f64,
}

/// How locations become nodes.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// The name under which a file is shown, from its name in the profile.
    pub shown_file: &'a dyn Fn(&[u8]) -> Vec<u8>,
    /// Distinguish nodes by object file and start line too, which they do not show.
    pub objects: bool,
}

/// Which edges a graph is to have, at least: a call tree, or a picture, has all.
#[derive(Clone, Copy, Default)]
pub enum Edges<'a> {
    /// None.
    #[default]
    None,
    /// Enough to tell which nodes were inlined: all that end at a node with an edge of inlined calls.
    Inlined,
    /// Those that start or end at a node whose printable name matches.
    At(&'a dyn Fn(&[u8]) -> bool),
    /// All.
    All,
}

/// What [`Graph::build`](crate::Graph::build) is to make of a profile.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The column to sum up.
    pub value: Value,
    /// How locations become nodes.
    pub naming: Naming<'a>,
    /// Leave out nodes that are negative: flat below 0, or flat 0 and cum below 0.
    pub drop_negative: bool,
    /// The order of nodes, which is also the order in which they are selected.
    pub order: Order,
    /// The cut-offs.
    pub trim: Trim,
    /// Which edges are wanted. Nodes do not depend on them, and cost less.
    pub edges: Edges<'a>,
    /// Tell nodes apart by their callers too: the graph is a tree.
    pub call_tree: bool,
    /// What a picture needs, if the graph is for one. Then nodes come in the order of how much they
    /// tell rather than in the one asked for, and edges that others make redundant are left out.
    pub picture: Option<Picture<'a>>,
}

/// What a picture needs besides nodes and edges.
#[derive(Clone, Copy)]
pub struct Picture<'a> {
    /// The text of a size on a label; sizes with the same text are one tag.
    pub size_text: &'a (dyn Fn(i64) -> Vec<u8> + Sync),
}

impl fmt::Debug for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").finish_non_exhaustive()
    }
}

impl fmt::Debug for Edges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Inlined => "Inlined",
            Self::At(_) => "At(..)",
            Self::All => "All",
        })
    }
}

impl fmt::Debug for Naming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Naming").field("objects", &self.objects).finish_non_exhaustive()
    }
}
