//! The threads of this process: which there are, and which have a timer of their own.

use std::fs;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

/// Linux numbers threads below this (`PID_MAX_LIMIT`).
const IDS: usize = 1 << 22;

/// A bit a thread: whether it has a timer of its own. Half a MiB of addresses, of which those pages become memory
/// that have ever had a bit set. Read by handlers, so it is no table that could be in the middle of a change.
static TIMED: [AtomicU64; IDS / 64] = [const { AtomicU64::new(0) }; IDS / 64];

fn place(id: u32) -> Option<(&'static AtomicU64, u64)> {
    Some((TIMED.get(id as usize / 64)?, 1 << (id % 64)))
}

/// Whether thread `id` has a timer of its own. For handlers.
pub fn is_timed(id: u32) -> bool {
    place(id).is_some_and(|(word, bit)| word.load(Relaxed) & bit != 0)
}

/// Says that thread `id` has a timer of its own. `false` if it is not a number that a thread can have.
pub fn set_timed(id: u32) -> bool {
    place(id).is_some_and(|(word, bit)| {
        word.fetch_or(bit, Release);
        true
    })
}

/// Says that thread `id` has none any more.
pub fn clear_timed(id: u32) {
    if let Some((word, bit)) = place(id) {
        word.fetch_and(!bit, Release);
    }
}

/// Says that no thread has one.
pub fn clear_all_timed() {
    // What was never written is not made memory by reading it.
    TIMED.iter().filter(|word| word.load(Relaxed) != 0).for_each(|word| word.store(0, Relaxed));
}

/// The numbers of all threads that there are now.
pub fn all() -> io::Result<Vec<u32>> {
    let entries = fs::read_dir("/proc/self/task")?;
    let id = |entry: io::Result<fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    Ok(entries.filter_map(id).collect())
}

/// The name of thread `id`; empty if it has ended.
pub fn name(id: u32) -> Vec<u8> {
    let mut name = fs::read(format!("/proc/self/task/{id}/comm")).unwrap_or_default();
    name.pop_if(|last| *last == b'\n');
    name
}

/// Whether thread `id` holds the signal back at this moment.
pub fn holds_back(id: u32, signal: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/self/task/{id}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    // Signals count from 1.
    mask >> (signal - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::system::thread_id;

    #[test]
    fn this_thread_is_among_them_with_its_name() {
        let named = std::thread::Builder::new().name("of some name".to_owned());
        let thread = named.spawn(|| {
            assert!(all().unwrap().contains(&thread_id()));
            assert_eq!(name(thread_id()), b"of some name");
        });
        thread.unwrap().join().unwrap();
        assert_eq!(name(u32::MAX), b"");
    }

    #[test]
    fn bits_are_of_one_thread_each() {
        // Numbers that no thread has: other tests are at it, too.
        let last = IDS as u32 - 1;
        assert!(set_timed(last) && is_timed(last) && !is_timed(last - 1));
        clear_timed(last);
        assert!(!is_timed(last));
        assert!(!set_timed(u32::MAX) && !is_timed(u32::MAX));
    }
}
