//! A difference, short enough to read.

/// How many lines of each side are shown.
const LINES: usize = 8;
/// How many bytes of a line are shown.
const WIDTH: usize = 300;

/// Where two outputs part: the lines from there on, `-` the reference, `+` ours.
pub fn between(theirs: &[u8], ours: &[u8]) -> String {
    let split = |text| <[u8]>::split(text, |byte| *byte == b'\n').collect::<Vec<_>>();
    let (theirs, ours) = (split(theirs), split(ours));
    let common = theirs.iter().zip(&ours).take_while(|(a, b)| a == b).count();
    let (theirs, ours) = (&theirs[common..], &ours[common..]);
    let tail = theirs.iter().rev().zip(ours.iter().rev()).take_while(|(a, b)| a == b).count();
    let (theirs, ours) = (&theirs[..theirs.len() - tail], &ours[..ours.len() - tail]);
    let shown = side('-', theirs).into_iter().chain(side('+', ours)).collect::<Vec<_>>();
    format!("from line {}:\n{}", common + 1, shown.join("\n"))
}

fn side(mark: char, lines: &[&[u8]]) -> Vec<String> {
    let shown = lines.iter().take(LINES);
    let shown = shown.map(|line| {
        format!("{mark} {:?}", String::from_utf8_lossy(&line[..line.len().min(WIDTH)]))
    });
    let more = lines.len().saturating_sub(LINES);
    shown.chain((more > 0).then(|| format!("{mark} ... and {more} lines more"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let text = between(b"same\nold\nend\n", b"same\nnew\nmore\nend\n");
        assert_eq!(text, "from line 2:\n- \"old\"\n+ \"new\"\n+ \"more\"");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let long = "x\n".repeat(100);
        let text = between(long.as_bytes(), b"");
        assert!(text.lines().count() < 12 && text.contains("lines more"), "{text}");
    }
}
