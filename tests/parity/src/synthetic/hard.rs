//! Profiles at the edges of the format: all of them valid.

use super::File;
use super::builder::Label::{Number, Text};
use super::builder::{Builder, Function, Line, Mapping, gzip};
use super::wire::Message;

/// A name, and what makes the profile.
type Row = (&'static str, fn() -> Vec<u8>);

/// One of each.
pub fn profiles() -> Vec<File> {
    let named: &[Row] = &[
        ("ties.pb.gz", || ties().compressed()),
        ("negative.pb.gz", || negative().compressed()),
        ("unsymbolized.pb.gz", || unsymbolized().compressed()),
        ("empty-stacks.pb.gz", || empty_stacks().compressed()),
        ("not-utf8.pb.gz", || not_utf8().compressed()),
        ("huge.pb.gz", || huge().compressed()),
        ("overflow.pb.gz", || overflow().compressed()),
        ("overflow-inner.pb.gz", || overflow_inner().compressed()),
        ("freed.heap", freed),
        ("nameless-type.pb.gz", || nameless_type().compressed()),
        ("many-types.pb.gz", || many_types().compressed()),
        ("first-default.pb.gz", || default_type("alpha").compressed()),
        ("unknown-default.pb.gz", || default_type("omega").compressed()),
        ("no-samples.pb.gz", || Builder::new(&[("inuse_space", "bytes")]).compressed()),
        ("all-zero.pb.gz", || all_zero().compressed()),
        ("label-units.pb.gz", || label_units().compressed()),
        ("mangled.pb.gz", || mangled().compressed()),
        ("not-compressed.pb", || ties().bytes()),
        ("two-members.pb.gz", two_members),
        ("odd-wire.pb.gz", odd_wire),
    ];
    named.iter().map(|(name, make)| File::new(name, make())).collect()
}

/// Equal values everywhere; names decide.
fn ties() -> Builder {
    let mut p = Builder::new(&[("samples", "count")]);
    p.main_mapping();
    for names in
        ["r;b;x", "r;a;x", "r;c;y", "r;a;y", "r;b", "r;a", "s;x", "s;y", "r", "s", "B;x", "b2"]
    {
        p.stack(names, &[10], &[Text("k", names)]);
    }
    p
}

/// A difference that was saved: signs mixed, sums that cancel.
fn negative() -> Builder {
    let mut p = Builder::new(&[("objects", "count"), ("space", "bytes")]);
    p.main_mapping();
    p.stack("main;grew", &[5, 5000], &[]);
    p.stack("main;shrank", &[-7, -70_000], &[]);
    p.stack("main;cancel;left", &[3, 300], &[]);
    p.stack("main;cancel;right", &[-3, -300], &[]);
    p.stack("main;gone", &[0, -1], &[Number("bytes", -16, "bytes")]);
    p.stack("main;base", &[2, 200], &[Text("pprof::base", "true")]);
    p
}

/// Addresses without names: known and unknown mappings, none, and one that the kernel provides.
fn unsymbolized() -> Builder {
    let mut p = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
    p.main_mapping();
    let file = |file| Mapping { file, ..Mapping::default() };
    let library = p.mapping(Mapping {
        range: [0x7000_0000, 0x7010_0000, 0x2000],
        build_id: "feed",
        ..file("/nowhere/lib/libx.so.1")
    });
    let kernel = p.mapping(Mapping { range: [0x7fff_0000, 0x7fff_2000, 0], ..file("[vdso]") });
    let anonymous = p.mapping(Mapping { range: [0x1000_0000, 0x1000_1000, 0], ..file("") });
    let mut places = Vec::new();
    for (mapping, address) in [
        (library, 0x7000_1234),
        (library, 0x7000_1238),
        (kernel, 0x7fff_0010),
        (anonymous, 0x1000_0008),
        (0, 0xdead_beef),
        (0, 0),
    ] {
        places.push(p.location(mapping, address, &[]));
    }
    let function = p.function(Function { name: b"main", ..Function::default() });
    let main = p.location(1, 0x40_1000, &[Line { function, line: 0, column: 0 }]);
    let nameless = p.function(Function { file: "/nowhere/only-a-file.c", ..Function::default() });
    let nameless = p.location(1, 0x40_1100, &[Line { function: nameless, line: 12, column: 0 }]);
    for (place, location) in places.iter().enumerate() {
        p.sample(&[*location, nameless, main], &[1, 1 << (4 * place)], &[]);
    }
    p.sample(&[places[0], places[1], places[4]], &[3, 333], &[]);
    p
}

/// Samples that belong to nobody still count in the total.
fn empty_stacks() -> Builder {
    let mut p = Builder::new(&[("samples", "count"), ("cpu", "milliseconds")]);
    p.main_mapping();
    p.stack("", &[1, 50], &[Text("who", "nobody")]);
    p.stack("main;work", &[2, 100], &[]);
    p.stack("", &[0, 25], &[]);
    p
}

/// Names in no encoding at all, wide ones, and ones that mean something to a terminal or a page.
fn not_utf8() -> Builder {
    let mut p = Builder::new(&[("samples", "count")]);
    p.main_mapping();
    let names: [&[u8]; 7] = [
        b"latin1 caf\xe9",
        b"\xff\xfe\x00zero",
        "日本語::関数".as_bytes(),
        b"tab\there",
        b"<b>&\"quoted\"</b>",
        b"back\\slash %s %d",
        "e\u{301}\u{1f600}".as_bytes(),
    ];
    let mut stack = Vec::new();
    for (place, name) in names.into_iter().enumerate() {
        let function =
            p.function(Function { name, file: "/nowhere/été.c", ..Function::default() });
        let line = Line { function, line: place as i64 + 1, column: 0 };
        stack.insert(0, p.location(1, 0x40_1000 + place as u64, &[line]));
        p.sample(&stack, &[1 << place], &[Text("schlüssel", "wért"), Text("a\nb", "c\td")]);
    }
    p
}

/// Values near the end of what a sum can hold.
fn huge() -> Builder {
    let mut p = Builder::new(&[("objects", "count"), ("space", "bytes")]);
    p.main_mapping();
    p.stack("main;most", &[1 << 52, 1 << 61], &[Number("bytes", i64::MAX, "bytes")]);
    p.stack(
        "main;more",
        &[(1 << 53) + 1, (1 << 60) + 12_345],
        &[Number("bytes", i64::MIN, "bytes")],
    );
    p.stack("main;some", &[1, 1 << 59], &[]);
    p.stack("main;one", &[1, 1], &[]);
    p.header_number(9, i64::MAX);
    p.header_number(10, i64::MAX);
    p
}

/// Sums that no longer fit.
fn overflow() -> Builder {
    let mut p = Builder::new(&[("space", "bytes")]);
    p.main_mapping();
    for names in ["main;a", "main;b", "main;c;d"] {
        p.stack(names, &[i64::MAX], &[]);
    }
    p.stack("main;e", &[i64::MIN], &[]);
    p
}

/// Sums that reach -2^63 by wrapping around, above others that do not.
fn overflow_inner() -> Builder {
    let mut p = Builder::new(&[("objects", "count"), ("space", "bytes")]);
    p.main_mapping();
    p.stack("x", &[5, i64::MIN], &[]);
    p.stack("x;y", &[i64::MAX - 4, i64::MIN], &[]);
    p.stack("z", &[1, i64::MAX - 1], &[]);
    p.stack("z;y;x", &[0, i64::MAX - 4], &[]);
    p.stack("q;z;q", &[0, i64::MIN], &[]);
    p
}

/// A text heap profile with stacks whose blocks are all freed: the size of a block is then 0, which a
/// written profile cannot say.
fn freed() -> Vec<u8> {
    b"heap profile: 3: 96 [5: 224] @ heap/1048576\n\
        0: 0 [2: 128] @ 0x401001 0x402001\n\
        3: 96 [3: 96] @ 0x401101 0x402001\n\
        0: 0 [0: 0] @ 0x401201 0x402001\n\n\
        MAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 00:00 0 /nowhere/bin/app\n"
        .to_vec()
}

/// Nothing to print about the profile: no type, no time, no file.
fn nameless_type() -> Builder {
    let mut p = Builder::new(&[("", "")]);
    p.stack("main;work", &[3], &[]);
    p.stack("main", &[1], &[]);
    p
}

/// A column of every family of units, and of none.
fn many_types() -> Builder {
    let units = [
        "count",
        "bytes",
        "kilobytes",
        "nanoseconds",
        "microseconds",
        "milliseconds",
        "seconds",
        "hours",
        "nanogcu",
        "GCU",
        "widgets",
        "",
        "MB",
        "sample",
    ];
    let types: Vec<(String, &str)> =
        units.iter().map(|unit| (format!("in_{unit}"), *unit)).collect();
    let types: Vec<(&str, &str)> =
        types.iter().map(|(name, unit)| (name.as_str(), *unit)).collect();
    let mut p = Builder::new(&types);
    p.main_mapping();
    for (place, names) in ["main;a", "main;b", "main;c", "main;d;e"].iter().enumerate() {
        let values: Vec<i64> =
            (0..types.len() as i64).map(|column| 7_i64.pow(place as u32 * 3) + column).collect();
        p.stack(names, &values, &[]);
    }
    p
}

/// A default sample type that is not the last, or that is none.
fn default_type(name: &str) -> Builder {
    let mut p = Builder::new(&[
        ("alpha", "count"),
        ("beta", "bytes"),
        ("inuse_gamma", "bytes"),
        ("gamma", "bytes"),
    ]);
    p.main_mapping();
    p.stack("main;a", &[1, 1000, 3, 4], &[]);
    p.stack("main;b", &[2, 0, 30, 40], &[]);
    p.header_text(14, name);
    p
}

/// Samples, and not one value among them.
fn all_zero() -> Builder {
    let mut p = Builder::new(&[("alloc_space", "bytes"), ("inuse_space", "bytes")]);
    p.main_mapping();
    p.stack("main;a", &[4096, 0], &[]);
    p.stack("main;b", &[0, 0], &[]);
    p
}

/// Numeric labels whose unit is missing, disputed, unknown or implied by the key.
fn label_units() -> Builder {
    let mut p = Builder::new(&[("inuse_space", "bytes")]);
    p.main_mapping();
    let rows: [(&str, i64, &str); 14] = [
        ("bytes", 512, ""),
        ("bytes", 512, "kilobytes"),
        ("request", 2048, ""),
        ("alignment", 16, ""),
        ("thread_id", 77, ""),
        ("latency", 1500, "microseconds"),
        ("latency", 3, "seconds"),
        ("count", 9, "widgets"),
        ("size", 0, "bytes"),
        ("lost", 0, ""),
        ("negative", -5, "milliseconds"),
        ("large", 1 << 40, "bytes"),
        ("hours", 2, "hour"),
        ("bytes", 3 << 20, "bytes"),
    ];
    for (place, (key, number, unit)) in rows.into_iter().enumerate() {
        let labels =
            [Number(key, number, unit), Number("both", place as i64, "ns"), Text(key, "and text")];
        p.stack("main;alloc", &[1000 + place as i64], &labels);
    }
    p
}

/// System names of C++ and Rust, with and without a readable name beside them.
fn mangled() -> Builder {
    let mut p = Builder::new(&[("samples", "count")]);
    p.main_mapping();
    let system_names = [
        "_ZN3foo3barEv",
        "_ZNSt6vectorIiSaIiEE9push_backERKi",
        "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE",
        "_RNvCs1234_7mycrate3foo",
        "_ZN9__gnu_cxx13new_allocatorIcE8allocateEmPKv",
        "_Znwm",
        "main.(*T[...]).Method",
        "_Z1fIiEvT_",
    ];
    for (place, system_name) in system_names.into_iter().enumerate() {
        for name in [&b""[..], system_name.as_bytes(), b"readable<int>(char const*)"] {
            let function = p.function(Function { name, system_name, ..Function::default() });
            let address = 0x40_1000 + 0x10 * place as u64 + name.len() as u64 % 16;
            let location = p.location(1, address, &[Line { function, line: 1, column: 0 }]);
            p.sample(&[location], &[1 + place as i64 + name.len() as i64 * 100], &[]);
        }
    }
    p
}

/// Gzip allows a file to be written in pieces.
fn two_members() -> Vec<u8> {
    let bytes = ties().bytes();
    let (front, back) = bytes.split_at(bytes.len() / 2);
    [gzip(front), gzip(back)].concat()
}

/// What the encoding allows and nobody does: fields out of order, a list in pieces, unknown fields,
/// a string table behind everything else, references to what comes later.
fn odd_wire() -> Vec<u8> {
    let sample = Message::default().element(1, 1).packed(1, [2]).packed(2, [5]).element(2, 6);
    let line = Message::default().number(1, 1).number(2, 3);
    let first = Message::default().bytes(4, &line.0).number(1, 1).number(99, 5);
    let second = Message::default().number(1, 2).number(2, 0).bytes(4, &line.0);
    let function = Message::default().number(2, 5).number(1, 1).bytes(77, b"unknown");
    let types = [
        Message::default().number(1, 1).number(2, 2),
        Message::default().number(1, 3).number(2, 4),
    ];
    let profile = Message::default().number(10, 7).bytes(2, &sample.0).bytes(5, &function.0);
    let profile = profile.bytes(4, &second.0).bytes(4, &first.0).bytes(1, &types[0].0);
    let profile = profile.number(10, 1_000_000_000).bytes(1, &types[1].0).bytes(1000, b"unknown");
    let strings: [&[u8]; 6] = [b"", b"samples", b"count", b"cpu", b"nanoseconds", b"late"];
    gzip(&strings.iter().fold(profile, |profile, string| profile.bytes(6, string)).0)
}
