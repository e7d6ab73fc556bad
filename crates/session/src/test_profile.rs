//! Small profiles for tests.

use std::sync::Arc;

use heapwise_profile::{
    Function, Label, LabelValue, Line, Location, Locations, Profile, Sample, Samples, Strings,
    Table, ValueType, encode,
};

/// A profile with the sample types `samples`/`count` and `cpu`/`unit`, and one sample for each row:
/// the functions of its stack, leaf first, and its two values. Every sample has the text label
/// `thread` = the name of its leaf, and the numeric label `size` = its first value in bytes.
pub fn profile(unit: &str, rows: &[(&[&str], [i64; 2])]) -> Profile {
    let mut strings = Strings::new();
    let (mut functions, mut locations) = (Table::new(), Locations::new());
    let mut samples = Samples::new(2);
    let (thread, size) = (strings.intern(b"thread"), strings.intern(b"size"));
    let bytes = strings.intern(b"bytes");
    for (stack, values) in rows {
        let mut ids = Vec::new();
        for name in *stack {
            let id = functions.len() as u64 + 1;
            let name = strings.intern(name.as_bytes());
            let function =
                functions.push(Function { id, name, system_name: name, ..Function::default() });
            let line = Line { function, line: 1, column: 0 };
            ids.push(locations.push(Location { id, ..Location::default() }, &[line]));
        }
        let leaf = strings.intern(stack.first().unwrap_or(&"").as_bytes());
        let labels = [
            Label { key: thread, value: LabelValue::Text(leaf) },
            Label { key: size, value: LabelValue::Number { number: values[0], unit: bytes } },
        ];
        samples.push(Sample { stack: &ids, values, labels: &labels });
    }
    let mut profile = Profile::default();
    let mut kind = |kind: &[u8], unit: &[u8]| ValueType {
        kind: strings.intern(kind),
        unit: strings.intern(unit),
    };
    profile.header.sample_types = vec![kind(b"samples", b"count"), kind(b"cpu", unit.as_bytes())];
    profile.strings = Arc::new(strings);
    profile.functions = Arc::new(functions);
    profile.locations = Arc::new(locations);
    profile.samples = Arc::new(samples);
    profile
}

/// The same as bytes of a file.
pub fn bytes(unit: &str, rows: &[(&[&str], [i64; 2])]) -> Vec<u8> {
    encode(&profile(unit, rows))
}

/// The stacks of a profile with their values, as `leaf;caller: 1 2`.
pub fn stacks(profile: &Profile) -> Vec<String> {
    let name = |id: &heapwise_profile::Id<Location>| {
        let line = profile.locations.lines(*id).first();
        let name = line.map(|line| profile.text(profile.functions[line.function].name));
        String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
    };
    let row = |sample: Sample<'_>| {
        let names: Vec<_> = sample.stack.iter().map(name).collect();
        let values: Vec<_> = sample.values.iter().map(i64::to_string).collect();
        format!("{}: {}", names.join(";"), values.join(" "))
    };
    profile.samples.iter().map(row).collect()
}
