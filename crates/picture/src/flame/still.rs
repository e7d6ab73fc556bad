//! The boxes as a picture that nothing has to run for: from the root down, the whole width.

use std::io::{self, Write};
use std::sync::LazyLock;

use heapwise_report::{FlameCut, FlameOrder, FlameSums, FlameView, Shape};

use super::colors::{self, Fill, LIGHT};
use super::{FlameFile, shortened, shown};
use crate::svg::Escaped;

/// In pixels: the picture, what is left free around it, a box with the gap below it, a letter, the
/// narrowest box that is drawn, the narrowest with a name.
const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 10.0;
const ROW: f64 = 20.0;
const LETTER: f64 = 7.25;
const NARROWEST: f64 = 0.5;
const TEXT_FROM: f64 = 28.0;

/// The most boxes, and the most of them on one another, that are drawn.
const MOST: usize = 3000;
const DEEPEST: u32 = 150;

/// The most letters of a name that are told of a box, and of a line above them.
const LONGEST: usize = 500;
const LONGEST_LINE: usize = 150;

const FONT: &str = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/// What the picture looks like in the dark, where a style decides that.
pub(super) static DARK: LazyLock<String> = LazyLock::new(|| {
    format!(
        "@media (prefers-color-scheme: dark) {{\n  .ground {{ fill: #1b1a18; }}\n  .about {{ fill: #ece7dc; }}\n{}}}\n",
        colors::DARK.css()
    )
});

/// Where the picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the file, which the caller ends.
    OwnFile,
    /// It is part of a page, which has its style and says what it is about.
    Page,
}

/// A box with its place.
struct Placed {
    frame: Option<u32>,
    depth: u32,
    left: f64,
    width: f64,
    sums: FlameSums,
    own: FlameSums,
}

impl FlameFile<'_> {
    pub(super) fn write_still(&self, place: Place, out: &mut dyn Write) -> io::Result<()> {
        let cut = self.flame.cut(FlameView {
            shape: Shape::Callees,
            zoom: &[],
            finest: ((WIDTH - 2.0 * MARGIN) / NARROWEST) as u64,
            most: MOST,
            order: FlameOrder::Width,
        });
        let boxes = placed(&cut);
        let rows = boxes.iter().map(|b| b.depth + 1).max().unwrap_or(0);
        let deepest = cut.depths.iter().map(|depth| depth + 1).max().unwrap_or(0);
        let above = if place == Place::OwnFile { self.lines() } else { Vec::new() };
        let top = MARGIN + ROW * above.len() as f64;
        let height = top + ROW * f64::from(rows + u32::from(deepest > rows)) + MARGIN;
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"{FONT}\" font-size=\"12\">"
        )?;
        if place == Place::OwnFile {
            writeln!(out, "<title>{}</title>", Escaped(&self.title()))?;
            writeln!(out, "<style>\n{}</style>", *DARK)?;
            writeln!(
                out,
                "<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\" fill=\"#fdfcfa\"/>"
            )?;
        }
        for (line, at) in above.iter().zip(1_u8..) {
            let (y, weight) =
                (ROW * f64::from(at), if at == 1 { " font-weight=\"bold\"" } else { "" });
            write!(
                out,
                "<text class=\"about\" x=\"{MARGIN}\" y=\"{y}\" fill=\"#1f1d1a\"{weight}>"
            )?;
            writeln!(out, "{}</text>", Escaped(line))?;
        }
        for shape in &boxes {
            self.write_box(shape, top, out)?;
        }
        if deepest > rows {
            let y = top + ROW * f64::from(rows) + 14.0;
            write!(out, "<text class=\"about\" x=\"{MARGIN}\" y=\"{y}\" fill=\"#1f1d1a\">")?;
            writeln!(out, "\u{2026} {} more rows</text>", deepest - rows)?;
        }
        if place == Place::Page { writeln!(out, "</svg>") } else { Ok(()) }
    }

    /// What stands above the boxes.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![shortened(&self.title(), LONGEST_LINE), self.details(LONGEST_LINE)];
        if self.callees.depths.len() == 1 {
            lines.push("No stack counts anything here.".to_owned());
        }
        lines
    }

    fn write_box(&self, shape: &Placed, top: f64, out: &mut dyn Write) -> io::Result<()> {
        let flame = self.flame;
        let frame = shape.frame.map(|frame| &flame.frames[frame as usize]);
        let name = frame.map_or("root".to_owned(), |frame| shown(&frame.name));
        let file = frame.map(|frame| shown(&frame.file)).unwrap_or_default();
        let fill = match frame {
            _ if flame.is_difference => Fill::of_change(shape.sums, flame.has_base),
            Some(_) => Fill::of_frame(&name, &file),
            None => Fill::Named("box-root"),
        };
        let (left, y) = (MARGIN + shape.left, top + ROW * f64::from(shape.depth));
        let gap = if shape.width > 3.0 { 1.0 } else { 0.0 };
        writeln!(out, "<g><title>{}</title>", Escaped(&self.told(&name, &file, shape)))?;
        writeln!(
            out,
            "<rect class=\"{}\" x=\"{left:.2}\" y=\"{y}\" width=\"{:.2}\" height=\"{}\" fill=\"{}\"/>",
            fill.class(),
            shape.width - gap,
            ROW - 1.0,
            LIGHT.color(fill)
        )?;
        if shape.width >= TEXT_FROM {
            let room = ((shape.width - 8.0) / LETTER) as usize;
            let text = fitting(&self.mark(shape.sums), &name, room);
            let (x, y, color) = (left + 4.0, y + 13.5, LIGHT.color(Fill::Named("box-text")));
            write!(out, "<text class=\"box-text\" x=\"{x:.2}\" y=\"{y}\" fill=\"{color}\">")?;
            writeln!(out, "{}</text>", Escaped(&text))?;
        }
        writeln!(out, "</g>")
    }

    /// What a comparison says of a box before its name.
    fn mark(&self, sums: FlameSums) -> String {
        let flame = self.flame;
        match Fill::of_change(sums, flame.has_base) {
            _ if !flame.is_difference => String::new(),
            Fill::Named("appeared") => "new ".to_owned(),
            Fill::Named("gone") => "gone ".to_owned(),
            Fill::Named("box-root") => "= ".to_owned(),
            _ => format!("{} ", self.signed(sums)),
        }
    }

    /// What is between the two sides, with its sign.
    fn signed(&self, sums: FlameSums) -> String {
        let text = self.text(sums.net());
        if sums.net() > 0 { format!("+{text}") } else { text.replace('-', "\u{2212}") }
    }

    fn text(&self, value: i64) -> String {
        shown(&self.flame.values.text(value))
    }

    /// What is told of a box where one points at it.
    fn told(&self, name: &str, file: &str, shape: &Placed) -> String {
        let flame = self.flame;
        let share = |sums: FlameSums| {
            let share = heapwise_units::percentage(sums.net(), flame.total);
            format!("{} ({})", self.text(sums.net()), share.trim())
        };
        let sides = |sums: FlameSums| {
            let side = |value| self.text(i64::try_from(value).unwrap_or(i64::MAX));
            (side(sums.minus), side(sums.plus))
        };
        let (before, after) = sides(shape.sums);
        let numbers = match (flame.is_difference, flame.has_base) {
            (false, _) => {
                format!("{}, of it in the function itself {}", share(shape.sums), share(shape.own))
            }
            (true, true) => format!("{before} \u{2192} {after} ({})", self.signed(shape.sums)),
            (true, false) => {
                let all = self.signed(shape.sums);
                format!("{all} in all: grew by {after}, shrank by {before}")
            }
        };
        let lines = [shortened(name, LONGEST), numbers, shortened(file, LONGEST)];
        lines.join("\n").trim_end().to_owned()
    }
}

