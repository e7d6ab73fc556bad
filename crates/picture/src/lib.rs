//! Pictures of call graphs, without Graphviz: layout, then SVG, PNG, GIF, PDF or PostScript; flame graphs in
//! one file.
//!
//! A [`Drawing`](heapwise_report::Drawing) says what is shown; [`Scene::of`] gives everything its
//! place; a format writes the scene.
#![forbid(unsafe_code)]

mod draw;
pub mod flame;
mod font;
mod latin;
mod layout;
mod pdf;
mod postscript;
mod raster;
mod scene;
mod svg;

pub use flame::FlameFile;
pub use layout::{Point, Size, TooLarge};
pub use scene::{Anchor, Group, Kind, Scene, Shape};
pub use svg::{Use, zooming};
