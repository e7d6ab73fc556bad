//! Debug information in a file of its own.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod programs;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use heapwise_binary::{Binary, DebugFiles, Image, LinkAddr};
use programs::{C, compile_c, folder, function, run, text};

/// A program whose debug information was moved to `program.debug` beside it.
struct Split {
    folder: PathBuf,
    program: PathBuf,
    debug: PathBuf,
    outer: u64,
}

fn split(test: &str, flags: &[&str]) -> Split {
    let folder = folder(test);
    let program = compile_c(&folder, C, &[&["-O1", "-g"], flags].concat());
    let (outer, _) = function(&program, &["outer"]);
    let debug = folder.join("program.debug");
    run("objcopy", &["--only-keep-debug", text(&program), text(&debug)]);
    run("objcopy", &["--strip-all", text(&program)]);
    let link = format!("--add-gnu-debuglink={}", text(&debug));
    run("objcopy", &[&link, text(&program)]);
    Split { folder, program, debug, outer }
}

/// The functions at the start of `outer`, with the debug file that is found for the program.
fn names(split: &Split, directories: &[PathBuf]) -> Vec<String> {
    let image = Image::open(&split.program).unwrap();
    let binary = Binary::parse(&image).unwrap();
    assert!(!binary.has_debug_info());
    let open = |path: &Path| Image::open(path).ok();
    let files = DebugFiles::new(directories, &open);
    let binary = binary.with_debug_files(&files);
    let mut frames = Vec::new();
    binary.frames(LinkAddr(split.outer), &mut frames);
    frames.iter().map(|frame| format!("{}:{}", frame.name().escape_ascii(), frame.line)).collect()
}

#[test]
fn a_stripped_program_finds_the_file_it_links_to() {
    for (test, id) in
        [("split", "-Wl,--build-id=sha1"), ("split-without-id", "-Wl,--build-id=none")]
    {
        let split = split(test, &[id]);
        assert_eq!(names(&split, &[]), ["outer:14"]);
        let hidden = split.folder.join(".debug/program.debug");
        std::fs::create_dir(split.folder.join(".debug")).unwrap();
        std::fs::rename(&split.debug, hidden).unwrap();
        assert_eq!(names(&split, &[]), ["outer:14"]);
    }
}

#[test]
fn a_build_id_finds_the_file_under_the_directories() {
    let split = split("split-by-id", &["-Wl,--build-id=0xABcdef0123"]);
    let system = split.folder.join("lib/debug");
    let place = system.join(".build-id/ab/cdef0123.debug");
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::rename(&split.debug, place).unwrap();
    assert_eq!(names(&split, &[]), Vec::<String>::new());
    assert_eq!(names(&split, &[PathBuf::from("/nowhere"), system]), ["outer:14"]);
}

#[test]
fn the_file_of_another_build_is_passed_over() {
    for id in ["-Wl,--build-id=sha1", "-Wl,--build-id=none"] {
        let first = split("split-first", &[id]);
        let other = split("split-other", &["-O2", id]);
        std::fs::copy(&other.debug, &first.debug).unwrap();
        assert_eq!(names(&first, &[]), Vec::<String>::new());
    }
}

#[test]
fn candidates_are_named_best_first() {
    let split = split("split-candidates", &["-Wl,--build-id=0xabcdef0123"]);
    let image = Image::open(&split.program).unwrap();
    let binary = Binary::parse(&image).unwrap();
    assert_eq!(binary.build_id().as_deref(), Some("abcdef0123"));
    let below_root = split.folder.strip_prefix("/").unwrap();
    let expected = [
        Path::new("/d/.build-id/ab/cdef0123.debug").to_owned(),
        split.folder.join("program.debug"),
        split.folder.join(".debug/program.debug"),
        Path::new("/d").join(below_root).join("program.debug"),
    ];
    let asked = RefCell::new(Vec::new());
    let refuse = |path: &Path| {
        asked.borrow_mut().push(path.to_owned());
        None
    };
    let directories = [PathBuf::from("/d")];
    let files = DebugFiles::new(&directories, &refuse);
    assert!(!binary.with_debug_files(&files).has_debug_info());
    assert_eq!(asked.into_inner(), expected);
}
