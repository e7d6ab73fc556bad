//! Debug information that was split off into a file of its own.

use std::path::{Path, PathBuf};

use crate::{Binary, Image};

/// The places where the debug information of `binary` may lie, the best first:
///
/// * `<directory>/.build-id/xx/yyyy.debug`, by build id;
/// * the name in `.gnu_debuglink`: beside the binary, in `.debug` beside it, and under each
///   directory at the path of the binary.
///
/// `directories` are those that the user's system keeps such files in (`/usr/lib/debug`).
pub fn debug_file_candidates(binary: &Binary<'_>, directories: &[PathBuf]) -> Vec<PathBuf> {
    let by_id =
        binary.build_id().and_then(|id| Some((id.get(..2)?.to_owned(), id.get(2..)?.to_owned())));
    let by_id = by_id.into_iter().flat_map(|(first, rest)| {
        let file = format!(".build-id/{first}/{rest}.debug");
        directories.iter().map(move |directory| directory.join(&file))
    });
    by_id.chain(linked(binary, directories)).collect()
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

/// Whether `debug` holds the debug information of `binary`: the build ids are equal or, when one
/// has none, the checksum of the whole file is that of the link.
pub fn is_debug_file_of(debug: &Binary<'_>, binary: &Binary<'_>) -> bool {
    match (debug.build_id(), binary.build_id()) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => binary.debug_link().is_some_and(|(_, sum)| checksum(debug.image().bytes()) == sum),
    }
}

/// The debug information of `binary`, from the first candidate that is its.
///
/// `open` opens a file; a candidate that it refuses is passed over.
pub fn find_debug_file(
    binary: &Binary<'_>,
    directories: &[PathBuf],
    open: impl Fn(&Path) -> Option<Image>,
) -> Option<Image> {
    debug_file_candidates(binary, directories).iter().find_map(|path| {
        let image = open(path)?;
        let fits = Binary::parse(&image).is_ok_and(|debug| is_debug_file_of(&debug, binary));
        fits.then_some(image)
    })
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    // In pieces: the counter of bytes that goes with the sum is read by nobody, but is 32 bits wide.
    bytes.chunks(1 << 20).for_each(|piece| crc.update(piece));
    crc.sum()
}
