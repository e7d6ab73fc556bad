use crate::proto::writer::Writer;
use crate::{
    Error, Id, Invalid, Label, LabelValue, Profile, RuntimeAddr, Str, TableName, decode, encode,
};

/// The string table of every profile here: `samples` is 1, `count` 2, then `b`, `a`, `value`.
const TEXTS: [&str; 6] = ["", "samples", "count", "b", "a", "value"];

fn written(body: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut out = Writer::default();
    body(&mut out);
    out.into_bytes()
}

/// The bytes of a profile with one sample type, the strings of [`TEXTS`], and what `body` writes.
fn bytes(body: impl FnOnce(&mut Writer)) -> Vec<u8> {
    written(|out| {
        out.message(1, |out| integers(out, &[(1, 1), (2, 2)]));
        body(out);
        TEXTS.iter().for_each(|text| out.text(6, text.as_bytes()));
    })
}

fn integers(out: &mut Writer, fields: &[(u64, u64)]) {
    fields.iter().for_each(|&(field, value)| out.integer_even_zero(field, value));
}

/// The same with one message of these integer fields.
fn with(message: u64, fields: &[(u64, u64)]) -> Vec<u8> {
    bytes(|out| out.message(message, |out| integers(out, fields)))
}

fn decoded(body: impl FnOnce(&mut Writer)) -> Profile {
    decode(&bytes(body)).unwrap()
}

fn error_text(bytes: &[u8]) -> String {
    decode(bytes).unwrap_err().to_string()
}

fn rows(ids: &[Id<crate::Location>]) -> Vec<usize> {
    ids.iter().map(|id| id.row()).collect()
}

#[test]
fn integers_come_packed_or_not_or_mixed() {
    let profile = decoded(|out| {
        out.message(2, |out| {
            out.integer_even_zero(1, 2);
            out.integers(1, [1, 2, 1].into_iter());
            out.integer_even_zero(1, 1);
            out.integers(2, [u64::MAX].into_iter());
        });
        [1, 2].iter().for_each(|&id| out.message(4, |out| out.integer(1, id)));
    });
    assert_eq!(rows(profile.samples.stack(0)), [1, 0, 1, 0, 0]);
    assert_eq!(profile.samples.values(0), [-1]);
}

#[test]
fn the_last_of_a_repeated_singular_field_wins() {
    let profile = decoded(|out| {
        out.integer(12, 5);
        out.integer(12, 7);
        out.message(11, |out| out.integer(1, 3));
        out.message(11, |out| out.integer(2, 4));
    });
    assert_eq!(profile.header.period, 7);
    assert_eq!(profile.text(profile.header.period_type.kind), b"");
    assert_eq!(profile.text(profile.header.period_type.unit), b"a");
}

#[test]
fn unknown_fields_of_every_wire_type_are_skipped() {
    let tail =
        [0x99, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0x9d, 6, 1, 2, 3, 4, 0x9a, 6, 1, 9, 0x98, 6, 200, 1];
    let profile = decode(&[bytes(|_| {}), tail.to_vec()].concat()).unwrap();
    assert_eq!(profile.strings.len(), TEXTS.len());
}

