//! A drawing to shapes: sizes from text, places from the layout.

use heapwise_report::{Arrow, Color, Drawing, Legend, NodeBox, TagBox};

use crate::font::Font;
use crate::layout::{Layout, Link, Point, Size, TooLarge, lay_out};
use crate::scene::{Anchor, BLACK, Group, Kind, PALE, Scene, Shape};

/// The margin around the picture, in points.
const MARGIN: f64 = 12.0;
/// The room between the border of a box and its text.
const PADDING: Size = Size { width: 7.0, height: 5.0 };
/// The height of a line of text, in sizes of the text; and of the part above its base line.
const LINE_HEIGHT: f64 = 1.2;
const ASCENT: f64 = 0.93;
/// The sizes of text, in points.
const LABEL_SIZE: f64 = 11.0;
const TAG_SIZE: f64 = 8.0;
const LEGEND_SIZE: f64 = 11.0;
/// The depth of the boxes of tags.
const DEPTH: f64 = 4.0;
/// The length of arrow heads, and half their width, for the thinnest arrow.
const HEAD: Size = Size { width: 3.0, height: 8.0 };
/// How much it matters that an arrow to a tag is short.
const TAG_WEIGHT: i64 = 100;
/// The longest line in a box, in characters: the whole name is in the tip.
const LONGEST_LINE: usize = 64;

impl Scene {
    /// The picture of a drawing.
    ///
    /// # Errors
    /// If there is too much on it for a layout.
    pub fn of(drawing: &Drawing, legend: Legend) -> Result<Self, TooLarge> {
        let artist = Artist::new(drawing);
        let layout = lay_out(&artist.sizes(), &artist.links())?;
        Ok(artist.scene(&layout, legend))
    }
}

/// A box to draw: of a node or of a tag.
struct Panel<'a> {
    id: String,
    tip: String,
    lines: Vec<String>,
    text_size: f64,
    border: Color,
    inside: Color,
    kind: PanelKind<'a>,
}

enum PanelKind<'a> {
    Node,
    /// With the number of the panel it hangs on.
    Tag(usize, &'a TagBox),
}

struct Artist<'a> {
    drawing: &'a Drawing,
    font: Font,
    panels: Vec<Panel<'a>>,
    /// For each node its panel.
    nodes: Vec<usize>,
}

impl<'a> Artist<'a> {
    fn new(drawing: &'a Drawing) -> Self {
        let mut artist = Self { drawing, font: Font::new(), panels: Vec::new(), nodes: Vec::new() };
        for (place, node) in drawing.boxes.iter().enumerate() {
            let number = artist.panels.len();
            artist.nodes.push(number);
            artist.panels.push(node_panel(place + 1, node));
            for tag in &node.tags {
                let parent = tag.parent.map_or(number, |parent| number + 1 + parent);
                artist.panels.push(tag_panel(parent, tag));
            }
        }
        artist
    }

    fn sizes(&self) -> Vec<Size> {
        self.panels.iter().map(|panel| self.panel_size(panel)).collect()
    }

    fn panel_size(&self, panel: &Panel<'_>) -> Size {
        let text = self.text_size(&panel.lines, panel.text_size);
        let depth = if matches!(panel.kind, PanelKind::Tag(..)) { DEPTH } else { 0.0 };
        Size {
            width: (text.width + 2.0 * PADDING.width).max(36.0) + depth,
            height: text.height + 2.0 * PADDING.height + depth,
        }
    }

    fn text_size(&self, lines: &[String], size: f64) -> Size {
        let widths = lines.iter().map(|line| self.font.width(line, size));
        Size { width: widths.fold(0.0, f64::max), height: lines.len() as f64 * size * LINE_HEIGHT }
    }

    /// The arrows between panels: those of tags, then those of calls.
    fn links(&self) -> Vec<Link> {
        let tags = self.tags().map(|(number, parent, tag)| Link {
            tail: parent,
            head: number,
            weight: TAG_WEIGHT,
            layers: 1,
            label: self.label_size(&tag_label(tag)),
        });
        let calls = self.calls().map(|(arrow, target)| Link {
            tail: self.nodes[arrow.source],
            head: self.nodes[target],
            weight: arrow.weight,
            // Below a node with tags these come first.
            layers: if self.drawing.boxes[arrow.source].tags.is_empty() { 1 } else { 2 },
            label: self.label_size(&call_label(arrow)),
        });
        tags.chain(calls).collect()
    }

