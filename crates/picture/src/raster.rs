//! Pictures of dots: PNG and GIF.

use std::io::{self, Write};

use tiny_skia::{
    Color as Tint, FillRule, LineCap, Paint, PathBuilder, Pixmap, Stroke, StrokeDash, Transform,
};

use heapwise_report::Color;

use crate::font::{Font, OutlinePen};
use crate::layout::Point;
use crate::scene::{Anchor, BLACK, Scene, Shape};

/// Dots a point: 144 dots an inch, sharp on today's screens.
const DENSITY: f64 = 2.0;
/// The most dots of a picture: 256 MB while it is drawn. A larger picture is drawn smaller.
const MOST_DOTS: f64 = 64e6;
/// The most dots of a side: what GIF can say.
const LONGEST_SIDE: f64 = 65_535.0;

impl Scene {
    /// Writes the picture as PNG.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_png(&self, out: &mut dyn Write) -> io::Result<()> {
        let png = self.dots()?.encode_png().map_err(io::Error::other)?;
        out.write_all(&png)
    }

    /// Writes the picture as GIF.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_gif(&self, out: &mut dyn Write) -> io::Result<()> {
        let dots = self.dots()?;
        let side = |length: u32| u16::try_from(length).map_err(io::Error::other);
        let (width, height) = (side(dots.width())?, side(dots.height())?);
        let mut bytes = dots.take();
        // From 1, the best colours, to 30, the quickest.
        let frame = gif::Frame::from_rgba_speed(width, height, &mut bytes, 30);
        let mut encoder = gif::Encoder::new(out, width, height, &[]).map_err(io::Error::other)?;
        encoder.write_frame(&frame).map_err(io::Error::other)
    }

    fn dots(&self) -> io::Result<Pixmap> {
        let (width, height) = (self.size.width.max(1.0), self.size.height.max(1.0));
        let density = DENSITY
            .min((MOST_DOTS / (width * height)).sqrt())
            .min(LONGEST_SIDE / width.max(height));
        let side = |points: f64| ((points * density) as u32).max(1);
        let mut dots = Pixmap::new(side(width), side(height))
            .ok_or_else(|| io::Error::other("the picture is too large to be drawn"))?;
        dots.fill(Tint::WHITE);
        let mut brush = Brush { dots, font: Font::new(), density: density as f32 };
        for shape in self.groups.iter().flat_map(|group| &group.shapes) {
            brush.draw(shape);
        }
        Ok(brush.dots)
    }
}

struct Brush {
    dots: Pixmap,
    font: Font,
    density: f32,
}

impl Brush {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Polygon { corners, border, inside } => self.polygon(corners, *border, *inside),
            Shape::Curve { points, color, width, dotted } => {
                self.curve(points, *color, *width, *dotted);
            }
            Shape::Text { at, anchor, size, text } => self.text(*at, *anchor, *size, text),
        }
    }

    fn scale(&self) -> Transform {
        Transform::from_scale(self.density, self.density)
    }

    fn polygon(&mut self, corners: &[Point], border: Color, inside: Color) {
        let mut path = PathBuilder::new();
        for (place, corner) in corners.iter().enumerate() {
            let (x, y) = (corner.x as f32, corner.y as f32);
            if place == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path.close();
        let Some(path) = path.finish() else { return };
        let scale = self.scale();
        self.dots.fill_path(&path, &paint(inside), FillRule::Winding, scale, None);
        self.dots.stroke_path(&path, &paint(border), &Stroke::default(), scale, None);
    }

    fn curve(&mut self, points: &[Point], color: Color, width: f64, dotted: bool) {
        let Some((start, rest)) = points.split_first() else { return };
        let mut path = PathBuilder::new();
        path.move_to(start.x as f32, start.y as f32);
        for [a, b, end] in rest.as_chunks().0 {
            let [a, b, end] = [a, b, end].map(|point| (point.x as f32, point.y as f32));
            path.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
        }
        let Some(path) = path.finish() else { return };
        let dash = if dotted { StrokeDash::new(vec![1.0, 5.0], 0.0) } else { None };
        let line_cap = if dotted { LineCap::Round } else { LineCap::Butt };
        let stroke = Stroke { width: width as f32, dash, line_cap, ..Stroke::default() };
        self.dots.stroke_path(&path, &paint(color), &stroke, self.scale(), None);
    }

    fn text(&mut self, at: Point, anchor: Anchor, size: f64, text: &str) {
        let start = match anchor {
            Anchor::Start => at.x,
            Anchor::Middle => at.x - self.font.width(text, size) / 2.0,
        };
        let mut outline = Outline { path: PathBuilder::new(), at: (0.0, 0.0), scale: 0.0 };
        outline.scale = self.font.scale(size) as f32;
        let font = &self.font;
        font.letters(text, size, |glyph, right| {
            outline.at = ((start + right) as f32, at.y as f32);
            font.outline(glyph, &mut outline);
        });
        let Some(path) = outline.path.finish() else { return };
        let scale = self.scale();
        self.dots.fill_path(&path, &paint(BLACK), FillRule::Winding, scale, None);
    }
}

/// The outline of text, moved to its place, with y downward.
struct Outline {
    path: PathBuilder,
    at: (f32, f32),
    scale: f32,
}

impl Outline {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (self.at.0 + x * self.scale, self.at.1 - y * self.scale)
    }
}

impl OutlinePen for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.place(x1, y1), self.place(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by)) = (self.place(ax, ay), self.place(bx, by));
        let (x, y) = self.place(x, y);
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(color.red, color.green, color.blue, u8::MAX);
    paint
}
