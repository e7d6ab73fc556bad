//! Files that are no programs, or damaged ones.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod programs;

use std::path::Path;

use heapwise_binary::{
    Binary, DebugFiles, Error, FileOffset, Image, LinkAddr, MappedRange, Syntax,
};
use programs::{C, compile_c, folder, function};

fn open_error(path: &Path) -> String {
    match Image::open(path) {
        Err(error) => error.to_string(),
        Ok(image) => Binary::parse(&image).unwrap_err().to_string(),
    }
}

#[test]
fn what_is_no_program_is_named_with_the_reason() {
    let folder = folder("no-programs");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let unrecognized = |path: &Path| format!("open {}: unrecognized object file", path.display());
    let header = b"\x7fELF\x02\x01\x01".as_slice();
    let files =
        [write("garbage", &b"garbage".repeat(99)), write("empty", b""), write("cut", header)];
    for path in files.iter().chain([&folder]) {
        assert_eq!(open_error(path), unrecognized(path));
    }
    let missing = folder.join("missing");
    let expected = format!("open {}: no such file or directory", missing.display());
    assert_eq!(open_error(&missing), expected);
}

/// Every lookup there is; what it finds matters less than that it ends.
fn ask_everything(bytes: Vec<u8>, at: u64) -> Result<usize, Error> {
    let image = Image::from_bytes(Path::new("hostile"), bytes);
    let files = DebugFiles::new(&[], &|_| None);
    let binary = Binary::parse(&image)?.with_debug_files(&files);
    let mut frames = Vec::new();
    let mut found = 0;
    for address in [0, 1, at, at + 9, u64::MAX - 1, u64::MAX] {
        binary.frames(LinkAddr(address), &mut frames);
        found += frames.len();
        let range = MappedRange { start: address, limit: u64::MAX, offset: FileOffset(at) };
        found += usize::from(binary.link_address(address, &range).is_some());
        let code = LinkAddr(address)..LinkAddr(address.saturating_add(64));
        let _ = binary.instructions(code, Syntax::Plan9);
    }
    Ok(found + binary.build_id().map_or(0, |id| id.len()))
}

/// The compiled program, and the address of a function in it.
fn program(test: &str, flags: &[&str]) -> (Vec<u8>, u64) {
    let program = compile_c(&folder(test), C, flags);
    let (outer, _) = function(&program, &["outer"]);
    (std::fs::read(program).unwrap(), outer)
}

#[test]
fn a_program_cut_anywhere_is_refused_or_knows_less() {
    let (bytes, outer) = program("cut", &["-O1", "-g"]);
    let whole = ask_everything(bytes.clone(), outer).unwrap();
    assert!(whole > 40, "the build id alone has 40 digits");
    for length in (0..bytes.len()).step_by(61) {
        if let Ok(found) = ask_everything(bytes[..length].to_vec(), outer) {
            assert!(found <= whole);
        }
    }
}

/// Deterministic damage: every run tries the same files.
#[test]
fn a_damaged_program_never_panics() {
    for (test, flags) in
        [("damaged", &["-O1", "-g"][..]), ("damaged-zlib", &["-O1", "-g", "-gz=zlib"])]
    {
        let (bytes, outer) = program(test, flags);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |limit: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % limit
        };
        let mut refused = 0;
        for round in 0..400 {
            let mut damaged = bytes.clone();
            // The headers decide most, so half of the damage goes there.
            for _ in 0..=round % 8 {
                let limit = if round % 2 == 0 { 1024 } else { bytes.len() };
                damaged[next(limit)] = next(256) as u8;
            }
            refused += usize::from(ask_everything(damaged, outer).is_err());
        }
        assert!(refused < 400, "some damage leaves a program readable");
    }
}

/// A program for AArch64 with nothing but `count` sections of code, each of which is the whole file.
fn sections_of_the_same_bytes(count: u16) -> Vec<u8> {
    let size = 64 + u64::from(count) * 64;
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    let mut push = |bytes: &[u8]| file.extend(bytes);
    push(&[2, 0, 183, 0, 1, 0, 0, 0]);
    push(&[0_u64, 0, 64].map(u64::to_le_bytes).concat());
    push(&[0; 4]);
    push(&[64, 56, 0, 64, count, 1].map(u16::to_le_bytes).concat());
    for number in 0..u64::from(count) {
        // The second one has the names.
        let kind = if number == 1 { 3 } else { 1 };
        push(&[0, 0, 0, 0, kind, 0, 0, 0]);
        let address = 0x1000 + number * 0x100_0000;
        push(&[6, address, 0, size, 0, 4, 0].map(u64::to_le_bytes).concat());
    }
    file
}

#[test]
fn sections_of_the_same_bytes_are_not_read_over_and_over() {
    let bytes = sections_of_the_same_bytes(2000);
    let words = bytes.len() / 4;
    let image = Image::from_bytes(Path::new("hostile"), bytes);
    let binary = Binary::parse(&image).unwrap();
    let read = binary.instructions(LinkAddr(0)..LinkAddr(u64::MAX), Syntax::Plan9).unwrap();
    assert_eq!(read.len(), words);
}
