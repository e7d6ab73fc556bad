//! Which file holds the debug information of another.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Binary;

/// The places where the debug information of `binary` may lie, the best first:
///
/// * `<directory>/.build-id/xx/yyyy.debug`, by build id;
/// * the name in `.gnu_debuglink`: beside the binary, in `.debug` beside it, and under each
///   directory at the path of the binary;
/// * the folder `.dSYM` beside a binary of macOS.
pub(crate) fn candidates(binary: &Binary<'_>, directories: &[PathBuf]) -> Vec<PathBuf> {
    let id = binary.build_id();
    let by_id = id.iter().flat_map(|id| by_build_id(id, directories));
    by_id.chain(linked(binary, directories)).chain(symbol_folder(binary)).collect()
}

/// Where a file lies that is filed by its build id.
pub(crate) fn by_build_id(id: &str, directories: &[PathBuf]) -> Vec<PathBuf> {
    let Some((first, rest)) = id.split_at_checked(2) else { return Vec::new() };
    let file = format!(".build-id/{first}/{rest}.debug");
    directories.iter().map(|directory| directory.join(&file)).collect()
}

fn linked(binary: &Binary<'_>, directories: &[PathBuf]) -> Vec<PathBuf> {
    let name = binary.debug_link().and_then(|(name, _)| str::from_utf8(name).ok());
    let parent = binary.image().path().parent();
    let (Some(name), Some(parent)) =
        (name.map(Path::new).filter(|name| is_file_name(name)), parent)
    else {
        return Vec::new();
    };
    let below_root = parent.strip_prefix("/").unwrap_or(parent);
    let systems = directories.iter().map(|directory| directory.join(below_root).join(name));
    [parent.join(name), parent.join(".debug").join(name)].into_iter().chain(systems).collect()
}

/// A link is a plain name; a path in it would lead anywhere a hostile file likes.
fn is_file_name(name: &Path) -> bool {
    name.file_name() == Some(name.as_os_str())
}

fn symbol_folder(binary: &Binary<'_>) -> Option<PathBuf> {
    let path = binary.image().path();
    let name = binary.uuid().and(path.file_name())?;
    Some(with_suffix(path, ".dSYM").join("Contents/Resources/DWARF").join(name))
}

/// `path` with `suffix` behind its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Whether `debug` holds the debug information of `binary`: the build ids are equal or, when one
/// has none, the checksum of the whole file is that of the link.
pub(crate) fn is_debug_file_of(debug: &Binary<'_>, binary: &Binary<'_>) -> bool {
    let id = |binary: &Binary<'_>| binary.build_id().or_else(|| binary.uuid());
    match (id(debug), id(binary)) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => binary.debug_link().is_some_and(|(_, sum)| checksum(debug.image().bytes()) == sum),
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    // In pieces: the counter of bytes that goes with the sum is read by nobody, but is 32 bits wide.
    bytes.chunks(1 << 20).for_each(|piece| crc.update(piece));
    crc.sum()
}
