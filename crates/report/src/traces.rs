//! Every sample with its labels and its stack: `traces`.

use std::io::{self, Write};

use heapwise_graph::{Frames, Names, Value};
use heapwise_profile::{Id, Label, LabelUnits, LabelValue, Location, Profile, Sample};
use heapwise_units::{AUTO, label};

use crate::Input;
use crate::buffer::Buffer;
use crate::header::{About, write_lines};
use crate::label_groups::{Group, groups};
use crate::text::right;
use crate::values::Values;

const SEPARATOR: &[u8] = b"-----------+-------------------------------------------------------\n";

/// How wide the column of values is.
const COLUMN: usize = 10;

/// How many bytes of lines are kept to be written again.
const MOST_LINES: usize = 16 << 20;

/// Every sample that has a stack, in the order of the profile. Equal samples are not merged.
#[derive(Clone, Debug)]
pub struct Traces {
    /// About the profile.
    pub about: About,
    /// How values are written: each chooses its own unit, unless the user named one.
    pub values: Values,
    profile: Profile,
    value: Value,
    label_units: LabelUnits,
    frames: Frames,
    names: Names,
}

impl Traces {
    /// The samples of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let (frames, identities) = input.frames();
        Self {
            about: About::of(input),
            values: Values::of(input),
            profile: input.profile.clone(),
            value: input.value,
            label_units: input.label_units.clone(),
            frames,
            names: Names::of(&identities),
        }
    }

    /// Writes what is known of the profile, and a block for each sample.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let about = self.about.lines(&self.values);
        write_lines(&about, out)?;
        if about.is_empty() {
            // What the lines end with is there even when they are not.
            out.write_all(b"\n")?;
        }
        let lines = FrameLines::of(self);
        let mut buffer = Buffer::new(out);
        for sample in self.profile.samples.iter().filter(|sample| !sample.stack.is_empty()) {
            buffer.put(SEPARATOR);
            self.put_labels(sample.labels, &mut buffer);
            self.put_stack(&sample, &lines, &mut buffer)?;
        }
        buffer.put(SEPARATOR);
        buffer.flush()
    }

    /// Appends a line for each label: text labels first, each kind sorted as it is printed.
    fn put_labels(&self, labels: &[Label], out: &mut Buffer<'_>) {
        if labels.is_empty() {
            return;
        }
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for group in groups(labels) {
            let (lines, key, values) = match group {
                Group::Texts(key, labels) => (&mut texts, key, labels),
                Group::Numbers(key, labels) => (&mut numbers, key, labels),
            };
            let values: Vec<_> = values.iter().map(|label| self.label(label)).collect();
            let mut line = right(self.profile.text(key), 10);
            line.extend_from_slice(b":  ");
            line.extend_from_slice(&values.join(&b' '));
            lines.push(line);
        }
        texts.sort_unstable();
        numbers.sort_unstable();
        for line in texts.iter().chain(&numbers) {
            out.put(line);
            out.put(b"\n");
        }
    }

    fn label(&self, item: &Label) -> Vec<u8> {
        match item.value {
            LabelValue::Text(text) => self.profile.text(text).to_vec(),
            LabelValue::Number { number, .. } => {
                let unit = self.label_units.get(item.key).map_or(&b""[..], |row| &row.unit);
                label(number, unit, AUTO)
            }
        }
    }

    /// Appends the lines of a location, innermost frame first, with room for a value on each.
    fn put_lines(&self, location: Id<Location>, text: &mut Vec<u8>) {
        for frame in self.frames.at(location).iter().rev() {
            text.extend_from_slice(&[b' '; COLUMN + 3]);
            text.extend_from_slice(frame.node().map_or(b"", |node| self.names.get(node)));
            text.extend_from_slice(if frame.inlined() { b" (inline)\n" } else { b"\n" });
        }
    }

    /// Appends a line for each frame, leaf first, the value on the first.
    fn put_stack(
        &self,
        sample: &Sample<'_>,
        lines: &FrameLines,
        out: &mut Buffer<'_>,
    ) -> io::Result<()> {
        let weight = self.value.weight(sample.values).unwrap_or_default();
        out.put(&right(&self.values.text(weight.value()), COLUMN));
        let mut own = Vec::new();
        for (depth, &location) in sample.stack.iter().enumerate() {
            let text = match lines.kept(location) {
                Some(kept) => kept,
                None => {
                    own.clear();
                    self.put_lines(location, &mut own);
                    &own
                }
            };
            out.put(if depth == 0 { &text[COLUMN..] } else { text });
            out.end_item()?;
        }
        Ok(())
    }
}

/// The lines of the first locations, with room for a value on each. Names may be long and locations
/// many: there is a limit to what is kept.
#[derive(Default)]
struct FrameLines {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl FrameLines {
    fn of(traces: &Traces) -> Self {
        let mut lines = Self::default();
        for location in traces.profile.locations.ids() {
            traces.put_lines(location, &mut lines.text);
            if lines.text.len() > MOST_LINES {
                break;
            }
            lines.ends.push(lines.text.len());
        }
        lines
    }

    #[inline]
    fn kept(&self, location: Id<Location>) -> Option<&[u8]> {
        let row = location.row();
        let end = *self.ends.get(row)?;
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        Some(&self.text[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn nothing_to_say_about_the_profile_is_an_empty_line() {
        let mut fixture = Fixture::heap();
        let types = vec![heapwise_profile::ValueType::default(); 2];
        fixture.profile = Profile::default();
        fixture.profile.header.sample_types = types;
        let shown = fixture.show(|input, out| Traces::new(input).write_text(out).unwrap());
        assert_eq!(shown.as_bytes(), [b"\n", SEPARATOR].concat());
    }

    #[test]
    fn each_value_chooses_its_unit() {
        let expected = "\
File: server
Build ID: abc123
a comment
Type: space
Time: 2023-11-14 22:13:20 UTC
Duration: 100s, Total samples = 6MB\x20
-----------+-------------------------------------------------------
      user:  alice
     bytes:  1MB
       5MB   alloc
             grow (inline)
             work
             main
-----------+-------------------------------------------------------
       lat:  1.50ms
       1MB   [libc.so.6]
             main
-----------+-------------------------------------------------------
       16B   grow (inline)
             work
             main
-----------+-------------------------------------------------------
";
        let mut fixture = Fixture::heap();
        // The lines about the profile stay.
        fixture.style.compact_labels = true;
        let shown = fixture.show(|input, out| Traces::new(input).write_text(out).unwrap());
        assert_eq!(shown, expected);
    }
}
