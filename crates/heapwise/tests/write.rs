//! A profile is written whole, or not at all.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;
#[path = "../src/folder_names.rs"]
mod folder_names;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;

use folder_names::names;
use heapwise::{Error, heap, write_heap_profile};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

#[test]
fn a_profile_is_the_only_file_that_appears() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mem.pb.gz");
    write_heap_profile(&path).unwrap();
    assert_eq!(names(folder.path()), ["mem.pb.gz"]);
    let profile = common::profile(&fs::read(&path).unwrap());
    assert!(!profile.samples.is_empty());
    assert!(profile.mappings.rows().iter().all(|mapping| mapping.start < mapping.limit));
    assert!(!profile.text(profile.mappings.first().unwrap().build_id).is_empty());
}

#[test]
fn an_older_profile_is_replaced_and_a_link_to_it_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("mem.pb.gz"), folder.path().join("link.pb.gz"));
    fs::write(&path, "old").unwrap();
    symlink(&path, &link).unwrap();
    write_heap_profile(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    common::profile(&fs::read(&path).unwrap());
    assert_eq!(names(folder.path()), ["link.pb.gz", "mem.pb.gz"]);
}

#[test]
fn a_missing_folder_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = write_heap_profile(folder.path().join("no/mem.pb.gz")).unwrap_err();
    assert!(error.to_string().contains("no/mem.pb.gz"), "{error}");
    assert!(
        matches!(error, Error::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
    );
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_folder_or_a_device_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    assert!(write_heap_profile(folder.path()).is_err());
    let device = folder.path().join("null");
    symlink("/dev/null", &device).unwrap();
    assert!(write_heap_profile(&device).is_err());
    assert_eq!(names(folder.path()), ["null"]);
}

/// Takes a few bytes, then fails.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_is_an_error() {
    let error = heap::write_to(&mut Full(10)).unwrap_err();
    assert!(matches!(error, Error::Write(source) if source.kind() == io::ErrorKind::StorageFull));
}
