//! Where boxes and arrows go: layers of boxes, arrows pointing down.
//!
//! The method is that of Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs"
//! (1993), in its steps: arrows that close a cycle are turned ([`direction`]), boxes get layers
//! ([`layers`]), the order within layers is chosen so that few arrows cross ([`order`]), boxes get
//! their places ([`place`]), arrows their curves ([`route`]).

mod direction;
mod layers;
mod order;
mod place;
mod route;
mod simplex;

/// A point, in points of 1/72 inch, from the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Rightward.
    pub x: f64,
    /// Downward.
    pub y: f64,
}

/// A width and a height, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: f64,
    /// From top to bottom.
    pub height: f64,
}

/// An arrow to place.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The place among the boxes of the one that it leaves.
    pub tail: usize,
    /// And of the one that it points to.
    pub head: usize,
    /// How much it matters that it is short and straight, from 1.
    pub weight: i64,
    /// How many layers it spans at least, from 1.
    pub layers: i64,
    /// The room for its label.
    pub label: Size,
}

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The room that all takes.
    pub size: Size,
    /// The middle of each box.
    pub boxes: Vec<Point>,
    /// The way of each arrow.
    pub routes: Vec<Route>,
}

/// The way of an arrow.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Bézier curves: the start, then two control points and an end each. The last end is where the
    /// arrow points.
    pub curve: Vec<Point>,
    /// The middle of the label.
    pub label: Point,
}

/// A graph too large to be laid out in reasonable time: `-nodecount` helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{boxes} boxes and {arrows} arrows are too many for one picture: use -nodecount")]
pub struct TooLarge {
    /// How many boxes there are.
    pub boxes: usize,
    /// How many arrows there are.
    pub arrows: usize,
}

