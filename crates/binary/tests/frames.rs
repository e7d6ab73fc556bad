//! Frames of programs that the test compiles, compared with binutils.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod programs;

use std::path::Path;

use heapwise_binary::{Binary, FileOffset, Frame, Image, LinkAddr, MappedRange};
use programs::{C, RUST, compile_c, compile_rust, folder, function, run, text};

/// Function, file name, line and start line of every frame at `at`.
fn frames(binary: &Binary<'_>, at: u64) -> Vec<(String, String, u32, u32)> {
    let mut found = Vec::new();
    binary.frames(LinkAddr(at), &mut found);
    found.iter().map(|frame| (name(frame), file(frame), frame.line, frame.start_line)).collect()
}

fn name(frame: &Frame<'_>) -> String {
    String::from_utf8(frame.name().into_owned()).unwrap()
}

fn file(frame: &Frame<'_>) -> String {
    frame.file.rsplit('/').next().unwrap_or_default().to_owned()
}

fn row(name: &str, file: &str, line: u32, start: u32) -> (String, String, u32, u32) {
    (name.to_owned(), file.to_owned(), line, start)
}

/// The first address in the function named `part` whose innermost frame is `innermost`.
fn find(binary: &Binary<'_>, program: &Path, part: &str, innermost: &str) -> u64 {
    let (start, size) = function(program, &[part]);
    let at = (start..start + size).find(|&at| frames(binary, at)[0].0 == innermost);
    at.unwrap_or_else(|| panic!("no {innermost} in {part}"))
}

/// The frames of every byte of `outer` are those that binutils prints.
fn assert_equal_to_addr2line(program: &Path, part: &str) {
    let image = Image::open(program).unwrap();
    let binary = Binary::parse(&image).unwrap();
    let (start, size) = function(program, &[part]);
    for at in start..start + size {
        let printed = run("addr2line", &["-if", "-e", text(program), &format!("{at:#x}")]);
        let mut found = Vec::new();
        binary.frames(LinkAddr(at), &mut found);
        let ours: String = found
            .iter()
            .map(|frame| {
                let symbol = String::from_utf8_lossy(frame.symbol);
                format!("{symbol}\n{}:{}\n", frame.file, frame.line)
            })
            .collect();
        assert_eq!(ours, without_discriminators(&printed), "at {at:#x}");
    }
}

fn without_discriminators(printed: &str) -> String {
    printed.lines().map(|line| format!("{}\n", line.split(" (disc").next().unwrap())).collect()
}

#[test]
fn inlined_calls_of_c_come_innermost_first() {
    for (test, flags) in [
        ("c-pie", &["-O1", "-g", "-pie", "-fPIE"][..]),
        ("c-fixed", &["-O1", "-g", "-no-pie"]),
        ("c-dwarf4", &["-O1", "-gdwarf-4"]),
        ("c-compressed", &["-O1", "-g", "-gz=zlib"]),
    ] {
        let program = compile_c(&folder(test), C, flags);
        let image = Image::open(&program).unwrap();
        let binary = Binary::parse(&image).unwrap();
        let at = find(&binary, &program, "outer", "inner");
        let expected = [
            row("inner", "program.c", 5, 3),
            row("middle", "program.c", 10, 8),
            row("outer", "program.c", 15, 13),
        ];
        assert_eq!(frames(&binary, at), expected, "{test}");
        assert_equal_to_addr2line(&program, "outer");
    }
}

/// Inlined functions have their scope from debug information only, and line tables leave it out.
#[test]
fn rust_names_are_as_whole_as_the_file_has_them() {
    const V0: &str = "-Csymbol-mangling-version=v0";
    const WHOLE: &str = "<program::Bag<alloc::string::String>>::grow";
    for (test, flags, names) in [
        ("rust-v0", [V0, "-Cdebuginfo=2"], [WHOLE, "program::fill::<alloc::string::String>"]),
        (
            "rust-lines",
            [V0, "-Cdebuginfo=line-tables-only"],
            [WHOLE, "fill<alloc::string::String>"],
        ),
        ("rust", ["-g", "-Cpanic=abort"], ["program::Bag<T>::grow", "program::fill"]),
    ] {
        let program = compile_rust(&folder(test), RUST, &["-Copt-level=1", flags[0], flags[1]]);
        let image = Image::open(&program).unwrap();
        let binary = Binary::parse(&image).unwrap();
        let (start, size) = function(&program, &["Bag", "4grow"]);
        let mut stacks = (start..start + size).map(|at| frames(&binary, at));
        let inlined = stacks.find(|stack| stack.iter().any(|frame| frame.0.contains("fill")));
        let ends = inlined.unwrap().into_iter().rev().take(2);
        let rows: Vec<_> = ends.map(|frame| (frame.0, frame.1, frame.2)).collect();
        let row = |name: &str, line| (name.to_owned(), "program.rs".to_owned(), line);
        assert_eq!(rows, [row(names[0], 11), row(names[1], 5)], "{test}");
    }
}

#[test]
fn the_symbol_table_names_what_debug_information_does_not() {
    let program = compile_c(&folder("c-plain"), C, &["-O1"]);
    let image = Image::open(&program).unwrap();
    let binary = Binary::parse(&image).unwrap();
    let (start, size) = function(&program, &["outer"]);
    let expected = [row("outer", "", 0, 0)];
    assert_eq!(frames(&binary, start), expected);
    assert_eq!(frames(&binary, start + size - 1), expected);
    assert_eq!(frames(&binary, 1), []);
    assert_eq!(frames(&binary, u64::MAX), []);
    assert!(!binary.has_debug_info());
}

/// The program prints its own mappings and an address of `outer`; those must lead back to it.
#[test]
fn addresses_of_a_running_process_lead_into_the_file() {
    let source = C.replace(
        "int main(void)\n{",
        "#include <stdio.h>\nint main(void)\n{\n    \
        char line[512]; FILE *maps = fopen(\"/proc/self/maps\", \"r\");\n    \
        while (fgets(line, sizeof line, maps)) fputs(line, stdout);\n    \
        printf(\"%p\\n\", (void *)outer);",
    );
    for (test, flags) in
        [("runs-pie", &["-g", "-pie", "-fPIE"]), ("runs-fixed", &["-g", "-g", "-no-pie"])]
    {
        let program = compile_c(&folder(test), &source, flags);
        let printed = run(text(&program), &[]);
        let (maps, address) = printed.trim_end().rsplit_once('\n').unwrap();
        let runtime = u64::from_str_radix(address.trim_start_matches("0x"), 16).unwrap();
        let range =
            maps.lines().map(range).find(|range| (range.start..range.limit).contains(&runtime));
        let image = Image::open(&program).unwrap();
        let binary = Binary::parse(&image).unwrap();
        let link = binary.link_address(runtime, &range.unwrap()).unwrap();
        assert_eq!(link.0, function(&program, &["outer"]).0);
        assert_eq!(frames(&binary, link.0)[0].0, "outer");
    }
}

fn range(line: &str) -> MappedRange {
    let hex = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let words: Vec<_> = line.split(' ').collect();
    let (start, limit) = words[0].split_once('-').unwrap();
    MappedRange { start: hex(start), limit: hex(limit), offset: FileOffset(hex(words[2])) }
}
