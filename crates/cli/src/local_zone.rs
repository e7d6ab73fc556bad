//! The local time zone, read from the one file that holds it.
//!
//! The rules are those of Go's `time` package: `TZ` names a file or a zone, without it `/etc/localtime` is
//! the zone, and what cannot be read is UTC. A library that knows zones by name lists all of them
//! first, which takes longer than a report on a small profile.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

/// Where systems keep zones by name.
const FOLDERS: [&str; 4] =
    ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"];

/// The largest file that is read, in bytes: those of real zones are below 4 KiB.
const LARGEST: u64 = 1 << 20;

/// The time zone of this machine and environment.
pub fn local_zone() -> TimeZone {
    let files = files(env::var_os("TZ").as_deref());
    files.iter().find_map(|file| read(file)).unwrap_or(TimeZone::UTC)
}

/// Where the zone may be for a value of `TZ`: the first file that holds one has it.
fn files(tz: Option<&OsStr>) -> Vec<PathBuf> {
    let Some(tz) = tz else { return vec![PathBuf::from("/etc/localtime")] };
    let name = tz.as_bytes();
    let name = Path::new(OsStr::from_bytes(name.strip_prefix(b":").unwrap_or(name)));
    if name.as_os_str().is_empty() || name == Path::new("UTC") {
        return Vec::new();
    }
    if name.is_absolute() {
        return vec![name.to_owned()];
    }
    FOLDERS.iter().map(|folder| Path::new(folder).join(name)).collect()
}

fn read(file: &Path) -> Option<TimeZone> {
    if !fs::metadata(file).ok()?.is_file() {
        return None; // to open a pipe would wait for its writer
    }
    let mut bytes = Vec::new();
    File::open(file).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    // The name is never shown: reports have the abbreviations, which are in the file.
    TimeZone::tzif("Local", &bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(tz: &str) -> Vec<PathBuf> {
        files(Some(OsStr::new(tz)))
    }

    #[test]
    fn the_variable_names_a_file_or_a_zone() {
        assert_eq!(files(None), [Path::new("/etc/localtime")]);
        for tz in ["", ":", "UTC", ":UTC"] {
            assert!(named(tz).is_empty(), "{tz}");
        }
        assert_eq!(named(":/some/zone"), [Path::new("/some/zone")]);
        let folders = named("Europe/Berlin");
        assert_eq!(folders.len(), FOLDERS.len());
        assert_eq!(folders[0], Path::new("/usr/share/zoneinfo/Europe/Berlin"));
    }

    #[test]
    fn what_holds_no_zone_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text");
        fs::write(&text, "TZif, but not really").unwrap();
        assert!(read(&text).is_none());
        assert!(read(folder.path()).is_none());
        assert!(read(&folder.path().join("missing")).is_none());
        assert!(read(Path::new("/dev/zero")).is_none());
    }
}