/// The boxes of a tree that are drawn, with their places. Parents come before their children.
fn placed(cut: &FlameCut) -> Vec<Placed> {
    let all = cut.sums.first().map_or(0, |sums| sums.width());
    let scale = (WIDTH - 2.0 * MARGIN) / (all.max(1) as f64);
    let mut boxes = Vec::new();
    // For each depth, where its next box begins.
    let mut next = vec![0.0_f64];
    for (row, &depth) in cut.depths.iter().enumerate() {
        let (sums, at) = (cut.sums[row], depth as usize);
        let (left, width) = (next[at], sums.width() as f64 * scale);
        next[at] += width;
        next.resize(next.len().max(at + 2), 0.0);
        next[at + 1] = left;
        if depth < DEEPEST && width >= NARROWEST {
            boxes.push(Placed {
                frame: cut.frames[row],
                depth,
                left,
                width,
                sums,
                own: cut.own[row],
            });
        }
    }
    boxes
}

/// The longest form of a name that fits after a mark, or what fits of the shortest.
fn fitting(mark: &str, name: &str, room: usize) -> String {
    let used = mark.chars().count();
    if used > room {
        return String::new();
    }
    let room = room - used;
    let fits = |form: &&str| form.chars().nth(room).is_none();
    let all = forms(name);
    let form = match all.iter().copied().find(fits) {
        Some(form) => form.to_owned(),
        None if room >= 3 => shortened(all[all.len() - 1], room),
        None => String::new(),
    };
    format!("{mark}{form}")
}

/// The forms of a name from long to short: suffixes behind the parts of its path.
fn forms(name: &str) -> Vec<&str> {
    let path = name.rfind('/').filter(|&slash| name[slash + 1..].contains('.'));
    let short = path.map_or(name, |slash| &name[slash + 1..]);
    let mut forms = vec![name, short];
    for (place, part) in short.match_indices(['.', ':']) {
        let rest = &short[place + part.len()..];
        let ends = part == "." || short[..place].ends_with(':');
        if ends && !rest.is_empty() {
            forms.push(rest);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_path_before_its_end() {
        let name = "example.com/shop/cart.(*Service).Handle";
        assert_eq!(fitting("", name, 60), name);
        assert_eq!(fitting("", name, 25), "cart.(*Service).Handle");
        assert_eq!(fitting("+1MB ", name, 25), "+1MB (*Service).Handle");
        assert_eq!(fitting("", name, 6), "Handle");
        assert_eq!(fitting("", name, 5), "Hand\u{2026}");
        assert_eq!(fitting("", name, 2), "");
        assert_eq!(fitting("", "walk::visit::names", 14), "visit::names");
        assert_eq!(fitting("gone ", name, 4), "");
    }
}
