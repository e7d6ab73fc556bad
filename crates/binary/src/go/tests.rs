//! A table of two functions, written by hand in every format; Go of several releases made the ones
//! that the parity test reads.

use super::*;
use crate::go::table::{Format, Header};

const TEXT: u64 = 0x40_1000;

/// `outer` has 0x40 bytes; `inner`, started at line 3, was inlined into those from 0x10 to 0x20, where
/// the instruction at 0x8 is that of `outer` which calls it.
struct Built {
    table: Vec<u8>,
    trees: Vec<u8>,
}

fn list(steps: &[(i32, u8)]) -> Vec<u8> {
    let (mut bytes, mut before, mut from) = (Vec::new(), -1, 0);
    for &(value, end) in steps {
        let change: i32 = value - before;
        bytes.extend([((change << 1) ^ (change >> 31)) as u8, end - from]);
        (before, from) = (value, end);
    }
    bytes.push(0);
    bytes
}

fn build(format: Format) -> Built {
    let names = b"start\0main.outer\0main.inner\0";
    let mut values = vec![0];
    let mut place = |steps: &[(i32, u8)]| {
        let at = values.len() as u32;
        values.extend(list(steps));
        at
    };
    let files = place(&[(0, 0x10), (1, 0x20), (0, 0x40)]);
    let lines = place(&[(7, 0x10), (4, 0x20), (9, 0x40)]);
    let inlined = place(&[(-1, 0x10), (0, 0x20), (-1, 0x40)]);
    let start = if format == Format::Go120 { vec![6_u32] } else { Vec::new() };
    let function = |name: u32, lists: [u32; 3]| {
        let [files, lines, inlined] = lists;
        let mut words = vec![name, 0, 0, 0, files, lines, 3, 0];
        words.extend(&start);
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend([0, 0, 0, 4]); // kind, flags, and how many data there are
        let data = [0, 0, inlined, u32::MAX, u32::MAX, u32::MAX, 0];
        bytes.extend(data.iter().flat_map(|word| word.to_le_bytes()));
        bytes
    };
    let functions = [function(6, [files, lines, inlined]), function(0, [0, 0, 0])];
    let rows = rows(format, &functions);
    let units: Vec<u8> = [0_u32, 6].iter().flat_map(|word| word.to_le_bytes()).collect();
    let parts = [&names[..], &units, b"/a.go\0/b.go\0", &values, &rows];

    let magic: u32 = match format {
        Format::Go116 => 0xffff_fffa,
        Format::Go118 => 0xffff_fff0,
        Format::Go120 => 0xffff_fff1,
    };
    let mut table = [&magic.to_le_bytes()[..], &[0, 0, 1, 8]].concat();
    let mut words = vec![2, 2];
    if format != Format::Go116 {
        words.push(0);
    }
    let mut at = 8 + 8 * (words.len() + parts.len()) as u64;
    for part in parts {
        words.push(at);
        at += part.len() as u64;
    }
    table.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    table.extend(parts.concat());
    Built { table, trees: trees(format) }
}

/// Addresses and places of the functions, and after them the functions.
fn rows(format: Format, functions: &[Vec<u8>; 2]) -> Vec<u8> {
    let wide = format == Format::Go116;
    let (size, entries) =
        if wide { (16, [TEXT, TEXT + 0x40, TEXT + 0x60]) } else { (8, [0, 0x40, 0x60]) };
    let entry =
        |at: u64| if wide { at.to_le_bytes().to_vec() } else { (at as u32).to_le_bytes().to_vec() };
    let address = |row: usize| entry(entries[row]);
    let bodies =
        [[&address(0)[..], &functions[0]].concat(), [&address(1)[..], &functions[1]].concat()];
    let first = 2 * size + size / 2;
    let places = [first, first + bodies[0].len() as u64].map(entry);
    [&address(0)[..], &places[0], &address(1), &places[1], &address(2), &bodies[0], &bodies[1]]
        .concat()
}

fn trees(format: Format) -> Vec<u8> {
    let call = match format {
        Format::Go120 => vec![0, 17, 8, 3],
        _ => vec![0, 1, 4, 17, 8],
    };
    call.iter().flat_map(|word: &u32| word.to_le_bytes()).collect()
}

