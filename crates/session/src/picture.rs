//! The call graph as a picture: drawn by Graphviz where it is installed, else by ourselves.

use std::io::{self, Write};
use std::path::Path;

use heapwise_picture::{Scene, Use, zooming};
use heapwise_report::{Drawing, Input, Legend};

use crate::command::RenderError;
use crate::host::{Host, reason};

/// The most that Graphviz may write, in bytes.
const MOST_OUTPUT: u64 = 1 << 30;

/// The format of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Gif,
    Pdf,
    Png,
    PostScript,
    /// As a viewer of pictures takes it.
    Svg,
    /// As a page of a browser, which zooms and pans.
    ZoomingSvg,
}

impl Format {
    /// The name that Graphviz has for it.
    fn graphviz(self) -> &'static str {
        match self {
            Self::Gif => "-Tgif",
            Self::Pdf => "-Tpdf",
            Self::Png => "-Tpng",
            Self::PostScript => "-Tps",
            Self::Svg | Self::ZoomingSvg => "-Tsvg",
        }
    }

    /// Writes a picture of ours.
    fn write(self, scene: &Scene, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Gif => scene.write_gif(out),
            Self::Pdf => scene.write_pdf(out),
            Self::Png => scene.write_png(out),
            Self::PostScript => scene.write_postscript(out),
            Self::Svg => scene.write_svg(Use::Embedded, out),
            Self::ZoomingSvg => scene.write_svg(Use::File, out),
        }
    }
}

/// Writes the call graph of `input` as a picture.
///
/// # Errors
/// When there is too much on it, or `out` fails.
pub(crate) fn write(
    input: &Input<'_>,
    format: Format,
    host: &dyn Host,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    draw(&Drawing::new(input), Legend::Shown, format, host, out)
}

/// The call graph `drawing` as SVG to be put into a page, without a legend.
///
/// # Errors
/// When there is too much on it.
pub fn graph_svg(drawing: &Drawing, host: &dyn Host) -> Result<Vec<u8>, RenderError> {
    let mut picture = Vec::new();
    draw(drawing, Legend::Elsewhere, Format::Svg, host, &mut picture)?;
    // What Graphviz writes before the element belongs to a file.
    let start = picture.windows(4).position(|part| part == b"<svg").unwrap_or(0);
    Ok(picture.split_off(start))
}

fn draw(
    drawing: &Drawing,
    legend: Legend,
    format: Format,
    host: &dyn Host,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    if let Some(picture) = by_graphviz(drawing, legend, format, host)? {
        return Ok(out.write_all(&picture)?);
    }
    let scene = Scene::of(drawing, legend)?;
    Ok(format.write(&scene, out)?)
}

/// The picture as Graphviz draws it; nothing if it is not installed, or fails, which is said.
fn by_graphviz(
    drawing: &Drawing,
    legend: Legend,
    format: Format,
    host: &dyn Host,
) -> io::Result<Option<Vec<u8>>> {
    let mut text = Vec::new();
    drawing.write_dot(legend, &mut text)?;
    let ran = match host.output_of(Path::new("dot"), &[format.graphviz().into()], text, MOST_OUTPUT)
    {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        ran => ran,
    };
    let why = match ran {
        Ok(ran) if ran.success && format == Format::ZoomingSvg => {
            return Ok(Some(zooming(&ran.output)));
        }
        Ok(ran) if ran.success => return Ok(Some(ran.output)),
        Ok(ran) => String::from_utf8_lossy(&ran.errors).trim().to_owned(),
        Err(error) => reason(&error),
    };
    host.note(&format!("Graphviz's dot failed ({why}); the picture is drawn without it"));
    Ok(None)
}
