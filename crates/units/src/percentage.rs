//! Shares of a whole.

use crate::decimal::{push_digits, rounded};

/// The share of `value` in `total`, at least six characters wide: ` 5.50%`, `33.33%`, `  100%`.
///
/// p = |value / total| * 100, and 0 when `total` is 0; the sign is lost. Within 0.05 of 100 it is
/// `  100%`, from 1 on two decimals, below 1 two significant digits, with an exponent below 1e-4.
pub fn percentage(value: i64, total: i64) -> String {
    let share = if total == 0 { 0.0 } else { (value as f64 / total as f64).abs() * 100.0 };
    if (99.95..=100.05).contains(&share) {
        return "  100%".to_owned();
    }
    if share == 0.0 {
        return "    0%".to_owned();
    }
    if let Some(text) = quick(share) {
        return text;
    }
    if share >= 1.0 { format!("{share:5.2}%") } else { format!("{:>5}%", two_digits(share)) }
}

/// The text of a share that is not 100 %, if it has no exponent.
fn quick(share: f64) -> Option<String> {
    // Two digits from the first one that is not 0; 0.0999 becomes 0.100, and that 0.1.
    let decimals = match share {
        1.0.. => 2,
        0.1.. => 2,
        0.01.. => 3,
        0.001.. => 4,
        0.0001.. => 5,
        _ => return None,
    };
    let mut text = Vec::with_capacity(16);
    push_digits(rounded(share, decimals)?, decimals as usize + 1, &mut text);
    text.insert(text.len() - decimals as usize, b'.');
    let mut text = String::from_utf8(text).ok()?;
    if share < 1.0 {
        text.truncate(without_trailing_zeros(&text).len());
    }
    text.insert_str(0, &"     "[text.len().min(5)..]);
    text.push('%');
    Some(text)
}

/// A number with two significant digits and no trailing zeros, as C's `%.2g`.
///
/// The exponent is that of the rounded number: 0.0000999 rounds to 1e-4 and is written 0.0001.
fn two_digits(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let rounded = format!("{number:.1e}");
    let (digits, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..2).contains(&exponent) {
        let decimals = usize::try_from(1 - exponent).unwrap_or(0);
        return without_trailing_zeros(&format!("{number:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", without_trailing_zeros(digits), exponent.abs())
}

fn without_trailing_zeros(number: &str) -> &str {
    if !number.contains('.') {
        return number;
    }
    number.trim_end_matches('0').trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages() {
        let cases = [
            (0, 100, "    0%"),
            (5, 1000, "  0.5%"),
            (1, 100_000, "0.001%"),
            (1, 10_000_000, "1e-05%"),
            (999, 100_000, "    1%"),
            (33_333, 100_000, "33.33%"),
            (1234, 100, "1234.00%"),
            (99_949, 100_000, "99.95%"),
            (99_950, 100_000, "  100%"),
            (100_050, 100_000, "  100%"),
            (100_051, 100_000, "100.05%"),
            (-1, 3, "33.33%"),
            (1, -3, "33.33%"),
            (1, 100, " 1.00%"),
            (94, 10_000, " 0.94%"),
            (7, 0, "    0%"),
            (i64::MIN, i64::MIN, "  100%"),
            (i64::MIN, 1, "922337203685477580800.00%"),
        ];
        for (value, total, expected) in cases {
            assert_eq!(percentage(value, total), expected, "{value} of {total}");
        }
    }

    #[test]
    fn the_quick_way_leads_to_the_same_text() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let share = (state >> 40) as f64 / 10_f64.powi((state >> 36 & 7) as i32 + 4);
            let slow = match share {
                1.0.. => format!("{share:5.2}%"),
                _ => format!("{:>5}%", two_digits(share)),
            };
            assert_eq!(quick(share).unwrap_or_else(|| slow.clone()), slow, "{share}");
        }
    }

    #[test]
    fn two_significant_digits() {
        let cases = [
            (0.0, "0"),
            (0.25, "0.25"),
            (0.125, "0.12"),
            (0.000_1, "0.0001"),
            (0.000_099_9, "0.0001"),
            (0.000_099, "9.9e-05"),
            (1.0e-100, "1e-100"),
            (-0.5, "-0.5"),
            (10.0, "10"),
            (99.6, "1e+02"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ];
        for (number, expected) in cases {
            assert_eq!(two_digits(number), expected, "{number}");
        }
    }
}
