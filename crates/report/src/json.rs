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

/// Text of a profile in JSON. No `<` is in it, so that it can stand in a page.
pub(crate) fn quoted(text: &[u8]) -> String {
    serde_json::Value::from(String::from_utf8_lossy(text)).to_string().replace('<', "\\u003c")
}
