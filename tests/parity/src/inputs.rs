//! What the commands run on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::setup::Setup;
use crate::synthetic;

/// Above this many bytes, a profile meets a few options: the reference takes half a second for each.
const HEAVY: u64 = 100_000;

/// The inputs that meet every setting: between them they have what settings are about.
const THOROUGH: &[&str] = &[
    "synthetic/heap",
    "synthetic/cpu",
    "synthetic/unsymbolized",
    "synthetic/ties",
    "synthetic/label-units",
    "synthetic/random-1",
    "synthetic/diff-base",
    "go/generics/heap",
    "go/labels/cpu",
    "corpus/h1",
];

/// How much of the matrix an input meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Every setting.
    Thorough,
    /// A setting of each kind that can change the report.
    Usual,
    /// A handful of settings: it is large.
    Heavy,
    /// Combinations drawn for it: it is one of many.
    Drawn,
}

/// One or several profiles, and the flags that say how they go together.
#[derive(Debug)]
pub struct Input {
    /// Unique; part of the name of a test.
    pub name: String,
    /// `-base=FILE` and the like.
    pub flags: Vec<String>,
    /// The files behind the flags.
    pub sources: Vec<PathBuf>,
    /// What it is asked.
    pub breadth: Breadth,
    /// Whether names come from programs on this machine: the reference then leaves out inlined calls, and
    /// `symbols.rs` has the say.
    pub unnamed: bool,
}

/// Every input: made by Go programs, written by us, and the corpus where there is one.
///
/// # Errors
/// When a folder cannot be read or written, or a kind of input is missing altogether.
pub fn all(setup: &Setup) -> Result<Vec<Input>, String> {
    let mut inputs = made_by("go", &setup.go_profiles)?;
    inputs.extend(made_by("rust", &setup.rust_profiles)?);
    let folder = setup.scratch.join("synthetic");
    let names =
        synthetic::write_profiles(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    inputs.extend(names.iter().map(|name| single(&format!("synthetic/{name}"), folder.join(name))));
    inputs.extend(pairs("synthetic", &folder));
    inputs.extend(corpus(&setup.root.join("../shared/corpus")));
    Ok(inputs)
}

/// Every file below `folder`, whatever it holds.
///
/// # Errors
/// When a folder cannot be read, or there is no file.
pub fn below(folder: &Path) -> Result<Vec<Input>, String> {
    let mut inputs = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for path in listing(&current)? {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
            let name = format!("other/{}", name.replace('/', "-"));
            let input = Input { name, breadth: Breadth::Drawn, ..single("", path.clone()) };
            inputs.push(input);
        }
    }
    if inputs.is_empty() {
        return Err(format!("no file below {}", folder.display()));
    }
    Ok(inputs)
}

fn single(name: &str, path: PathBuf) -> Input {
    let heavy = fs::metadata(&path).is_ok_and(|file| file.len() > HEAVY);
    let name = name.trim_end_matches(".gz").trim_end_matches(".pb").to_owned();
    Input {
        breadth: if heavy { Breadth::Heavy } else { breadth(&name) },
        unnamed: false,
        name,
        flags: Vec::new(),
        sources: vec![path],
    }
}

/// The profiles of the folder of each program.
fn made_by(language: &str, folder: &Path) -> Result<Vec<Input>, String> {
    let mut inputs = Vec::new();
    for program in listing(folder)? {
        for path in listing(&program)?.into_iter().filter(|path| is_profile(path)) {
            let name = format!("{language}/{}/{}", file_name(&program), file_name(&path));
            inputs.push(Input { unnamed: language == "rust", ..single(&name, path) });
        }
    }
    if inputs.is_empty() {
        return Err(format!("no profiles below {}", folder.display()));
    }
    Ok(inputs)
}

