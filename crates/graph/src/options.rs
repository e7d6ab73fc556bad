//! What a graph is asked for, as values.

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
