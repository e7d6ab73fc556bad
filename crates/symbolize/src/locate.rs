//! Finding the binaries of a profile in the user's search path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heapwise_binary::Binary;
use heapwise_profile::{Mapping, Profile, Strings, Table};

use crate::files::{base_name, bytes_of, path_of};
use crate::{Files, Message};

/// `profile` with the files of its mappings replaced by those of the same build found under the
/// directories of `search`.
///
/// A mapping without a build id takes the first program that has its name. A file of another
/// build, or without build id where the mapping has one, is passed over with a message.
pub fn locate_binaries(
    profile: &Profile,
    search: &[PathBuf],
    files: &dyn Files,
) -> (Profile, Vec<Message>) {
    let mut messages = Vec::new();
    let mut strings = (*profile.strings).clone();
    let mappings: Table<_> = profile
        .mappings
        .rows()
        .iter()
        .map(|mapping| match locate(profile, mapping, search, files, &mut messages) {
            Some(path) => Mapping { file: strings.intern(&bytes_of(&path)), ..*mapping },
            None => *mapping,
        })
        .collect();
    let located =
        Profile { strings: Arc::new(strings), mappings: Arc::new(mappings), ..profile.clone() };
    (located, messages)
}

/// `profile` with `executable` for the file of its first mapping, and with `build_id` for that
/// mapping's build id if it has none.
pub fn with_executable(profile: &Profile, executable: Option<&Path>, build_id: &str) -> Profile {
    let mut strings = (*profile.strings).clone();
    let mut mappings = (*profile.mappings).clone();
    let Some(first) = mappings.rows_mut().first_mut() else { return profile.clone() };
    if let Some(path) = executable {
        first.file = strings.intern(&bytes_of(path));
    }
    if first.build_id == Strings::EMPTY {
        first.build_id = strings.intern(build_id.as_bytes());
    }
    Profile { strings: Arc::new(strings), mappings: Arc::new(mappings), ..profile.clone() }
}

fn locate(
    profile: &Profile,
    mapping: &Mapping,
    search: &[PathBuf],
    files: &dyn Files,
    messages: &mut Vec<Message>,
) -> Option<PathBuf> {
    let (file, wanted) = (profile.text(mapping.file), profile.text(mapping.build_id));
    let candidates = search.iter().flat_map(|folder| candidates(folder, file, wanted, files));
    for path in candidates {
        let Ok(image) = files.open(&path) else { continue };
        let Ok(binary) = Binary::parse(&image) else { continue };
        let found = binary.build_id().unwrap_or_default();
        if wanted.is_empty() || found.as_bytes().eq_ignore_ascii_case(wanted) {
            return Some(path);
        }
        messages.push(Message::OtherBuild {
            file: path.display().to_string(),
            wanted: String::from_utf8_lossy(wanted).into_owned(),
            found,
        });
    }
    None
}

/// The places below `folder` where a file may lie, best first.
fn candidates(folder: &Path, file: &[u8], build_id: &[u8], files: &dyn Files) -> Vec<PathBuf> {
    let name = path_of(base_name(file));
    // The path of the profiled machine, below the folder.
    let path = path_of(file.strip_prefix(b"/").unwrap_or(file));
    let mut found = Vec::new();
    if let Some((id, (first, rest))) = plain_id(build_id) {
        if !file.is_empty() {
            found.push(folder.join(id).join(&name));
        }
        found.extend(files.files_in(&folder.join(id)));
        if !file.is_empty() {
            found.push(folder.join(&path).join(id));
        }
        found.push(folder.join(first).join(format!("{rest}.debug")));
    }
    if !file.is_empty() {
        let parent = path.parent().unwrap_or(Path::new(""));
        let debug = |path: &Path| path_of(&[&bytes_of(path), &b".debug"[..]].concat());
        found.extend([
            folder.join(&name),
            folder.join(&path),
            folder.join(debug(&path)),
            folder.join(parent).join(".debug").join(debug(&name)),
            folder.join("usr/lib/debug").join(parent).join(debug(&name)),
        ]);
    }
    found
}

/// A build id that can be a file name, and its first two digits apart from the rest. Anything else
/// in its place could lead out of the folder.
fn plain_id(build_id: &[u8]) -> Option<(&str, (&str, &str))> {
    let id = str::from_utf8(build_id).ok()?;
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    plain.then_some((id, id.split_at_checked(2)?))
}
