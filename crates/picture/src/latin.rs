//! Text in the encoding of the fonts that every PDF reader and printer has.

/// The text in Windows-1252, which has Latin letters and a few signs; `?` for what it lacks.
pub(crate) fn encoded(text: &str) -> Vec<u8> {
    text.chars().map(byte).collect()
}

fn byte(letter: char) -> u8 {
    match letter {
        ' '..='~' | '\u{A0}'..='\u{FF}' => u8::try_from(letter).unwrap_or(b'?'),
        '…' => 0x85,
        '–' => 0x96,
        '—' => 0x97,
        '€' => 0x80,
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fonts_lack_is_a_question_mark() {
        assert_eq!(encoded("a…é\u{4e2d}"), [b'a', 0x85, 0xE9, b'?']);
    }
}
