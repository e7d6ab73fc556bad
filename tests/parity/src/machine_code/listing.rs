//! The lines of a listing.

/// A line of a listing.
#[derive(Debug, PartialEq)]
pub struct Record<'t> {
    /// What the samples of an instruction sum up to.
    pub values: &'t str,
    /// Where an instruction is; nothing for a line that is not one.
    pub address: Option<u64>,
    /// The instruction, or the whole line.
    pub text: &'t str,
    /// Where in the source, if that is said.
    pub place: &'t str,
}

/// A place stands behind the instruction, or on the line before it if that is long.
pub fn records(listing: &str) -> Vec<Record<'_>> {
    let (mut records, mut before) = (Vec::new(), "");
    for line in listing.lines() {
        if let Some(place) = line.trim_start().strip_prefix(';') {
            before = place;
            continue;
        }
        records.push(instruction(line, before).unwrap_or(Record {
            values: "",
            address: None,
            text: line,
            place: "",
        }));
        before = "";
    }
    records
}

fn instruction<'t>(line: &'t str, before: &'t str) -> Option<Record<'t>> {
    let (head, rest) = line.split_once(": ")?;
    let (values, address) = head.rsplit_once(' ')?;
    let address = Some(u64::from_str_radix(address, 16).ok()?);
    let (text, place) = rest.split_once(';').unwrap_or((rest, before));
    Some(Record { values, address, text: text.trim_end(), place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_may_stand_above() {
        let text = "MOVQ $0x1, a_name_that_fills_the_column(SB)";
        let listing =
            format!("Total: 5\n     ;a.go:1\n . 10  401000: {text}\n . . 401008: RET  ;a.go:2\n");
        let expected = [
            Record { values: "", address: None, text: "Total: 5", place: "" },
            Record { values: " . 10 ", address: Some(0x401000), text, place: "a.go:1" },
            Record { values: " . .", address: Some(0x401008), text: "RET", place: "a.go:2" },
        ];
        assert_eq!(records(&listing), expected);
    }
}
