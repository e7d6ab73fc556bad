//! PDF: one page as large as the picture.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use heapwise_report::Color;
use pdf_writer::types::LineCapStyle;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::font::Font;
use crate::latin::encoded;
use crate::layout::Point;
use crate::scene::{Anchor, BLACK, Scene, Shape};

/// The longest side of a page, in points, that readers accept.
const LONGEST_SIDE: f64 = 14_400.0;
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const FONT: Ref = Ref::new(4);
const CONTENT: Ref = Ref::new(5);
const INFO: Ref = Ref::new(6);
const FONT_NAME: Name<'_> = Name(b"F1");

impl Scene {
    /// Writes the picture as PDF.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_pdf(&self, out: &mut dyn Write) -> io::Result<()> {
        let longest = self.size.width.max(self.size.height).max(1.0);
        let scale = (LONGEST_SIDE / longest).min(1.0);
        let side = |length: f64| (length * scale) as f32;
        let mut pdf = Pdf::new();
        pdf.catalog(CATALOG).pages(PAGES);
        pdf.pages(PAGES).kids([PAGE]).count(1);
        pdf.document_info(INFO).title(TextStr(&self.title));
        let mut page = pdf.page(PAGE);
        page.media_box(Rect::new(0.0, 0.0, side(self.size.width), side(self.size.height)));
        page.parent(PAGES).contents(CONTENT);
        page.resources().fonts().pair(FONT_NAME, FONT);
        page.finish();
        pdf.type1_font(FONT)
            .base_font(Name(b"Helvetica"))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
        let content = self.content(scale as f32);
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&content)?;
        let packed = packed.finish()?;
        pdf.stream(CONTENT, &packed).filter(Filter::FlateDecode);
        out.write_all(&pdf.finish())
    }

    fn content(&self, scale: f32) -> Vec<u8> {
        let mut content = Content::new();
        content.transform([scale, 0.0, 0.0, scale, 0.0, 0.0]);
        let mut page = Page { content, height: self.size.height, font: Font::new() };
        for shape in self.groups.iter().flat_map(|group| &group.shapes) {
            page.draw(shape);
        }
        page.content.finish().into_vec()
    }
}

struct Page {
    content: Content,
    /// The height of the picture: y goes upward in PDF.
    height: f64,
    font: Font,
}

impl Page {
    fn at(&self, point: Point) -> (f32, f32) {
        (point.x as f32, (self.height - point.y) as f32)
    }

    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Polygon { corners, border, inside } => self.polygon(corners, *border, *inside),
            Shape::Curve { points, color, width, dotted } => {
                self.curve(points, *color, *width, *dotted);
            }
            Shape::Text { at, anchor, size, text } => self.text(*at, *anchor, *size, text),
        }
    }

    fn polygon(&mut self, corners: &[Point], border: Color, inside: Color) {
        let (line, fill) = (parts(border), parts(inside));
        self.content.set_stroke_rgb(line[0], line[1], line[2]);
        self.content.set_fill_rgb(fill[0], fill[1], fill[2]);
        self.content.set_line_width(1.0).set_dash_pattern([], 0.0);
        for (place, &corner) in corners.iter().enumerate() {
            let (x, y) = self.at(corner);
            if place == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
        self.content.close_fill_nonzero_and_stroke();
    }

    fn curve(&mut self, points: &[Point], color: Color, width: f64, dotted: bool) {
        let Some((&start, rest)) = points.split_first() else { return };
        let line = parts(color);
        self.content.set_stroke_rgb(line[0], line[1], line[2]).set_line_width(width as f32);
        if dotted {
            self.content.set_line_cap(LineCapStyle::RoundCap).set_dash_pattern([1.0, 5.0], 0.0);
        } else {
            self.content.set_line_cap(LineCapStyle::ButtCap).set_dash_pattern([], 0.0);
        }
        let (x, y) = self.at(start);
        self.content.move_to(x, y);
        for &[a, b, end] in rest.as_chunks().0 {
            let [a, b, end] = [a, b, end].map(|point| self.at(point));
            self.content.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
        }
        self.content.stroke();
    }

    fn text(&mut self, at: Point, anchor: Anchor, size: f64, text: &str) {
        let start = match anchor {
            Anchor::Start => at.x,
            Anchor::Middle => at.x - self.font.width(text, size) / 2.0,
        };
        let (x, y) = self.at(Point { x: start, y: at.y });
        let fill = parts(BLACK);
        self.content.set_fill_rgb(fill[0], fill[1], fill[2]);
        self.content.begin_text().set_font(FONT_NAME, size as f32).next_line(x, y);
        self.content.show(Str(&encoded(text))).end_text();
    }
}

/// Red, green and blue, each 0 to 1.
fn parts(color: Color) -> [f32; 3] {
    [color.red, color.green, color.blue].map(|part| f32::from(part) / 255.0)
}
