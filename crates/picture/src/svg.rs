//! SVG: a page that a browser zooms and pans.

use std::io::{self, Write};

use heapwise_report::Color;

use crate::font::FAMILIES;
use crate::layout::Point;
use crate::scene::{Anchor, Group, Kind, Scene, Shape};

/// What makes the picture zoom and pan.
const SCRIPT: &str = include_str!("svg/zoom.js");

/// Whether a picture brings its own zoom and pan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is a file of its own.
    File,
    /// It is part of a page, which zooms it.
    Embedded,
}

impl Scene {
    /// Writes the picture as SVG.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_svg(&self, usage: Use, out: &mut dyn Write) -> io::Result<()> {
        let (width, height) = (self.size.width.ceil(), self.size.height.ceil());
        if usage == Use::File {
            writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        }
        let size = match usage {
            Use::File => "width=\"100%\" height=\"100%\"".to_owned(),
            Use::Embedded => format!("width=\"{width}pt\" height=\"{height}pt\""),
        };
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" {size} viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FAMILIES}\">"
        )?;
        writeln!(out, "<title>{}</title>", Escaped(&self.title))?;
        if usage == Use::File {
            writeln!(out, "<script><![CDATA[\n{SCRIPT}]]></script>")?;
        }
        writeln!(out, "<g id=\"viewport\">")?;
        for group in &self.groups {
            write_group(group, out)?;
        }
        writeln!(out, "</g>\n</svg>")
    }
}

fn write_group(group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let class = match group.kind {
        Kind::Legend => "legend",
        Kind::Node => "node",
        Kind::Tag => "tag",
        Kind::Edge => "edge",
    };
    writeln!(out, "<g id=\"{}\" class=\"{class}\">", Escaped(&group.id))?;
    if !group.tip.is_empty() {
        writeln!(out, "<title>{}</title>", Escaped(&group.tip))?;
    }
    for shape in &group.shapes {
        write_shape(shape, out)?;
    }
    writeln!(out, "</g>")
}

fn write_shape(shape: &Shape, out: &mut dyn Write) -> io::Result<()> {
    match shape {
        Shape::Polygon { corners, border, inside } => {
            write!(out, "<polygon fill=\"{inside}\" stroke=\"{border}\" points=\"")?;
            write_points(corners, out)?;
            writeln!(out, "\"/>")
        }
        Shape::Curve { points, color, width, dotted } => {
            write_curve(points, *color, *width, *dotted, out)
        }
        Shape::Text { at, anchor, size, text } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
            };
            let Point { x, y } = at;
            writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\"{anchor}>{}</text>",
                Escaped(text)
            )
        }
    }
}

fn write_curve(
    points: &[Point],
    color: Color,
    width: f64,
    dotted: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some((start, rest)) = points.split_first() else { return Ok(()) };
    write!(out, "<path fill=\"none\" stroke=\"{color}\"")?;
    if width != 1.0 {
        write!(out, " stroke-width=\"{width}\"")?;
    }
    if dotted {
        write!(out, " stroke-dasharray=\"1,5\"")?;
    }
    write!(out, " d=\"M{:.1},{:.1}C", start.x, start.y)?;
    write_points(rest, out)?;
    writeln!(out, "\"/>")
}

fn write_points(points: &[Point], out: &mut dyn Write) -> io::Result<()> {
    for (place, Point { x, y }) in points.iter().enumerate() {
        let gap = if place == 0 { "" } else { " " };
        write!(out, "{gap}{x:.1},{y:.1}")?;
    }
    Ok(())
}

/// Text between tags or quotes.
pub(crate) struct Escaped<'a>(pub &'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// A picture that Graphviz made, as a page of its own that zooms and pans.
pub fn zooming(svg: &[u8]) -> Vec<u8> {
    // Graphviz leaves an ampersand as it is before a semicolon.
    let svg = String::from_utf8_lossy(svg).replace("&;", "&amp;;");
    let Some((before, (tag, rest))) =
        svg.split_once("<svg").and_then(|(before, rest)| Some((before, rest.split_once('>')?)))
    else {
        return svg.into_bytes();
    };
    let tag = with_attribute(&with_attribute(tag, "width", "100%"), "height", "100%");
    format!("{before}<svg{tag}>\n<script><![CDATA[\n{SCRIPT}]]></script>{rest}").into_bytes()
}

/// The attributes of a tag, one of them with another value.
fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    let Some((before, rest)) = tag.split_once(&format!("{name}=\"")) else {
        return tag.to_owned();
    };
    let Some((_, after)) = rest.split_once('"') else { return tag.to_owned() };
    format!("{before}{name}=\"{value}\"{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_svg_is_escaped() {
        assert_eq!(Escaped("<script>'\"&").to_string(), "&lt;script&gt;&#39;&quot;&amp;");
    }

    #[test]
    fn graphviz_pictures_get_the_script_and_the_whole_window() {
        let made =
            b"<?xml?>\n<svg width=\"62pt\" height=\"44pt\"\n viewBox=\"0 0 62 44\">\n<g/></svg>";
        let page = String::from_utf8(zooming(made)).unwrap();
        assert!(page.starts_with(
            "<?xml?>\n<svg width=\"100%\" height=\"100%\"\n viewBox=\"0 0 62 44\">\n<script>"
        ));
        assert!(page.ends_with("</script>\n<g/></svg>"));
        assert_eq!(zooming(b"no picture"), b"no picture");
    }
}
