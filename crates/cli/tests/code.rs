//! Machine code of programs that the compiler of the system makes here.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use heapwise_profile::{
    FileOffset, Function, Line, Location, Locations, Mapping, Profile, Resolved, RuntimeAddr,
    Sample, Samples, Strings, Table, ValueType,
};
use support::{Run, Sandbox};

const SOURCE: &str = "\
__attribute__((section(\".fast\"), noinline)) int quick(volatile int *n)
{
    return *n * 3;
}
__attribute__((noinline)) int _ZN6shapes5totalEi(volatile int *n)
{
    return *n * 5;
}
void _start(void)
{
    volatile int n = 1;
    for (;;)
        quick(&n), _ZN6shapes5totalEi(&n);
}
";

/// A program that needs no library, and where its functions are.
struct Linked {
    sandbox: Sandbox,
    path: PathBuf,
    symbols: String,
}

impl Linked {
    fn new(flags: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("code.c", SOURCE.as_bytes());
        let path = sandbox.path().join("vmlinux");
        let always = ["-O1", "-nostdlib", "-static", "-no-pie", "-fno-pie", "-fcf-protection=none"];
        run("cc", &[&always, flags, &["-o", "vmlinux", "code.c"]].concat(), &sandbox);
        let symbols = run("nm", &["vmlinux"], &sandbox);
        Self { sandbox, path, symbols }
    }

    fn address(&self, name: &str) -> u64 {
        let is_of = |line: &&str| line.split(' ').nth(2) == Some(name);
        let line = self.symbols.lines().find(is_of).unwrap();
        u64::from_str_radix(line.split(' ').next().unwrap(), 16).unwrap()
    }

    /// What is shown of a profile with a sample at the start of `function`, mapped as `mapping` says.
    fn shown(&self, words: &[&str], function: &str, mapping: (Mapping, &str)) -> Run {
        let at = self.address(function).wrapping_add(mapping.0.offset.0);
        self.sandbox.profile("p.pb.gz", &sampled(at, function, mapping));
        let mut all = words.to_vec();
        all.extend(["vmlinux", "p.pb.gz"]);
        self.sandbox.run(&all)
    }
}

fn run(program: &str, words: &[&str], sandbox: &Sandbox) -> String {
    let output = Command::new(program).args(words).current_dir(sandbox.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The mapping of a program that runs where it was linked to, and its file.
fn fixed(linked: &Linked) -> (Mapping, &str) {
    let range = (RuntimeAddr(0), RuntimeAddr(u64::MAX));
    (
        Mapping { start: range.0, limit: range.1, ..Mapping::default() },
        linked.path.to_str().unwrap(),
    )
}

fn sampled(at: u64, name: &str, (mapping, file): (Mapping, &str)) -> Profile {
    let (mut strings, mut locations) = (Strings::new(), Locations::new());
    let mut samples = Samples::new(1);
    let kind = ValueType { kind: strings.intern(b"samples"), unit: strings.intern(b"count") };
    let mut functions = Table::new();
    let name = strings.intern(name.as_bytes());
    let function = functions.push(Function { id: 1, name, ..Function::default() });
    let mut mappings = Table::new();
    let resolved = Resolved { functions: true, ..Resolved::default() };
    let file = strings.intern(file.as_bytes());
    let mapping = mappings.push(Mapping { id: 1, file, resolved, ..mapping });
    let address = RuntimeAddr(at);
    let location = Location { id: 1, mapping: Some(mapping), address, folded: false };
    let stack = [locations.push(location, &[Line { function, line: 0, column: 0 }])];
    samples.push(Sample { stack: &stack, values: &[7], labels: &[] });
    let mut profile = Profile::default();
    profile.header.sample_types = vec![kind];
    profile.strings = Arc::new(strings);
    profile.functions = Arc::new(functions);
    profile.mappings = Arc::new(mappings);
    profile.locations = Arc::new(locations);
    profile.samples = Arc::new(samples);
    profile
}

#[test]
fn code_outside_of_the_text_section_is_shown() {
    let linked = Linked::new(&[]);
    let run = linked.shown(&["-disasm=quick"], "quick", fixed(&linked));
    assert!(run.stdout.contains("MOVL 0(DI), AX"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn code_for_another_processor_is_left_to_a_tool() {
    let linked = Linked::new(&[]);
    let mut bytes = std::fs::read(&linked.path).unwrap();
    bytes[18..20].copy_from_slice(&243_u16.to_le_bytes()); // RISC-V
    linked.sandbox.write("vmlinux", &bytes);
    let run = linked.shown(&["-disasm=quick"], "quick", fixed(&linked));
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    let why = "vmlinux: code for Riscv64 cannot be disassembled; \
               an objdump that knows it can be used with -tools=DIR, its folder\n";
    assert!(run.stderr.ends_with(why), "{}", run.stderr);
}

#[test]
fn a_page_shows_code_that_has_names_only() {
    let linked = Linked::new(&[]);
    for (asked, function) in [("quick", "quick"), ("shapes", "_ZN6shapes5totalEi")] {
        let words = [&format!("-weblist={asked}"), "-output=page"];
        let run = linked.shown(&words, function, fixed(&linked));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let page = String::from_utf8(linked.sandbox.read("page")).unwrap();
        let head = format!("<h2>{function}</h2><p class=\"filename\">.</p>");
        assert!(page.contains(&head) && page.contains("MOVL 0(DI), AX"), "{page}");
    }
}

#[test]
fn a_kernel_is_disassembled_from_the_symbol_that_its_mapping_names() {
    let code = 0xffff_ffff_8100_0000_u64;
    let symbol = "-Wl,--defsym=_own=0xffffffff81000020";
    let linked = Linked::new(&[
        "-mcmodel=kernel",
        symbol,
        "-Wl,-Ttext=0xffffffff81000000",
        "-Wl,--build-id=none",
    ]);
    let moved = 0x1a00_0000;
    let start = code + 0x20 + moved;
    let mapping = Mapping {
        start: RuntimeAddr(start),
        limit: RuntimeAddr(u64::MAX),
        offset: FileOffset(moved),
        ..Mapping::default()
    };
    let run = linked.shown(&["-disasm=quick"], "quick", (mapping, "[kernel.kallsyms]_own"));
    let first = format!("{:x}: MOVL 0(DI), AX", linked.address("quick"));
    assert!(
        run.stdout.contains(&format!("         7          7 {first}")),
        "{}{}",
        run.stdout,
        run.stderr
    );
}
