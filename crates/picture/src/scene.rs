//! A picture as shapes in places, before any file format.

use heapwise_report::Color;

use crate::layout::{Point, Size};

/// A picture: groups of shapes, the first drawn below all others.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The name of the picture.
    pub title: String,
    /// The room it takes, in points.
    pub size: Size,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Shapes that mean one thing.
#[derive(Clone, Debug)]
pub struct Group {
    /// A name that no other group has.
    pub id: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// What is said of it where one points at it.
    pub tip: String,
    /// The shapes, the first below.
    pub shapes: Vec<Shape>,
}

/// What a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The legend.
    Legend,
    /// A node of the call graph.
    Node,
    /// A tag of a node.
    Tag,
    /// A call, or what a tag hangs on.
    Edge,
}

/// A shape.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A closed shape with straight sides.
    Polygon {
        /// Its corners.
        corners: Vec<Point>,
        /// The colour of its border, one point wide.
        border: Color,
        /// The colour of its inside.
        inside: Color,
    },
    /// A curve: a start, then two control points and an end each.
    Curve {
        /// The points.
        points: Vec<Point>,
        /// Its colour.
        color: Color,
        /// Its width, in points.
        width: f64,
        /// Whether it is dotted.
        dotted: bool,
    },
    /// A line of text.
    Text {
        /// Where its base line starts, or its middle is.
        at: Point,
        /// What `at` is.
        anchor: Anchor,
        /// Its size, in points.
        size: f64,
        /// The text, without control characters.
        text: String,
    },
}

/// Which point of a line of text is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Where it starts.
    Start,
    /// Its middle.
    Middle,
}

/// Black, of text.
pub(crate) const BLACK: Color = Color { red: 0, green: 0, blue: 0 };
/// The grey of boxes without a share.
pub(crate) const PALE: Color = Color { red: 0xf8, green: 0xf8, blue: 0xf8 };
