//! The walk, in the manner of Go's `filepath.Walk`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Longest path that Linux takes, in bytes. One buffer of this size serves every path, so visiting
/// allocates nothing that stays.
const PATH_MAX: usize = 4096;

/// What is called for every file and directory: its path, and whether it is the last.
pub type Visit<'a> = dyn FnMut(&Path, bool) -> io::Result<()> + 'a;

/// Visits `root` and everything below it, a directory before what is in it, names in lexical order.
///
/// That order has a price: the names of a directory are read and sorted before the first is
/// visited, and stay in memory until the last one was. Symbolic links are visited, not followed.
pub fn walk(root: &Path, visit: &mut Visit<'_>) -> io::Result<()> {
    let mut path = PathBuf::with_capacity(PATH_MAX);
    path.push(root);
    walk_from(&mut path, true, visit)
}

fn walk_from(path: &mut PathBuf, is_last: bool, visit: &mut Visit<'_>) -> io::Result<()> {
    let metadata = fs::symlink_metadata(&*path).map_err(|error| naming(path, &error))?;
    if !metadata.is_dir() {
        return visit(path, is_last);
    }
    let names = read_dir_names(path).map_err(|error| naming(path, &error))?;
    visit(path, is_last && names.is_empty())?;
    for (position, name) in names.iter().enumerate() {
        path.push(name);
        walk_from(path, is_last && position + 1 == names.len(), visit)?;
        path.pop();
    }
    Ok(())
}

/// Not inlined, so that it has a name of its own in tools that do not resolve inlined calls.
#[inline(never)]
fn read_dir_names(directory: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        names.push(entry?.file_name());
    }
    names.sort_unstable();
    Ok(names)
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of its own for each test, removed at the end.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str, files: &[&str]) -> Self {
            let root = std::env::temp_dir().join(format!("walk-{name}-{}", std::process::id()));
            fs::create_dir_all(&root).unwrap();
            for file in files {
                let path = root.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, []).unwrap();
            }
            Self(root)
        }

        fn visits(&self) -> Vec<(String, bool)> {
            let mut visits = Vec::new();
            walk(&self.0, &mut |path, is_last| {
                let below = path.strip_prefix(&self.0).unwrap();
                visits.push((below.to_string_lossy().into_owned(), is_last));
                Ok(())
            })
            .unwrap();
            visits
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn names(visits: &[(String, bool)]) -> Vec<&str> {
        visits.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn visits_in_lexical_order_and_a_directory_before_its_entries() {
        let tree = Tree::new("order", &["b", "a/2", "a/10", "c/x/y"]);
        let visits = tree.visits();
        assert_eq!(names(&visits), ["", "a", "a/10", "a/2", "b", "c", "c/x", "c/x/y"]);
        assert_eq!(visits.iter().filter(|(_, is_last)| *is_last).count(), 1);
        assert!(visits.last().unwrap().1);
    }

    #[test]
    fn an_empty_directory_can_be_the_last_visit() {
        let tree = Tree::new("empty", &["a"]);
        fs::create_dir(tree.0.join("z")).unwrap();
        assert_eq!(tree.visits().last().unwrap(), &("z".to_owned(), true));
    }

    #[test]
    fn a_file_is_visited_alone() {
        let tree = Tree::new("file", &["a"]);
        let mut visits = 0;
        walk(&tree.0.join("a"), &mut |_, is_last| {
            visits += 1;
            assert!(is_last);
            Ok(())
        })
        .unwrap();
        assert_eq!(visits, 1);
    }

    #[test]
    fn a_missing_root_is_an_error() {
        let error = walk(Path::new("/no/such/directory"), &mut |_, _| Ok(())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().starts_with("/no/such/directory: "), "{error}");
    }
}
