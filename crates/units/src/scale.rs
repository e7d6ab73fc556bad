//! From a value in one unit to a number in another.

use std::io::Write;

use crate::decimal::{push_digits, rounded};
use crate::family::{Family, TIME, Unit};
use crate::{AUTO, MINIMUM};

/// A value after [`scale`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaled<'a> {
    /// How many of `unit`.
    pub number: f64,
    /// The symbol of the unit; empty for plain counts.
    pub unit: &'a [u8],
}

/// Expresses `value`, measured in `from`, in the unit `to`.
///
/// `to` names a unit, or is [`AUTO`] or [`MINIMUM`]: then it is the largest unit in which the number
/// is at least 1. A value that no unit suits, and a value whose family has no unit `to`, come in the
/// default unit of the family (`B`, `s`, `GCU`).
///
/// A value of unknown unit stays as it is; its unit becomes `to` itself, or nothing when `to` names
/// no unit (`count`, `sample`, `unit` and the two above).
///
/// 1536 bytes in `auto` are 1.5 `kB`; 5 bytes in `seconds` are 5 `B`; 5 counts in `bar` are 5 `bar`.
/// The sign is kept aside, except that of `i64::MIN`, which suits no unit.
pub fn scale<'a>(value: i64, from: &[u8], to: &'a [u8]) -> Scaled<'a> {
    if value < 0 && value != i64::MIN {
        let Scaled { number, unit } = scale(-value, from, to);
        return Scaled { number: -number, unit };
    }
    let Some((family, unit)) = Family::of(from) else {
        return Scaled { number: value as f64, unit: foreign(to) };
    };
    let base = value as f64 * unit.factor;
    let unit = choose(family, base, to);
    Scaled { number: base / unit.factor, unit: unit.symbol.as_bytes() }
}

/// The text of `value`, measured in `from`, in the unit `to` (see [`scale`]): at most two decimals,
/// no `.00`, and `0` without unit for what rounds to nothing.
pub fn label(value: i64, from: &[u8], to: &[u8]) -> Vec<u8> {
    let Scaled { number, unit } = scale(value, from, to);
    let mut text = Vec::with_capacity(24 + unit.len());
    write_number(number, &mut text);
    if text == b"0" || text == b"-0" {
        return b"0".to_vec();
    }
    text.extend_from_slice(unit);
    text
}

/// Appends a number with two decimals, unless both are 0.
fn write_number(number: f64, text: &mut Vec<u8>) {
    let Some(hundredths) = rounded(number.abs(), 2) else {
        // Writing to a vector never fails.
        let _ = write!(text, "{number:.0}");
        return;
    };
    if number.is_sign_negative() {
        text.push(b'-');
    }
    push_digits(hundredths / 100, 1, text);
    if hundredths % 100 != 0 {
        text.push(b'.');
        push_digits(hundredths % 100, 2, text);
    }
}

/// The units that values of unit `from` may be written in when each chooses its own, smallest first:
/// their symbols, and how many of `from` each is. A unit that no family knows stands alone.
pub fn ladder(from: &[u8]) -> Vec<(Vec<u8>, f64)> {
    match Family::of(from) {
        Some((family, unit)) => {
            let step = |to: &Unit| (to.symbol.as_bytes().to_vec(), to.factor / unit.factor);
            family.units.iter().map(step).collect()
        }
        None => vec![(foreign(from).to_vec(), 1.0)],
    }
}

/// How many of `to` one `from` is; nothing if they measure different things.
///
/// Equal names convert even when no family knows them. The finer of two units is the one from
/// which this is at most 1: from `us` to `ms` it is 0.001.
pub fn conversion(from: &[u8], to: &[u8]) -> Option<f64> {
    if from == to {
        return Some(1.0);
    }
    let (family, source) = Family::of(from)?;
    Some(source.factor / family.find(to)?.factor)
}

/// Whether `unit` measures time.
pub fn is_time(unit: &[u8]) -> bool {
    TIME.find(unit).is_some()
}

