//! Source text: which file a name in a profile means on this machine.

use std::fmt;
use std::io;
use std::path::Path;

use heapwise_graph::base_name;
use heapwise_report::Sources;

use crate::Options;
use crate::host::{Host, path_list, path_of, reason};

/// The source files of a machine, under the names that `trim_path` and `source_path` lead to.
pub struct SourceFiles<'a> {
    host: &'a dyn Host,
    trim_path: &'a str,
    source_path: &'a str,
    current_dir: String,
}

/// What build systems put before the paths of their sandbox. Taken off after the user's prefixes.
const SANDBOX: [&str; 2] = ["/proc/self/cwd/./", "/proc/self/cwd/"];

/// The longest line that is shown, in bytes: a longer one ends the file.
const LONGEST_LINE: usize = 64 << 10;

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
        Self {
            host,
            trim_path: &options.trim_path,
            source_path: &options.source_path,
            current_dir: current_dir.unwrap_or_default(),
        }
    }

    /// Where to look: without a setting, in the current directory.
    fn search_path(&self) -> &str {
        if self.source_path.is_empty() { &self.current_dir } else { self.source_path }
    }

    fn read(&self, name: &[u8]) -> Result<Vec<u8>, String> {
        let path = path_of(name);
        if path.is_absolute() {
            let say = |error: io::Error| format!("open {}: {}", path.display(), reason(&error));
            return self.content(&path).map_err(say);
        }
        for directory in path_list(self.search_path()) {
            for parent in Path::new(directory).ancestors() {
                if let Ok(content) = self.content(&parent.join(&path)) {
                    return Ok(content);
                }
            }
        }
        Err(format!("could not find file {} on path {}", path.display(), self.search_path()))
    }

    /// The content of a file. A directory counts as one without lines, as it does for the reference.
    fn content(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.host.read(path) {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(Vec::new()),
            read => read,
        }
    }
}

impl Sources for SourceFiles<'_> {
    fn shown_name(&self, file: &[u8]) -> Vec<u8> {
        trim(file, self.trim_path, self.source_path).to_vec()
    }

    fn lines(&self, shown: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        let name = trim(shown, self.trim_path, self.search_path());
        self.read(name).map(|content| lines(&content))
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
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;

    #[test]
    fn prefixes_come_off_in_order() {
        for (path, trim_path, search_path, trimmed) in [
            ("/remote/my-project/foo/bar.c", "", "/home/me/my-project", "foo/bar.c"),
            (
                "/remote/my-project/foo/bar.c",
                "/remote",
                "/home/me/my-project",
                "my-project/foo/bar.c",
            ),
            ("/a/b/c.rs", "/x:/a/b/", "", "c.rs"),
            ("/a/bc.rs", "/a/b", "", "/a/bc.rs"),
            ("/proc/self/cwd/./lib.rs", "", "", "lib.rs"),
            ("/proc/self/cwd/lib.rs", "/x", "", "lib.rs"),
            ("rel/lib.rs", "", "", "rel/lib.rs"),
        ] {
            let got = trim(path.as_bytes(), trim_path, search_path);
            assert_eq!(got, trimmed.as_bytes(), "{path}");
        }
    }

    #[test]
    fn relative_names_are_looked_for_up_the_tree() {
        let mut host = FakeHost::default();
        host.files.insert("/src/lib.rs".into(), b"one\r\ntwo\n".to_vec());
        let options = Options { source_path: "/no:/src/deep/er".into(), ..Options::default() };
        let sources = SourceFiles::new(&host, &options);
        assert_eq!(sources.lines(b"lib.rs").unwrap(), [b"one".to_vec(), b"two".to_vec()]);
        assert_eq!(
            sources.lines(b"main.rs").unwrap_err(),
            "could not find file main.rs on path /no:/src/deep/er"
        );
        assert_eq!(
            sources.lines(b"/abs/main.rs").unwrap_err(),
            "open /abs/main.rs: no such file or directory"
        );
        assert!(sources.lines(b"/src").unwrap().is_empty(), "a directory");
    }

    #[test]
    fn a_line_that_is_too_long_ends_the_file() {
        let text = [b"a\n", &vec![b'x'; LONGEST_LINE][..], b"\nb\n"].concat();
        assert_eq!(lines(&text), [b"a".to_vec()]);
        assert_eq!(lines(b""), Vec::<Vec<u8>>::new());
        assert_eq!(lines(b"a\n\nb"), [b"a".to_vec(), Vec::new(), b"b".to_vec()]);
    }
}
