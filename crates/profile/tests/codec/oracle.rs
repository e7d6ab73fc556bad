//! Agreement with a general protobuf library.

use heapwise_profile::{decode, encode};
use proptest::prelude::*;
use prost::Message;

use crate::arbitrary::profile;
use crate::dump::dump;
use crate::schema;

/// What [`dump`] says of the same profile.
fn dump_message(profile: &schema::Profile) -> Vec<String> {
    let text = |index: i64| profile.string_table[index as usize].clone();
    let typed = |row: &schema::ValueType| (text(row.kind), text(row.unit));
    let mut lines: Vec<String> =
        profile.sample_type.iter().map(|row| format!("type {:?}", typed(row))).collect();
    for row in &profile.sample {
        let label =
            |row: &schema::Label| (text(row.key), text(row.text), row.number, text(row.unit));
        let labels: Vec<_> = row.label.iter().map(label).collect();
        lines.push(format!("sample {:?} {:?} {labels:?}", row.location_id, row.value));
    }
    for row in &profile.mapping {
        let range = (row.id, row.memory_start, row.memory_limit, row.file_offset);
        let names = format!("{:?} {:?}", text(row.filename), text(row.build_id));
        let has =
            [row.has_functions, row.has_filenames, row.has_line_numbers, row.has_inline_frames];
        lines.push(format!("mapping {range:?} {names} {has:?}"));
    }
    for row in &profile.location {
        let place = (row.id, row.mapping_id, row.address, row.is_folded);
        let frame = |line: &schema::Line| (line.function_id, line.line, line.column);
        lines.push(format!(
            "location {place:?} {:?}",
            row.line.iter().map(frame).collect::<Vec<_>>()
        ));
    }
    for row in &profile.function {
        let names = [row.name, row.system_name, row.filename].map(text);
        lines.push(format!("function {} {names:?} {}", row.id, row.start_line));
    }
    let times = [profile.time_nanos, profile.duration_nanos, profile.period];
    let period_type = profile.period_type.as_ref().map(typed).unwrap_or_default();
    let frames = [profile.drop_frames, profile.keep_frames].map(text);
    let comments: Vec<_> = profile.comment.iter().copied().map(text).collect();
    let rest = [profile.default_sample_type, profile.doc_url].map(text);
    lines.push(format!("header {times:?} {period_type:?} {frames:?} {comments:?} {rest:?}"));
    lines
}

proptest! {
    #[test]
    fn both_read_what_either_writes(profile in profile()) {
        let ours = dump(&profile);
        let message = schema::Profile::decode(encode(&profile).as_slice()).unwrap();
        prop_assert_eq!(&dump_message(&message), &ours);
        let decoded = decode(&message.encode_to_vec()).unwrap();
        prop_assert_eq!(&dump(&decoded), &ours);
    }
}
