//! One row is a command line and a file of `tests/golden` that is named after it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};

use crate::case::Case;
use crate::difference;
use crate::setup::Setup;
use crate::tool::{self, Answer};
use crate::{synthetic, zone};

/// A command line, and lines for the shell if it opens one. The file is named by `name`.
#[derive(Debug)]
struct Row {
    name: &'static str,
    flags: &'static [&'static str],
    source: Option<&'static str>,
    script: Option<&'static str>,
}

const fn report(name: &'static str, flags: &'static [&'static str], source: &'static str) -> Row {
    Row { name, flags, source: Some(source), script: None }
}

const fn shell(name: &'static str, script: &'static str, source: &'static str) -> Row {
    Row { name, flags: &[], source: Some(source), script: Some(script) }
}

/// What a user reads on standard error: usage, hints, messages.
const ROWS: &[Row] = &[
    Row { name: "usage", flags: &["-h"], source: None, script: None },
    Row { name: "nothing-given", flags: &[], source: None, script: None },
    report("top.nothing-in-use", &["-top"], "all-zero.pb.gz"),
    report("top.no-samples", &["-top"], "no-samples.pb.gz"),
    report("top.no-names", &["-top"], "unsymbolized.pb.gz"),
    report("top.focus-matches-nothing", &["-top", "-focus=nomatch"], "heap.pb.gz"),
    report("top.tagfocus-range", &["-top", "-tagfocus=1kb:2mb"], "heap.pb.gz"),
    report("top.label-units", &["-top"], "label-units.pb.gz"),
    report("top.sample-index-unknown", &["-top", "-sample_index=nothing"], "heap.pb.gz"),
    report("top.several-indices", &["-top", "-alloc_space", "-inuse_space"], "heap.pb.gz"),
    report("top.missing-file", &["-top"], "missing.pb.gz"),
    report("top.directory", &["-top"], "sources"),
    report("list.no-match", &["-list=nomatch"], "heap.pb.gz"),
    report("peek.bad-regexp", &["-peek=("], "heap.pb.gz"),
    shell(
        "shell.help",
        "help\nhelp top\nhelp list\nhelp sample_index\nhelp nothing\n",
        "heap.pb.gz",
    ),
    shell("shell.options", "o\n", "heap.pb.gz"),
    shell("shell.nothing-in-use", "top\nsample_index=alloc_space\ntop\n", "all-zero.pb.gz"),
    shell(
        "shell.mistakes",
        "cum\nhide work\nlist\ntop >\nunknown\nsample_index=zz\n",
        "heap.pb.gz",
    ),
];

/// One test for each row. With `GOLDEN_BLESS` set, each stores what it would have compared.
///
/// # Errors
/// When the environment does not say where things are, or the profiles cannot be written.
pub fn trials() -> Result<Vec<Trial>, String> {
    let setup = Arc::new(Setup::for_golden()?);
    let profiles = &setup.working_folder;
    let made = synthetic::write_profiles(profiles).and_then(|_| zone::write(&setup.scratch));
    made.map_err(|error| format!("{}: {error}", profiles.display()))?;
    let bless = std::env::var_os("GOLDEN_BLESS").is_some();
    let trial = |row: &'static Row| {
        let setup = Arc::clone(&setup);
        Trial::test(row.name, move || check(row, &setup, bless).map_err(Failed::from))
    };
    Ok(ROWS.iter().map(trial).collect())
}

fn check(row: &Row, setup: &Setup, bless: bool) -> Result<(), String> {
    let sources: Vec<PathBuf> = row.source.map(PathBuf::from).into_iter().collect();
    let script = row.script.map(str::to_owned);
    let case = Case { script, ..Case::new(row.flags.iter().copied(), &sources) };
    let text = transcript(row, &tool::ask(&setup.ours, &case, setup)?);
    let file = setup.root.join("tests/golden").join(format!("{}.txt", row.name));
    if bless {
        return fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()));
    }
    compare(&file, &text)
}

fn compare(file: &Path, text: &[u8]) -> Result<(), String> {
    let stored = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if stored == text {
        return Ok(());
    }
    let how = difference::between(&stored, text);
    Err(format!("{} differs {how}\nif that is wanted: cargo xtask bless", file.display()))
}

/// What a user sees, one stream after the other.
fn transcript(row: &Row, answer: &Answer) -> Vec<u8> {
    let words: Vec<&str> = row.flags.iter().copied().chain(row.source).collect();
    let script = row.script.map(|script| format!("-- standard input\n{script}"));
    [
        format!("$ heapwise {}\n{}", words.join(" "), script.unwrap_or_default()).as_bytes(),
        b"-- standard output\n",
        &whole_lines(&answer.output),
        b"-- standard error\n",
        &whole_lines(&answer.messages),
        format!("-- exit code {}\n", answer.code).as_bytes(),
    ]
    .concat()
}

/// The text, ended by a newline if it is not empty: the shell's last prompt has none.
fn whole_lines(text: &[u8]) -> Vec<u8> {
    let unfinished = text.last().is_some_and(|byte| *byte != b'\n');
    if unfinished { [text, b"\n"].concat() } else { text.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_file_and_every_file_its_row() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden");
        let mut files: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .into_string()
                    .unwrap()
                    .strip_suffix(".txt")
                    .map(str::to_owned)
            })
            .collect();
        let mut rows: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
        files.sort();
        rows.sort_unstable();
        assert_eq!(files, rows);
    }

    #[test]
    fn a_difference_says_how_to_bless_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("top.txt");
        fs::write(&file, "old\n").unwrap();
        assert_eq!(compare(&file, b"old\n"), Ok(()));
        let message = compare(&file, b"new\n").unwrap_err();
        assert!(
            message.contains("+ \"new\"") && message.ends_with("cargo xtask bless"),
            "{message}"
        );
    }
}
