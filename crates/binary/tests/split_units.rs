//! Debug information of units in files of their own (`-gsplit-dwarf`), and compressed in all ways.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod programs;

use std::fs;
use std::path::{Path, PathBuf};

use heapwise_binary::{Binary, DebugFiles, Image, LinkAddr};
use object::{Object, ObjectSection};
use programs::{C, compile_c, folder, function, run, text};

const STACK: [&str; 3] = ["inner program.c:5 3", "middle program.c:10 8", "outer program.c:15 13"];

/// What is known of the first address of `outer` where a call was inlined twice over, and the files
/// that were missed.
fn known(program: &Path) -> (Vec<String>, Vec<PathBuf>) {
    let image = Image::open(program).unwrap();
    let open = |path: &Path| Image::open(path).ok();
    let files = DebugFiles::new(&[], &open);
    let binary = Binary::parse(&image).unwrap().with_debug_files(&files);
    let (start, size) = function(program, &["outer"]);
    let mut frames = Vec::new();
    let mut deepest = Vec::new();
    for at in start..start + size {
        binary.frames(LinkAddr(at), &mut frames);
        let rows = frames.iter().map(|frame| {
            let file = frame.file.rsplit('/').next().unwrap();
            let name = frame.name().escape_ascii().to_string();
            format!("{name} {file}:{} {}", frame.line, frame.start_line)
        });
        let rows: Vec<_> = rows.collect();
        if rows.len() > deepest.len() {
            deepest = rows;
        }
    }
    (deepest, files.missing())
}

/// Compiles `C`, whose unit is then in `program.dwo`, or a name like it that the compiler makes up.
fn split(test: &str, flags: &[&str]) -> (PathBuf, PathBuf) {
    let folder = folder(test);
    fs::write(folder.join("program.c"), C).unwrap();
    let (object, program) = (folder.join("program.o"), folder.join("program"));
    let source = folder.join("program.c");
    let compile =
        [&["-O1", "-g", "-gsplit-dwarf", "-c"], flags, &[text(&source), "-o", text(&object)]];
    run("cc", &compile.concat());
    run("cc", &[text(&object), "-o", text(&program)]);
    (program, folder.join("program.dwo"))
}

#[test]
fn a_split_unit_is_read_from_its_file() {
    for (test, flags) in [
        ("dwo-5", &["-gdwarf-5"][..]),
        ("dwo-4", &["-gdwarf-4"]),
        ("dwo-zlib", &["-gdwarf-5", "-gz=zlib"]),
    ] {
        let (program, unit) = split(test, flags);
        assert!(unit.is_file());
        assert_eq!(known(&program), (STACK.map(str::to_owned).to_vec(), vec![]), "{test}");
    }
}

/// A package of the one unit of the program: what `dwp` makes of `program.dwo`.
#[test]
fn a_package_holds_all_split_units() {
    for (test, flag, version) in [("dwp-5", "-gdwarf-5", 5), ("dwp-4", "-gdwarf-4", 2)] {
        let (program, unit) = split(test, &[flag]);
        let (package, index) = (unit.with_extension("dwp"), unit.with_extension("index"));
        fs::write(&index, unit_index(&fs::read(&unit).unwrap(), version)).unwrap();
        let section = format!(".debug_cu_index={}", text(&index));
        run("objcopy", &["--add-section", &section, text(&unit), text(&package)]);
        fs::remove_file(&unit).unwrap();
        assert_eq!(known(&program), (STACK.map(str::to_owned).to_vec(), vec![]), "{test}");
    }
}

/// A table from the id of a unit to its parts of all sections: DWARF 5, section 7.3.5. `version` 2 is
/// the one that GNU made for DWARF 4.
fn unit_index(unit: &[u8], version: u32) -> Vec<u8> {
    let file = object::File::parse(unit).unwrap();
    let id = unit_id(&file);
    let known = [
        (1, ".debug_info.dwo"),
        (3, ".debug_abbrev.dwo"),
        (4, ".debug_line.dwo"),
        (6, ".debug_str_offsets.dwo"),
        (8, ".debug_rnglists.dwo"),
    ];
    let size = |name| file.section_by_name(name).map(|section| section.size() as u32);
    let parts = known.iter().filter_map(|&(kind, name)| Some((kind, size(name)?)));
    let (kinds, sizes): (Vec<u32>, Vec<u32>) = parts.unzip();
    let mut index = [version, kinds.len() as u32, 1, 2].map(u32::to_le_bytes).concat();
    let slot = (id & 1) as usize;
    let mut slots = [[0; 8]; 2];
    slots[slot] = id.to_le_bytes();
    index.extend(slots.concat());
    let mut rows = [0_u32; 2];
    rows[slot] = 1;
    let offsets = vec![0; kinds.len()];
    let numbers = rows.into_iter().chain(kinds).chain(offsets).chain(sizes);
    index.extend(numbers.flat_map(u32::to_le_bytes));
    index
}

