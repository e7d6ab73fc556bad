//! Before the program's first line: where to record, and the environment as it was.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use heapwise_recorder::{self as recorder, Muted, Texts};

use crate::environment::{self, FILE, INTERVAL, LOADED, OUTER};
use crate::exec::{self, Inheritance};
use crate::{exports, next};

/// Frames of C and C++ between a program's own line and the allocator; then those of Rust.
const C_FRAMES: &str = "malloc|calloc|realloc|reallocarray|memalign|posix_memalign|aligned_alloc|valloc|pvalloc\
    |operator new(\\[\\])?|_Zn[wa]m.*";

/// The loader calls it before the program's `main`, and before the constructors of the libraries that the
/// program names.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = {
    extern "C" fn begin() {
        begin_recording();
    }
    begin
};

fn begin_recording() {
    let _muted = Muted::new();
    let asked = Asked::take();
    next::look_for_headers();
    let file = asked.file.as_ref().filter(|_| exports::are_all());
    match (file.and_then(|file| record_to(file)), asked.bytes()) {
        (None, _) => recorder::set_interval(0),
        (Some(()), Some(bytes)) => recorder::set_interval(bytes),
        (Some(()), None) => {}
    }
    asked.bequeath();
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
        let [file, interval, outer] = [FILE, INTERVAL, OUTER].map(environment::get);
        for (name, value) in [(FILE, None), (INTERVAL, None), (OUTER, None), (LOADED, outer)] {
            // SAFETY: the program's own code does not run yet. A constructor of its libraries may have
            // run before; one that leaves a thread that reads the environment takes that risk with every
            // `setenv` in the program.
            unsafe { environment::replace(name, value.as_deref()) };
        }
        let file = file.map(|file| PathBuf::from(OsString::from_vec(file)));
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
            library: self.library,
            file: file.into_os_string().into_vec(),
            interval: self.interval,
        });
    }
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
