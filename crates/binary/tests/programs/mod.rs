//! Programs compiled for the tests, and the tools of the system that know better.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of its own for one test, which is empty at first.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What `program` prints; the test fails, naming the package to install, when it cannot run.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| {
        panic!("this test needs `{program}` (packages gcc and binutils): {error}")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// `inner` is inlined into `middle`, that one into `outer`; `outer` is called by `main`.
pub const C: &str = "\
#include <stdlib.h>

static inline __attribute__((always_inline)) void *inner(size_t size)
{
    return malloc(size);
}

static inline __attribute__((always_inline)) void *middle(size_t size)
{
    return inner(size + 1);
}

__attribute__((noinline)) void *outer(size_t size)
{
    void *block = middle(size);
    if (!block)
        abort();
    return block;
}

int main(void)
{
    free(outer(41));
    return 0;
}
";

/// A generic function that is inlined, in a method of a generic type that is not.
pub const RUST: &str = "\
pub struct Bag<T>(Vec<T>);

#[inline(always)]
fn fill<T: Clone>(value: T, count: usize) -> Vec<T> {
    vec![value; count]
}

impl<T: Clone> Bag<T> {
    #[inline(never)]
    pub fn grow(&mut self, value: T) {
        let more = fill(value, self.0.len() + 3);
        self.0.extend(more);
    }
}

fn main() {
    let mut bag = Bag(vec![String::from(\"a\")]);
    bag.grow(String::from(\"b\"));
    println!(\"{}\", bag.0.len());
}
";

/// Compiles `source` in `folder` and returns the program.
pub fn compile_c(folder: &Path, source: &str, flags: &[&str]) -> PathBuf {
    compile("cc", folder, "program.c", source, flags)
}

/// As [`compile_c`], with the compiler that builds this test.
pub fn compile_rust(folder: &Path, source: &str, flags: &[&str]) -> PathBuf {
    compile("rustc", folder, "program.rs", source, flags)
}

fn compile(compiler: &str, folder: &Path, file: &str, source: &str, flags: &[&str]) -> PathBuf {
    let (input, output) = (folder.join(file), folder.join("program"));
    std::fs::write(&input, source).unwrap();
    let mut arguments = flags.to_vec();
    arguments.extend([text(&input), "-o", text(&output)]);
    run(compiler, &arguments);
    output
}

/// The path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// First address and size of the function in the symbol table whose name contains all `parts`.
pub fn function(program: &Path, parts: &[&str]) -> (u64, u64) {
    let listing = run("nm", &["--print-size", "--defined-only", text(program)]);
    let mut rows = listing.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let address = u64::from_str_radix(words.next()?, 16).ok()?;
        let size = u64::from_str_radix(words.next()?, 16).ok()?;
        let function = matches!(words.next()?, "t" | "T");
        let name = words.next()?;
        (function && parts.iter().all(|part| name.contains(part))).then_some((address, size))
    });
    rows.next().unwrap()
}

/// The position in the file of a link address, by the segments that `readelf` lists. Linkers differ:
/// GNU ld keeps both equal in small programs, lld shifts each segment by a page.
pub fn file_offset(program: &Path, link: u64) -> u64 {
    let listing = run("readelf", &["--program-headers", "--wide", text(program)]);
    let mut segments = listing.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        (words.next()? == "LOAD").then_some(())?;
        let mut next = || u64::from_str_radix(words.next()?.trim_start_matches("0x"), 16).ok();
        let (offset, address, _, size) = (next()?, next()?, next()?, next()?);
        (address..address + size).contains(&link).then(|| link - address + offset)
    });
    segments.next_back().unwrap()
}
