//! Colours that tell the share of a node in the total.

use std::fmt;

/// A colour; written as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

/// How strong a colour is: of what is drawn, or of what it is drawn on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tone {
    saturation: f64,
    brightness: f64,
}

/// Of lines.
pub(crate) const FOREGROUND: Tone = Tone { saturation: 1.0, brightness: 0.7 };

/// Of the inside of boxes.
pub(crate) const BACKGROUND: Tone = Tone { saturation: 0.1, brightness: 0.93 };

impl Color {
    /// The colour of a share of the total, from -1 (green) over 0 (grey) to 1 (red). Small shares are
    /// spread out, and fade below a fifth.
    pub(crate) fn of(share: f64, tone: Tone) -> Self {
        let share = share.clamp(-1.0, 1.0);
        let faded = if share.abs() < 0.2 { share.abs() / 0.2 } else { 1.0 };
        let (saturation, bright) = (tone.saturation * faded, tone.brightness);
        let strength = saturation * share.abs().powf(0.3);
        let dimmed = bright * (1.0 - strength);
        let (red, green) = if share < 0.0 { (dimmed, bright) } else { (bright, dimmed) };
        let byte = |part: f64| (part * 255.0) as u8;
        Self { red: byte(red), green: byte(green), blue: byte(bright * (1.0 - saturation)) }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_shares() {
        let color = |share, tone| Color::of(share, tone).to_string();
        assert_eq!(color(1.0, FOREGROUND), "#b20000");
        assert_eq!(color(1.0, BACKGROUND), "#edd5d5");
        assert_eq!(color(1.0 / 9.0, FOREGROUND), "#b27f4f");
        assert_eq!(color(1.0 / 9.0, BACKGROUND), "#ede6df");
        assert_eq!(color(0.0, FOREGROUND), "#b2b2b2");
        assert_eq!(color(-2.0, FOREGROUND), "#00b200");
    }
}
