//! The built-in font: how wide text is, and the outlines of its letters.

use skrifa::metrics::GlyphMetrics;
use skrifa::outline::DrawSettings;
use skrifa::prelude::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};

pub use skrifa::outline::OutlinePen;

/// The families of text in SVG: the built-in font's, then common ones that are about as wide.
pub(crate) const FAMILIES: &str = "DejaVu Sans Condensed, Arial, Helvetica, sans-serif";

/// The built-in font.
pub(crate) struct Font {
    font: FontRef<'static>,
    /// In font units.
    metrics: GlyphMetrics<'static>,
    /// How many font units are as high as a line of text.
    units: f64,
}

impl Font {
    /// The built-in font, DejaVu Sans Condensed.
    pub fn new() -> Self {
        let font = FontRef::new(dejavu::sans_condensed::regular())
            .expect("the built-in font is well-formed");
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let whole = font.metrics(Size::unscaled(), LocationRef::default());
        Self { font, metrics, units: f64::from(whole.units_per_em) }
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
    pub fn outline(&self, glyph: GlyphId, pen: &mut impl OutlinePen) {
        // A space has none.
        let Some(outline) = self.font.outline_glyphs().get(glyph) else { return };
        let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
        // The built-in font is well-formed.
        let _ = outline.draw(settings, pen);
    }

    /// The glyph of a letter; the font's box for one that it lacks.
    fn glyph(&self, letter: char) -> GlyphId {
        self.font.charmap().map(letter).unwrap_or(GlyphId::NOTDEF)
    }

    fn advance(&self, glyph: GlyphId) -> f64 {
        self.metrics.advance_width(glyph).map_or(self.units / 2.0, f64::from)
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
