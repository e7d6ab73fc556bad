//! Boxes on layers, and arrows as chains from layer to layer.

use super::simplex::{Balance, Span, positions};
use super::{Link, Size};

/// The most vertices of a picture: beyond, minutes would go by.
const MOST_VERTICES: usize = 60_000;
/// Half the gap that an arrow keeps from what is beside it, in points.
const ARROW_MARGIN: f64 = 4.0;

/// A box, or the place where an arrow crosses a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vertex {
    pub layer: usize,
    /// How far it reaches from its middle line, in points, to the left and to the right: the label of
    /// an arrow stands to the right of it.
    pub left: f64,
    pub right: f64,
    pub height: f64,
    /// Whether it is a box.
    pub is_box: bool,
}

impl Vertex {
    fn of_box(size: Size, layer: usize) -> Self {
        let half = size.width / 2.0;
        Self { layer, left: half, right: half, height: size.height, is_box: true }
    }

    fn crossing(layer: usize, label: Option<Size>) -> Self {
        let Size { width, height } = label.unwrap_or_default();
        Self { layer, left: ARROW_MARGIN, right: ARROW_MARGIN + width, height, is_box: false }
    }
}

/// A piece of an arrow, from one layer to the next below.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub above: usize,
    pub below: usize,
    pub weight: i64,
}

/// Boxes on layers, and arrows as chains.
#[derive(Debug)]
pub(super) struct Layers {
    /// The boxes, then the crossings.
    pub vertices: Vec<Vertex>,
    pub pieces: Vec<Piece>,
    /// For each vertex the pieces that reach it from above, and that leave it downward.
    pub from_above: Vec<Vec<usize>>,
    pub downward: Vec<Vec<usize>>,
    /// For each layer its vertices, from left to right.
    pub rows: Vec<Vec<usize>>,
    /// For each arrow its vertices from top to bottom; empty for one from a box to itself.
    pub chains: Vec<Vec<usize>>,
    /// For each arrow the vertex beside which its label stands.
    pub labels: Vec<Option<usize>>,
}

impl Layers {
    /// The layers of boxes and arrows; nothing if they are too many.
    pub fn of(boxes: &[Size], links: &[Link], turned: &[bool]) -> Option<Self> {
        if boxes.len() + links.len() > MOST_VERTICES {
            return None;
        }
        let ends = ends(links, turned);
        let ranks = ranks(boxes.len(), links, &ends);
        let vertices =
            boxes.iter().zip(&ranks).map(|(&size, &rank)| Vertex::of_box(size, rank)).collect();
        let mut layers = Self {
            vertices,
            pieces: Vec::new(),
            from_above: Vec::new(),
            downward: Vec::new(),
            rows: Vec::new(),
            chains: Vec::with_capacity(links.len()),
            labels: Vec::with_capacity(links.len()),
        };
        for (link, &(top, bottom)) in links.iter().zip(&ends) {
            layers.add_chain(link, top, bottom);
            if layers.vertices.len() > MOST_VERTICES {
                return None;
            }
        }
        layers.index();
        Some(layers)
    }

    fn add_chain(&mut self, link: &Link, top: usize, bottom: usize) {
        if top == bottom {
            self.chains.push(Vec::new());
            self.labels.push(None);
            return;
        }
        let (first, last) = (self.vertices[top].layer, self.vertices[bottom].layer);
        let middle = first.midpoint(last);
        let mut chain = vec![top];
        for layer in first + 1..last {
            let label = (layer == middle).then_some(link.label);
            chain.push(self.vertices.len());
            self.vertices.push(Vertex::crossing(layer, label));
        }
        chain.push(bottom);
        for pair in chain.windows(2) {
            self.pieces.push(Piece { above: pair[0], below: pair[1], weight: link.weight });
        }
        self.labels.push(chain.get(middle - first).copied());
        self.chains.push(chain);
    }

    fn index(&mut self) {
        let count = self.vertices.len();
        self.from_above = vec![Vec::new(); count];
        self.downward = vec![Vec::new(); count];
        for (index, piece) in self.pieces.iter().enumerate() {
            self.downward[piece.above].push(index);
            self.from_above[piece.below].push(index);
        }
        let rows = self.vertices.iter().map(|vertex| vertex.layer + 1).max().unwrap_or(0);
        self.rows = vec![Vec::new(); rows];
        for (index, vertex) in self.vertices.iter().enumerate() {
            self.rows[vertex.layer].push(index);
        }
    }

    /// The vertices above a vertex, one a piece.
    pub fn above(&self, vertex: usize) -> impl Iterator<Item = usize> {
        self.from_above[vertex].iter().map(|&piece| self.pieces[piece].above)
    }

    /// The vertices below a vertex, one a piece.
    pub fn below(&self, vertex: usize) -> impl Iterator<Item = usize> {
        self.downward[vertex].iter().map(|&piece| self.pieces[piece].below)
    }
}

/// For each arrow its upper and its lower end.
fn ends(links: &[Link], turned: &[bool]) -> Vec<(usize, usize)> {
    let pair = |(link, &turned): (&Link, &bool)| {
        if turned { (link.head, link.tail) } else { (link.tail, link.head) }
    };
    links.iter().zip(turned).map(pair).collect()
}

/// The layer of each box. Arrows span two layers where they ask for one: between the boxes is a layer
/// for labels.
fn ranks(count: usize, links: &[Link], ends: &[(usize, usize)]) -> Vec<usize> {
    let spans: Vec<Span> = links
        .iter()
        .zip(ends)
        .filter(|(_, (top, bottom))| top != bottom)
        .map(|(link, &(tail, head))| Span {
            tail,
            head,
            length: 2 * link.layers.max(1),
            weight: link.weight,
        })
        .collect();
    let places = positions(count, &spans, Balance::None);
    places.into_iter().map(|place| usize::try_from(place).unwrap_or(0)).collect()
}
