//! A flame graph as one file: a page, or a picture that becomes that page where scripts run.
//!
//! ```text
//! Flame -> the widest boxes -> JSON -> page            what scripts draw, zoom and search
//!                           -> still                   what is seen where none run
//! ```

pub mod assets;
mod colors;
mod page;
mod still;

use std::io::{self, Write};

use heapwise_report::{Flame, FlameCut, FlameOrder, FlameView, Shape};

/// The most boxes of each of the two trees in a file: enough to zoom far into, few enough to be drawn at
/// once and to be sent around.
const MOST: usize = 50_000;

/// The most letters of a title.
const LONGEST_TITLE: usize = 200;

/// A flame graph to be written to a file.
#[derive(Debug)]
pub struct FlameFile<'a> {
    flame: &'a Flame,
    callees: FlameCut,
    callers: FlameCut,
}

impl<'a> FlameFile<'a> {
    /// What a file shows of `flame`: from the root down, and from the leaves up.
    pub fn new(flame: &'a Flame) -> Self {
        let cut = |shape| {
            let order = FlameOrder::Width;
            flame.cut(FlameView { shape, zoom: &[], finest: u64::MAX, most: MOST, order })
        };
        Self { flame, callees: cut(Shape::Callees), callers: cut(Shape::Callers) }
    }

    /// Writes a page that needs nothing else.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_html(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"<!DOCTYPE html>\n")?;
        self.write_page(page::Place::OwnFile, out)
    }

    /// Writes a picture in SVG, which carries the page and becomes it where scripts run.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_svg(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        self.write_still(still::Place::OwnFile, out)?;
        out.write_all(b"<metadata>\n")?;
        self.write_page(page::Place::Picture, out)?;
        out.write_all(b"</metadata>\n</svg>\n")
    }

    /// What the profile is of: the program and the sample type.
    fn title(&self) -> String {
        let about = &self.flame.about;
        let file = if about.file.is_empty() { &b"unknown"[..] } else { &about.file };
        shortened(&shown(&[file, b" ", &about.sample_type].concat()), LONGEST_TITLE)
    }

    /// The rest of that, in a line of at most so many letters.
    fn details(&self, most: usize) -> String {
        let lines = self.flame.about.lines(&self.flame.values);
        let lines: Vec<_> = lines.iter().map(|line| shown(line)).collect();
        shortened(&lines.join(" \u{b7} "), most)
    }
}

/// The text, cut at its end if it has more letters.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect(),
    }
}

/// Text as pages and pictures can hold it: what is no character there becomes a replacement character.
fn shown(text: &[u8]) -> String {
    let harmless = |letter: char| match letter {
        '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}',
        letter if letter.is_control() => '\u{FFFD}',
        letter => letter,
    };
    String::from_utf8_lossy(text).chars().map(harmless).collect()
}
