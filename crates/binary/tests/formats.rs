//! The same code in the formats of Windows, macOS and kernels: names, lines, and the way from addresses
//! of a process into the file.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

#[path = "formats/mach_o.rs"]
mod mach_o;
mod programs;

use std::fs;
use std::path::{Path, PathBuf};

use heapwise_binary::{Binary, DebugFiles, FileOffset, Image, MappedRange};
use mach_o::MachO;
use object::{Object, ObjectSection};
use programs::{folder, function, run, text};

/// A function with an inlined call, and no need of a library.
const SOURCE: &str = "\
static inline __attribute__((always_inline)) int inner(volatile int *n)
{
    return *n * 3;
}
__attribute__((noinline)) int outer(volatile int *n)
{
    return inner(n) + 1;
}
void _start(void)
{
    volatile int n = 1;
    for (;;)
        outer(&n);
}
";

const STACK: [&str; 2] = ["inner code.c:3 1", "outer code.c:7 5"];

/// The code, linked to lie at `address`.
fn linked(folder: &Path, address: u64, flags: &[&str]) -> PathBuf {
    let (source, program) = (folder.join("code.c"), folder.join("code.elf"));
    fs::write(&source, SOURCE).unwrap();
    let at = format!("-Wl,-Ttext={address:#x}");
    let always =
        ["-O1", "-g", "-nostdlib", "-static", "-no-pie", "-fno-pie", "-Wl,--build-id=none"];
    run("cc", &[&always, flags, &[&at, text(&source), "-o", text(&program)]].concat());
    program
}

/// The frames at the first address of `outer` of a process in which a call was inlined, else the last.
fn frames(program: &Path, addresses: std::ops::Range<u64>, range: &MappedRange) -> Vec<String> {
    let image = Image::open(program).unwrap();
    let open = |path: &Path| Image::open(path).ok();
    let files = DebugFiles::new(&[], &open);
    let binary = Binary::parse(&image).unwrap().with_debug_files(&files);
    let (mut frames, mut rows) = (Vec::new(), Vec::new());
    for address in addresses {
        binary.frames(binary.link_address(address, range).unwrap(), &mut frames);
        let row = |frame: &heapwise_binary::Frame<'_>| {
            let file = frame.file.rsplit('/').next().unwrap();
            format!("{} {file}:{} {}", frame.name().escape_ascii(), frame.line, frame.start_line)
        };
        rows = frames.iter().map(row).collect();
        if rows.len() > 1 {
            break;
        }
    }
    rows
}

fn mapped(start: u64, limit: u64, offset: u64) -> MappedRange {
    MappedRange { start, limit, offset: FileOffset(offset) }
}

#[test]
fn a_program_of_windows_is_loaded_as_a_whole() {
    let folder = folder("windows");
    let elf = linked(&folder, 0x1_4000_1000, &[]);
    let (outer, size) = function(&elf, &["outer"]);
    let exe = folder.join("code.exe");
    let base = ["-O", "pei-x86-64", "--image-base", "0x140000000"];
    run("objcopy", &[&base[..], &[text(&elf), text(&exe)]].concat());
    let moved = 0x7ff6_1230_0000 - 0x1_4000_0000;
    let range = mapped(0x7ff6_1230_0000, 0x7ff6_1231_0000, 0);
    assert_eq!(frames(&exe, outer + moved..outer + size + moved, &range), STACK);
    assert_eq!(frames(&exe, outer..outer + size, &mapped(0, 0, 0)), STACK);
    run("objcopy", &["--strip-debug", text(&exe)]);
    assert_eq!(frames(&exe, outer..outer + size, &mapped(0, 0, 0)), ["outer :0 0"]);

    // Symbols have no size there, but code is found by them.
    let image = Image::open(&exe).unwrap();
    let binary = Binary::parse(&image).unwrap();
    let (start, _) = function(&elf, &["_start"]);
    let named = binary.named().iter().find(|row| row.name == b"outer").unwrap();
    assert_eq!((named.address.0, named.size), (outer, start - outer));
}