/// Comparisons and merges of profiles that have something to say to one another.
fn pairs(prefix: &str, folder: &Path) -> Vec<Input> {
    let rows: [(&str, &[&str], &[&str]); 12] = [
        ("base", &["-base", "diff-old"], &["diff-new"]),
        ("diff-base", &["-diff_base", "diff-old"], &["diff-new"]),
        ("base-normalized", &["-normalize", "-base", "diff-old"], &["diff-new"]),
        ("diff-base-normalized", &["-normalize", "-diff_base", "diff-old"], &["diff-new"]),
        ("base-itself", &["-base", "cpu"], &["cpu"]),
        ("diff-base-itself", &["-diff_base", "cpu"], &["cpu"]),
        ("merge-two", &[], &["diff-old", "diff-new"]),
        ("merge-three", &[], &["cpu", "diff-old", "cpu"]),
        ("merge-units", &[], &["unit-ms", "unit-us"]),
        ("merge-units-reversed", &[], &["unit-us", "unit-ms"]),
        ("merge-types", &[], &["heap", "header", "all-zero"]),
        ("merge-random", &["-base", "random-1"], &["random-2", "random-3"]),
    ];
    let file = |name: &&str| folder.join(format!("{name}.pb.gz"));
    let flags = |words: &[&str]| match words {
        [rest @ .., base, name] => {
            let mut flags: Vec<String> = rest.iter().map(|&flag| flag.to_owned()).collect();
            flags.push(format!("{base}={}", file(name).display()));
            flags
        }
        _ => Vec::new(),
    };
    let row = |(name, words, sources): (&str, &[&str], &[&str])| Input {
        name: format!("{prefix}/{name}"),
        flags: flags(words),
        sources: sources.iter().map(file).collect(),
        breadth: breadth(&format!("{prefix}/{name}")),
        unnamed: false,
    };
    rows.into_iter().map(row).collect()
}

/// Profiles of other programs, where a folder of them lies beside the repository.
fn corpus(folder: &Path) -> Vec<Input> {
    let kinds = listing(folder).unwrap_or_default().into_iter().filter(|path| path.is_dir());
    let files = kinds.flat_map(|kind| listing(&kind).unwrap_or_default());
    let named = files.map(|path| single(&format!("corpus/{}", file_name(&path)), path));
    let mut inputs: Vec<Input> = named.collect();
    let vectors = folder.join("vectors");
    let file = |name: &str| vectors.join(format!("{name}.pb.gz"));
    if file("new").is_file() {
        for flag in ["-base", "-diff_base"] {
            inputs.push(Input {
                name: format!("corpus/new{flag}"),
                flags: vec![format!("{flag}={}", file("old").display())],
                sources: vec![file("new")],
                breadth: Breadth::Usual,
                unnamed: false,
            });
        }
        inputs.push(Input {
            name: "corpus/ua-ub-uc".to_owned(),
            flags: Vec::new(),
            sources: vec![file("ua"), file("ub"), file("uc")],
            breadth: Breadth::Usual,
            unnamed: false,
        });
    }
    inputs
}

fn breadth(name: &str) -> Breadth {
    if THOROUGH.contains(&name) { Breadth::Thorough } else { Breadth::Usual }
}

fn is_profile(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Everything in a folder, sorted.
fn listing(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(fail)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>().map_err(fail)?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_extension() {
        assert_eq!(single("synthetic/heap.pb.gz", "heap.pb.gz".into()).name, "synthetic/heap");
        let breadth = |name| single(name, "x.pb.gz".into()).breadth;
        assert_eq!(breadth("synthetic/heap.pb.gz"), Breadth::Thorough);
        assert_eq!(breadth("synthetic/huge.pb.gz"), Breadth::Usual);
    }

    #[test]
    fn a_folder_gives_every_file_below_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/one.heap"), "").unwrap();
        fs::write(folder.path().join("two"), "").unwrap();
        let mut names: Vec<String> =
            below(folder.path()).unwrap().into_iter().map(|input| input.name).collect();
        names.sort();
        assert_eq!(names, ["other/deep-one.heap", "other/two"]);
        assert!(below(&folder.path().join("none")).is_err());
    }
}
