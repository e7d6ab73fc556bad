//! Colours of boxes where no script gives them: those of `assets/flame/colors.js`.

use std::fmt::Write as _;

use heapwise_report::{Color, FlameSums};

/// How many numbers 32 bits are.
const NUMBERS: f64 = 4_294_967_296.0;

/// How many hues packages share.
pub(super) const HUES: usize = 24;

/// The colours of one theme.
pub(super) struct Theme {
    saturation: f64,
    lightness: f64,
    /// Of the root and of what stayed the same, then of what grew, shrank, is new, is gone; of text.
    named: [(&'static str, Color); 6],
}

const fn color(number: u32) -> Color {
    let [_, red, green, blue] = number.to_be_bytes();
    Color { red, green, blue }
}

/// On a light ground.
pub(super) const LIGHT: Theme = Theme {
    saturation: 0.55,
    lightness: 0.79,
    named: [
        ("box-root", color(0xdcd8cf)),
        ("grew", color(0xf2a36b)),
        ("shrank", color(0x8fbce6)),
        ("appeared", color(0xea6a3d)),
        ("gone", color(0x5f97d0)),
        ("box-text", color(0x1b1a17)),
    ],
};

/// On a dark one.
pub(super) const DARK: Theme = Theme {
    saturation: 0.32,
    lightness: 0.33,
    named: [
        ("box-root", color(0x45423c)),
        ("grew", color(0x9c5423)),
        ("shrank", color(0x2f5f8c)),
        ("appeared", color(0xb8421a)),
        ("gone", color(0x1f4a78)),
        ("box-text", color(0xf3efe6)),
    ],
};

/// What colour a box has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// That of a package.
    Hue(usize),
    /// One with a name.
    Named(&'static str),
}

impl Fill {
    /// By package.
    pub fn of_frame(name: &str, file: &str) -> Self {
        Self::Hue((spread(package(name, file)) * HUES as f64) as usize)
    }

    /// By what happened between two profiles. Without `sides` only what is between them is known.
    pub fn of_change(sums: FlameSums, sides: bool) -> Self {
        Self::Named(match (sums.minus, sums.plus) {
            (0, 1..) if sides => "appeared",
            (1.., 0) if sides => "gone",
            (before, after) if after > before => "grew",
            (before, after) if after < before => "shrank",
            _ => "box-root",
        })
    }

    /// The name by which styles change it.
    pub fn class(self) -> String {
        match self {
            Self::Hue(hue) => format!("h{hue}"),
            Self::Named(name) => name.to_owned(),
        }
    }
}

impl Theme {
    /// The colour of a fill.
    pub fn color(&self, fill: Fill) -> Color {
        match fill {
            Fill::Hue(hue) => self.hue((hue * 360) as f64 / HUES as f64),
            Fill::Named(name) => {
                let found = self.named.iter().find(|(known, _)| *known == name);
                found.map_or(color(0), |(_, color)| *color)
            }
        }
    }

    /// From hue, saturation and lightness, as CSS Color 4 computes it.
    fn hue(&self, degrees: f64) -> Color {
        let reach = self.saturation * self.lightness.min(1.0 - self.lightness);
        let part = |step: f64| {
            let at = (step + degrees / 30.0) % 12.0;
            let value = self.lightness - reach * (at - 3.0).min(9.0 - at).clamp(-1.0, 1.0);
            (value * 255.0).round() as u8
        };
        Color { red: part(0.0), green: part(8.0), blue: part(4.0) }
    }

    /// The theme as a style of a picture.
    pub fn css(&self) -> String {
        let named = self.named.iter().map(|(name, _)| Fill::Named(name));
        let fills = (0..HUES).map(Fill::Hue).chain(named);
        fills.fold(String::new(), |mut css, fill| {
            // Writing to a string cannot fail.
            let _ = writeln!(css, "  .{} {{ fill: {}; }}", fill.class(), self.color(fill));
            css
        })
    }
}

/// What names of one package share: everything up to the last part.
fn package<'a>(name: &'a str, file: &'a str) -> &'a str {
    let path = name.rfind('/').map_or(0, |slash| slash + 1);
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let word = name[path..].find(|letter| !is_word(letter)).unwrap_or(name.len() - path);
    let rest = &name[path + word..];
    if word > 0 && (rest.starts_with('.') || rest.starts_with("::")) {
        return &name[..path + word];
    }
    file.rfind('/').map_or(file, |slash| &file[..slash])
}

/// A number from 0 to 1 that is the same for equal texts, and far from those of texts nearly equal: FNV-1a
/// over what JavaScript has for letters, mixed as MurmurHash3 ends.
fn spread(text: &str) -> f64 {
    let step = |hash: u32, unit: u16| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193);
    let hash = text.encode_utf16().fold(0x811c_9dc5, step);
    let hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    f64::from(hash ^ hash >> 16) / NUMBERS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flame::assets;

    #[test]
    fn colours_are_those_of_the_styles() {
        let css = assets::FLAME.text;
        let dark = css.find("prefers-color-scheme: dark").unwrap();
        for (theme, css) in [(LIGHT, &css[..dark]), (DARK, &css[dark..])] {
            for (name, color) in theme.named {
                assert!(css.contains(&format!("--{name}: {color};")), "{name} {color}");
            }
            for (name, share) in [("saturation", theme.saturation), ("lightness", theme.lightness)]
            {
                assert!(css.contains(&format!("--box-{name}: {:.0}%;", share * 100.0)), "{name}");
            }
        }
    }

    #[test]
    fn packages_and_hues_are_those_of_the_script() {
        for (name, file, wanted) in [
            ("example.com/shop/v2/cart.(*Service).Handle", "", "example.com/shop/v2/cart"),
            ("main.main", "", "main"),
            ("walk::visit::read_dir_names", "", "walk"),
            ("[libc.so.6]", "/lib/libc.so.6", "/lib"),
            ("malloc", "malloc.c", "malloc.c"),
            ("<T as a::B>::c", "/src/x.rs", "/src"),
        ] {
            assert_eq!(package(name, file), wanted, "{name}");
        }
        // As the script computes them.
        for (text, hue) in [("", 16), ("main", 20), ("module1", 0), ("é\u{1f980}", 9)] {
            assert_eq!(Fill::of_frame("", text), Fill::Hue(hue), "{text}");
        }
        assert_eq!(LIGHT.hue(0.0).to_string(), "#e7acac");
    }
}