    /// The panels of tags, each with its number and that of the panel it hangs on.
    fn tags(&self) -> impl Iterator<Item = (usize, usize, &'a TagBox)> {
        let panels = self.panels.iter().enumerate();
        panels.filter_map(|(number, panel)| match panel.kind {
            PanelKind::Tag(parent, tag) => Some((number, parent, tag)),
            PanelKind::Node => None,
        })
    }

    /// The calls between boxes, each with the place of the callee.
    fn calls(&self) -> impl Iterator<Item = (&'a Arrow, usize)> {
        self.drawing.arrows.iter().filter_map(|arrow| Some((arrow, arrow.target?)))
    }

    fn label_size(&self, lines: &[String]) -> Size {
        let size = self.text_size(lines, LABEL_SIZE);
        Size { width: size.width + 4.0, ..size }
    }

    fn scene(&self, layout: &Layout, legend: Legend) -> Scene {
        let mut scene = Scene { title: title(self.drawing), ..Scene::default() };
        let top = match legend {
            Legend::Shown => {
                let legend = self.add_legend(&mut scene);
                self.clear_of(layout, legend)
            }
            Legend::Elsewhere => MARGIN,
        };
        let origin = Point { x: MARGIN, y: top };
        self.add_arrows(layout, origin, &mut scene);
        for (panel, &middle) in self.panels.iter().zip(&layout.boxes) {
            let size = self.panel_size(panel);
            scene.groups.push(self.panel_group(panel, moved(middle, origin), size));
        }
        let needed = Size {
            width: layout.size.width + 2.0 * MARGIN,
            height: layout.size.height + top + MARGIN,
        };
        let size = scene.size;
        scene.size =
            Size { width: size.width.max(needed.width), height: size.height.max(needed.height) };
        scene
    }

    /// How far down the graph has to begin so that what is below the legend is clear of it. What is beside it
    /// may be as high.
    fn clear_of(&self, layout: &Layout, legend: Size) -> f64 {
        let boxes = self.panels.iter().zip(&layout.boxes).map(|(panel, at)| {
            let size = self.panel_size(panel);
            (at.x - size.width / 2.0, at.y - size.height / 2.0)
        });
        let labels = self.links().into_iter().zip(&layout.routes).map(|(link, route)| {
            let (at, size) = (route.label, link.label);
            (at.x - size.width / 2.0, at.y - size.height / 2.0)
        });
        let curves = layout.routes.iter().flat_map(|route| &route.curve).map(|at| (at.x, at.y));
        let below =
            boxes.chain(labels).chain(curves).filter(|(left, _)| *left < legend.width + MARGIN);
        below.map(|(_, top)| legend.height + 2.0 * MARGIN - top).fold(MARGIN, f64::max)
    }

    /// Draws the legend, and returns its size.
    fn add_legend(&self, scene: &mut Scene) -> Size {
        let lines: Vec<String> = self.drawing.legend.iter().map(|line| shown(line)).collect();
        let text = self.text_size(&lines, LEGEND_SIZE);
        let size = Size {
            width: text.width + 2.0 * PADDING.width,
            height: text.height + 2.0 * PADDING.height,
        };
        let middle = Point { x: MARGIN + size.width / 2.0, y: MARGIN + size.height / 2.0 };
        let corners = rectangle(middle, size).to_vec();
        let mut shapes = vec![Shape::Polygon { corners, border: BLACK, inside: PALE }];
        for (row, text) in lines.into_iter().enumerate() {
            let line = row as f64 * LINE_HEIGHT + ASCENT;
            let at = Point {
                x: MARGIN + PADDING.width,
                y: MARGIN + PADDING.height + line * LEGEND_SIZE,
            };
            shapes.push(Shape::Text { at, anchor: Anchor::Start, size: LEGEND_SIZE, text });
        }
        let group =
            Group { id: "legend".to_owned(), kind: Kind::Legend, tip: String::new(), shapes };
        scene.groups.push(group);
        scene.size = Size { width: size.width + 2.0 * MARGIN, height: size.height + 2.0 * MARGIN };
        size
    }

