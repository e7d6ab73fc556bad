//! Before the program's first line: where to record, and the environment as it was.

use std::env;
use std::ffi::{CStr, OsStr, OsString};
use std::fs::OpenOptions;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8};
use std::time::{SystemTime, UNIX_EPOCH};

use heapwise_recorder::{self as recorder, Texts};

use crate::environment::{self, FILE, INTERVAL, LOADED, OUTER, PROCESS};
use crate::exec::{self, Inheritance};
use crate::next;

/// Frames of C and C++ between a program's own line and the allocator; then those of Rust.
const C_FRAMES: &str = "malloc|calloc|realloc|reallocarray|memalign|posix_memalign|aligned_alloc|valloc|pvalloc\
    |operator new(\\[\\])?|_Zn[wa]m.*";

/// How far it has come.
static STATE: AtomicU8 = AtomicU8::new(NOT_YET);
const NOT_YET: u8 = 0;
const BEGINNING: u8 = 1;
const OVER: u8 = 2;

/// Whether a request has come to [`is_over`] while it began.
static HAS_COME: AtomicBool = AtomicBool::new(false);

/// Whether it is known what to record. It begins with the first request for memory for which the C library
/// is ready: constructors of other libraries, which run before ours, allocate too.
pub fn is_over() -> bool {
    match STATE.load(Acquire) {
        OVER => true,
        BEGINNING => {
            HAS_COME.store(true, Relaxed);
            false
        }
        _ => !environment::own().is_null() && begin(),
    }
}

/// For a program that allocates nothing before its `main`.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = {
    extern "C" fn at_load() {
        begin();
    }
    at_load
};

/// Finds out what to record, unless somebody else has or does; whether that is known now.
fn begin() -> bool {
    if STATE.compare_exchange(NOT_YET, BEGINNING, AcqRel, Acquire).is_err() {
        return STATE.load(Acquire) == OVER;
    }
    let asked = Asked::take();
    next::look_for_headers();
    let file = asked.file.as_ref().filter(|_| are_all_ours());
    match (file.and_then(|file| record_to(file)), asked.bytes()) {
        (None, _) => recorder::set_interval(0),
        (Some(()), Some(bytes)) => recorder::set_interval(bytes),
        (Some(()), None) => {}
    }
    asked.bequeath();
    STATE.store(OVER, Release);
    true
}

/// Whether all of the program's blocks come by this library, and go.
///
/// Not if the program brings functions of its own. That is tried, since addresses do not tell: that of a function
/// may be the way to it in the program. Nor if its allocator has more functions that take blocks, as jemalloc
/// has, users of which also give it blocks of `malloc`: it would not know the recorder's.
fn are_all_ours() -> bool {
    let found = |name: &CStr| {
        // SAFETY: a string of C's.
        unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }
    };
    let (allocate, release) = (found(c"malloc"), found(c"free"));
    if allocate.is_null() || release.is_null() || !found(c"sdallocx").is_null() {
        return false;
    }
    // SAFETY: C's function of that name.
    let allocate: extern "C" fn(usize) -> *mut u8 = unsafe { std::mem::transmute(allocate) };
    // SAFETY: as above.
    let release: unsafe extern "C" fn(*mut u8) = unsafe { std::mem::transmute(release) };
    HAS_COME.store(false, Relaxed);
    // SAFETY: a block of the same allocator, or null.
    unsafe { release(allocate(1)) };
    HAS_COME.load(Relaxed)
}

/// What the launcher asks for.
struct Asked {
    file: Option<PathBuf>,
    interval: Option<Vec<u8>>,
    /// Who has the loader load us: the first of its list.
    library: Vec<u8>,
}

impl Asked {
    /// Reads it from the environment, and makes that what it was without.
    fn take() -> Self {
        let loaded = environment::get(LOADED).unwrap_or_default();
        let library = loaded.split(|byte| b": ".contains(byte)).next().unwrap_or_default().to_vec();
        let [file, interval, process, outer] =
            [FILE, INTERVAL, PROCESS, OUTER].map(environment::get);
        let is_for_us = process.is_none_or(|process| process == own_process());
        let taken = [FILE, INTERVAL, PROCESS, OUTER].map(|name| (name, None));
        for (name, value) in taken.into_iter().chain([(LOADED, outer)]) {
            // SAFETY: the program's own code does not run yet. A constructor of its libraries may have
            // run before; one that leaves a thread that reads the environment takes that risk with every
            // `setenv` in the program.
            unsafe { environment::replace(name, value.as_deref()) };
        }
        let file = file.filter(|_| is_for_us).map(|file| PathBuf::from(OsString::from_vec(file)));
        Self { file, interval, library }
    }

    fn bytes(&self) -> Option<u64> {
        str::from_utf8(self.interval.as_ref()?).ok()?.parse().ok()
    }

    /// Asks the next image of this process for the same.
    fn bequeath(self) {
        let Some(file) = self.file.as_deref().and_then(following) else { return };
        exec::bequeath(Inheritance {
            process: std::process::id(),
            process_text: own_process(),
            library: self.library,
            file: file.into_os_string().into_vec(),
            interval: self.interval,
        });
    }
}

fn own_process() -> Vec<u8> {
    std::process::id().to_string().into_bytes()
}

/// The path of the next recording of this process.
fn following(path: &Path) -> Option<PathBuf> {
    let number: u32 = path.file_name().and_then(OsStr::to_str)?.parse().ok()?;
    Some(path.with_file_name(number.checked_add(1)?.to_string()))
}

/// Where nothing comes of it, the launcher finds the file empty, and says so.
fn record_to(path: &Path) -> Option<()> {
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).ok()?;
    // A program that puts the variables back must not write over what another recorded.
    if !file.metadata().is_ok_and(|found| found.is_file() && found.len() == 0) {
        return None;
    }
    let main = env::current_exe().unwrap_or_default();
    let drop_frames = format!("{C_FRAMES}|{}", recorder::DROP_FRAMES);
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since_1970.as_nanos()).unwrap_or(0);
    let main = main.as_os_str().as_bytes();
    recorder::record_to(file, &Texts { main, drop_frames: drop_frames.as_bytes(), now }).ok()
}