fn choose(family: &Family, base: f64, to: &[u8]) -> &'static Unit {
    if to == AUTO || to == MINIMUM {
        let suits = |unit: &&'static Unit| base / unit.factor >= 1.0;
        return family.units.iter().rfind(suits).unwrap_or(family.default);
    }
    family.find(to).unwrap_or(family.default)
}

fn foreign(to: &[u8]) -> &[u8] {
    match to {
        b"count" | b"sample" | b"unit" | b"minimum" | b"auto" => b"",
        _ => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_has_every_unit_of_the_family() {
        let shown: Vec<_> = ladder(b"kilobytes")
            .into_iter()
            .map(|(symbol, factor)| (String::from_utf8(symbol).unwrap(), factor))
            .collect();
        assert_eq!(shown[0], ("B".to_owned(), 1.0 / 1024.0));
        assert_eq!(shown[2], ("MB".to_owned(), 1024.0));
        assert_eq!(ladder(b"count"), [(Vec::new(), 1.0)]);
        assert_eq!(ladder(b"widgets"), [(b"widgets".to_vec(), 1.0)]);
    }

    fn text(value: i64, from: &str, to: &str) -> String {
        String::from_utf8(label(value, from.as_bytes(), to.as_bytes())).unwrap()
    }

    #[test]
    fn labels() {
        let cases = [
            (1023, "bytes", "auto", "1023B"),
            (1024, "bytes", "auto", "1kB"),
            (-1536, "bytes", "auto", "-1.50kB"),
            (1 << 60, "bytes", "auto", "1024PB"),
            (5, "ns", "seconds", "0"),
            (-5, "ns", "seconds", "0"),
            (5, "count", "bytes", "5bytes"),
            (5_242_880, "bytes", "gb", "0"),
            (1500, "ns", "auto", "1.50us"),
            (90, "s", "auto", "90s"),
            (3600, "s", "auto", "1hrs"),
            (1005, "ms", "s", "1s"),
            (5, "bytes", "foo", "5B"),
            (500, "minutes", "auto", "500"),
            (1, "MiB", "auto", "1"),
            (5, "count", "count", "5"),
            (5, "count", "COUNT", "5COUNT"),
            (5, "", "sample", "5"),
            (5, "", "minimum", "5"),
            (5_242_880, "bytes", "AUTO", "5242880B"),
            (5_242_880, "milligcu", "gcu", "5242.88GCU"),
            (-5000, "gcu", "k*GCU", "-5000GCU"),
            (0, "ns", "auto", "0"),
        ];
        for (value, from, to, expected) in cases {
            assert_eq!(text(value, from, to), expected, "{value} {from} in {to}");
        }
    }

    #[test]
    fn the_smallest_value_suits_no_unit() {
        assert_eq!(text(i64::MIN, "bytes", "auto"), "-9223372036854775808B");
        assert_eq!(text(i64::MIN, "ns", "minimum"), "-9223372036.85s");
        assert_eq!(text(i64::MIN, "ns", "ms"), "-9223372036854.78ms");
        assert_eq!(text(i64::MIN, "foo", "bar"), "-9223372036854775808bar");
        assert_eq!(text(i64::MAX, "bytes", "auto"), "8192PB");
        assert_eq!(text(i64::MAX, "pb", "ms"), "10384593717069655257060992658440192B");
    }

    #[test]
    fn units_need_not_be_text() {
        assert_eq!(label(7, b"\xff", b"auto"), b"7");
        assert_eq!(label(7, b"", b"\xfe\xff"), b"7\xfe\xff");
    }

    #[test]
    fn conversions_stay_in_a_family() {
        assert_eq!(conversion(b"milliseconds", b"ns"), Some(1e6));
        assert_eq!(conversion(b"us", b"ms"), Some(1e-3));
        assert_eq!(conversion(b"widgets", b"widgets"), Some(1.0));
        assert_eq!(conversion(b"widgets", b"gadgets"), None);
        assert_eq!(conversion(b"bytes", b"ns"), None);
        assert!(is_time(b"Nanoseconds") && !is_time(b"bytes") && !is_time(b"minutes"));
    }
}