    fn add_arrows(&self, layout: &Layout, origin: Point, scene: &mut Scene) {
        let tags = self.tags().map(|(_, _, tag)| Stroke {
            id: format!("to_{}", tag.id),
            tip: shown(&tag.weight),
            lines: tag_label(tag),
            color: BLACK,
            width: 1.0,
            dotted: tag.dotted,
        });
        let calls = self.calls().enumerate().map(|(place, (arrow, _))| Stroke {
            id: format!("edge{}", place + 1),
            tip: shown(&self.drawing.tip(arrow, <[u8]>::to_vec)),
            lines: call_label(arrow),
            color: arrow.color.unwrap_or(BLACK),
            width: arrow.width as f64,
            dotted: arrow.residual,
        });
        for (stroke, route) in tags.chain(calls).zip(&layout.routes) {
            let curve = route.curve.iter().map(|&point| moved(point, origin)).collect();
            scene.groups.push(stroke.group(curve, moved(route.label, origin)));
        }
    }

    fn panel_group(&self, panel: &Panel<'_>, middle: Point, size: Size) -> Group {
        let (border, inside) = (panel.border, panel.inside);
        let polygon = |corners| Shape::Polygon { corners, border, inside };
        let (mut shapes, front, kind) = match panel.kind {
            PanelKind::Node => {
                (vec![polygon(rectangle(middle, size).to_vec())], middle, Kind::Node)
            }
            PanelKind::Tag(..) => {
                let (sides, front) = solid(middle, size);
                (sides.into_iter().map(polygon).collect(), front, Kind::Tag)
            }
        };
        let text = self.text_size(&panel.lines, panel.text_size);
        for (row, line) in panel.lines.iter().enumerate() {
            let down = (row as f64 * LINE_HEIGHT + ASCENT) * panel.text_size;
            let at = Point { x: front.x, y: front.y - text.height / 2.0 + down };
            let text = line.clone();
            shapes.push(Shape::Text { at, anchor: Anchor::Middle, size: panel.text_size, text });
        }
        Group { id: panel.id.clone(), kind, tip: panel.tip.clone(), shapes }
    }
}

/// An arrow to draw.
struct Stroke {
    id: String,
    tip: String,
    lines: Vec<String>,
    color: Color,
    width: f64,
    dotted: bool,
}

impl Stroke {
    fn group(self, mut curve: Vec<Point>, label: Point) -> Group {
        let head = arrow_head(&mut curve, self.width);
        let (color, width) = (self.color, self.width);
        let mut shapes = vec![Shape::Curve { points: curve, color, width, dotted: self.dotted }];
        shapes.extend(head.map(|corners| Shape::Polygon { corners, border: color, inside: color }));
        let height = self.lines.len() as f64 * LABEL_SIZE * LINE_HEIGHT;
        for (row, text) in self.lines.into_iter().enumerate() {
            let down = (row as f64 * LINE_HEIGHT + ASCENT) * LABEL_SIZE;
            let at = Point { x: label.x, y: label.y - height / 2.0 + down };
            shapes.push(Shape::Text { at, anchor: Anchor::Middle, size: LABEL_SIZE, text });
        }
        Group { id: self.id, kind: Kind::Edge, tip: self.tip, shapes }
    }
}

/// The head of an arrow, in the direction in which the curve ends; the curve ends where it starts.
fn arrow_head(curve: &mut [Point], width: f64) -> Option<Vec<Point>> {
    let [.., from, tip] = curve else { return None };
    let (x, y) = (tip.x - from.x, tip.y - from.y);
    let length = x.hypot(y);
    if length == 0.0 {
        return None;
    }
    let (x, y) = (x / length, y / length);
    let grown = 0.6 + 0.4 * width;
    let (long, half) = (HEAD.height * grown.sqrt(), HEAD.width * grown);
    let base = Point { x: tip.x - x * long, y: tip.y - y * long };
    let side = |sign: f64| Point { x: base.x - sign * y * half, y: base.y + sign * x * half };
    let corners = vec![*tip, side(1.0), side(-1.0)];
    *tip = base;
    Some(corners)
}

