//! What the reference answered before, so that a second run asks only our tool.
//!
//! Digests are kept, not answers: a case that differs asks the reference again anyway, to show how.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::case::Case;
use crate::tool::Answer;

/// An answer in sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    code: i32,
    length: usize,
    hash: u64,
}

impl Digest {
    /// Of exit code and output; messages are not part of it.
    pub fn of(answer: &Answer) -> Self {
        Self { code: answer.code, length: answer.output.len(), hash: hash(&answer.output) }
    }
}

/// The digests of one test, kept in a file.
#[derive(Debug)]
pub struct Memory {
    file: PathBuf,
    known: BTreeMap<u64, Digest>,
    grown: bool,
}

impl Memory {
    /// Reads what is known of the test with this name; a file that cannot be read is an empty one.
    pub fn of(folder: &Path, test: &str) -> Self {
        let file = folder.join(test.replace('/', "--"));
        let text = fs::read_to_string(&file).unwrap_or_default();
        Self { known: text.lines().filter_map(row).collect(), file, grown: false }
    }

    /// The digest of the reference's answer to `case`, if it was asked before.
    pub fn recall(&self, case: &Case) -> Option<Digest> {
        self.known.get(&key(case)).copied()
    }

    /// Remembers the reference's answer to `case`.
    pub fn keep(&mut self, case: &Case, digest: Digest) {
        self.grown |= self.known.insert(key(case), digest) != Some(digest);
    }

    /// Writes the file if there is something new. Losing it costs time and nothing else.
    pub fn save(&self) {
        if self.grown {
            let row = |(key, d): (&u64, &Digest)| {
                format!("{key:x} {} {} {:x}\n", d.code, d.length, d.hash)
            };
            let text: String = self.known.iter().map(row).collect();
            let unfinished = self.file.with_extension("unfinished");
            let written = fs::write(&unfinished, text);
            drop(written.and_then(|()| fs::rename(&unfinished, &self.file)));
        }
    }
}

fn row(line: &str) -> Option<(u64, Digest)> {
    let mut words = line.split(' ');
    let key = u64::from_str_radix(words.next()?, 16).ok()?;
    let code = words.next()?.parse().ok()?;
    let length = words.next()?.parse().ok()?;
    let hash = u64::from_str_radix(words.next()?, 16).ok()?;
    Some((key, Digest { code, length, hash }))
}

/// Everything that an answer depends on: the words, and what is in the files that they name.
fn key(case: &Case) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&case.flags, &case.sources, &case.script, case.zone, case.written).hash(&mut hasher);
    let named = case
        .flags
        .iter()
        .filter_map(|flag| flag.split_once("base="))
        .map(|(_, file)| Path::new(file));
    for file in case.sources.iter().map(PathBuf::as_path).chain(named) {
        fs::read(file).ok().hash(&mut hasher);
    }
    hasher.finish()
}

/// A hash with fixed keys.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_recalled_until_a_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join("p");
        fs::write(&profile, "one").unwrap();
        let case = Case::new(["-top"], std::slice::from_ref(&profile));
        let digest = Digest { code: 0, length: 3, hash: 0xffff_ffff_ffff_ffff };
        let mut memory = Memory::of(folder.path(), "top/p");
        assert_eq!(memory.recall(&case), None);
        memory.keep(&case, digest);
        memory.save();
        let memory = Memory::of(folder.path(), "top/p");
        assert_eq!(memory.recall(&case), Some(digest));
        assert_eq!(memory.recall(&Case::new(["-tree"], std::slice::from_ref(&profile))), None);
        fs::write(&profile, "two").unwrap();
        assert_eq!(memory.recall(&case), None);
    }

    #[test]
    fn an_answer_is_known_by_code_and_output() {
        let answer =
            |code, output: &[u8]| Answer { code, output: output.to_vec(), messages: Vec::new() };
        assert_eq!(Digest::of(&answer(0, b"a")), Digest::of(&answer(0, b"a")));
        assert_ne!(Digest::of(&answer(0, b"a")), Digest::of(&answer(2, b"a")));
        assert_ne!(Digest::of(&answer(0, b"a")), Digest::of(&answer(0, b"b")));
    }
}
