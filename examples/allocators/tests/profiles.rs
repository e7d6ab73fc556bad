//! Over each allocator, the profile says to the byte what the program did.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::fs;
use std::process::Command;

use allocators::{KINDS, PAGES};
use heapwise_profile::{LabelValue, Profile};

/// The sums over all blocks of one size: objects and bytes allocated, and in use.
fn sums(profile: &Profile, size: usize) -> [usize; 4] {
    let mut sums = [0; 4];
    for sample in profile.samples.iter() {
        let LabelValue::Number { number, .. } = sample.labels[0].value else { panic!("no size") };
        if number == size as i64 {
            sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += *value as usize);
        }
    }
    sums
}

fn check(program: &str) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(program).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let profile = Profile::read(&fs::read(folder.path().join("mem.pb.gz")).unwrap()).unwrap();
    profile.validate().unwrap();
    for kind in KINDS {
        let expected = [kind.allocated, kind.allocated * kind.bytes];
        let in_use = [kind.kept, kind.kept * kind.bytes];
        assert_eq!(sums(&profile, kind.bytes), [expected, in_use].concat()[..], "{kind:?}");
        let grown = kind.allocated - kind.kept;
        assert_eq!(sums(&profile, 3 * kind.bytes), [grown, 3 * grown * kind.bytes, 0, 0]);
    }
    assert_eq!(sums(&profile, 4096)[2..], [PAGES, PAGES * 4096]);
}

#[test]
fn over_the_systems_allocator() {
    check(env!("CARGO_BIN_EXE_system"));
}

#[test]
fn over_mimalloc() {
    check(env!("CARGO_BIN_EXE_mimalloc"));
}

#[test]
fn over_jemalloc() {
    check(env!("CARGO_BIN_EXE_jemalloc"));
}
