//! Files that are not profiles, each in one way.

use super::File;
use super::builder::{Builder, Function, Line, Mapping, gzip};
use super::wire::Message;

/// One of each.
pub fn files() -> Vec<File> {
    let good = good().compressed();
    let plain = good_bytes();
    vec![
        File::new("empty", Vec::new()),
        File::new("one-byte", vec![0x0a]),
        File::new("text", b"not a profile at all\n".to_vec()),
        File::new("gzip-magic-only", good[..2].to_vec()),
        File::new("gzip-cut-in-the-header", good[..6].to_vec()),
        File::new("gzip-cut-in-the-middle", good[..good.len() / 2].to_vec()),
        File::new("gzip-of-nothing", gzip(b"")),
        File::new("gzip-of-text", gzip(b"hello\n")),
        File::new("cut-in-a-message", plain[..plain.len() - 3].to_vec()),
        File::new("length-past-the-end", Message::default().bytes(2, &[0; 40]).0[..20].to_vec()),
        File::new("endless-number", [&[0x48][..], &[0xff; 12]].concat()),
        File::new("huge-length", [&[0x12][..], &[0xff; 9], &[0x01]].concat()),
        File::new("group-wire-type", vec![0x0b, 0x0c]),
        File::new("wrong-wire-type", [&plain[..], &Message::default().number(2, 5).0].concat()),
        File::new("string-index-too-large", with(&Message::default().number(7, 9_999))),
        File::new("first-string-not-empty", Message::default().bytes(6, b"x").0),
        File::new("no-strings", Message::default().bytes(1, &[]).0),
        File::new("two-profiles", [timed(), timed()].concat()),
        File::new("unknown-location", unknown_location()),
        File::new("location-id-zero", with(&Message::default().bytes(4, &[]))),
        File::new("location-twice", with(&Message::default().bytes(4, &[0x08, 1]))),
        File::new("function-id-zero", with(&Message::default().bytes(5, &[]))),
        File::new("function-twice", with(&Message::default().bytes(5, &[0x08, 1]))),
        File::new("mapping-id-zero", with(&Message::default().bytes(3, &[]))),
        File::new("mapping-twice", with(&Message::default().bytes(3, &[0x08, 1]))),
        File::new(
            "line-without-function",
            with(&Message::default().bytes(4, &[0x08, 77, 0x22, 0])),
        ),
        File::new("too-few-values", with(&Message::default().bytes(2, &[0x08, 1]))),
        File::new("no-sample-types", no_sample_types()),
        File::new("nothing-but-strings", Message::default().bytes(6, b"").0),
    ]
}

fn good() -> Builder {
    let mut p = Builder::new(&[("samples", "count")]);
    p.mapping(Mapping {
        range: [0x1000, 0x2000, 0],
        file: "/nowhere/bin/app",
        ..Mapping::default()
    });
    let function = p.function(Function { name: b"main", ..Function::default() });
    let location = p.location(1, 0x1010, &[Line { function, line: 1, column: 0 }]);
    p.sample(&[location], &[1], &[]);
    p
}

fn good_bytes() -> Vec<u8> {
    good().bytes()
}

/// A good profile and one more field.
fn with(extra: &Message) -> Vec<u8> {
    [good_bytes(), extra.0.clone()].concat()
}

fn timed() -> Vec<u8> {
    let mut p = good();
    p.header_number(9, 1_700_000_000_000_000_000);
    p.bytes()
}

fn unknown_location() -> Vec<u8> {
    let mut p = good();
    p.sample(&[42], &[1], &[]);
    p.bytes()
}

fn no_sample_types() -> Vec<u8> {
    let mut p = Builder::new(&[]);
    p.sample(&[], &[], &[]);
    p.bytes()
}
