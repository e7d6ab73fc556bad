//! Source text: which file a name in a profile means on this machine.
//!
//! First as the reference looks for it: by the name, and on `source_path`. If that fails, where Go and
//! Rust keep what the name says it is part of.

mod missing;
mod origin;
mod places;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use heapwise_graph::base_name;
use heapwise_report::Sources;

use crate::Options;
use crate::host::{Host, path_list, path_of, reason};
use missing::Missing;
use places::Places;

/// The source files of a machine, under the names that `trim_path` and `source_path` lead to.
pub struct SourceFiles<'a> {
    host: &'a dyn Host,
    trim_path: &'a str,
    source_path: &'a str,
    current_dir: String,
    places: Places<'a>,
    told: RefCell<Told>,
}

/// What is to be said once the report is there.
#[derive(Debug, Default)]
struct Told {
    /// Whose sources are shown for others.
    notes: BTreeSet<String>,
    missing: Missing,
}

/// What build systems put before the paths of their sandbox. Taken off after the user's prefixes.
const SANDBOX: [&str; 2] = ["/proc/self/cwd/./", "/proc/self/cwd/"];

/// The longest line that is shown, in bytes: a longer one ends the file.
const LONGEST_LINE: usize = 64 << 10;

/// The most that is read of a file, in bytes.
const LONGEST_FILE: u64 = 64 << 20;

impl fmt::Debug for SourceFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFiles")
            .field("search_path", &self.search_path())
            .finish_non_exhaustive()
    }
}

impl<'a> SourceFiles<'a> {
    /// The source files of `host`, as `options` say where they lie.
    pub fn new(host: &'a dyn Host, options: &'a Options) -> Self {
        let current_dir = host.current_dir().map(|dir| dir.to_string_lossy().into_owned());
        let current_dir = current_dir.unwrap_or_default();
        let source_path = options.source_path.as_str();
        let searched = if source_path.is_empty() { &current_dir } else { source_path };
        Self {
            host,
            trim_path: &options.trim_path,
            source_path,
            places: Places::new(host, &path_list(searched)),
            current_dir,
            told: RefCell::default(),
        }
    }

    /// Where to look: without a setting, in the current directory.
    fn search_path(&self) -> &str {
        if self.source_path.is_empty() { &self.current_dir } else { self.source_path }
    }

    /// Says on the host what was not found, and what is shown from another place than the profile names.
    pub fn tell(&self) {
        let told = self.told.take();
        told.notes.into_iter().chain(told.missing.lines()).for_each(|line| self.host.note(&line));
    }

    /// As the reference looks for it.
    fn read(&self, name: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
        let path = path_of(name);
        if path.is_absolute() {
            let say = |error| [b"open ", name, b": ", reason(&error).as_bytes()].concat();
            return content(self.host, &path).map_err(say);
        }
        for directory in path_list(self.search_path()) {
            for parent in Path::new(directory).ancestors() {
                if let Ok(content) = content(self.host, &parent.join(&path)) {
                    return Ok(content);
                }
            }
        }
        let path = self.search_path().as_bytes();
        Err([b"could not find file ", name, b" on path ", path].concat())
    }

    /// Where Go and Rust keep what `shown` says it is part of.
    fn read_elsewhere(&self, shown: &[u8]) -> Option<Vec<u8>> {
        let whole = path_of(shown);
        if let Some(content) = whole.is_absolute().then(|| file(self.host, &whole).ok()).flatten() {
            return Some(content);
        }
        let origins = origin::origins(shown);
        let name = String::from_utf8_lossy(shown);
        for candidate in origins.iter().flat_map(|origin| self.places.candidates(origin, &name)) {
            if let Ok(content) = file(self.host, &candidate.path) {
                self.told.borrow_mut().notes.extend(candidate.note);
                return Some(content);
            }
        }
        self.told.borrow_mut().missing.add(shown, origins.first());
        None
    }
}

/// The content of a file. A directory counts as one without lines, as it does for the reference.
fn content(host: &dyn Host, path: &Path) -> io::Result<Vec<u8>> {
    match file(host, path) {
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(Vec::new()),
        read => read,
    }
}

/// The content of a regular file, if it is long the start of it.
fn file(host: &dyn Host, path: &Path) -> io::Result<Vec<u8>> {
    let (file, _) = host.open_file(path)?;
    let mut content = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut content)?;
    Ok(content)
}

impl Sources for SourceFiles<'_> {
    fn shown_name(&self, file: &[u8]) -> Vec<u8> {
        trim(file, self.trim_path, self.source_path).to_vec()
    }

    fn lines(&self, shown: &[u8]) -> Result<Vec<Vec<u8>>, Vec<u8>> {
        let name = trim(shown, self.trim_path, self.search_path());
        let read = self.read(name).or_else(|why| self.read_elsewhere(shown).ok_or(why));
        read.map(|content| lines(&content))
    }
}

/// The part of `path` below what it was built in: without a prefix of `trim_path`, or, if there is
/// none, after the first directory that is named like one of `search_path`.
fn trim<'p>(path: &'p [u8], trim_path: &str, search_path: &str) -> &'p [u8] {
    if trim_path.is_empty() {
        for directory in path_list(search_path) {
            let named = [b"/", base_name(directory.as_bytes()), b"/"].concat();
            if let Some(at) = path.windows(named.len()).position(|part| part == named) {
                return &path[at + named.len()..];
            }
        }
    }
    for prefix in path_list(trim_path).into_iter().chain(SANDBOX) {
        let slash = if prefix.ends_with('/') { "" } else { "/" };
        let prefix = format!("{prefix}{slash}");
        if let Some(rest) = path.strip_prefix(prefix.as_bytes()) {
            return rest;
        }
    }
    path
}

/// The lines of a text, without line ends, up to one that is too long.
fn lines(content: &[u8]) -> Vec<Vec<u8>> {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    if content.is_empty() {
        return Vec::new();
    }
    let line = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
    let whole = content.split(|&b| b == b'\n').take_while(|line| line.len() < LONGEST_LINE);
    whole.map(line).collect()
}

#[cfg(test)]
mod tests;