fn unit_id(file: &object::File<'_>) -> u64 {
    let section = |id: gimli::SectionId| {
        let section = id.dwo_name().and_then(|name| file.section_by_name(name));
        let data = section.map_or(&[][..], |section| section.data().unwrap());
        Ok::<_, gimli::Error>(gimli::EndianSlice::new(data, gimli::LittleEndian))
    };
    let dwarf = gimli::Dwarf::load(section).unwrap();
    let header = dwarf.units().next().unwrap().unwrap();
    dwarf.unit(header).unwrap().dwo_id.unwrap().0
}

#[test]
fn a_unit_that_moved_with_the_program_is_found_beside_it() {
    let (program, unit) = split("dwo-moved", &[]);
    let new = folder("dwo-moved-here");
    fs::rename(&unit, new.join("program.dwo")).unwrap();
    let moved = new.join("program");
    fs::rename(&program, &moved).unwrap();
    assert_eq!(known(&moved), (STACK.map(str::to_owned).to_vec(), vec![]));
}

/// The symbol table and the line table still know the function and the line.
#[test]
fn a_unit_that_is_missing_is_named() {
    let (program, unit) = split("dwo-missing", &[]);
    fs::rename(&unit, unit.with_extension("elsewhere")).unwrap();
    let (rows, missing) = known(&program);
    assert_eq!(rows, ["outer program.c:14 0"]);
    assert_eq!(missing, std::slice::from_ref(&unit));
    // A unit of another build is none.
    let (_, other) = split("dwo-other", &["-DOTHER"]);
    fs::copy(other, &unit).unwrap();
    fs::write(&unit, damaged_id(fs::read(&unit).unwrap())).unwrap();
    assert_eq!(known(&program).1, [unit]);
}

/// The unit with another id: bytes 12 to 19 of a header of DWARF 5 for a split unit.
fn damaged_id(mut unit: Vec<u8>) -> Vec<u8> {
    let file = object_section(&unit, ".debug_info.dwo");
    for byte in &mut unit[file + 12..file + 20] {
        *byte ^= 0xff;
    }
    unit
}

/// Where a section starts in a file.
fn object_section(bytes: &[u8], name: &str) -> usize {
    let file = object::File::parse(bytes).unwrap();
    usize::try_from(file.section_by_name(name).unwrap().file_range().unwrap().0).unwrap()
}

#[test]
fn sections_may_be_compressed_in_any_way() {
    for kind in ["zlib", "zlib-gnu", "zstd"] {
        let program = compile_c(&folder(&format!("gz-{kind}")), C, &["-O1", "-g"]);
        let flag = format!("--compress-debug-sections={kind}");
        run("objcopy", &[&flag, text(&program)]);
        let plain = fs::read(&program).unwrap();
        assert!(plain.windows(7).any(|part| part == b".debug_" || part == b".zdebug"));
        assert_eq!(known(&program).0, STACK, "{kind}");
    }
}

/// A section of a few bytes that claims to unfold to 4 GiB less one is not believed.
#[test]
fn a_section_unfolds_in_proportion() {
    let program = compile_c(&folder("gz-bomb"), C, &["-O1", "-g", "-gz=zlib"]);
    let mut bytes = fs::read(&program).unwrap();
    let at = object_section(&bytes, ".debug_info");
    // `Elf64_Chdr`: kind, padding, then the size.
    bytes[at + 8..at + 16].copy_from_slice(&0xffff_ffff_u64.to_le_bytes());
    fs::write(&program, bytes).unwrap();
    assert_eq!(known(&program).0, ["outer :0 0"]);
}
