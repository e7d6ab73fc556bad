//! Profile to call graph: aggregation to a granularity, nodes and edges, trimming, orders.
//!
//! ```text
//! Profile -> aggregate -> Profile -> frames -> stacks -> order, trim -> edges -> Graph
//! ```
//!
//! The crate knows nothing of reports: options are values, names are bytes.
#![forbid(unsafe_code)]

mod adjacency;
mod aggregate;
mod bits;
mod build;
mod call_tree;
mod edge_sums;
mod edge_table;
mod edge_weights;
mod entropy;
mod frames;
mod graph;
mod identity;
mod inlined;
mod names;
mod node_sums;
mod options;
mod order;
mod parts;
mod path;
mod redundant;
mod runs;
mod stacks;
mod tags;
#[cfg(test)]
mod test_profile;
mod total;

pub use adjacency::Adjacency;
pub use aggregate::aggregate;
pub use build::cutoff;
pub use frames::{Frame, Frames};
pub use graph::{Edge, Graph, Node, Weight};
pub use identity::{Identities, Identity};
pub use names::Names;
pub use options::{Aggregation, Edges, Granularity, Naming, Order, Picture, Request, Trim, Value};
pub use path::{base_name, clean};
pub use tags::{Size, Tagged, Tags};
pub use total::total;
