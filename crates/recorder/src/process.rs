//! The one recorder of this process, as an allocator calls it.
//!
//! The two fast questions, [`passes`] and [`may_hold`], answer for nearly every allocation and
//! free. What they do not settle goes to the functions marked cold.

use std::alloc::Layout;
use std::fs::File;
use std::os::fd::IntoRawFd;
use std::ptr::NonNull;

use crate::capture::Caller;
use crate::counters::Dropped;
use crate::entry::{Muted, Outermost};
pub use crate::error::{Error, RecordError};
use crate::label_memo::LabelMemo;
use crate::label_table::LabelSet;
use crate::labels::Carried;
use crate::live_table::Block;
use crate::range::View;
use crate::recorder::{Recorder, Rows, Sample, is_large};
use crate::recording::Texts;
use crate::sampler::{Sampler, Weight};
use crate::snapshot::{Snapshot, Totals};
use crate::stack_table::StackId;
use crate::{fork, interval};

static RECORDER: Recorder = Recorder::new();

thread_local! {
    /// `const` and without `Drop`: threads allocate before their first line and after their last.
    static THREAD: Thread = const { Thread::new() };
}

/// What a thread has of its own. That the common paths need nothing else is on purpose: a static is
/// found by way of a table, and read in two steps.
#[derive(Debug)]
struct Thread {
    sampler: Sampler,
    view: View,
    unreported: interval::Unreported,
}

impl Thread {
    const fn new() -> Self {
        Self { sampler: Sampler::new(), view: View::new(), unreported: interval::Unreported::new() }
    }
}

/// Whether a request of `size` bytes goes by unrecorded. If it does, its bytes are used up; if not,
/// ask [`mark`].
#[inline(always)]
pub fn passes(size: usize) -> bool {
    THREAD.with(|thread| thread.sampler.passes(size as u64))
}

/// Whether a request that did not pass is to be recorded, and with which weight. `initial` is the
/// interval in bytes to start with, if this is the first allocation of the process.
pub fn mark(size: usize, initial: u64) -> Option<Weight> {
    fork::prepare_for_forks();
    let (version, interval) = interval::start(initial);
    let weight = THREAD.with(|thread| {
        let weight = thread.sampler.mark(size as u64, version, interval);
        thread.unreported.note(size as u64, interval, weight.is_some());
        weight
    });
    // Asked last: a mark on a request that is left out is used up like any other.
    weight.filter(|_| !Muted::is_on())
}

/// Whether the block at `address`, of this size and alignment, may be recorded. `false` is certain.
#[inline(always)]
pub fn may_hold(address: usize, size: usize, align: usize) -> bool {
    is_large(size, align) || THREAD.with(|thread| thread.view.may_hold(address))
}

/// Whether the block at `address` came from [`allocate`].
pub fn holds(address: usize) -> bool {
    THREAD.with(|thread| {
        if thread.view.is_blind()
            && let Some(inside) = enter()
        {
            thread.view.open(RECORDER.reach(&inside));
        }
    });
    RECORDER.holds(address)
}

/// Sets the sampling interval, at most [`MAX_INTERVAL`](crate::MAX_INTERVAL), which does not grow any
/// more: for this thread from its next allocation on, for another within its next 64 KiB of them.
pub fn set_interval(bytes: u64) {
    interval::set(bytes);
    THREAD.with(|thread| thread.sampler.judge_anew());
}

/// Whether what `allocate` asks a global allocator for, once at least, comes to [`mark`]: whether there
/// is anything to record. Changes no estimate.
pub fn sees(allocate: impl FnOnce()) -> bool {
    THREAD.with(|thread| thread.sampler.judge_anew());
    allocate();
    THREAD.with(|thread| thread.sampler.has_judged())
}

/// Records an allocation that is not large, and serves it: memory of that layout, uninitialised.
/// `None` if that cannot be done; then it is not recorded. Its stack begins with the frame that
/// called `caller`'s.
pub fn allocate(layout: Layout, weight: Weight, caller: Caller) -> Option<NonNull<u8>> {
    let Some(inside) = enter() else {
        RECORDER.dropped.samples.count();
        return None;
    };
    let block = RECORDER.allocate(&inside, sample(layout, weight), caller);
    note();
    block
}

/// An allocation of now, on this thread.
#[inline]
fn sample(layout: Layout, weight: Weight) -> Sample {
    Sample { layout, weight, labels: Carried::now() }
}

/// Has a recording say what it does not learn from events.
#[inline]
fn note() {
    if let Some(head) = RECORDER.region().head() {
        head.note(interval::get(), RECORDER.dropped.read());
    }
}

/// Records that the block of [`allocate`] at `address`, of `size` bytes, was freed and allocated
/// again with `layout`, which is not large, and returns where it is now. If that is elsewhere, the
/// old block is there until it is given to [`free`], which counts nothing then. `None`, and nothing
/// has changed, if that cannot be done.
pub fn exchange(
    address: usize,
    size: usize,
    layout: Layout,
    weight: Weight,
    caller: Caller,
) -> Option<NonNull<u8>> {
    RECORDER.exchange(&enter()?, address, size, sample(layout, weight), caller)
}

