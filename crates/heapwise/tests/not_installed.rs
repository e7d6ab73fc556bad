//! A program without Heapwise's allocator is told what to add, instead of getting an empty profile.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use heapwise::Error;

#[test]
fn nothing_begins_and_the_error_says_what_to_add() {
    let folder = tempfile::tempdir().unwrap();
    // Has the recorder know an interval, though nothing is recorded.
    heapwise::heap::set_interval(1);
    let error = heapwise::start().heap().dir(folder.path()).begin().unwrap_err();
    assert!(matches!(error, Error::NotInstalled));
    // As `main` shows it, too.
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.contains("#[global_allocator]") && text.contains("Alloc::system()"), "{text}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_cpu_profile_needs_no_allocator() {
    let folder = tempfile::tempdir().unwrap();
    let profile = heapwise::start().cpu().dir(folder.path()).quiet().begin().unwrap();
    profile.stop().unwrap();
    let bytes = std::fs::read(folder.path().join("cpu.pb.gz")).unwrap();
    heapwise_profile::Profile::read(&bytes).unwrap().validate().unwrap();
    let both = heapwise::start().heap().cpu().dir(folder.path()).begin();
    assert!(matches!(both, Err(Error::NotInstalled)));
    assert!(matches!(heapwise::start().cpu_at(0).dir(folder.path()).begin(), Err(Error::Cpu(_))));
}