fn read(built: &Built) -> Option<GoTables<'_>> {
    let bytes = Bytes { data: &built.table, little: true };
    let table = Table::new(bytes, &Header::parse(bytes)?, TEXT)?;
    let trees = InlineTrees::new(&table, Bytes { data: &built.trees, little: true });
    Some(GoTables { table, trees })
}

fn shown(tables: &GoTables<'_>, at: u64) -> Vec<String> {
    let mut frames = Vec::new();
    tables.frames(LinkAddr(at), &mut frames);
    let row = |f: &Frame<'_>| {
        format!("{} {}:{} {}", f.symbol.escape_ascii(), f.file, f.line, f.start_line)
    };
    frames.iter().map(row).collect()
}

#[test]
fn functions_lines_and_inlined_calls_are_those_of_the_format() {
    for (format, outer, inner) in [
        (Format::Go116, "main.outer /a.go:7 0", None),
        (Format::Go118, "main.outer /a.go:7 0", Some("main.inner /b.go:4 0")),
        (Format::Go120, "main.outer /a.go:7 6", Some("main.inner /b.go:4 3")),
    ] {
        let built = build(format);
        let tables = read(&built).unwrap();
        assert_eq!(shown(&tables, TEXT + 0xf), [outer], "{format:?}");
        match inner {
            Some(inner) => assert_eq!(shown(&tables, TEXT + 0x10), [inner, outer], "{format:?}"),
            None => assert_eq!(shown(&tables, TEXT + 0x10), [outer.replace("/a.go:7", "/b.go:4")]),
        }
        assert!(shown(&tables, TEXT + 0x40)[0].starts_with("start :0 "), "{format:?}");
        for outside in [0, TEXT - 1, TEXT + 0x60, u64::MAX] {
            assert_eq!(shown(&tables, outside), [""; 0]);
        }
    }
}

#[test]
fn calls_that_make_no_sense_are_none() {
    let built = build(Format::Go120);
    for wrong in [vec![0; 16], vec![0xff; 16], trees(Format::Go118), Vec::new()] {
        let built = Built { table: built.table.clone(), trees: wrong };
        assert!(read(&built).unwrap().trees.is_none());
    }
}

/// Every byte of every format is damaged in turn; what is left to say matters less than the end.
#[test]
fn a_damaged_table_ends_lookups() {
    for format in [Format::Go116, Format::Go118, Format::Go120] {
        let whole = build(format);
        let mut refused = 0;
        for at in 0..whole.table.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut table = whole.table.clone();
                table[at] = value;
                let damaged = Built { table, trees: whole.trees.clone() };
                let Some(tables) = read(&damaged) else {
                    refused += 1;
                    continue;
                };
                for address in [TEXT, TEXT + 0x18, TEXT + 0x5f, u64::MAX] {
                    assert!(shown(&tables, address).len() <= DEEPEST + 1);
                }
            }
        }
        assert!(refused > 40, "the header is checked");
    }
}

#[test]
fn a_table_of_endless_lists_costs_bounded_work() {
    let mut built = build(Format::Go120);
    // The list of the lines of `outer` becomes one of 10,000 steps, of a byte each, behind the rest.
    let values = u64::from_le_bytes(built.table[56..64].try_into().unwrap()) as usize;
    let lines = list(&[(7, 0x10), (4, 0x20), (9, 0x40)]);
    let lines = built.table.windows(lines.len()).position(|window| window == lines).unwrap();
    let place = |at: usize| ((at - values) as u32).to_le_bytes();
    let field = built.table.windows(4).rposition(|window| window == place(lines)).unwrap();
    let end = built.table.len();
    built.table[field..field + 4].copy_from_slice(&place(end));
    built.table.extend([2, 1].repeat(10_000));

    let tables = read(&built).unwrap();
    let function = tables.table.find(TEXT).unwrap();
    let left = || tables.table.work_left.get();
    let before = left();
    assert_eq!((function.line(5_000), before - left()), (5_000, 5_001));
    assert_eq!((function.line(u64::MAX), before - left()), (0, 15_001));
    tables.table.work_left.set(12_000);
    let answers = (0..100).filter(|_| function.line(5_000) == 5_000).count();
    assert_eq!((answers, left()), (2, 0));
    assert_eq!(shown(&tables, TEXT), [""; 0]);
}
