//! A profile whose functions have sources, found in every way that a path can be written.

use std::path::Path;
use std::{fs, io};

use super::File;
use super::builder::{Builder, Function, Line};

/// Writes a small tree of sources below `folder/sources`, and profiles that refer to it.
///
/// # Errors
/// When the sources cannot be written.
pub fn profiles(folder: &Path) -> io::Result<Vec<File>> {
    let sources = folder.join("sources");
    fs::create_dir_all(sources.join("project/deep"))?;
    for file in
        ["project/main.txt", "project/second.txt", "project/third.txt", "project/deep/leaf.txt"]
    {
        fs::write(sources.join(file), text(file))?;
    }
    fs::write(sources.join("project/odd.txt"), odd_text())?;
    Ok(vec![File::new("sources.pb.gz", profile(&sources).compressed())])
}

/// Forty lines, indented in more than one way.
fn text(file: &str) -> String {
    let line = |n: usize| format!("{}{file} line {n}\n", ["", "\t", "    ", "\t\t"][n % 4]);
    (1..=40).map(line).collect()
}

/// Carriage returns, bytes that are not UTF-8, a long line, no newline at the end.
fn odd_text() -> Vec<u8> {
    let long = "x".repeat(5000);
    [
        b"first\r\n",
        b"\xff\xfe second\n".as_slice(),
        b"\n",
        long.as_bytes(),
        b"\nlast without newline",
    ]
    .concat()
}

fn profile(sources: &Path) -> Builder {
    let mut p = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
    p.main_mapping();
    let absolute = |file: &str| sources.join(file).to_string_lossy().into_owned();
    // Functions that may end up in one file share a start line: see the builder.
    let files = [
        ("absolute", absolute("project/main.txt"), 3),
        ("unclean", absolute("project/deep/../second.txt"), 20),
        ("relative", "deep/leaf.txt".to_owned(), 5),
        ("from_root", "project/main.txt".to_owned(), 3),
        ("remote", "/build/machine/project/deep/leaf.txt".to_owned(), 5),
        ("sandbox", "/proc/self/cwd/project/main.txt".to_owned(), 3),
        ("beyond_the_end", absolute("project/third.txt"), 38),
        ("odd", absolute("project/odd.txt"), 1),
        ("missing", "/nowhere/missing.txt".to_owned(), 0),
        ("no_file", String::new(), 0),
    ];
    let mut stack = Vec::new();
    for (place, (name, file, start_line)) in files.iter().enumerate() {
        let function = p.function(Function {
            name: name.as_bytes(),
            file,
            start_line: *start_line,
            system_name: "",
        });
        for offset in [0, 2, 7] {
            let line = Line { function, line: (*start_line).max(1) + offset, column: 0 };
            let location = p.location(1, 0x40_1000 + 64 * place as u64 + offset as u64, &[line]);
            stack.insert(0, location);
            p.sample(&stack, &[1 + offset, (place as i64 + 1) * 1_000_000], &[]);
        }
    }
    p
}
