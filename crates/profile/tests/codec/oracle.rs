//! Agreement with a general protobuf library.

use heapwise_profile::{decode, encode};
use proptest::prelude::*;
use prost::Message;

use crate::arbitrary::profile;
use crate::dump::dump;

/// The schema of profile.proto, with indices into the string table as they are.
mod schema {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Profile {
        #[prost(message, repeated, tag = "1")]
        pub sample_type: Vec<ValueType>,
        #[prost(message, repeated, tag = "2")]
        pub sample: Vec<Sample>,
        #[prost(message, repeated, tag = "3")]
        pub mapping: Vec<Mapping>,
        #[prost(message, repeated, tag = "4")]
        pub location: Vec<Location>,
        #[prost(message, repeated, tag = "5")]
        pub function: Vec<Function>,
        #[prost(bytes = "vec", repeated, tag = "6")]
        pub string_table: Vec<Vec<u8>>,
        #[prost(int64, tag = "7")]
        pub drop_frames: i64,
        #[prost(int64, tag = "8")]
        pub keep_frames: i64,
        #[prost(int64, tag = "9")]
        pub time_nanos: i64,
        #[prost(int64, tag = "10")]
        pub duration_nanos: i64,
        #[prost(message, optional, tag = "11")]
        pub period_type: Option<ValueType>,
        #[prost(int64, tag = "12")]
        pub period: i64,
        #[prost(int64, repeated, tag = "13")]
        pub comment: Vec<i64>,
        #[prost(int64, tag = "14")]
        pub default_sample_type: i64,
        #[prost(int64, tag = "15")]
        pub doc_url: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct ValueType {
        #[prost(int64, tag = "1")]
        pub kind: i64,
        #[prost(int64, tag = "2")]
        pub unit: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Sample {
        #[prost(uint64, repeated, tag = "1")]
        pub location_id: Vec<u64>,
        #[prost(int64, repeated, tag = "2")]
        pub value: Vec<i64>,
        #[prost(message, repeated, tag = "3")]
        pub label: Vec<Label>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Label {
        #[prost(int64, tag = "1")]
        pub key: i64,
        #[prost(int64, tag = "2")]
        pub text: i64,
        #[prost(int64, tag = "3")]
        pub number: i64,
        #[prost(int64, tag = "4")]
        pub unit: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Mapping {
        #[prost(uint64, tag = "1")]
        pub id: u64,
        #[prost(uint64, tag = "2")]
        pub memory_start: u64,
        #[prost(uint64, tag = "3")]
        pub memory_limit: u64,
        #[prost(uint64, tag = "4")]
        pub file_offset: u64,
        #[prost(int64, tag = "5")]
        pub filename: i64,
        #[prost(int64, tag = "6")]
        pub build_id: i64,
        #[prost(bool, tag = "7")]
        pub has_functions: bool,
        #[prost(bool, tag = "8")]
        pub has_filenames: bool,
        #[prost(bool, tag = "9")]
        pub has_line_numbers: bool,
        #[prost(bool, tag = "10")]
        pub has_inline_frames: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Location {
        #[prost(uint64, tag = "1")]
        pub id: u64,
        #[prost(uint64, tag = "2")]
        pub mapping_id: u64,
        #[prost(uint64, tag = "3")]
        pub address: u64,
        #[prost(message, repeated, tag = "4")]
        pub line: Vec<Line>,
        #[prost(bool, tag = "5")]
        pub is_folded: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Line {
        #[prost(uint64, tag = "1")]
        pub function_id: u64,
        #[prost(int64, tag = "2")]
        pub line: i64,
        #[prost(int64, tag = "3")]
        pub column: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Function {
        #[prost(uint64, tag = "1")]
        pub id: u64,
        #[prost(int64, tag = "2")]
        pub name: i64,
        #[prost(int64, tag = "3")]
        pub system_name: i64,
        #[prost(int64, tag = "4")]
        pub filename: i64,
        #[prost(int64, tag = "5")]
        pub start_line: i64,
    }
}

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