/// Lays out boxes of these sizes, and arrows between them.
///
/// # Errors
/// If the graph is too large.
pub fn lay_out(boxes: &[Size], links: &[Link]) -> Result<Layout, TooLarge> {
    let turned = direction::turned(boxes.len(), links);
    let too_large = || TooLarge { boxes: boxes.len(), arrows: links.len() };
    let mut layers = layers::Layers::of(boxes, links, &turned).ok_or_else(too_large)?;
    order::untangle(&mut layers);
    let places = place::places(&layers);
    let routes = route::routes(&layers, &places, links, &turned);
    Ok(Layout {
        size: places.size,
        boxes: places.middle.iter().take(boxes.len()).copied().collect(),
        routes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        }
    }

    /// A graph of boxes of many sizes, with cycles, double arrows and an arrow from a box to itself.
    fn graph(count: usize, arrows: usize, seed: u64) -> (Vec<Size>, Vec<Link>) {
        let mut number = numbers(seed);
        let side = |number: usize| 20.0 + number as f64;
        let boxes = (0..count)
            .map(|_| Size { width: side(number(150)), height: side(number(60)) })
            .collect();
        let links = (0..arrows)
            .map(|_| Link {
                tail: number(count),
                head: number(count),
                weight: 1 + number(100) as i64,
                layers: 1 + number(2) as i64,
                label: Size { width: 40.0, height: 13.0 },
            })
            .collect();
        (boxes, links)
    }

    #[test]
    fn boxes_never_overlap_and_lie_within_the_picture() {
        for seed in 0..20 {
            let (boxes, links) = graph(30, 45, seed);
            let layout = lay_out(&boxes, &links).unwrap();
            for (index, (size, at)) in boxes.iter().zip(&layout.boxes).enumerate() {
                assert!(at.x - size.width / 2.0 >= -0.01 && at.y - size.height / 2.0 >= -0.01);
                assert!(at.x + size.width / 2.0 <= layout.size.width + 0.01);
                assert!(at.y + size.height / 2.0 <= layout.size.height + 0.01);
                for (other_size, other) in boxes.iter().zip(&layout.boxes).take(index) {
                    let x = (at.x - other.x).abs() >= (size.width + other_size.width) / 2.0;
                    let y = (at.y - other.y).abs() >= (size.height + other_size.height) / 2.0;
                    assert!(x || y, "seed {seed}: box {index} lies on another");
                }
            }
        }
    }

    #[test]
    fn arrows_lead_from_box_to_box() {
        let (boxes, links) = graph(25, 40, 3);
        let layout = lay_out(&boxes, &links).unwrap();
        let touches = |point: Point, node: usize| {
            let (size, at) = (boxes[node], layout.boxes[node]);
            (point.x - at.x).abs() <= size.width / 2.0 + 0.01
                && (point.y - at.y).abs() <= size.height / 2.0 + 0.01
        };
        for (link, route) in links.iter().zip(&layout.routes) {
            assert!(touches(*route.curve.first().unwrap(), link.tail));
            assert!(touches(*route.curve.last().unwrap(), link.head));
            assert_eq!(route.curve.len() % 3, 1, "a start and whole curves");
        }
    }

    /// A point of a cubic Bézier curve.
    fn on_curve(part: &[Point], t: f64) -> Point {
        let weights =
            [(1.0 - t).powi(3), 3.0 * t * (1.0 - t).powi(2), 3.0 * t * t * (1.0 - t), t.powi(3)];
        let sum =
            |side: fn(&Point) -> f64| part.iter().zip(weights).map(|(p, w)| side(p) * w).sum();
        Point { x: sum(|point| point.x), y: sum(|point| point.y) }
    }

    #[test]
    fn arrows_do_not_run_behind_boxes() {
        let mut hidden = 0;
        for seed in 0..20 {
            let (boxes, links) = graph(25, 35, seed);
            let layout = lay_out(&boxes, &links).unwrap();
            for (link, route) in links.iter().zip(&layout.routes) {
                let parts =
                    (0..route.curve.len() / 3).map(|part| &route.curve[3 * part..3 * part + 4]);
                let points: Vec<_> = parts
                    .flat_map(|part| (1..20).map(|t| on_curve(part, f64::from(t) / 20.0)))
                    .collect();
                for (node, (size, at)) in boxes.iter().zip(&layout.boxes).enumerate() {
                    let inside = |point: &Point| {
                        (point.x - at.x).abs() < size.width / 2.0 - 2.0
                            && (point.y - at.y).abs() < size.height / 2.0 - 2.0
                    };
                    let own = node == link.tail || node == link.head;
                    hidden += usize::from(!own && points.iter().any(inside));
                }
            }
        }
        assert_eq!(hidden, 0);
    }

    #[test]
    fn labels_lie_beside_boxes_not_on_them() {
        let (boxes, links) = graph(25, 40, 9);
        let layout = lay_out(&boxes, &links).unwrap();
        for (link, route) in
            links.iter().zip(&layout.routes).filter(|(link, _)| link.tail != link.head)
        {
            for (size, at) in boxes.iter().zip(&layout.boxes) {
                let x = (at.x - route.label.x).abs() >= (size.width + link.label.width) / 2.0 - 1.0;
                let y =
                    (at.y - route.label.y).abs() >= (size.height + link.label.height) / 2.0 - 1.0;
                assert!(x || y);
            }
        }
    }

    #[test]
    fn nothing_and_one_box_are_pictures_too() {
        assert_eq!(lay_out(&[], &[]).unwrap().size, Size::default());
        let one = [Size { width: 30.0, height: 20.0 }];
        assert_eq!(lay_out(&one, &[]).unwrap().boxes, [Point { x: 15.0, y: 10.0 }]);
    }

    #[test]
    fn too_much_for_one_picture_is_an_error() {
        let (boxes, links) = graph(200_000, 1, 1);
        let error = lay_out(&boxes, &links).unwrap_err();
        assert!(error.to_string().contains("-nodecount"), "{error}");
    }
}
