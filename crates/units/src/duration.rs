//! Durations as people and Go write them.

use std::fmt::Write;

const SECOND: u64 = 1_000_000_000;

/// A duration of `nanos` nanoseconds: `1m30s`, `1.5s`, `2h0m0.25s`, `150µs`, `0s`.
///
/// From one second on: hours if any, minutes if any or if there are hours, and seconds with the
/// decimals they need. Below: one number in `ms`, `µs` or `ns`.
pub fn duration(nanos: i64) -> String {
    let mut text = String::new();
    if nanos < 0 {
        text.push('-');
    }
    // Writing to a string never fails.
    let _ = match nanos.unsigned_abs() {
        0 => write!(text, "0s"),
        ns @ ..1_000 => write!(text, "{ns}ns"),
        ns @ ..1_000_000 => write!(text, "{}µs", decimal(ns, 1_000)),
        ns @ ..SECOND => write!(text, "{}ms", decimal(ns, 1_000_000)),
        ns => from_seconds(&mut text, ns),
    };
    text
}

fn from_seconds(text: &mut String, nanos: u64) -> std::fmt::Result {
    let (hours, minutes) = (nanos / (3600 * SECOND), nanos / (60 * SECOND) % 60);
    if hours > 0 {
        write!(text, "{hours}h")?;
    }
    if hours > 0 || minutes > 0 {
        write!(text, "{minutes}m")?;
    }
    write!(text, "{}s", decimal(nanos % (60 * SECOND), SECOND))
}

/// `number / scale` without trailing zeros; `scale` is a power of ten.
fn decimal(number: u64, scale: u64) -> String {
    let (whole, mut fraction) = (number / scale, number % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let mut width = scale.ilog10() as usize;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        width -= 1;
    }
    format!("{whole}.{fraction:0width$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [
            (0, "0s"),
            (1, "1ns"),
            (-1, "-1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (10_000_000_000, "10s"),
            (1_500_000_000, "1.5s"),
            (90_000_000_000, "1m30s"),
            (245_000_000_000, "4m5s"),
            (245_001_000_000, "4m5.001s"),
            (18_367_001_000_000, "5h6m7.001s"),
            (480_000_000_001, "8m0.000000001s"),
            (3_600_000_000_000, "1h0m0s"),
            (16_502_830_000_000, "4h35m2.83s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ];
        for (nanos, expected) in cases {
            assert_eq!(duration(nanos), expected, "{nanos}");
        }
    }
}
