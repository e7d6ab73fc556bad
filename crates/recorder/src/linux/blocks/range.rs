//! The reserved range of addresses that recorded blocks are served from, as spans.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::entry::Outermost;
use crate::platform::blocks::size_class::{Class, SPAN_BYTES};
use crate::platform::blocks::span::{Births, Sizes, Span, Tags};
use crate::platform::kernel::arena::{NoMemory, count_mapped};
use crate::platform::kernel::errno;
use crate::platform::kernel::reserve::Reserve;
use crate::platform::lock::Lock;

/// Bytes of the range: 256 GiB, of addresses only.
const BYTES: usize = 1 << 38;
/// Where the range starts if nothing is in the way there: an address below which programs have
/// little, and from which on even processors with 39 bits for addresses have some left.
const USUAL_START: usize = 1 << 38;
/// Where addresses are limited, a part of it will do: 1 GiB at least.
const LEAST_BYTES: usize = 1 << 30;
/// Spans committed at a time: what is known of them fills a page.
const CHUNK_SPANS: usize = 4096 / size_of::<Span>();
const CHUNK_BYTES: usize = CHUNK_SPANS * SPAN_BYTES;

/// Spans that nobody uses keep their memory while they are fewer than this, or than an eighth of
/// those in use.
const KEPT_SPANS: usize = 64;

/// The range.
#[derive(Debug)]
pub struct Range {
    /// Its first address.
    start: AtomicUsize,
    /// How many of the [`BYTES`] of the range hold spans by now.
    committed: AtomicUsize,
    /// Where the [`Span`]s are.
    spans: AtomicUsize,
    supply: Lock<Supply>,
}

/// Where a thread believes the range to be: the cheap test of a free.
///
/// The test is of a distance from [`USUAL_START`], modulo 2^64, so one number says all: the range, if
/// it starts there; else whatever lies between, the range included, and then the test is right and
/// less useful. Zeroes: anywhere, and to be found out.
#[derive(Debug)]
pub struct View {
    /// 2^64 less the reach.
    beyond: Cell<usize>,
}

impl View {
    /// That of a new thread.
    pub const fn new() -> Self {
        Self { beyond: Cell::new(0) }
    }

    /// Whether `address` may be that of a recorded block: `false` is certain.
    #[inline(always)]
    pub fn may_hold(&self, address: usize) -> bool {
        // The distance is below the reach, negated on both sides.
        (USUAL_START - 1).wrapping_sub(address) >= self.beyond.get()
    }

    /// Whether nothing is known yet.
    pub fn is_blind(&self) -> bool {
        self.beyond.get() == 0
    }

    /// From now on recorded blocks lie less than `reach` bytes above [`USUAL_START`].
    pub fn open(&self, reach: usize) {
        self.beyond.set(reach.wrapping_neg());
    }
}

#[derive(Debug)]
struct Supply {
    range: Option<Reserve>,
    table: Option<Reserve>,
    committed: usize,
    /// One more than the first of a chain of spans that nobody uses; 0 for none.
    free: u32,
    /// How many of these have memory.
    kept: usize,
    used: usize,
    /// Nothing could be reserved: not tried again.
    is_refused: bool,
}

/// A span and its number.
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    pub number: u32,
    pub span: &'static Span,
    /// Its first address.
    pub start: usize,
}

impl Numbered {
    /// The tags of a span that belongs to a heap and has this class.
    #[inline]
    pub fn tags(&self, class: Class) -> Tags {
        // SAFETY: a span is committed before it is handed out and stays so; its class, under the
        // lock of the heap that it belongs to, says where its tags end.
        unsafe { Tags::at(self.start, class) }
    }

    /// Its births.
    #[inline]
    pub fn births(&self, class: Class) -> Births {
        // SAFETY: as in `tags`.
        unsafe { Births::at(self.start, class) }
    }

    /// Its sizes.
    #[inline]
    pub fn sizes(&self, class: Class) -> Sizes {
        // SAFETY: as in `tags`.
        unsafe { Sizes::at(self.start, class) }
    }
}

impl Range {
    /// No range yet: it holds no address.
    pub const fn new() -> Self {
        let supply = Supply {
            range: None,
            table: None,
            committed: 0,
            free: 0,
            kept: 0,
            used: 0,
            is_refused: false,
        };
        Self {
            start: AtomicUsize::new(0),
            committed: AtomicUsize::new(0),
            spans: AtomicUsize::new(0),
            supply: Lock::new(supply),
        }
    }

    /// How many bytes above [`USUAL_START`], modulo 2^64, the range ends, which is reserved if that
    /// has not been done: for [`View::open`]. It stays so.
    pub fn reach(&self, inside: &Outermost) -> usize {
        let mut supply = self.supply.lock(inside);
        if supply.range.is_none() {
            // Without a range there are no blocks to be held.
            let _ = self.reserve(&mut supply);
        }
        let end = supply.range.as_ref().map_or(0, |range| range.start() + range.bytes());
        // With nothing to reach, the first byte, so that it is not asked again.
        if end == 0 { 1 } else { end.wrapping_sub(USUAL_START) }
    }

