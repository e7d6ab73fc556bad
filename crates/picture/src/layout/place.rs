//! Where vertices stand: layers below each other, and within them the places that keep arrows
//! straight (section 4.2 of the paper).

use super::layers::{Layers, Vertex};
use super::simplex::{Balance, Span, positions};
use super::{Point, Size};

/// The gap between boxes beside each other, in points.
const BOX_GAP: f64 = 16.0;
/// The gap beside an arrow, beyond its own margin.
const ARROW_GAP: f64 = 4.0;
/// The gap between layers: a box and the boxes below it are two gaps and a label apart.
const LAYER_GAP: f64 = 16.0;
/// How much straight pieces matter: between boxes, between a box and a crossing, between crossings.
const STRAIGHT: [i64; 3] = [1, 2, 8];

/// Where vertices stand.
#[derive(Debug)]
pub(super) struct Places {
    pub size: Size,
    /// The middle line of each vertex, and the middle of its layer.
    pub middle: Vec<Point>,
    /// The top and the bottom of each layer.
    pub bands: Vec<(f64, f64)>,
}

pub(super) fn places(layers: &Layers) -> Places {
    let bands = bands(layers);
    let lefts = columns(layers);
    let middle = layers.vertices.iter().zip(&lefts).map(|(vertex, &x)| {
        let (top, bottom) = bands.get(vertex.layer).copied().unwrap_or_default();
        Point { x, y: f64::midpoint(top, bottom) }
    });
    let middle: Vec<Point> = middle.collect();
    let ends = layers.vertices.iter().zip(&middle).map(|(vertex, at)| at.x + vertex.right);
    let size = Size {
        width: ends.fold(0.0, f64::max),
        height: bands.last().map_or(0.0, |&(_, bottom)| bottom),
    };
    Places { size, middle, bands }
}

fn bands(layers: &Layers) -> Vec<(f64, f64)> {
    let mut top = 0.0;
    let mut bands = Vec::with_capacity(layers.rows.len());
    for row in &layers.rows {
        let heights = row.iter().map(|&vertex| layers.vertices[vertex].height);
        let bottom = top + heights.fold(0.0, f64::max);
        bands.push((top, bottom));
        top = bottom + LAYER_GAP;
    }
    bands
}

/// The middle line of each vertex. A piece that is not straight costs its weight for each point: it
/// becomes two spans from a node of its own, one of which is as long as the ends are apart.
fn columns(layers: &Layers) -> Vec<f64> {
    let count = layers.vertices.len();
    let mut spans = Vec::new();
    for row in &layers.rows {
        for pair in row.windows(2) {
            let length = apart(&layers.vertices[pair[0]], &layers.vertices[pair[1]]);
            spans.push(Span { tail: pair[0], head: pair[1], length, weight: 0 });
        }
    }
    for (index, piece) in layers.pieces.iter().enumerate() {
        let boxes = [piece.above, piece.below].map(|end| layers.vertices[end].is_box);
        let crossings = boxes.iter().filter(|is_box| !**is_box).count();
        let weight = piece.weight.saturating_mul(STRAIGHT[crossings]);
        for head in [piece.above, piece.below] {
            spans.push(Span { tail: count + index, head, length: 0, weight });
        }
    }
    let places = positions(count + layers.pieces.len(), &spans, Balance::Middle);
    let left = |(vertex, place): (&Vertex, &i64)| *place as f64 - vertex.left;
    let least = layers.vertices.iter().zip(&places).map(left).fold(f64::INFINITY, f64::min);
    places.iter().take(count).map(|&place| place as f64 - least).collect()
}

/// How far apart the middle lines of neighbours are at least, in whole points.
fn apart(left: &Vertex, right: &Vertex) -> i64 {
    let gap = if left.is_box && right.is_box { BOX_GAP } else { ARROW_GAP };
    (left.right + gap + right.left).ceil() as i64
}