/// What the program holds, in the format of macOS: code and symbols, and debug information.
fn mach_o(elf: &Path) -> (MachO, MachO) {
    let bytes = fs::read(elf).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let section = file.section_by_name(".text").unwrap();
    let (outer, _) = function(elf, &["outer"]);
    let program = MachO {
        kind: mach_o::EXECUTABLE,
        text: (section.address(), section.data().unwrap().to_vec()),
        symbols: vec![("_outer", outer)],
        ..MachO::default()
    };
    let debug = file.sections().filter(|section| section.name().unwrap().starts_with(".debug"));
    let named = debug.map(|section| {
        let name = section.name().unwrap().replacen('.', "__", 1);
        (name, section.data().unwrap().to_vec())
    });
    let debug = MachO {
        kind: mach_o::DEBUG,
        text: (section.address(), Vec::new()),
        debug: named.collect(),
        ..MachO::default()
    };
    (program, debug)
}

#[test]
fn a_program_of_macos_has_its_debug_information_beside_it() {
    let folder = folder("macos");
    let elf = linked(&folder, 0x1_0000_1000, &[]);
    let (outer, size) = function(&elf, &["outer"]);
    let (program, debug) = mach_o(&elf);
    let path = folder.join("code");
    fs::write(&path, program.write([7; 16])).unwrap();
    let moved = 0x1_0234_0000 - 0x1_0000_0000;
    let range = mapped(0x1_0234_0000, 0x1_0235_0000, 0);
    let addresses = outer + moved..outer + size + moved;
    assert_eq!(frames(&path, addresses.clone(), &range), ["outer :0 0"]);

    let beside = folder.join("code.dSYM/Contents/Resources/DWARF");
    fs::create_dir_all(&beside).unwrap();
    fs::write(beside.join("code"), debug.write([8; 16])).unwrap();
    assert_eq!(frames(&path, addresses.clone(), &range), ["outer :0 0"], "of another build");
    fs::write(beside.join("code"), debug.write([7; 16])).unwrap();
    assert_eq!(frames(&path, addresses.clone(), &range), STACK);

    let fat = folder.join("fat");
    fs::write(
        &fat,
        mach_o::fat(&[(mach_o::POWERPC, vec![0; 64]), (mach_o::HERE, program.write([7; 16]))]),
    )
    .unwrap();
    assert_eq!(frames(&fat, addresses, &range), ["outer :0 0"]);
}

#[test]
fn a_kernel_is_found_where_the_boot_moved_it() {
    let folder = folder("kernel");
    let code = 0xffff_ffff_8100_0000;
    let symbol = "-Wl,--defsym=_stext=0xffffffff81000000";
    let elf = linked(&folder, code, &["-mcmodel=kernel", symbol]);
    let (outer, size) = function(&elf, &["outer"]);
    let kernel = folder.join("vmlinux");
    fs::rename(elf, &kernel).unwrap();
    let moved = 0x1a00_0000;
    let start = code + moved;
    for (start, offset) in [(start, start), (start, 0), (start, moved), (0, 0)] {
        let by = if start == 0 { 0_u64.wrapping_sub(code) } else { moved };
        let range = mapped(start, start.wrapping_add(0x100_0000), offset);
        let addresses = outer.wrapping_add(by)..(outer + size).wrapping_add(by);
        assert_eq!(frames(&kernel, addresses, &range), STACK, "{start:#x} {offset:#x}");
    }
}

#[test]
fn symbols_of_macos_reach_to_the_next_one() {
    let symbols = vec![("_main.run", 0x1_0000_1000), ("_start", 0x1_0000_1010)];
    let text = (0x1_0000_1000, vec![0; 32]);
    let file = MachO { kind: mach_o::EXECUTABLE, text, symbols, ..MachO::default() };
    let image = Image::from_bytes(Path::new("program"), file.write([7; 16]));
    let binary = Binary::parse(&image).unwrap();
    // Only names of Go, which have a dot, lose the underscore of the linker.
    let rows: Vec<_> = binary.named().iter().map(|row| (row.name, row.size)).collect();
    assert_eq!(rows, [(&b"main.run"[..], 16), (b"_start", 0)]);
}
