//! The curves of arrows: smooth, through the places where they cross layers.

use super::layers::{Layers, Vertex};
use super::place::Places;
use super::{Link, Point, Route};

/// How far from the middle of a box arrows start and end at most, as a share of its half width.
const SPREAD: f64 = 0.7;
/// How far arrows keep from the corners of boxes, in points.
const CLEAR: f64 = 3.0;
/// How far an arrow from a box to itself stands out, in points.
const LOOP: f64 = 18.0;

pub(super) fn routes(
    layers: &Layers,
    places: &Places,
    links: &[Link],
    turned: &[bool],
) -> Vec<Route> {
    let router = Router { layers, places };
    let arrows = links.iter().zip(turned).enumerate();
    arrows.map(|(index, (link, &turned))| router.route(index, link, turned)).collect()
}

struct Router<'a> {
    layers: &'a Layers,
    places: &'a Places,
}

impl Router<'_> {
    fn route(&self, index: usize, link: &Link, turned: bool) -> Route {
        let chain = &self.layers.chains[index];
        if chain.is_empty() {
            return self.around(link);
        }
        let mut curve = smooth(&self.points(chain));
        if turned {
            curve.reverse();
        }
        let label = self.layers.labels[index].map_or_else(Point::default, |vertex| {
            let (at, Vertex { left, .. }) =
                (self.places.middle[vertex], self.layers.vertices[vertex]);
            Point { x: at.x + left + link.label.width / 2.0, y: at.y }
        });
        Route { curve, label }
    }

    /// The points that an arrow goes through, from top to bottom: it crosses a layer straight down.
    fn points(&self, chain: &[usize]) -> Vec<Point> {
        let mut points = Vec::with_capacity(2 * chain.len());
        for (place, &vertex) in chain.iter().enumerate() {
            let (top, bottom) = self.places.bands[self.layers.vertices[vertex].layer];
            let at = self.places.middle[vertex];
            let half = self.layers.vertices[vertex].height / 2.0;
            if place == 0 {
                let port = Point { x: self.port(vertex, chain[1]), y: at.y + half };
                points.push(port);
                let to = self.edge(chain[1], |(top, _)| top);
                points.extend(
                    self.is_blocked(vertex, port, to).then_some(Point { y: bottom, ..port }),
                );
            } else if place + 1 == chain.len() {
                let port = Point { x: self.port(vertex, chain[place - 1]), y: at.y - half };
                let from = self.edge(chain[place - 1], |(_, bottom)| bottom);
                points.extend(
                    self.is_blocked(vertex, port, from).then_some(Point { y: top, ..port }),
                );
                points.push(port);
            } else {
                points.extend([top, bottom].map(|y| Point { x: at.x, y }));
            }
        }
        points
    }

    /// Where an arrow crosses an edge of the layer of a vertex.
    fn edge(&self, vertex: usize, choose: fn((f64, f64)) -> f64) -> Point {
        let band = self.places.bands[self.layers.vertices[vertex].layer];
        Point { x: self.places.middle[vertex].x, y: choose(band) }
    }

    /// Whether a box beside `vertex`, which is taller, stands in the straight way from its port out of the
    /// layer. Then the arrow has to leave, or enter, the layer straight down.
    fn is_blocked(&self, vertex: usize, port: Point, out: Point) -> bool {
        let row = &self.layers.rows[self.layers.vertices[vertex].layer];
        row.iter().any(|&other| {
            let (at, box_) = (self.places.middle[other], self.layers.vertices[other]);
            if other == vertex || !box_.is_box {
                return false;
            }
            let near = if out.x > port.x { at.x - box_.left } else { at.x + box_.right };
            let share = (near - port.x) / (out.x - port.x);
            let y = port.y + (out.y - port.y) * share;
            (0.0..=1.0).contains(&share) && (y - at.y).abs() < box_.height / 2.0 + CLEAR
        })
    }

    /// Where on the edge of a box the arrow to `next` starts: as near to it as the spread allows.
    fn port(&self, vertex: usize, next: usize) -> f64 {
        let reach = self.layers.vertices[vertex].right * SPREAD;
        let middle = self.places.middle[vertex].x;
        // Half way only: arrows that leave together fan out.
        middle + ((self.places.middle[next].x - middle) / 2.0).clamp(-reach, reach)
    }

    /// An arrow from a box to itself, at its right.
    fn around(&self, link: &Link) -> Route {
        let (vertex, at) = (self.layers.vertices[link.tail], self.places.middle[link.tail]);
        let (right, quarter) = (at.x + vertex.right, vertex.height / 4.0);
        let point = |x, y| Point { x, y };
        Route {
            curve: vec![
                point(right, at.y - quarter),
                point(right + LOOP, at.y - 2.0 * quarter),
                point(right + LOOP, at.y + 2.0 * quarter),
                point(right, at.y + quarter),
            ],
            label: point(right + LOOP + link.label.width / 2.0, at.y),
        }
    }
}

/// Curves through points that go down: at each the direction is that from the one before to the one
/// after, at the ends straight down.
fn smooth(points: &[Point]) -> Vec<Point> {
    let points = without_detours(points);
    let Some(&start) = points.first() else { return Vec::new() };
    let mut curve = vec![start];
    for (index, pair) in points.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let third = (to.y - from.y) / 3.0;
        let slope = |at: usize| slope(&points, at);
        curve.push(Point { x: from.x + slope(index) * third, y: from.y + third });
        curve.push(Point { x: to.x - slope(index + 1) * third, y: to.y - third });
        curve.push(to);
    }
    curve
}

/// The points without those on a straight line between their neighbours.
fn without_detours(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for (index, &point) in points.iter().enumerate() {
        let (before, after) = (kept.last(), points.get(index + 1));
        if let (Some(before), Some(after)) = (before, after) {
            let height = after.y - before.y;
            let share = if height > 0.0 { (point.y - before.y) / height } else { 0.0 };
            let straight = before.x + (after.x - before.x) * share;
            if (straight - point.x).abs() < 0.5 {
                continue;
            }
        }
        kept.push(point);
    }
    kept
}

/// The direction at a point, rightward for each point downward.
fn slope(points: &[Point], at: usize) -> f64 {
    let (Some(before), Some(after)) =
        (at.checked_sub(1).and_then(|at| points.get(at)), points.get(at + 1))
    else {
        return end_slope(points, at);
    };
    let height = after.y - before.y;
    // No more than either neighbour asks for: the curve does not swing beyond its points.
    let here = points[at];
    let (to_here, from_here) = (here.x - before.x, after.x - here.x);
    if to_here * from_here <= 0.0 || height <= 0.0 {
        return 0.0;
    }
    (after.x - before.x) / height
}

/// At its ends a curve heads for half the way to the next point.
fn end_slope(points: &[Point], at: usize) -> f64 {
    let pair = if at == 0 { points.first_chunk::<2>() } else { points.last_chunk::<2>() };
    pair.map_or(0.0, |[from, to]| {
        let height = to.y - from.y;
        if height > 0.0 { (to.x - from.x) / height } else { 0.0 }
    })
}
