//! Numbers and truth values as Go spells them: on the command line with Go's literal syntax, in the
//! shell with plain decimals.

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// It does not follow the syntax.
    Syntax,
    /// It does, but the value does not fit.
    Range,
}

/// A truth value of the command line: `1 0 t f T F true false TRUE FALSE True False`.
pub fn flag_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A truth value of the shell and of a URL: words in any case; nothing means true.
pub fn word_bool(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// A decimal integer with an optional sign.
///
/// # Errors
/// When the text is anything else, or does not fit 64 bits.
pub fn decimal(text: &str) -> Result<i64, NumberError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::Syntax);
    }
    text.parse().map_err(|_| NumberError::Range)
}

/// An integer literal of Go: decimal, `0x`, `0o`, `0b` or a leading `0` for octal, with `_` between
/// digits.
///
/// # Errors
/// When the text is no such literal, or does not fit 64 bits.
pub fn integer(text: &str) -> Result<i64, NumberError> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = magnitude(unsigned)?;
    let value = if negative { -magnitude } else { magnitude };
    i64::try_from(value).map_err(|_| NumberError::Range)
}

/// The same without a sign; nothing when the text is no such literal, or does not fit 64 bits.
pub fn unsigned(text: &str) -> Option<u64> {
    u64::try_from(magnitude(text).ok()?).ok()
}

fn magnitude(text: &str) -> Result<i128, NumberError> {
    let lower = text.to_ascii_lowercase();
    let (radix, digits) = split_radix(&lower);
    let digits = without_underscores(digits, radix != 10).ok_or(NumberError::Syntax)?;
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(NumberError::Syntax);
    }
    i128::from_str_radix(&digits, radix).map_err(|_| NumberError::Range)
}

fn split_radix(lower: &str) -> (u32, &str) {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return (radix, digits);
        }
    }
    match lower.strip_prefix('0') {
        Some(digits) if !digits.is_empty() => (8, digits),
        _ => (10, lower),
    }
}

/// The digits without their separators; nothing if a `_` does not stand between two digits. After a
/// base prefix one may also lead.
fn without_underscores(digits: &str, after_prefix: bool) -> Option<String> {
    let leads = digits.starts_with('_') && !after_prefix;
    if leads || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    Some(digits.replace('_', ""))
}

/// A floating-point literal of Go, decimal or hexadecimal, and the names of infinity and of not a
/// number.
///
/// # Errors
/// When the text is no such literal, or too large for a double.
pub fn number(text: &str) -> Result<f64, NumberError> {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if let Some(digits) = unsigned.strip_prefix("0x") {
        let magnitude = hexadecimal(digits).ok_or(NumberError::Syntax)?;
        return finite(if lower.starts_with('-') { -magnitude } else { magnitude });
    }
    let named = matches!(unsigned, "inf" | "infinity" | "nan");
    let plain = without_underscores(&lower, false).ok_or(NumberError::Syntax)?;
    let value: f64 = plain.parse().map_err(|_| NumberError::Syntax)?;
    if named { Ok(value) } else { finite(value) }
}

fn finite(value: f64) -> Result<f64, NumberError> {
    if value.is_infinite() { Err(NumberError::Range) } else { Ok(value) }
}

/// `digits[.digits]p[sign]exponent`, all but the exponent in base 16; the exponent is of 2.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let exponent = decimal(exponent).ok()?.clamp(-5000, 5000) as i32;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = without_underscores(&format!("{whole}{fraction}"), true)?;
    if digits.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for digit in digits.chars() {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let places = i32::try_from(fraction.replace('_', "").len()).ok()?;
    Some(value * 2f64.powi(exponent.saturating_sub(places.saturating_mul(4))))
}

/// A double as Go prints it: the shortest digits that read back, with an exponent of at least two
/// digits below 1e-4 and from 1e6.
pub fn format_number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        return with_go_exponent(&format!("{value:e}"));
    }
    value.to_string()
}

fn with_go_exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else { return text.to_owned() };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_follow_the_syntax_of_go() {
        for (text, value) in [
            ("0x3", 3),
            ("1_0", 10),
            ("017", 15),
            ("0o17", 15),
            ("0b11", 3),
            ("-1", -1),
            ("0_7", 7),
        ] {
            assert_eq!(integer(text), Ok(value), "{text}");
        }
        for text in ["", " 1", "08", "0x", "1__0", "_1", "1_", "--1", "+-1", "abc"] {
            assert_eq!(integer(text), Err(NumberError::Syntax), "{text}");
        }
        assert_eq!(integer("99999999999999999999"), Err(NumberError::Range));
        assert_eq!(integer("-9223372036854775808"), Ok(i64::MIN));
    }

    #[test]
    fn decimals_have_no_prefix() {
        assert_eq!(decimal("+3"), Ok(3));
        assert_eq!(decimal("0x3"), Err(NumberError::Syntax));
        assert_eq!(decimal("1_0"), Err(NumberError::Syntax));
        assert_eq!(decimal(""), Err(NumberError::Syntax));
        assert_eq!(decimal("99999999999999999999"), Err(NumberError::Range));
    }

    #[test]
    fn numbers_follow_the_syntax_of_go() {
        for (text, value) in [
            ("1.", 1.0),
            (".5", 0.5),
            ("+2", 2.0),
            ("1_0", 10.0),
            ("0x1_0p0", 16.0),
            ("0x.8p1", 1.0),
        ] {
            assert_eq!(number(text), Ok(value), "{text}");
        }
        for text in ["", " 1", "1e", "0x10", "0x1p", "1__0", "_1", "abc", "0x.p1"] {
            assert_eq!(number(text), Err(NumberError::Syntax), "{text}");
        }
        assert_eq!(number("1e999"), Err(NumberError::Range));
        assert_eq!(number("0x1p9999"), Err(NumberError::Range));
        assert_eq!(number("inf"), Ok(f64::INFINITY));
    }

    #[test]
    fn numbers_print_as_go_prints_them() {
        for (value, text) in [
            (1.0, "1"),
            (0.005, "0.005"),
            (123456.0, "123456"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (1e-5, "1e-05"),
            (-2.5e-7, "-2.5e-07"),
            (0.0, "0"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(format_number(value), text);
        }
        assert_eq!(format_number(f64::NAN), "NaN");
    }

    #[test]
    fn truth_has_two_dialects() {
        assert_eq!(flag_bool("yes"), None);
        assert_eq!(word_bool("YES"), Some(true));
        assert_eq!(word_bool(""), Some(true));
        assert_eq!(word_bool("maybe"), None);
    }
}