fn node_panel(number: usize, node: &NodeBox) -> Panel<'_> {
    Panel {
        id: format!("node{number}"),
        tip: shown(&[&node.name[..], b" (", &node.cum, b")"].concat()),
        lines: node_lines(node).map(|line| shown_in_box(line)).collect(),
        text_size: node.font_size as f64,
        border: node.border,
        inside: node.inside,
        kind: PanelKind::Node,
    }
}

fn node_lines(node: &NodeBox) -> impl Iterator<Item = &Vec<u8>> {
    node.title.iter().chain(&node.place).chain(&node.values)
}

fn tag_panel(parent: usize, tag: &TagBox) -> Panel<'_> {
    let text = shown(&tag.text);
    Panel {
        id: tag.id.clone(),
        tip: shown(&tag.weight),
        lines: text.split("\\n").map(cut).collect(),
        text_size: TAG_SIZE,
        border: BLACK,
        inside: PALE,
        kind: PanelKind::Tag(parent, tag),
    }
}

fn tag_label(tag: &TagBox) -> Vec<String> {
    vec![shown(&tag.weight)]
}

fn call_label(arrow: &Arrow) -> Vec<String> {
    let mut lines = vec![shown(&arrow.label)];
    if arrow.inline {
        lines.push("(inline)".to_owned());
    }
    lines
}

fn title(drawing: &Drawing) -> String {
    if drawing.title.is_empty() { "unnamed".to_owned() } else { shown(&drawing.title) }
}

fn moved(point: Point, by: Point) -> Point {
    Point { x: point.x + by.x, y: point.y + by.y }
}

fn rectangle(middle: Point, size: Size) -> [Point; 4] {
    let (x, y) = (size.width / 2.0, size.height / 2.0);
    [(-x, -y), (x, -y), (x, y), (-x, y)].map(|(x, y)| moved(middle, Point { x, y }))
}

/// The sides of a box that has depth, and the middle of its front.
fn solid(middle: Point, size: Size) -> ([Vec<Point>; 3], Point) {
    let front_size = Size { width: size.width - DEPTH, height: size.height - DEPTH };
    let front_middle = Point { x: middle.x - DEPTH / 2.0, y: middle.y + DEPTH / 2.0 };
    let front = rectangle(front_middle, front_size);
    let back = |corner: Point| Point { x: corner.x + DEPTH, y: corner.y - DEPTH };
    let [top_left, top_right, bottom_right, _] = front;
    let top = vec![top_left, top_right, back(top_right), back(top_left)];
    let side = vec![top_right, bottom_right, back(bottom_right), back(top_right)];
    ([front.to_vec(), top, side], front_middle)
}

/// Text as it can be shown: what is no character, or controls, becomes a replacement character.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let visible = |letter: char| if letter.is_control() { '\u{FFFD}' } else { letter };
    text.chars().map(visible).filter(|letter| !matches!(letter, '\u{FFFE}' | '\u{FFFF}')).collect()
}

fn shown_in_box(text: &[u8]) -> String {
    cut(&shown(text))
}

/// The text, its middle left out if it is long.
fn cut(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST_LINE {
        return text.to_owned();
    }
    let half = LONGEST_LINE / 2;
    let start = text.chars().take(half);
    start.chain(['…']).chain(text.chars().skip(count - half + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_lose_their_middle() {
        let name = format!("{}{}", "a".repeat(100_000), "z".repeat(40));
        let cut = cut(&name);
        assert_eq!(cut.chars().count(), LONGEST_LINE);
        assert!(cut.starts_with("aaa") && cut.ends_with("zzz") && cut.contains('…'));
        assert_eq!(shown(b"a\x00b\xff"), "a\u{FFFD}b\u{FFFD}");
    }

    #[test]
    fn arrows_point_where_their_curve_ends() {
        let point = |x, y| Point { x, y };
        let mut curve = vec![point(0.0, 0.0), point(0.0, 3.0), point(0.0, 6.0), point(0.0, 50.0)];
        let head = arrow_head(&mut curve, 1.0).unwrap();
        assert_eq!(head[0], point(0.0, 50.0));
        assert!(curve[3].y < 45.0 && head[1].y == curve[3].y);
        assert!(arrow_head(&mut [point(1.0, 1.0); 4], 1.0).is_none());
    }
}
