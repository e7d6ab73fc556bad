//! Every table of a profile: `raw`.

use std::io::{self, Write};

use heapwise_profile::{
    Label, LabelValue, Line, Location, Mapping, Profile, Sample, Str, Strings, ValueType,
};
use heapwise_units::duration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Input;
use crate::buffer::{Buffer, Words};
use crate::label_groups::{Group, groups};

/// Every table of a profile, as it is.
#[derive(Clone, Debug)]
pub struct Raw {
    profile: Profile,
    time_zone: TimeZone,
}

impl Raw {
    /// The tables of the profile of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        Self { profile: input.profile.clone(), time_zone: input.style.time_zone.clone() }
    }

    /// Writes the header, the samples, the locations and the mappings.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_header(out)?;
        out.write_all(b"Samples:\n")?;
        self.write_sample_types(out)?;
        self.write_samples(out)?;
        out.write_all(b"Locations\n")?;
        for (location, lines) in self.profile.locations.iter() {
            self.write_location(location, lines, out)?;
        }
        out.write_all(b"Mappings\n")?;
        self.profile.mappings.rows().iter().try_for_each(|m| self.write_mapping(m, out))
    }

    fn write_header(&self, out: &mut dyn Write) -> io::Result<()> {
        let header = &self.profile.header;
        for &comment in &header.comments {
            write_line("Comment: ", self.profile.text(comment), out)?;
        }
        let doc_url = self.profile.text(header.doc_url);
        if !doc_url.is_empty() {
            write_line("Doc: ", doc_url, out)?;
        }
        let ValueType { kind, unit } = header.period_type;
        let period_type = [self.profile.text(kind), b" ", self.profile.text(unit)].concat();
        write_line("PeriodType: ", &period_type, out)?;
        writeln!(out, "Period: {}", header.period)?;
        if header.time_nanos != 0 {
            writeln!(out, "Time: {}", time(header.time_nanos, &self.time_zone))?;
        }
        if header.duration_nanos != 0 {
            // The reference cuts here; other reports write the duration in full.
            let shown: String = duration(header.duration_nanos).chars().take(4).collect();
            writeln!(out, "Duration: {shown}")?;
        }
        Ok(())
    }

    fn write_sample_types(&self, out: &mut dyn Write) -> io::Result<()> {
        let header = &self.profile.header;
        let types = header.sample_types.iter().map(|&ValueType { kind, unit }| {
            let mark: &[u8] = if kind == header.default_sample_type { b"[dflt]" } else { b"" };
            [self.profile.text(kind), b"/", self.profile.text(unit), mark].concat()
        });
        out.write_all(&types.collect::<Vec<_>>().join(&b' '))?;
        out.write_all(b"\n")
    }

    fn write_samples(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut ids = Words::default();
        for (location, _) in self.profile.locations.iter() {
            ids.push(format!("{} ", location.id).as_bytes());
        }
        let mut buffer = Buffer::new(out);
        for sample in self.profile.samples.iter() {
            self.put_sample(&sample, &ids, &mut buffer);
            buffer.end_item()?;
        }
        buffer.flush()
    }

    fn put_sample(&self, sample: &Sample<'_>, ids: &Words, out: &mut Buffer<'_>) {
        for &value in sample.values {
            out.put(b" ");
            out.right(value, 10);
        }
        out.put(b": ");
        out.words(ids, sample.stack.iter().map(|location| location.row()));
        out.put(b"\n");
        if sample.labels.is_empty() {
            return;
        }
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for group in groups(sample.labels) {
            match group {
                Group::Texts(key, labels) => texts.push(self.group(key, labels)),
                Group::Numbers(key, labels) => numbers.push(self.group(key, labels)),
            }
        }
        put_labels(texts, out);
        put_labels(numbers, out);
    }

    /// The labels of one key: `key:[v1 v2]`. Numbers are followed by their units, all or none.
    fn group(&self, key: Str, labels: &[Label]) -> Vec<u8> {
        let profile = &self.profile;
        let no_unit = |label: &Label| matches!(label.value, LabelValue::Number { unit, .. } if unit == Strings::EMPTY);
        let bare = labels.iter().all(no_unit);
        let values = labels.iter().map(|label| match label.value {
            LabelValue::Text(text) => profile.text(text).to_vec(),
            LabelValue::Number { number, .. } if bare => number.to_string().into_bytes(),
            LabelValue::Number { number, unit } => {
                [number.to_string().as_bytes(), b" ", profile.text(unit)].concat()
            }
        });
        let values = values.collect::<Vec<_>>().join(&b' ');
        [profile.text(key), b":[", &values, b"]"].concat()
    }

    fn write_location(
        &self,
        location: &Location,
        lines: &[Line],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(out, "{:6}: 0x{:x} ", location.id, location.address)?;
        if let Some(mapping) = location.mapping {
            write!(out, "M={} ", self.profile.mappings[mapping].id)?;
        }
        if location.folded {
            out.write_all(b"[F] ")?;
        }
        for (depth, line) in lines.iter().enumerate() {
            write!(out, "{:1$}", "", if depth == 0 { 0 } else { 13 })?;
            self.write_function_line(line, out)?;
        }
        if lines.is_empty() { out.write_all(b"\n") } else { Ok(()) }
    }

    fn write_function_line(&self, line: &Line, out: &mut dyn Write) -> io::Result<()> {
        let function = &self.profile.functions[line.function];
        out.write_all(self.profile.text(function.name))?;
        out.write_all(b" ")?;
        out.write_all(self.profile.text(function.file))?;
        write!(out, ":{}:{} s={}", line.line, line.column, function.start_line)?;
        if function.system_name != function.name {
            let system_name = self.profile.text(function.system_name);
            out.write_all(&[b"(", system_name, b")"].concat())?;
        }
        out.write_all(b"\n")
    }

    fn write_mapping(&self, mapping: &Mapping, out: &mut dyn Write) -> io::Result<()> {
        let Mapping { id, start, limit, offset, resolved, .. } = mapping;
        write!(out, "{id}: 0x{start:x}/0x{limit:x}/0x{offset:x} ")?;
        out.write_all(self.profile.text(mapping.file))?;
        out.write_all(b" ")?;
        out.write_all(self.profile.text(mapping.build_id))?;
        let marks = [
            (resolved.functions, "[FN]"),
            (resolved.filenames, "[FL]"),
            (resolved.line_numbers, "[LN]"),
            (resolved.inline_frames, "[IN]"),
        ];
        let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
        writeln!(out, " {marks}")
    }
}