#[test]
fn bytes_that_are_not_protobuf_name_the_offset() {
    let start = bytes(|_| {});
    let at = start.len();
    let after = |tail: &[u8]| decode(&[&start[..], tail].concat()).unwrap_err();
    assert_eq!(after(&[0x0b]), Error::UnknownWireType { at, wire_type: 3 });
    assert_eq!(after(&[0x0f]), Error::UnknownWireType { at, wire_type: 7 });
    assert_eq!(after(&[0x08, 1]), Error::TypeMismatch { at, field: 1 });
    assert_eq!(after(&[0x62, 1, 1]), Error::TypeMismatch { at, field: 12 });
    assert_eq!(after(&[0x32, 5, 0]), Error::Truncated { at: at + 2, wanted: 5 });
    assert_eq!(after(&[0x60]), Error::Truncated { at: at + 1, wanted: 1 });
    assert_eq!(after(&[0x60, 0x80]), Error::Truncated { at: at + 1, wanted: 2 });
    assert_eq!(after(&[0x61, 1, 2]), Error::Truncated { at: at + 1, wanted: 8 });
    let endless = [&[0x60][..], &[0xff; 11]].concat();
    assert_eq!(after(&endless), Error::VarintTooLong { at: at + 1 });
    let huge = [0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    assert_eq!(after(&huge), Error::Truncated { at: at + 11, wanted: u64::MAX });
}

#[test]
fn an_integer_may_not_leave_its_message() {
    // A packed list of one byte, whose integer goes on in the next field.
    let sample = [0x12, 3, 0x0a, 1, 0x80, 0x01];
    let error = decode(&[bytes(|_| {}), sample.to_vec()].concat()).unwrap_err();
    assert!(matches!(error, Error::Truncated { wanted: 2, .. }), "{error:?}");
}

#[test]
fn integers_of_every_length_survive() {
    for bits in 0..64 {
        for value in [1 << bits, u64::MAX >> bits] {
            let profile = decoded(|out| out.message(3, |out| integers(out, &[(1, 1), (2, value)])));
            assert_eq!(profile.mappings.rows()[0].start, RuntimeAddr(value));
        }
    }
}

#[test]
fn a_second_time_is_a_second_profile_unless_the_first_is_zero() {
    let error = decode(&bytes(|out| integers(out, &[(9, 5), (9, 6)]))).unwrap_err();
    assert!(matches!(error, Error::Concatenated { .. }));
    assert!(error.to_string().starts_with("concatenated profiles detected"));
    assert_eq!(decoded(|out| integers(out, &[(9, 0), (9, 6)])).header.time_nanos, 6);
}

#[test]
fn texts_must_be_in_the_table() {
    let error = decode(&with(5, &[(1, 1), (2, 6)])).unwrap_err();
    assert!(matches!(error, Error::StringOutOfRange { index: 6, strings: 6, .. }), "{error:?}");
    let error = decode(&with(5, &[(1, 1), (2, u64::MAX)])).unwrap_err();
    assert!(matches!(error, Error::StringOutOfRange { index: u64::MAX, .. }), "{error:?}");
    let no_table = written(|out| out.integer(12, 1));
    let expected = Error::StringOutOfRange { at: 0, index: 0, strings: 0 };
    assert_eq!(decode(&no_table).unwrap_err(), expected);
    let first_not_empty = written(|out| out.text(6, b"x"));
    assert_eq!(decode(&first_not_empty).unwrap_err(), Error::FirstStringNotEmpty);
}

#[test]
fn equal_strings_of_the_wire_become_one() {
    let profile = decode(&written(|out| {
        out.message(1, |out| integers(out, &[(1, 1), (2, 2)]));
        out.message(5, |out| integers(out, &[(1, 1), (2, 3), (3, 2), (4, 1)]));
        out.integers(13, [3, 2].into_iter());
        ["", "same", "same", "\u{e9}"].iter().for_each(|text| out.text(6, text.as_bytes()));
        out.text(6, b"\xff");
    }))
    .unwrap();
    let function = profile.functions.rows()[0];
    assert_eq!(function.system_name, function.file);
    assert_eq!(profile.text(function.system_name), b"same");
    assert_eq!(profile.text(function.name), "\u{e9}".as_bytes());
    assert_eq!(profile.header.sample_types[0].kind, profile.header.sample_types[0].unit);
    assert_eq!(profile.header.comments, [function.name, function.system_name]);
}

#[test]
fn labels_are_text_or_numbers_or_dropped_and_in_order() {
    let profile = decoded(|out| {
        out.message(2, |out| {
            out.integer_even_zero(2, 1);
            for fields in [
                &[(1, 3), (3, 7)][..],
                &[(1, 4), (3, 0)],
                &[(1, 4), (4, 5)],
                &[(1, 3), (2, 5)],
                &[(1, 4), (2, 3)],
                &[(1, 3), (2, 4)],
            ] {
                out.message(3, |out| integers(out, fields));
            }
        });
    });
    let text = |bytes: &str| profile.strings.find(bytes.as_bytes()).unwrap();
    let texts =
        |key: &str, value: &str| Label { key: text(key), value: LabelValue::Text(text(value)) };
    let number = |key: &str, number: i64, unit: Str| Label {
        key: text(key),
        value: LabelValue::Number { number, unit },
    };
    let expected = [
        texts("a", "b"),
        texts("b", "value"),
        texts("b", "a"),
        number("a", 0, text("value")),
        number("b", 7, Str::default()),
    ];
    assert_eq!(profile.samples.labels(0), expected);
}

#[test]
fn references_go_by_id_whatever_the_ids_are() {
    let ids = [u64::MAX, 7, u64::from(u32::MAX), 1 << 40];
    let profile = decoded(|out| {
        out.message(2, |out| {
            out.integers(1, ids.into_iter().rev());
            out.integer_even_zero(2, 1);
        });
        for id in ids {
            out.message(4, |out| {
                integers(out, &[(1, id), (2, id ^ 1)]);
                out.message(4, |out| integers(out, &[(1, id), (2, 3)]));
            });
            out.message(5, |out| out.integer(1, id));
        }
        out.message(3, |out| out.integer(1, 6));
    });
    assert_eq!(rows(profile.samples.stack(0)), [3, 2, 1, 0]);
    let lines = profile.locations.all_lines();
    assert_eq!(lines.iter().map(|line| line.function.row()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let mappings: Vec<_> = profile.locations.iter().map(|(row, _)| row.mapping).collect();
    assert_eq!(mappings, [None, Some(Id::from_row(0)), None, None]);
    assert_eq!(encode(&decode(&encode(&profile)).unwrap()), encode(&profile));
}

#[test]
fn the_name_of_a_kernel_mapping_holds_its_symbol() {
    let bytes = written(|out| {
        out.message(3, |out| integers(out, &[(1, 1), (5, 1)]));
        ["", "[kernel.kallsyms]_stext"].iter().for_each(|text| out.text(6, text.as_bytes()));
    });
    let profile = decode(&bytes).unwrap();
    let mapping = profile.mappings.rows()[0];
    assert_eq!(profile.text(mapping.kernel_relocation_symbol), b"_stext");
    assert_eq!(profile.text(mapping.file), b"[kernel.kallsyms]_stext");
}

#[test]
fn contradictions_are_told_in_the_words_of_the_reference() {
    let location = |out: &mut Writer| out.message(4, |out| out.integer(1, 1));
    let sample = |out: &mut Writer, fields: &[(u64, u64)]| {
        out.message(2, |out| integers(out, fields));
    };
    let no_types = written(|out| {
        sample(out, &[(2, 1)]);
        out.text(6, b"");
    });
    let cases = [
        (no_types, "missing sample type information (1 samples)"),
        (
            bytes(|out| sample(out, &[(2, 1), (2, 1)])),
            "mismatch: sample has 2 values vs. 1 types (sample 0)",
        ),
        (
            bytes(|out| {
                sample(out, &[(2, 1)]);
                sample(out, &[]);
            }),
            "mismatch: sample has 0 values vs. 1 types (sample 1)",
        ),
        (
            bytes(|out| {
                sample(out, &[(1, 1), (2, 1)]);
                sample(out, &[(1, 1), (1, 99), (2, 1)]);
                location(out);
            }),
            "sample has nil location (sample 1, location id 99)",
        ),
        (with(3, &[]), "found mapping with reserved ID=0 (mapping 0)"),
        (with(5, &[]), "found function with reserved ID=0 (function 0)"),
        (with(4, &[]), "found location with reserved id=0 (location 0)"),
        (twice(3), "multiple mappings with same id: 1 (mapping 1)"),
        (twice(5), "multiple functions with same id: 1 (function 1)"),
        (twice(4), "multiple locations with same id: 1 (location 1)"),
        (
            bytes(|out| {
                out.message(4, |out| {
                    out.integer(1, 8);
                    out.message(4, |out| out.integer(1, 3));
                    out.message(4, |out| out.integer(1, 4));
                });
                out.message(5, |out| out.integer(1, 3));
            }),
            "location id: 8 has a line with nil function (line 1, function id 4)",
        ),
    ];
    for (bytes, text) in cases {
        assert_eq!(error_text(&bytes), format!("malformed profile: {text}"));
    }
}

#[test]
fn rows_with_the_reserved_id_are_refused_for_the_first_of_them() {
    for (table, text) in [
        (3, "found mapping with reserved ID=0 (mapping 1)"),
        (4, "found location with reserved id=0 (location 1)"),
        (5, "found function with reserved ID=0 (function 1)"),
    ] {
        let bytes = bytes(|out| {
            out.message(table, |out| out.integer(1, 1));
            (0..100).for_each(|_| out.message(table, |_| {}));
        });
        assert_eq!(error_text(&bytes), format!("malformed profile: {text}"));
    }
}

fn twice(message: u64) -> Vec<u8> {
    bytes(|out| {
        out.message(message, |out| out.integer(1, 1));
        out.message(message, |out| out.integer(1, 1));
    })
}

#[test]
fn of_several_contradictions_the_reference_decides_which_is_told() {
    let invalid = |body: &dyn Fn(&mut Writer)| match decode(&bytes(body)).unwrap_err() {
        Error::Invalid(invalid) => invalid,
        other => panic!("{other}"),
    };
    let sample = |fields: &'static [(u64, u64)]| {
        move |out: &mut Writer| out.message(2, |out| integers(out, fields))
    };
    let unknown_then_odd = invalid(&|out| {
        sample(&[(1, 9), (2, 1)])(out);
        sample(&[])(out);
    });
    assert_eq!(unknown_then_odd, Invalid::UnknownLocation { sample: 0, id: 9 });
    let both_in_one = invalid(&|out| {
        sample(&[(2, 1)])(out);
        sample(&[(1, 9)])(out);
    });
    assert_eq!(both_in_one, Invalid::ValueCount { sample: 1, values: 0, types: 1 });
    let all_tables = invalid(&|out| [5, 4, 3].iter().for_each(|&table| out.message(table, |_| {})));
    assert_eq!(all_tables, Invalid::ReservedId { table: TableName::Mappings, row: 0 });
    let line_then_id = invalid(&|out| {
        out.message(4, |out| {
            out.integer(1, 1);
            out.message(4, |_| {});
        });
        out.message(4, |_| {});
    });
    assert_eq!(line_then_id, Invalid::UnknownFunction { location: 1, line: 0, id: 0 });
}

#[test]
fn the_bytes_are_those_of_the_reference() {
    let profile = decoded(|out| {
        out.message(2, |out| {
            out.integers(1, [1, 1, 1].into_iter());
            out.integers(2, [0].into_iter());
            out.message(3, |out| integers(out, &[(1, 5), (2, 4)]));
        });
        out.message(4, |out| {
            out.integer(1, 1);
            out.message(4, |out| out.integer(1, 1));
        });
        out.message(5, |out| integers(out, &[(1, 1), (2, 3)]));
    });
    let expected = b"\x0a\x04\x08\x01\x10\x02\
        \x12\x0d\x0a\x03\x01\x01\x01\x10\x00\x1a\x04\x08\x03\x10\x04\
        \x22\x06\x08\x01\x22\x02\x08\x01\
        \x2a\x04\x08\x01\x10\x05\
        \x32\x00\x32\x07samples\x32\x05count\x32\x05value\x32\x01a\x32\x01b\
        \x70\x00";
    assert_eq!(encode(&profile), expected);
}

#[test]
fn long_messages_get_long_lengths() {
    for depth in [1, 2, 3, 60, 63, 64, 125, 126, 127, 128, 129, 9000, 20_000] {
        let bytes = bytes(|out| {
            out.message(2, |out| {
                out.integers(1, std::iter::repeat_n(300, depth));
                out.integer_even_zero(2, 1);
            });
            out.message(4, |out| out.integer(1, 300));
        });
        let profile = decode(&bytes).unwrap();
        assert_eq!(profile.samples.stack(0).len(), depth);
        let again = decode(&encode(&profile)).unwrap();
        assert_eq!(again.samples.stack(0), profile.samples.stack(0));
    }
}
