//! A program that loads a library with Heapwise in it, and has threads that never come near it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::ffi::{CString, c_char};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use heapwise_profile::{GunzipLimit, Profile, decode, gunzip};

type Work = unsafe extern "C" fn(u64, *const c_char) -> i32;

fn text(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

/// The library, which cargo puts beside the test.
fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().join("libheapwise_plugin.so")
}

fn load() -> Work {
    let path = text(&library());
    // SAFETY: a terminated path, of a library that does nothing when it is loaded.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    assert!(!library.is_null(), "{path:?}");
    // SAFETY: a library that was loaded, and a terminated name.
    let work = unsafe { libc::dlsym(library, c"profiled_work".as_ptr()) };
    assert!(!work.is_null());
    // SAFETY: a function of this type.
    unsafe { std::mem::transmute::<*mut libc::c_void, Work>(work) }
}

fn read(path: &Path) -> Profile {
    let bytes = gunzip(&fs::read(path).unwrap(), GunzipLimit::default()).unwrap();
    decode(&bytes).unwrap()
}

/// How many samples have a label with this value.
fn labelled(profile: &Profile) -> usize {
    let is_ours = |key| profile.text(key) == b"job";
    profile
        .samples
        .iter()
        .filter(|sample| sample.labels.iter().any(|label| is_ours(label.key)))
        .count()
}

/// Asks the C library for memory (that of this program) all the time, as most threads do some of the time.
fn allocate_until(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        drop(std::hint::black_box(Box::new(0u8)));
    }
}

#[test]
fn it_is_profiled_without_a_hang() {
    let (work, folder) = (load(), tempfile::tempdir().unwrap());
    let stop = AtomicBool::new(false);
    let code = thread::scope(|scope| {
        (0..3).for_each(|_| drop(scope.spawn(|| allocate_until(&stop))));
        // SAFETY: as the library asks for it.
        let code = unsafe { work(1000, text(folder.path()).as_ptr()) };
        stop.store(true, Ordering::Relaxed);
        code
    });
    assert_eq!(code, 0);
    let heap = read(&folder.path().join("mem.pb.gz"));
    assert!(heap.samples.iter().any(|sample| sample.values[3] == 123_456));
    assert_ne!(labelled(&heap), 0);
    let cpu = read(&folder.path().join("cpu.pb.gz"));
    assert!(cpu.samples.iter().map(|sample| sample.values[0]).sum::<i64>() > 100);
    // To read the label of a thread would be to allocate, in a signal handler, if the thread has none yet.
    assert_eq!(labelled(&cpu), 0);
}
