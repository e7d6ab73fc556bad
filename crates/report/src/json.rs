//! JSON as other viewers read it, written without a copy of it in memory.

use std::io::{self, Write};

/// Appends a field with a list to an object that has one already.
pub(crate) fn column<T: ToString>(
    name: &str,
    numbers: impl IntoIterator<Item = T>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, ",\"{name}\":[")?;
    separated(numbers, out, |number, out| out.write_all(number.to_string().as_bytes()))?;
    out.write_all(b"]")
}

/// Writes rows with commas between.
pub(crate) fn separated<T>(
    rows: impl IntoIterator<Item = T>,
    out: &mut dyn Write,
    mut write: impl FnMut(T, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    for (place, row) in rows.into_iter().enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        write(row, out)?;
    }
    Ok(())
}

/// Text of a profile in JSON. Nothing in it has a meaning in HTML or XML, or is no character there, so that
/// it can stand in a page.
pub(crate) fn quoted(text: &[u8]) -> String {
    let plain = serde_json::Value::from(String::from_utf8_lossy(text)).to_string();
    if !plain.contains(harmful) {
        return plain;
    }
    plain.chars().fold(String::with_capacity(plain.len()), |mut safe, letter| {
        if harmful(letter) {
            safe.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            safe.push(letter);
        }
        safe
    })
}

fn harmful(letter: char) -> bool {
    matches!(letter, '<' | '>' | '&' | '\u{FFFE}' | '\u{FFFF}') || letter.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_nothing_in_a_page_and_the_same_in_json() {
        let text = "</script>]]>&amp;\u{FFFE}\u{7f}\n\"\\ é";
        let safe = quoted(text.as_bytes());
        assert!(!safe.contains(harmful), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
        assert_eq!(quoted(b"\xffmain"), "\"\u{FFFD}main\"");
    }
}
