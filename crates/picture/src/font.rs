//! The built-in font: how wide text is, and the outlines of its letters.

use ttf_parser::{Face, GlyphId};

pub use ttf_parser::OutlineBuilder;

/// The families of text in SVG: the built-in font's, then common ones that are about as wide.
pub(crate) const FAMILIES: &str = "DejaVu Sans Condensed, Arial, Helvetica, sans-serif";

/// The built-in font.
pub(crate) struct Font {
    face: Face<'static>,
    /// How many font units are as high as a line of text.
    units: f64,
}

impl Font {
    /// The built-in font, DejaVu Sans Condensed.
    pub fn new() -> Self {
        let face = Face::parse(dejavu::sans_condensed::regular(), 0)
            .expect("the built-in font is well-formed");
        let units = f64::from(face.units_per_em());
        Self { face, units }
    }

    /// The width of `text`, in points, at a size in points.
    pub fn width(&self, text: &str, size: f64) -> f64 {
        let units: f64 = text.chars().map(|letter| self.advance(self.glyph(letter))).sum();
        units * size / self.units
    }

    /// Calls `draw` with each letter's glyph, and how far it is from the start of the text, in points.
    pub fn letters(&self, text: &str, size: f64, mut draw: impl FnMut(GlyphId, f64)) {
        let mut at = 0.0;
        for letter in text.chars() {
            let glyph = self.glyph(letter);
            draw(glyph, at);
            at += self.advance(glyph) * size / self.units;
        }
    }

    /// Points a font unit, at a size in points.
    pub fn scale(&self, size: f64) -> f64 {
        size / self.units
    }

    /// Draws the outline of a glyph, in font units, upward.
    pub fn outline(&self, glyph: GlyphId, builder: &mut dyn OutlineBuilder) {
        // A space has none.
        let _ = self.face.outline_glyph(glyph, builder);
    }

    /// The glyph of a letter; the font's box for one that it lacks.
    fn glyph(&self, letter: char) -> GlyphId {
        self.face.glyph_index(letter).unwrap_or(GlyphId(0))
    }

    fn advance(&self, glyph: GlyphId) -> f64 {
        self.face.glyph_hor_advance(glyph).map_or(self.units / 2.0, f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_text_is_wider() {
        let font = Font::new();
        assert_eq!(font.width("", 12.0), 0.0);
        assert!(font.width("i", 12.0) < font.width("W", 12.0));
        let (one, two) = (font.width("main", 12.0), font.width("main", 24.0));
        assert!((two / one - 2.0).abs() < 1e-9);
        assert!(font.width("\u{10FFFF}", 12.0) > 0.0);
    }
}
