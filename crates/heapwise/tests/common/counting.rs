//! An allocator that counts what it grants, and with which the recorder must agree.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use heapwise::Alloc;
use heapwise::heap::{self, Count};
use heapwise_profile::Profile;

/// Parts of a program that are counted one by one, besides what is in none (0).
pub const PARTS: usize = 6;

/// Counts what the recorder's allocator grants.
pub struct Counting {
    inner: Alloc,
    alloc_objects: AtomicU64,
    alloc_bytes: AtomicU64,
    free_objects: AtomicU64,
    free_bytes: AtomicU64,
    inuse_bytes: AtomicU64,
    peak: [AtomicU64; 2],
    /// Objects and bytes allocated, by part.
    parts: [[AtomicU64; 2]; PARTS],
}

thread_local! {
    static PAUSED: Cell<bool> = const { Cell::new(false) };
    static PART: Cell<usize> = const { Cell::new(0) };
}

impl Counting {
    pub const fn new(inner: Alloc) -> Self {
        Self {
            inner,
            alloc_objects: AtomicU64::new(0),
            alloc_bytes: AtomicU64::new(0),
            free_objects: AtomicU64::new(0),
            free_bytes: AtomicU64::new(0),
            inuse_bytes: AtomicU64::new(0),
            peak: [const { AtomicU64::new(0) }; 2],
            parts: [const { [const { AtomicU64::new(0) }; 2] }; PARTS],
        }
    }

    /// Does what Heapwise allocates for itself, which it does not record.
    pub fn paused<T>(unrecorded: impl FnOnce() -> T) -> T {
        PAUSED.set(true);
        let result = unrecorded();
        PAUSED.set(false);
        result
    }

    /// Counts what this thread allocates in a part of the program, and not in that around it.
    pub fn in_part<T>(part: usize, work: impl FnOnce() -> T) -> T {
        let around = PART.replace(part);
        let result = work();
        PART.set(around);
        result
    }

    /// The part of this thread now.
    pub fn part() -> usize {
        PART.get()
    }

    /// What was allocated in a part.
    pub fn allocated_in(&self, part: usize) -> Count {
        let [objects, bytes] = &self.parts[part];
        Count { objects: objects.load(SeqCst), bytes: bytes.load(SeqCst) }
    }

    fn granted(&self, block: *mut u8, size: usize) -> *mut u8 {
        if !block.is_null() && !PAUSED.get() {
            let [objects, bytes] = &self.parts[PART.get()];
            objects.fetch_add(1, SeqCst);
            bytes.fetch_add(size as u64, SeqCst);
            self.alloc_objects.fetch_add(1, SeqCst);
            self.alloc_bytes.fetch_add(size as u64, SeqCst);
            let before = self.inuse_bytes.fetch_add(size as u64, SeqCst);
            let inuse = before.wrapping_add(size as u64);
            if inuse > self.peak[1].fetch_max(inuse, SeqCst) {
                let freed = self.free_objects.load(SeqCst);
                self.peak[0].store(self.alloc_objects.load(SeqCst).wrapping_sub(freed), SeqCst);
            }
        }
        block
    }

    fn freed(&self, size: usize) {
        if PAUSED.get() {
            return;
        }
        self.free_objects.fetch_add(1, SeqCst);
        self.free_bytes.fetch_add(size as u64, SeqCst);
        self.inuse_bytes.fetch_sub(size as u64, SeqCst);
    }

    /// What was in use when the most bytes were; the number of objects is right if no other thread
    /// did anything then.
    pub fn peak(&self) -> Count {
        let [objects, bytes] = &self.peak;
        Count { objects: objects.load(SeqCst), bytes: bytes.load(SeqCst) }
    }

    /// What `work` takes: the bytes in use beyond those before, at most and at its end.
    pub fn taken_by(&self, work: impl FnOnce()) -> [i64; 2] {
        let before = self.inuse_bytes.load(SeqCst);
        self.peak[1].store(before, SeqCst);
        work();
        let after = [self.peak[1].load(SeqCst), self.inuse_bytes.load(SeqCst)];
        after.map(|bytes| bytes.wrapping_sub(before).cast_signed())
    }

    /// Allocated, and in use.
    fn counted(&self) -> (Count, Count) {
        let freed =
            Count { objects: self.free_objects.load(SeqCst), bytes: self.free_bytes.load(SeqCst) };
        let alloc = Count {
            objects: self.alloc_objects.load(SeqCst),
            bytes: self.alloc_bytes.load(SeqCst),
        };
        let inuse = Count {
            objects: alloc.objects.wrapping_sub(freed.objects),
            bytes: alloc.bytes.wrapping_sub(freed.bytes),
        };
        (alloc, inuse)
    }

    /// Asserts that the recorder says what was counted, and returns it. The test's first thread may
    /// be between the two for a moment: until it goes on, they may differ by what it does.
    pub fn agreed(&self) -> (Count, Count) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let before = self.counted();
            let totals = heap::totals().unwrap();
            assert!(totals.is_exact);
            assert!(totals.dropped.is_nothing(), "{:?}", totals.dropped);
            let recorded = (totals.alloc, totals.inuse);
            if self.counted() == before && (recorded == before || Instant::now() > end) {
                assert_eq!(recorded, before);
                return before;
            }
            thread::yield_now();
        }
    }
}

/// More than a profile of these tests has, in bytes.
const ROOM: usize = 4 << 20;

impl Counting {
    /// A profile that says what was counted. A thread that was waited for may still free what it had of
    /// its own, between the count and the profile.
    pub fn agreed_profile(&self) -> Profile {
        let end = Instant::now() + Duration::from_secs(20);
        // Room for all of it: what the profiler allocates on the way is not recorded, so it must not be
        // counted either, and what the bytes take is both.
        let mut bytes = Vec::with_capacity(ROOM);
        loop {
            let expected = self.agreed();
            bytes.clear();
            Self::paused(|| heap::write_to(&mut bytes).unwrap());
            assert!(bytes.len() <= ROOM);
            let profile = super::profile(&bytes);
            let sums = super::sums(&profile);
            if sums == expected || Instant::now() > end {
                assert_eq!(sums, expected);
                return profile;
            }
        }
    }
}

// SAFETY: forwards every call unchanged to `inner`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        self.granted(unsafe { self.inner.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        self.granted(unsafe { self.inner.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        let new = unsafe { self.inner.realloc(block, layout, new_size) };
        if !new.is_null() {
            self.freed(layout.size());
        }
        self.granted(new, new_size)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.freed(layout.size());
        // SAFETY: the caller's promise.
        unsafe { self.inner.dealloc(block, layout) }
    }
}