/// Records the free of a block of [`allocate`] that is still there until it is given to [`free`],
/// which counts nothing then.
pub fn withdraw(address: usize, size: usize) {
    if let Some(inside) = enter() {
        RECORDER.withdraw(&inside, address, size);
    }
}

/// Records the free of a block of [`allocate`], and frees it.
pub fn free(address: usize, size: usize) {
    match enter() {
        Some(inside) => RECORDER.free(&inside, address, size),
        None => RECORDER.dropped.frees.count(),
    }
}

/// Records the large block at `address`, not null, before the program gets it. Its stack begins
/// with the frame that called `caller`'s.
pub fn record(address: usize, layout: Layout, weight: Weight, caller: Caller) {
    match enter() {
        Some(inside) => {
            RECORDER.record(&inside, address, sample(layout, weight), caller);
            note();
        }
        None => RECORDER.dropped.samples.count(),
    }
}

/// The recorded large block at `address`, before the allocator gets it back or moves it. Ends in
/// [`retire`], or in [`put_back`] if the allocator left it where it was.
pub fn take(address: usize) -> Option<Block> {
    RECORDER.take(&enter()?, address)
}

/// Counts a block that was taken as freed, and returns when, for [`revive`].
pub fn retire(block: Block) -> u64 {
    enter().map_or(0, |inside| RECORDER.retire(&inside, block))
}

/// Goes on with a block that was retired at `then`, as if nothing had happened.
pub fn revive(block: Block, then: u64) {
    if let Some(inside) = enter() {
        RECORDER.revive(&inside, block, then);
    }
}

/// Goes on with a block that was taken, as if nothing had happened.
pub fn put_back(block: Block) {
    if let Some(inside) = enter() {
        RECORDER.keep(&inside, block);
    }
}

/// Copies what was recorded, as of one instant within this call.
pub fn snapshot() -> Result<Snapshot, Error> {
    let inside = enter().ok_or_else(why_not)?;
    let Rows { rows, spread, lifetimes } = RECORDER.rows(&inside).map_err(|_| Error::NoMemory)?;
    let dropped = RECORDER.dropped.read();
    RECORDER.region().note_mappings(&inside);
    Ok(Snapshot {
        rows,
        spread,
        lifetimes,
        recorder: &RECORDER,
        interval: interval::get(),
        dropped,
    })
}

/// Keeps how long objects live, of those that are allocated from now on: see
/// [`Snapshot::lifetimes`].
pub fn keep_lifetimes() -> Result<(), Error> {
    let inside = enter().ok_or_else(why_not)?;
    RECORDER.keep_lifetimes(&inside).map_err(|_| Error::NoMemory)
}

/// Makes `file`, which is empty and open for reading and writing, of what was recorded and will be.
pub fn record_to(file: File, texts: &Texts<'_>) -> Result<(), RecordError> {
    fork::prepare_for_forks();
    let inside = enter().ok_or_else(|| RecordError::Recorder(why_not()))?;
    fork::guard_children().map_err(|_| RecordError::Recorder(Error::NoMemory))?;
    RECORDER
        .record_to(&inside, file.into_raw_fd(), texts)
        .map_err(|errno| RecordError::File(errno.0))?;
    RECORDER.region().note_mappings(&inside);
    note();
    Ok(())
}

/// The stack of the function that called `caller`'s, interned: see [`frames`]. Empty if it cannot be
/// walked or does not fit, or inside of a signal handler that interrupted the recorder.
#[must_use]
pub fn stack(caller: Caller) -> StackId {
    enter().map_or(StackId::EMPTY, |inside| RECORDER.stack(&inside, caller))
}

/// The return addresses of a stack, innermost first.
pub fn frames(stack: StackId) -> impl Iterator<Item = usize> {
    RECORDER.frames(stack)
}

/// The set of one label. Nothing if it does not fit.
pub(crate) fn label(key: &[u8], value: &[u8]) -> Option<LabelSet> {
    RECORDER.label(enter_for_labels, (key, value))
}

/// The labels of `outer` and those of `inner`, neither of them empty. Nothing if they do not fit.
pub(crate) fn both_labels(outer: LabelSet, inner: LabelSet) -> Option<LabelSet> {
    static MEMO: LabelMemo = LabelMemo::new();
    MEMO.get(outer, inner).or_else(|| {
        let both = RECORDER.both_labels(enter_for_labels, outer, inner)?;
        MEMO.put(outer, inner, both);
        Some(both)
    })
}

/// As [`enter`], where no allocation may have been seen yet.
#[cold]
fn enter_for_labels() -> Option<Outermost> {
    fork::prepare_for_forks();
    enter()
}

/// The sums over what was recorded, as of one instant within this call.
pub fn totals() -> Result<Totals, Error> {
    let inside = enter().ok_or_else(why_not)?;
    RECORDER.totals(&inside).map_err(|_| Error::NoMemory)
}

/// What the limits have left out so far.
pub fn dropped() -> Dropped {
    RECORDER.dropped.read()
}

fn enter() -> Option<Outermost> {
    if fork::is_abandoned() { None } else { Outermost::enter() }
}

fn why_not() -> Error {
    if fork::is_abandoned() { Error::Abandoned } else { Error::Inside }
}

pub(crate) fn recorder() -> &'static Recorder {
    &RECORDER
}

pub(crate) fn forget_mark() {
    THREAD.with(|thread| thread.sampler.forget());
}
