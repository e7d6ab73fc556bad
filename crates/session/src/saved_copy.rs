//! The copy that is kept of a profile from a server: there is no second chance to fetch the same one.

use std::io;
use std::path::{Path, PathBuf};

use heapwise_profile::Profile;

use crate::host::{Host, path_of, reason};

/// The most copies of one kind in a folder.
const MOST_COPIES: u32 = 9999;

/// No folder can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to identify temp dir")]
pub struct NoFolder;

/// Saves a copy of `profile` in the user's folder for them, and says where; or why not.
///
/// # Errors
/// When there is no folder for it.
pub fn save(profile: &Profile, host: &dyn Host) -> Result<(), NoFolder> {
    let folder = folder(host)?;
    let content = heapwise_profile::encode(profile);
    match create_free(&folder, &stem(profile), &content, host) {
        Ok(path) => host.note(&format!("Saved profile in {}", path.display())),
        Err(error) => host.note(&format!("Could not save profile: {}", reason(&error))),
    }
    Ok(())
}

/// The first folder that exists or can be made.
fn folder(host: &dyn Host) -> Result<PathBuf, NoFolder> {
    let named = |name: &str| host.env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = named(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let home = home.map(|home| home.join("pprof"));
    for folder in [named("PPROF_TMPDIR"), home, Some(host.temp_dir())].into_iter().flatten() {
        match host.create_directory(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) => host.note(&format!(
                "Could not use temp dir {}: mkdir {0}: {}",
                folder.display(),
                reason(&error)
            )),
        }
    }
    Err(NoFolder)
}

/// `pprof.`, the name of the program, and what is counted: each ends in a dot.
fn stem(profile: &Profile) -> Vec<u8> {
    let file = profile.mappings.first().map_or(&b""[..], |mapping| profile.text(mapping.file));
    let program = if file.is_empty() { file } else { heapwise_graph::base_name(file) };
    let kinds = profile.header.sample_types.iter().map(|kind| profile.text(kind.kind));
    let parts = std::iter::once(program).filter(|name| !name.is_empty()).chain(kinds);
    let mut stem = b"pprof.".to_vec();
    for part in parts {
        // What the profile says must not lead out of the folder.
        stem.extend(part.iter().map(|&byte| if byte == b'/' || byte == 0 { b'_' } else { byte }));
        stem.push(b'.');
    }
    stem
}

/// Creates the first file of the kind that is not there yet.
fn create_free(folder: &Path, stem: &[u8], content: &[u8], host: &dyn Host) -> io::Result<PathBuf> {
    for number in 1..=MOST_COPIES {
        let name = [stem, format!("{number:03}.pb.gz").as_bytes()].concat();
        let path = folder.join(path_of(&name));
        let mut write = |out: &mut dyn io::Write| heapwise_profile::gzip(content, out);
        match host.create_new(&path, &mut write) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|()| path),
        }
    }
    Err(io::Error::other("the folder is full of copies of this kind"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;
    use crate::test_profile::profile;

    fn saved(host: &FakeHost) -> Vec<String> {
        save(&profile("ns", &[(&["main"], [1, 1])]), host).unwrap();
        host.created.lock().unwrap().keys().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn copies_are_numbered_and_never_replaced() {
        let mut host = FakeHost::default();
        host.env.insert("HOME".into(), "/home/me".into());
        let names = |host: &FakeHost| saved(host);
        let first = names(&host)[0].clone();
        assert!(first.starts_with("/home/me/pprof/pprof."), "{first}");
        assert!(first.ends_with(".001.pb.gz"), "{first}");
        assert_eq!(host.said(), [format!("Saved profile in {first}")]);
        host.files.insert(first.into(), Vec::new());
        assert!(names(&host)[1].ends_with(".002.pb.gz"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said_and_the_next_is_tried() {
        let mut host = FakeHost::default();
        host.env.insert("PPROF_TMPDIR".into(), "/forbidden/x".into());
        assert!(saved(&host)[0].starts_with("/tmp/pprof."));
        let said = "Could not use temp dir /forbidden/x: mkdir /forbidden/x: permission denied";
        assert_eq!(host.said()[0], said);
    }

    #[test]
    fn the_name_stays_in_the_folder() {
        let mut profile = profile("ns", &[(&["main"], [1, 1])]);
        let strings = std::sync::Arc::make_mut(&mut profile.strings);
        profile.header.sample_types[0].kind = strings.intern(b"../../etc/x");
        assert!(!stem(&profile).contains(&b'/'));
    }
}
