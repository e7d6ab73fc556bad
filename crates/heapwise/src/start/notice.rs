//! The lines on standard error.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::plan::Cause;
use crate::Error;

/// What a profile is looked at for.
#[derive(Clone, Copy, Debug)]
pub enum Notice {
    /// A program that ends has freed what it had.
    Allocated,
    /// Unless it is ended from outside.
    InUse,
    /// A CPU profile.
    Cpu,
}

impl Notice {
    /// What a heap profile at such an end is looked at for.
    pub fn heap(cause: Cause) -> Self {
        if cause == Cause::Signal { Self::InUse } else { Self::Allocated }
    }
}

/// Where a profile is, and what to type.
pub fn written(of: Notice, path: &Path) {
    let path = quoted(path);
    let (kind, question, flag) = match of {
        Notice::Allocated => ("heap", "what was allocated", " -alloc_space"),
        Notice::InUse => ("heap", "what was in use", ""),
        Notice::Cpu => ("CPU", "where time went", ""),
    };
    say(&format!("{kind} profile: {path}; to see {question}: heapwise -top{flag} {path}"));
}

/// Why there is no profile, and what to do.
pub fn failed(error: &Error) {
    say(&match advice(error) {
        Some(advice) => format!("{error}; {advice}"),
        None => error.to_string(),
    });
}

/// What to do about an error of the disk.
fn advice(error: &Error) -> Option<&'static str> {
    let Error::File { source, .. } = error else { return None };
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Some("make room there, or name another folder with .dir(..)")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("name a folder that may be written with .dir(..)")
        }
        _ => None,
    }
}

/// Writes one line, without the lock of [`io::stderr`], which the thread that waits for this may
/// hold. If nobody reads it, that is no matter.
pub fn say(line: &str) {
    #[cfg(unix)]
    let stderr = std::os::fd::AsFd::as_fd(&io::stderr()).try_clone_to_owned();
    #[cfg(windows)]
    let stderr = std::os::windows::io::AsHandle::as_handle(&io::stderr()).try_clone_to_owned();
    let Ok(stderr) = stderr else { return };
    let _ = File::from(stderr).write_all(format!("heapwise: {line}\n").as_bytes());
}

/// The path as one word of a shell's.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if text.chars().all(is_plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word() {
        let quote = |path: &str| quoted(Path::new(path));
        assert_eq!(quote("profiles/mem.pb.gz"), "profiles/mem.pb.gz");
        assert_eq!(quote("my profiles/mem.pb.gz"), "'my profiles/mem.pb.gz'");
        assert_eq!(quote("it's/mem.pb.gz"), r"'it'\''s/mem.pb.gz'");
    }

    #[test]
    fn a_full_disk_and_a_locked_one_have_different_remedies() {
        let of = |kind: ErrorKind| {
            advice(&Error::File { path: "mem.pb.gz".into(), source: kind.into() })
        };
        assert!(of(ErrorKind::StorageFull).is_some_and(|advice| advice.contains("make room")));
        assert!(of(ErrorKind::ReadOnlyFilesystem).is_some_and(|advice| advice.contains("written")));
        assert_eq!(of(ErrorKind::InvalidInput), None);
    }
}
