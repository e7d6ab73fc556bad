//! Profiles as programs write them.

use super::File;
use super::builder::Label::{Number, Text};
use super::builder::{Builder, Mapping};

/// A name, and what makes the profile.
type Row = (&'static str, fn() -> Builder);

/// One of each.
pub fn profiles() -> Vec<File> {
    let named: &[Row] = &[
        ("heap", heap),
        ("cpu", cpu),
        ("contention", contention),
        ("columns", columns),
        ("diff-old", || {
            diff(&[("main;a", 700), ("main;b", 200), ("main;c;d", 100), ("main;e", 50)])
        }),
        ("diff-new", || {
            diff(&[("main;a", 900), ("main;b", 100), ("main;c;f", 100), ("main;e", 50)])
        }),
        ("unit-ms", || one_unit("milliseconds", 12)),
        ("unit-us", || one_unit("microseconds", 3_400)),
        ("header", header),
        ("drop-frames", drop_frames),
    ];
    named
        .iter()
        .map(|(name, make)| File::new(&format!("{name}.pb.gz"), make().compressed()))
        .collect()
}

const HEAP: [(&str, &str); 4] = [
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
];

/// Labels with and without units, inlined calls, recursion, something freed and something kept.
fn heap() -> Builder {
    let mut p = Builder::new(&HEAP);
    p.main_mapping();
    let labels = [Text("user", "alice"), Number("bytes", 1 << 20, "bytes")];
    p.stack("main.main;main.work;main.grow+main.push", &[10, 10 << 20, 5, 5 << 20], &labels);
    p.stack(
        "main.main;main.work;main.small",
        &[900, 14_400, 90, 1_440],
        &[Number("bytes", 16, "")],
    );
    p.stack("main.main;main.freed", &[3, 3 << 30, 0, 0], &[Text("user", "bob")]);
    let deep = format!("main.main{}", ";main.recurse".repeat(7));
    p.stack(
        &deep,
        &[7, 7 << 10, 7, 7 << 10],
        &[Number("depth", 7, "frames"), Number("zero", 0, "")],
    );
    p.stack("main.main;main.ping;main.pong;main.ping;main.pong", &[2, 96, 2, 96], &[]);
    p.stack("main.init+main.setup+main.defaults", &[1, 4 << 20, 1, 4 << 20], &[Text("user", "")]);
    p.stack(
        "main.main;main.big",
        &[1, 9 << 20, 1, 9 << 20],
        &[Text("tag", "a=b,c"), Text("tag", "second")],
    );
    p.header_text(14, "inuse_space");
    p.header_number(9, 1_700_000_000_123_456_789);
    p.period("space", "bytes", 524_288);
    p
}

/// Two columns, and a total that is a share of the duration.
fn cpu() -> Builder {
    let mut p = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
    p.main_mapping();
    let ticks = |n: i64| [n, n * 10_000_000];
    p.stack("runtime.main;main.main;main.busy", &ticks(120), &[Text("request", "GET /")]);
    p.stack(
        "runtime.main;main.main;main.busy;main.hash+main.rotate",
        &ticks(60),
        &[Text("request", "POST /")],
    );
    p.stack(
        "runtime.main;main.main;main.idle",
        &ticks(1),
        &[Number("latency", 1_500, "microseconds")],
    );
    p.stack("runtime.mcall;runtime.park_m;runtime.schedule", &ticks(13), &[]);
    p.stack("runtime.main;main.main", &ticks(2), &[Number("latency", 2, "seconds")]);
    p.header_number(9, 1_600_000_000_000_000_000);
    p.header_number(10, 2_345_678_901);
    p.period("cpu", "nanoseconds", 10_000_000);
    p
}

/// A count and what `-mean` divides by it, once by zero.
fn contention() -> Builder {
    let mut p = Builder::new(&[("contentions", "count"), ("delay", "nanoseconds")]);
    p.main_mapping();
    p.stack("main;lock;wait", &[4, 10_000_000], &[]);
    p.stack("main;lock", &[1, 999], &[]);
    p.stack("main;send;wait", &[3, 7_000_000_000], &[]);
    p.stack("main;close", &[0, 5_000], &[]);
    p.stack("main;open", &[7, 0], &[]);
    p.period("contentions", "count", 1);
    p
}

/// Lines that differ in their column alone, and one function in two files.
fn columns() -> Builder {
    let mut p = Builder::new(&[("samples", "count")]);
    p.main_mapping();
    let function = |name, file| super::builder::Function { name, file, ..Default::default() };
    let first = p.function(function(b"f", "/nowhere/one.c"));
    let second = p.function(function(b"f", "/nowhere/two.c"));
    for (place, (function, line, column)) in
        [(first, 4, 1), (first, 4, 9), (first, 5, 0), (second, 4, 1), (second, 0, 7)]
            .iter()
            .enumerate()
    {
        let line = super::builder::Line { function: *function, line: *line, column: *column };
        let location = p.location(1, 0x40_2000 + place as u64, &[line]);
        p.sample(&[location], &[1 << place], &[]);
    }
    p
}

/// One side of a comparison: some grew, some shrank, some came, some went, one stayed.
fn diff(stacks: &[(&str, i64)]) -> Builder {
    let mut p = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
    p.main_mapping();
    for (names, value) in stacks {
        p.stack(names, &[*value, value * 1_000_000], &[Text("stage", "one")]);
    }
    p.header_number(9, 1_650_000_000_000_000_000);
    p.header_number(10, 10_000_000_000);
    p.period("cpu", "nanoseconds", 1_000_000);
    p
}

/// The same quantity in units that a merge has to bring together.
fn one_unit(unit: &str, value: i64) -> Builder {
    let mut p = Builder::new(&[("samples", "count"), ("cpu", unit)]);
    p.main_mapping();
    p.stack("main;a", &[5, 0], &[]);
    p.stack("main;b", &[1, value], &[]);
    p.period("cpu", unit, 1);
    p
}

/// Every field of the header; a comment that is not shown, an odd duration.
fn header() -> Builder {
    let mut p = Builder::new(&HEAP);
    let range = [0x1000, 0x9000, 0x1000];
    p.mapping(Mapping {
        range,
        file: "/nowhere/bin/server",
        build_id: "0badcafe",
        symbolized: true,
    });
    p.stack("main;a", &[1, 2048, 1, 2048], &[]);
    for comment in ["first comment", "#not shown", "", "third"] {
        p.header_text(13, comment);
    }
    p.header_text(14, "alloc_space");
    p.header_text(15, "https://example.com/how-to-read");
    p.header_number(9, 1_234_567_890_000_000_001);
    p.header_number(10, 16_502_830_000_001);
    p.period("space", "bytes", 1);
    p
}

/// Patterns of frames to leave out, one of them inlined, and of frames to keep all the same.
fn drop_frames() -> Builder {
    let mut p = Builder::new(&[("samples", "count")]);
    p.main_mapping();
    for (place, names) in [
        "main;foo;malloc",
        "main;foo;tc_b;tc_a;x",
        "tc_a;malloc",
        "main;outer+malloc+in",
        "main;tc_keep;leaf",
        "malloc;foo",
        "main;operator new(unsigned long);y",
        "tc_a;foo;malloc;z",
        "main;.hidden(int);(anonymous namespace)::f(char)",
    ]
    .iter()
    .enumerate()
    {
        p.stack(names, &[1 << place], &[]);
    }
    p.header_text(7, "malloc|tc_.*|operator new|hidden");
    p.header_text(8, "tc_keep");
    p
}
