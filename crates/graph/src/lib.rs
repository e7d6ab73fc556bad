//! Profile to call graph: aggregation to a granularity, nodes and edges, trimming, orders.
//!
//! ```text
//! Profile -> aggregate -> Profile -> build -> Graph -> trim -> Graph -> order -> Graph
//! ```
//!
//! The crate knows nothing of text: options are values, names are rows of the profile's strings.
#![forbid(unsafe_code)]

mod options;

pub use options::{Granularity, Order, Trim, Value};
