//! What the user asks for, as one value.

use heapwise_graph::{Granularity, Order};

/// Every setting of one report, as said: validated text, nothing compiled, nothing looked up.
///
/// The rows of [`crate::setting::ALL`] name the fields for the command line, the shell, URLs and help.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The file a report is written to; empty for standard output.
    pub output: String,
    /// Distinguish nodes by their callers (formats that draw a graph, and callgrind).
    pub call_tree: bool,
    /// Take the total after the filters, not before.
    pub relative_percentages: bool,
    /// The unit of values: a name, `minimum` or `auto`.
    pub unit: String,
    /// Leave the lines about the profile out of text reports.
    pub compact_labels: bool,
    /// Where to look for source files: directories separated as in `PATH`.
    pub source_path: String,
    /// Prefixes to take off source file names: separated as in `PATH`.
    pub trim_path: String,
    /// Write instructions in Intel syntax.
    pub intel_syntax: bool,
    /// Show the mean of the value for each of what column 0 counts.
    pub mean: bool,
    /// The column to show: an index, a name, or empty for the default of the profile.
    pub sample_index: String,
    /// What values are divided by before they are written.
    pub divide_by: f64,
    /// Scale the profile to the total of the base; read when profiles are fetched.
    pub normalize: bool,
    /// The order of nodes in text reports.
    pub sort: Order,
    /// Label keys, separated by commas, that become frames at the root.
    pub tag_root: String,
    /// Label keys, separated by commas, that become frames at the leaf.
    pub tag_leaf: String,
    /// Leave out nodes whose value is negative.
    pub drop_negative: bool,
    /// The most nodes to show; -1 for the command's own limit, other values below 1 for no limit.
    pub node_count: i64,
    /// Hide nodes below this fraction of the total.
    pub node_fraction: f64,
    /// Hide edges below this fraction of the total.
    pub edge_fraction: f64,
    /// Whether the three cut-offs apply at all.
    pub trim: bool,
    /// Keep samples with a location that matches.
    pub focus: String,
    /// Drop samples with a location that matches.
    pub ignore: String,
    /// Cut stacks below the innermost function that matches.
    pub prune_from: String,
    /// Remove frames that match.
    pub hide: String,
    /// Keep only frames that match.
    pub show: String,
    /// Cut stacks above the outermost location that matches.
    pub show_from: String,
    /// Keep samples whose labels match.
    pub tag_focus: String,
    /// Drop samples whose labels match.
    pub tag_ignore: String,
    /// Keep only labels whose name matches.
    pub tag_show: String,
    /// Remove labels whose name matches.
    pub tag_hide: String,
    /// Keep only the outermost line of each location.
    pub no_inlines: bool,
    /// Keep column numbers.
    pub show_columns: bool,
    /// What makes two locations the same node; nothing for the command's own choice.
    pub granularity: Option<Granularity>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            output: String::new(),
            call_tree: false,
            relative_percentages: false,
            unit: "minimum".to_owned(),
            compact_labels: false,
            source_path: String::new(),
            trim_path: String::new(),
            intel_syntax: false,
            mean: false,
            sample_index: String::new(),
            divide_by: 1.0,
            normalize: false,
            sort: Order::Flat,
            tag_root: String::new(),
            tag_leaf: String::new(),
            drop_negative: false,
            node_count: -1,
            node_fraction: 0.005,
            edge_fraction: 0.001,
            trim: true,
            focus: String::new(),
            ignore: String::new(),
            prune_from: String::new(),
            hide: String::new(),
            show: String::new(),
            show_from: String::new(),
            tag_focus: String::new(),
            tag_ignore: String::new(),
            tag_show: String::new(),
            tag_hide: String::new(),
            no_inlines: false,
            show_columns: false,
            granularity: None,
        }
    }
}
