//! Everything a profile says as text, with texts in place of rows: equal exactly for equal profiles.

use heapwise_profile::{Label, LabelValue, Profile, Str, ValueType};

/// One line an object, references by wire id.
pub fn dump(profile: &Profile) -> Vec<String> {
    let text = |text: Str| profile.text(text).to_vec();
    let typed = |value_type: &ValueType| (text(value_type.kind), text(value_type.unit));
    let header = &profile.header;
    let mut lines: Vec<String> =
        header.sample_types.iter().map(|row| format!("type {:?}", typed(row))).collect();
    for sample in profile.samples.iter() {
        let stack: Vec<u64> = sample.stack.iter().map(|&id| profile.locations.get(id).id).collect();
        let labels: Vec<_> = sample.labels.iter().map(|row| label(profile, row)).collect();
        lines.push(format!("sample {stack:?} {:?} {labels:?}", sample.values));
    }
    for row in profile.mappings.rows() {
        let range = (row.id, row.start.0, row.limit.0, row.offset.0);
        let has = [
            row.resolved.functions,
            row.resolved.filenames,
            row.resolved.line_numbers,
            row.resolved.inline_frames,
        ];
        lines.push(format!(
            "mapping {range:?} {:?} {:?} {has:?}",
            text(row.file),
            text(row.build_id)
        ));
    }
    for (row, frames) in profile.locations.iter() {
        let mapping = row.mapping.map_or(0, |id| profile.mappings[id].id);
        let frame = |line: &heapwise_profile::Line| {
            (profile.functions[line.function].id, line.line, line.column)
        };
        let frames: Vec<_> = frames.iter().map(frame).collect();
        let place = (row.id, mapping, row.address.0, row.folded);
        lines.push(format!("location {place:?} {frames:?}"));
    }
    for row in profile.functions.rows() {
        let names = [row.name, row.system_name, row.file].map(text);
        lines.push(format!("function {} {names:?} {}", row.id, row.start_line));
    }
    let times = [header.time_nanos, header.duration_nanos, header.period];
    let comments: Vec<_> = header.comments.iter().copied().map(text).collect();
    let frames = [header.drop_frames, header.keep_frames].map(text);
    let rest = [header.default_sample_type, header.doc_url].map(text);
    let period_type = typed(&header.period_type);
    lines.push(format!("header {times:?} {period_type:?} {frames:?} {comments:?} {rest:?}"));
    lines
}

fn label(profile: &Profile, label: &Label) -> (Vec<u8>, Vec<u8>, i64, Vec<u8>) {
    let text = |text: Str| profile.text(text).to_vec();
    match label.value {
        LabelValue::Text(value) => (text(label.key), text(value), 0, Vec::new()),
        LabelValue::Number { number, unit } => (text(label.key), Vec::new(), number, text(unit)),
    }
}