/// Appends the groups of labels of one kind, sorted, on a line of their own.
fn put_labels(mut groups: Vec<Vec<u8>>, out: &mut Buffer<'_>) {
    if !groups.is_empty() {
        groups.sort_unstable();
        out.spaces(16);
        out.put(&groups.join(&b' '));
        out.put(b"\n");
    }
}

fn write_line(title: &str, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(title.as_bytes())?;
    out.write_all(text)?;
    out.write_all(b"\n")
}

/// A time with as much of a fraction of a second as there is, in `zone`.
fn time(nanos: i64, zone: &TimeZone) -> String {
    let Ok(time) = Timestamp::from_nanosecond(nanos.into()) else { return String::new() };
    time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.f %z %Z").to_string()
}

#[cfg(test)]
mod tests {
    use heapwise_graph::Granularity;

    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn every_table_is_shown() {
        let expected = "\
Comment: a comment
Comment: #hidden
PeriodType: space bytes
Period: 524288
Time: 2023-11-14 22:13:20.5 +0000 UTC
Duration: 1m40
Samples:
objects/count space/bytes[dflt]
          5    5242880: 3 2 1\x20
                user:[alice]
                bytes:[1048576]
          1    1048576: 4 1\x20
                lat:[1500 microseconds]
          1         16: 2 1\x20
          1         64:\x20
Locations
     1: 0x401000 M=1 main main.rs:10:0 s=5
     2: 0x402000 M=1 grow grow.rs:80:0 s=70
             work work.rs:20:0 s=15
     3: 0x403000 M=1 alloc missing.rs:30:0 s=28
     4: 0x7f001234 M=2\x20
Mappings
1: 0x400000/0x410000/0x0 /bin/server abc123 [FN]
2: 0x7f000000/0x7f010000/0x0 /lib/libc.so.6 \x20
";
        let mut fixture = Fixture::heap();
        fixture.aggregation.granularity = Granularity::Addresses;
        let shown = fixture.show(|input, out| Raw::new(input).write_text(out).unwrap());
        assert_eq!(shown, expected);
    }
}
