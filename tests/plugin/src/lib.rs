//! What a program that knows nothing of Heapwise can call of a library that has it, once it is loaded.

use std::ffi::{CStr, OsStr, c_char};
use std::hint::black_box;
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// What is kept until the end, in bytes.
const KEPT: usize = 123_456;

/// Works for this many milliseconds under a label, while a CPU profile is taken, and writes that and a heap profile
/// to the folder. 0 if all went well.
///
/// # Safety
/// `folder` must be a text that ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn profiled_work(milliseconds: u64, folder: *const c_char) -> i32 {
    // SAFETY: passed on to the caller.
    let folder = unsafe { CStr::from_ptr(folder) };
    let folder = std::path::Path::new(OsStr::from_bytes(folder.to_bytes()));
    let work = || -> Result<(), heapwise::Error> {
        let sampling = heapwise::cpu::start_at(1000)?;
        let kept =
            heapwise::label("job", "plugin").scope(|| burn(Duration::from_millis(milliseconds)));
        sampling.stop()?.write(folder.join("cpu.pb.gz"))?;
        heapwise::write_heap_profile(folder.join("mem.pb.gz"))?;
        drop(kept);
        Ok(())
    };
    i32::from(work().is_err())
}

fn burn(time: Duration) -> Vec<u8> {
    let end = Instant::now() + time;
    while Instant::now() < end {
        black_box((0..10_000u64).map(|i| i.wrapping_mul(i)).sum::<u64>());
    }
    black_box(vec![1; KEPT])
}
