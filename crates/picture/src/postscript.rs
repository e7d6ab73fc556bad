//! PostScript: one page as large as the picture.

use std::io::{self, Write};

use heapwise_report::Color;

use crate::font::Font;
use crate::latin::encoded;
use crate::layout::Point;
use crate::scene::{Anchor, Scene, Shape};

/// What each file begins with: Helvetica with Latin letters, and short names.
const PROLOGUE: &str = "\
/Latin /Helvetica findfont dup length dict begin
{1 index /FID ne {def} {pop pop} ifelse} forall
/Encoding ISOLatin1Encoding def currentdict end definefont pop
/c {setrgbcolor} def /m {moveto} def /l {lineto} def /b {curveto} def
/t {exch /Latin findfont exch scalefont setfont show} def
";

impl Scene {
    /// Writes the picture as PostScript.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_postscript(&self, out: &mut dyn Write) -> io::Result<()> {
        let (width, height) = (self.size.width.ceil(), self.size.height.ceil());
        writeln!(out, "%!PS-Adobe-3.0\n%%BoundingBox: 0 0 {width} {height}")?;
        writeln!(out, "%%Pages: 1\n%%EndComments\n%%BeginProlog\n{PROLOGUE}%%EndProlog")?;
        writeln!(out, "%%Page: 1 1\n<< /PageSize [{width} {height}] >> setpagedevice")?;
        let mut page = Page { out, height: self.size.height, font: Font::new() };
        for shape in self.groups.iter().flat_map(|group| &group.shapes) {
            page.draw(shape)?;
        }
        writeln!(out, "showpage\n%%EOF")
    }
}

struct Page<'a> {
    out: &'a mut dyn Write,
    /// The height of the picture: y goes upward in PostScript.
    height: f64,
    font: Font,
}

impl Page<'_> {
    fn draw(&mut self, shape: &Shape) -> io::Result<()> {
        match shape {
            Shape::Polygon { corners, border, inside } => self.polygon(corners, *border, *inside),
            Shape::Curve { points, color, width, dotted } => {
                self.curve(points, *color, *width, *dotted)
            }
            Shape::Text { at, anchor, size, text } => self.text(*at, *anchor, *size, text),
        }
    }

    fn put(&mut self, point: Point) -> io::Result<()> {
        write!(self.out, "{:.1} {:.1} ", point.x, self.height - point.y)
    }

    fn color(&mut self, color: Color) -> io::Result<()> {
        let part = |part: u8| f64::from(part) / 255.0;
        let (red, green, blue) = (part(color.red), part(color.green), part(color.blue));
        write!(self.out, "{red:.3} {green:.3} {blue:.3} c ")
    }

    fn polygon(&mut self, corners: &[Point], border: Color, inside: Color) -> io::Result<()> {
        write!(self.out, "1 setlinewidth [] 0 setdash newpath ")?;
        for (place, &corner) in corners.iter().enumerate() {
            self.put(corner)?;
            self.out.write_all(if place == 0 { b"m " } else { b"l " })?;
        }
        write!(self.out, "closepath gsave ")?;
        self.color(inside)?;
        write!(self.out, "fill grestore ")?;
        self.color(border)?;
        writeln!(self.out, "stroke")
    }

    fn curve(
        &mut self,
        points: &[Point],
        color: Color,
        width: f64,
        dotted: bool,
    ) -> io::Result<()> {
        let Some((&start, rest)) = points.split_first() else { return Ok(()) };
        self.color(color)?;
        let dash = if dotted { "1 setlinecap [1 5]" } else { "0 setlinecap []" };
        write!(self.out, "{width} setlinewidth {dash} 0 setdash newpath ")?;
        self.put(start)?;
        write!(self.out, "m ")?;
        for &[a, b, end] in rest.as_chunks().0 {
            for point in [a, b, end] {
                self.put(point)?;
            }
            write!(self.out, "b ")?;
        }
        writeln!(self.out, "stroke")
    }

    fn text(&mut self, at: Point, anchor: Anchor, size: f64, text: &str) -> io::Result<()> {
        let start = match anchor {
            Anchor::Start => at.x,
            Anchor::Middle => at.x - self.font.width(text, size) / 2.0,
        };
        write!(self.out, "0 0 0 c ")?;
        self.put(Point { x: start, y: at.y })?;
        write!(self.out, "m <")?;
        // The one sign that ISO Latin 1 lacks and names hold.
        for byte in encoded(&text.replace('…', "...")) {
            write!(self.out, "{byte:02x}")?;
        }
        writeln!(self.out, "> {size} t")
    }
}
