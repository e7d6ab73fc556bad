//! The `name = value` lines at the head of contention and Java profiles.

/// The value of an integer literal as Go writes it: a sign, a base prefix (`0x`, `0b`, `0o` or just
/// `0` for octal) and underscores between digits.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (sign, magnitude) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (base, digits) = split_base(magnitude);
    let grouped = digits.strip_prefix('_').filter(|_| base != 10).unwrap_or(digits);
    let groups_are_whole = grouped.split('_').all(|group| !group.is_empty());
    let plain = digits.replace('_', "");
    if !groups_are_whole || plain.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{plain}"), base).ok()
}

fn split_base(digits: &str) -> (u32, &str) {
    let Some(after) = digits.strip_prefix('0').filter(|after| !after.is_empty()) else {
        return (10, digits);
    };
    match after.as_bytes()[0] {
        b'x' | b'X' => (16, &after[1..]),
        b'b' | b'B' => (2, &after[1..]),
        b'o' | b'O' => (8, &after[1..]),
        _ => (8, after),
    }
}

/// Splits at the first `=`; both sides without the blanks around them.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|&byte| byte == b'=')?;
    Some((line[..at].trim_ascii(), line[at + 1..].trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::integer;

    #[test]
    fn integers_are_written_as_in_go() {
        for (text, value) in [
            ("0", 0),
            ("+10", 10),
            ("-2", -2),
            ("0x10", 16),
            ("010", 8),
            ("0b11", 3),
            ("0o17", 15),
            ("1_0", 10),
            ("0x_f", 15),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(integer(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["", "x", "08", "1_", "_1", "1__0", "--1", "0x", "9223372036854775808"] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }
}
