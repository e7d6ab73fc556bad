//! Commands that draw the call graph.

use super::{AS_GIVEN, Argument, Command, Output, Viewers, Words};
use crate::picture::{self, Format};

/// A row of a picture in a format, and where it goes.
const fn picture(
    name: &'static str,
    help: &'static str,
    output: Output,
    render: super::Render,
) -> Command {
    Command {
        name,
        help,
        argument: Argument::None,
        words: Words::Frames,
        needs: AS_GIVEN,
        one_column: true,
        output,
        render,
    }
}

pub static EOG: Command = picture(
    "eog",
    "The call graph, shown by Eye of GNOME",
    Output::Viewed("svg", Viewers::Programs(&[&["eog"]])),
    |input, _, host, out| picture::write(input, Format::Svg, host, out),
);

pub static EVINCE: Command = picture(
    "evince",
    "The call graph, shown by Evince",
    Output::Viewed("pdf", Viewers::Programs(&[&["evince"]])),
    |input, _, host, out| picture::write(input, Format::Pdf, host, out),
);

pub static GIF: Command = picture(
    "gif",
    "The call graph as a picture in GIF",
    Output::File("gif"),
    |input, _, host, out| picture::write(input, Format::Gif, host, out),
);

pub static GV: Command = picture(
    "gv",
    "The call graph, shown by gv",
    Output::Viewed("ps", Viewers::Programs(&[&["gv", "--noantialias"]])),
    |input, _, host, out| picture::write(input, Format::PostScript, host, out),
);

pub static PDF: Command = picture(
    "pdf",
    "The call graph as a picture in PDF",
    Output::File("pdf"),
    |input, _, host, out| picture::write(input, Format::Pdf, host, out),
);

pub static PNG: Command = picture(
    "png",
    "The call graph as a picture in PNG",
    Output::File("png"),
    |input, _, host, out| picture::write(input, Format::Png, host, out),
);

pub static PS: Command = picture(
    "ps",
    "The call graph as a picture in PostScript",
    Output::File("ps"),
    |input, _, host, out| picture::write(input, Format::PostScript, host, out),
);

pub static SVG: Command = picture(
    "svg",
    "The call graph as a picture in SVG, which a browser zooms and pans",
    Output::File("svg"),
    |input, _, host, out| picture::write(input, Format::ZoomingSvg, host, out),
);

pub static WEB: Command = picture(
    "web",
    "The call graph, shown by the browser",
    Output::Viewed("svg", Viewers::Browsers),
    |input, _, host, out| picture::write(input, Format::ZoomingSvg, host, out),
);