    #[inline]
    fn start(&self) -> usize {
        self.start.load(Relaxed)
    }

    /// The span that `address` lies in, if it is in one.
    #[inline]
    pub fn span_at(&self, address: usize) -> Option<Numbered> {
        let offset = address.wrapping_sub(self.start());
        (offset < self.committed.load(Relaxed)).then(|| self.span((offset / SPAN_BYTES) as u32))
    }

    /// The span of this number, which is that of a committed one.
    #[inline]
    pub fn span(&self, number: u32) -> Numbered {
        let table = self.spans.load(Relaxed) as *const Span;
        // SAFETY: the table has a row for every span of the range, and a number comes from an
        // address in it or from another row.
        let place = unsafe { table.add(number as usize) };
        // SAFETY: the row of a span that was committed is committed, is zeroes or a `Span` of
        // atomics, and stays for the rest of the process.
        let span = unsafe { &*place };
        Numbered { number, span, start: self.start() + number as usize * SPAN_BYTES }
    }

    /// A span that nobody uses, to be made into one of `class` for heap number `heap`.
    pub fn take(
        &self,
        inside: &Outermost,
        heap: usize,
        class: Class,
    ) -> Result<Numbered, NoMemory> {
        let mut supply = self.supply.lock(inside);
        if supply.free == 0 {
            self.extend(&mut supply)?;
        }
        let taken = self.span(supply.free - 1);
        supply.free = taken.span.next.load(Relaxed);
        supply.kept = supply.kept.saturating_sub(1);
        supply.used += 1;
        taken.span.begin(heap, class);
        Ok(taken)
    }

    /// Takes back an empty span.
    pub fn give_back(&self, inside: &Outermost, empty: Numbered) {
        empty.span.disown();
        let mut supply = self.supply.lock(inside);
        supply.used -= 1;
        if supply.kept >= KEPT_SPANS.max(supply.used / 8) {
            let start = empty.start as *mut libc::c_void;
            // SAFETY: the pages are this span's, in which no block is left. They read as zeroes
            // later, which is as good as anything.
            errno::kept(|| unsafe { libc::madvise(start, SPAN_BYTES, libc::MADV_DONTNEED) });
        } else {
            supply.kept += 1;
        }
        empty.span.next.store(supply.free, Relaxed);
        supply.free = empty.number + 1;
    }

    /// Commits the next chunk; reserves the range first if that has not been done.
    fn extend(&self, supply: &mut Supply) -> Result<(), NoMemory> {
        if supply.range.is_none() {
            self.reserve(supply)?;
        }
        let (Some(range), Some(table)) = (&supply.range, &supply.table) else {
            return Err(NoMemory);
        };
        let first = supply.committed;
        table.commit(first * size_of::<Span>(), CHUNK_SPANS * size_of::<Span>())?;
        count_mapped(CHUNK_SPANS * size_of::<Span>());
        range.commit(first * SPAN_BYTES, CHUNK_BYTES)?;
        supply.committed += CHUNK_SPANS;
        self.committed.store(supply.committed * SPAN_BYTES, Relaxed);
        for number in (first..supply.committed).rev() {
            self.span(number as u32).span.next.store(supply.free, Relaxed);
            supply.free = number as u32 + 1;
        }
        Ok(())
    }

    fn reserve(&self, supply: &mut Supply) -> Result<(), NoMemory> {
        if supply.is_refused {
            return Err(NoMemory);
        }
        let sizes = || {
            let sizes = std::iter::successors(Some(BYTES), |bytes| Some(bytes / 4));
            sizes.take_while(|&bytes| bytes >= LEAST_BYTES)
        };
        let usual = sizes().find_map(|bytes| Reserve::at(USUAL_START, bytes).ok());
        let found =
            usual.or_else(|| sizes().find_map(|bytes| Reserve::new(bytes, SPAN_BYTES).ok()));
        let table = found.as_ref().and_then(|range| {
            Reserve::new(range.bytes() / SPAN_BYTES * size_of::<Span>(), SPAN_BYTES).ok()
        });
        // Should the second fail, the first stays: addresses only.
        let (Some(range), Some(table)) = (found, table) else {
            supply.is_refused = true;
            return Err(NoMemory);
        };
        self.spans.store(table.start(), Relaxed);
        self.start.store(range.start(), Relaxed);
        (supply.range, supply.table) = (Some(range), Some(table));
        Ok(())
    }

    /// Takes the lock, for a fork.
    pub fn acquire(&self) {
        self.supply.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_lock(&self) {
        self.supply.release();
    }
}
